"""Orders are priced in euros every night.

Somebody opened the shop for Switzerland; the table of exchange rates has no
franc. The exception is raised three calls below the task and has a cause.
"""

from datetime import datetime

from shop.pricing import price_orders

try:
    from airflow.sdk import dag, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
def orders_daily():
    @task
    def extract_orders():
        return [
            {"id": "A-1001", "lines": [{"amount": 20.0, "currency": "EUR"}]},
            {"id": "A-1002", "lines": [{"amount": 35.5, "currency": "CHF"}]},
        ]

    @task
    def convert_prices(orders):
        return price_orders(orders, day="2026-05-02")

    @task
    def load_orders(prices):
        print(f"loaded {len(prices)} orders")

    load_orders(convert_prices(extract_orders()))


orders_daily()
