"""The failure calls somebody, and the call fails too. The last traceback in the log is not the first cause."""

from datetime import datetime

try:
    from airflow.sdk import dag, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task


def call_on_duty(context):
    raise ConnectionRefusedError(111, "pager.internal:443 refused the connection")


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
def contracts_sync():
    @task(on_failure_callback=call_on_duty)
    def sync_contracts():
        contracts = {"C-88": {"signed": "2026-02-30"}}
        return {number: datetime.fromisoformat(c["signed"]).isoformat() for number, c in contracts.items()}

    sync_contracts()


contracts_sync()
