"""One task at a time: the first model trains for hours and the others wait, though every pool is free."""

import time
from datetime import datetime

try:
    from airflow.sdk import dag, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task


@dag(
    schedule=None,
    start_date=datetime(2026, 1, 1),
    catchup=False,
    is_paused_upon_creation=False,
    max_active_tasks=1,
)
def forecast_train():
    @task(priority_weight=10)
    def train_europe():
        time.sleep(12 * 60 * 60)

    @task
    def train_asia():
        print("trained")

    train_europe()
    train_asia()


forecast_train()
