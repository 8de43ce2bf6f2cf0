"""One run at a time, and the first does not end: the second waits in the queue without a single task."""

import time
from datetime import datetime

try:
    from airflow.sdk import dag, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task


@dag(
    schedule=None,
    start_date=datetime(2026, 1, 1),
    catchup=False,
    is_paused_upon_creation=False,
    max_active_runs=1,
)
def sessions_rollup():
    @task
    def merge_sessions():
        time.sleep(12 * 60 * 60)

    @task
    def publish_sessions():
        print("published")

    merge_sessions() >> publish_sessions()


sessions_rollup()
