"""The import fails: an asset is not updated, another DAG not triggered, and a third one waits for it."""

from datetime import datetime

try:
    from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
    from airflow.sdk import Asset, dag, get_current_context, task
except ImportError:  # Airflow 2
    from airflow.datasets import Dataset as Asset
    from airflow.decorators import dag, task
    from airflow.operators.python import get_current_context
    from airflow.operators.trigger_dagrun import TriggerDagRunOperator


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
def parcels_import():
    @task(outlets=[Asset("file:///srv/shop/parcels.parquet")])
    def load_parcels():
        carrier = get_current_context()["dag_run"].conf["carrier"]
        if carrier == "express":
            raise RuntimeError("carrier express sent 0 of 1204 parcels")
        print(f"loaded the parcels of {carrier}")

    load_parcels() >> TriggerDagRunOperator(task_id="start_billing", trigger_dag_id="parcels_billing")


parcels_import()
