"""The board's report waits for the close, the close for the ledger, and the ledger is what failed."""

from datetime import datetime

try:
    from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
    from airflow.providers.standard.sensors.external_task import ExternalTaskSensor
    from airflow.sdk import dag, task

    DATE = {"logical_date": "{{ logical_date }}"}
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task
    from airflow.operators.trigger_dagrun import TriggerDagRunOperator
    from airflow.sensors.external_task import ExternalTaskSensor

    DATE = {"execution_date": "{{ logical_date }}"}


def start_and_wait(dag_id):
    """Starts another DAG for the same date, so that both have one, and waits for it."""
    start = TriggerDagRunOperator(task_id=f"start_{dag_id}", trigger_dag_id=dag_id, **DATE)
    wait = ExternalTaskSensor(
        task_id=f"wait_for_{dag_id}",
        external_dag_id=dag_id,
        failed_states=["failed"],
        poke_interval=3,
        timeout=15 * 60,
    )
    start >> wait
    return wait


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
def board_report():
    @task
    def write_report():
        print("written")

    start_and_wait("finance_close") >> write_report()


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
def finance_close():
    start_and_wait("ledger_export")


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
def ledger_export():
    @task
    def export_ledger():
        raise ValueError("account 4711 has no owner")

    export_ledger()


board_report()
finance_close()
ledger_export()
