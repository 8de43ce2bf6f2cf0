"""Each run builds on the one before it. That one failed, so this one does not even start."""

from datetime import datetime

try:
    from airflow.sdk import dag, get_current_context, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task
    from airflow.operators.python import get_current_context


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
def ledger_import():
    @task(depends_on_past=True)
    def import_day():
        day = get_current_context()["dag_run"].conf["day"]
        if day == "2026-05-01":
            raise ValueError(f"ledger of {day} is not closed")
        print(f"imported {day}")

    import_day()


ledger_import()
