"""A job prints 60,000 lines. One in the middle says what happened, the last ones only that something did."""

import sys
from datetime import datetime

try:
    from airflow.sdk import dag, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task


def run_job(lines):
    for number in range(lines):
        if number == lines // 2:
            yield "ERROR shard 17: checksum mismatch in clicks-2026-05-02-17.parquet, 4096 rows lost"
        yield f"INFO shard {number % 64}: {number * 7 % 9973} rows merged in {number % 90 + 10} ms"


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
def clickstream_rollup():
    @task
    def roll_up():
        sys.stdout.write("\n".join(run_job(60_000)) + "\n")
        raise RuntimeError("rollup failed, see log")

    @task
    def publish_rollup():
        print("published")

    roll_up() >> publish_rollup()


clickstream_rollup()
