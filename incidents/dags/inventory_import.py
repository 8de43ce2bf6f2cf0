"""Stock levels come from the warehouse's interface.

The first try loses its connection; the second gets through and meets a
changed answer. The second is why the run failed: more tries won't help.
"""

from datetime import datetime, timedelta

try:
    from airflow.sdk import dag, get_current_context, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task
    from airflow.operators.python import get_current_context


def fetch(try_number):
    if try_number == 1:
        raise ConnectionResetError(104, "Connection reset by peer")
    return {"items": [{"sku": "B-7", "qty": 12}]}


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
def inventory_import():
    @task(retries=1, retry_delay=timedelta(seconds=1))
    def import_stock():
        answer = fetch(get_current_context()["ti"].try_number)
        return {item["sku"]: item["quantity_on_hand"] for item in answer["items"]}

    @task
    def update_shop(stock):
        print(f"{len(stock)} stock levels updated")

    update_shop(import_stock())


inventory_import()
