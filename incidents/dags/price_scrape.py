"""Eight of twelve mapped task instances fail for one and the same reason, which is worth saying once."""

from datetime import datetime

try:
    from airflow.sdk import dag, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
def price_scrape():
    @task
    def scrape(page):
        if page >= 4:
            raise ConnectionError("shop.example answered 403: robots are not welcome")
        print(f"page {page}: 20 prices")

    @task
    def compare_prices():
        print("compared")

    scrape.expand(page=list(range(12))) >> compare_prices()


price_scrape()
