"""Good yesterday, bad today: what changed is the conf of the run."""

from datetime import datetime

try:
    from airflow.sdk import dag, get_current_context, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task
    from airflow.operators.python import get_current_context

SITES = {"berlin": 412, "lyon": 388}


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
def stock_levels():
    @task
    def count_stock():
        site = get_current_context()["dag_run"].conf.get("site", "berlin")
        print(f"{SITES[site]} items at {site}")

    count_stock()


stock_levels()
