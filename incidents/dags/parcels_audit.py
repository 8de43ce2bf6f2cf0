"""Not an incident of its own: it waits for a run of `parcels_import` that does not come."""

from datetime import datetime, timedelta

try:
    from airflow.providers.standard.sensors.external_task import ExternalTaskSensor
    from airflow.sdk import dag
except ImportError:  # Airflow 2
    from airflow.decorators import dag
    from airflow.sensors.external_task import ExternalTaskSensor


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
def parcels_audit():
    ExternalTaskSensor(
        task_id="wait_for_parcels",
        external_dag_id="parcels_import",
        execution_delta=timedelta(hours=3),
        mode="reschedule",
        poke_interval=3600,
        timeout=12 * 60 * 60,
    )


parcels_audit()
