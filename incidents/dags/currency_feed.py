"""The feed worked, broke, was mended, and broke again: each time by the same edit of a variable."""

from datetime import datetime

try:
    from airflow.sdk import Variable, dag, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task
    from airflow.models import Variable

FEEDS = {"daily": {"USD": 1.08, "GBP": 0.86}}


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
def currency_feed():
    @task
    def fetch_rates():
        return FEEDS[Variable.get("currency_feed_name")]

    @task
    def publish_rates(rates):
        print(f"published {len(rates)} rates")

    publish_rates(fetch_rates())


currency_feed()
