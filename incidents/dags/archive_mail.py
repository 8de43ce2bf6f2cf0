"""The task asks for a pool that was never created, so the scheduler passes it over."""

from datetime import datetime

try:
    from airflow.sdk import dag, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
def archive_mail():
    @task(pool="mail_archive")
    def move_mail():
        print("moved")

    move_mail()


archive_mail()
