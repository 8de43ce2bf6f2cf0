"""Failed once, and waits half a day before the next try: the run looks as if it hung."""

from datetime import datetime, timedelta

try:
    from airflow.sdk import dag, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
def crm_pull():
    @task(retries=2, retry_delay=timedelta(hours=12))
    def pull_contacts():
        raise PermissionError("CRM answered 429: daily quota of 10000 calls is used up")

    @task
    def merge_contacts():
        print("merged")

    pull_contacts() >> merge_contacts()


crm_pull()
