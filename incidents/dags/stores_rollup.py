"""The rollup has never run: the asset it is scheduled on was never updated, as nobody runs the import."""

from datetime import datetime

try:
    from airflow.sdk import Asset, dag, task
except ImportError:  # Airflow 2
    from airflow.datasets import Dataset as Asset
    from airflow.decorators import dag, task

STORES = Asset("file:///srv/shop/stores.parquet")


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
def stores_import():
    @task(outlets=[STORES])
    def load_stores():
        print("loaded")

    load_stores()


@dag(schedule=[STORES], start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
def stores_rollup():
    @task
    def roll_up():
        print("rolled up")

    roll_up()


stores_import()
stores_rollup()
