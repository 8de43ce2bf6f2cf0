"""Features for the recommender are built in memory, and memory runs out.

The kernel kills the process (here it does that itself), so the log ends in
mid-sentence: no exception, no traceback, only Airflow's note of the signal.
"""

import os
import signal
import sys
import time
from datetime import datetime

try:
    from airflow.sdk import dag, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
def feature_build():
    @task
    def build_matrix():
        for part in range(1, 9):
            print(f"part {part} of 24: 1.9 GiB in memory")
        sys.stdout.flush()
        time.sleep(1)
        os.kill(os.getpid(), signal.SIGKILL)

    @task
    def publish_features():
        print("features published")

    build_matrix() >> publish_features()


feature_build()
