"""The report waits for a task of another DAG, which has no run at the hour it asks for."""

from datetime import datetime, timedelta

try:
    from airflow.providers.standard.sensors.external_task import ExternalTaskSensor
    from airflow.sdk import dag, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task
    from airflow.sensors.external_task import ExternalTaskSensor


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
def sales_report():
    @task
    def write_report():
        print("written")

    (
        ExternalTaskSensor(
            task_id="wait_for_orders",
            external_dag_id="orders_daily",
            external_task_id="load_orders",
            execution_delta=timedelta(hours=3),
            mode="reschedule",
            poke_interval=3600,
            timeout=12 * 60 * 60,
        )
        >> write_report()
    )


sales_report()
