"""The index cannot be rebuilt: the pool has one slot, and another DAG's task sits in it."""

from datetime import datetime

try:
    from airflow.sdk import dag, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
def search_reindex():
    @task
    def list_products():
        print("1,204 products")

    @task(pool="search_cluster")
    def rebuild_index():
        print("index rebuilt")

    list_products() >> rebuild_index()


search_reindex()
