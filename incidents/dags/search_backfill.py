"""Holds the one slot of the pool `search_cluster` all day. `search_reindex` waits behind it."""

import time
from datetime import datetime

try:
    from airflow.sdk import dag, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
def search_backfill():
    @task(pool="search_cluster")
    def rebuild_archive():
        time.sleep(12 * 60 * 60)

    rebuild_archive()


search_backfill()
