"""Nothing is wrong: the task is deferred and the triggerer waits for an hour that lies years ahead."""

from datetime import datetime

try:
    from airflow.providers.standard.sensors.date_time import DateTimeSensorAsync
    from airflow.sdk import dag, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task
    from airflow.sensors.date_time import DateTimeSensorAsync


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
def market_open():
    @task
    def buy():
        print("bought")

    DateTimeSensorAsync(task_id="wait_for_open", target_time="2040-01-02T09:00:00+00:00") >> buy()


market_open()
