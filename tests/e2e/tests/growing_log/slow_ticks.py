"""Logs a line each second until a file is there, so that a log can be read while it grows."""

import logging
import time
from datetime import datetime
from pathlib import Path

try:
    from airflow.sdk import dag, get_current_context, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task
    from airflow.operators.python import get_current_context


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
def slow_ticks():
    @task
    def tick():
        end = Path(get_current_context()["dag_run"].conf["end"])
        number = 0
        # No task outlives a test that failed.
        while not end.exists() and number < 1200:
            if number == 3:
                logging.getLogger("ticks").error("ledger busy, trying again")
            print(f"tick {number} at {time.time():.1f}", flush=True)
            time.sleep(1)
            number += 1

    tick()


slow_ticks()
