"""The run took longer than the DAG allows: the run failed, and no task did."""

from datetime import datetime, timedelta

try:
    from airflow.sdk import dag, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task


@dag(
    schedule=None,
    start_date=datetime(2026, 1, 1),
    catchup=False,
    is_paused_upon_creation=False,
    dagrun_timeout=timedelta(seconds=25),
)
def media_transcode():
    # It looks once and not again before the run is over: a task that runs at that moment is
    # stopped, and may count as failed.
    @task.sensor(poke_interval=60, timeout=3600, mode="reschedule")
    def wait_for_upload():
        return False

    @task
    def transcode():
        print("transcoded")

    wait_for_upload() >> transcode()


media_transcode()
