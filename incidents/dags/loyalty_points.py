"""The failing task is not to blame: the one before it succeeded and returned nothing."""

from datetime import datetime

try:
    from airflow.sdk import dag, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
def loyalty_points():
    @task
    def read_purchases():
        purchases = [{"customer": 17, "euro": 40}]
        if len(purchases) > 5:
            return purchases

    @task
    def grant_points(purchases):
        for purchase in purchases:
            print(f"customer {purchase['customer']}: {purchase['euro'] // 10} points")

    grant_points(read_purchases())


loyalty_points()
