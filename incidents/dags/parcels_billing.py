"""Not an incident of its own: what `parcels_import` triggers, and what its asset starts."""

from datetime import datetime

try:
    from airflow.sdk import Asset, dag, task
except ImportError:  # Airflow 2
    from airflow.datasets import Dataset as Asset
    from airflow.decorators import dag, task


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
def parcels_billing():
    @task
    def bill():
        print("billed")

    bill()


@dag(
    schedule=[Asset("file:///srv/shop/parcels.parquet")],
    start_date=datetime(2026, 1, 1),
    catchup=False,
    is_paused_upon_creation=False,
)
def parcels_rollup():
    @task
    def roll_up():
        print("rolled up")

    roll_up()


parcels_billing()
parcels_rollup()
