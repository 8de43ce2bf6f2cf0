"""A lookup hangs, and the task's `execution_timeout` ends it."""

import time
from datetime import datetime, timedelta

try:
    from airflow.sdk import dag, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task


def look_up(address):
    print(f"looking up {address}")
    time.sleep(600)


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
def geo_enrich():
    @task(execution_timeout=timedelta(seconds=3))
    def enrich_addresses():
        look_up("Bahnhofstrasse 1, 8001 Zürich")

    @task
    def save_addresses():
        print("saved")

    enrich_addresses() >> save_addresses()


geo_enrich()
