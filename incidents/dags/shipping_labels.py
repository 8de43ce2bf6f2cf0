"""The carrier is read from a variable that nobody set."""

from datetime import datetime

try:
    from airflow.sdk import Variable, dag, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task
    from airflow.models import Variable


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
def shipping_labels():
    @task
    def choose_carrier():
        return Variable.get("shipping_carrier")

    @task
    def print_labels(carrier):
        print(f"labels of {carrier}")

    print_labels(choose_carrier())


shipping_labels()
