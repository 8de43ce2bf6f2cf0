"""This file no longer imports: a function was renamed in `shop.pricing`. Airflow has no such DAG."""

from datetime import datetime

from shop.pricing import convert_to_euro

try:
    from airflow.sdk import dag, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
def returns_weekly():
    @task
    def refund():
        print(convert_to_euro(10, "CHF"))

    refund()


returns_weekly()
