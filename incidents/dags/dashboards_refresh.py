"""A run is triggered in a DAG that was renamed."""

from datetime import datetime

try:
    from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
    from airflow.sdk import dag, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task
    from airflow.operators.trigger_dagrun import TriggerDagRunOperator


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
def dashboards_refresh():
    @task
    def prepare():
        print("prepared")

    prepare() >> TriggerDagRunOperator(task_id="refresh", trigger_dag_id="dashboards_render_v1")


dashboards_refresh()
