"""Paused, so that its runs stay queued: to be changed, cleared, deleted, backfilled."""

from datetime import datetime

try:
    from airflow.sdk import dag, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task


@dag(schedule="@daily", start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=True)
def calls_paused():
    @task
    def wait():
        print("nobody gets here")

    wait()


calls_paused()
