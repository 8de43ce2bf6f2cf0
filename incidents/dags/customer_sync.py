"""110 batches of customers are sent to the CRM, one mapped task instance each.
Everything else goes first.

Batch 104 holds an address that the CRM refuses. It lies beyond the first
hundred task instances, which is where a first page of them ends.
"""

from datetime import datetime

try:
    from airflow.sdk import dag, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
def customer_sync():
    @task(priority_weight=-10)
    def send_batch(batch):
        if batch == 104:
            raise ValueError("CRM refused customer 90417: country 'XK' is not in the list of countries")
        if batch % 50 == 0:
            print(f"batch {batch}: 3 customers without an e-mail address, skipped")

    @task
    def mark_synced():
        print("all batches sent")

    send_batch.expand(batch=list(range(110))) >> mark_synced()


customer_sync()
