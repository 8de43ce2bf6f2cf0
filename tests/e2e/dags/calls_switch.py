"""Paused and unpaused by the calls. Nothing ever runs."""

from datetime import datetime

try:
    from airflow.sdk import dag, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=True)
def calls_switch():
    @task
    def rest():
        print("nobody gets here")

    rest()


calls_switch()
