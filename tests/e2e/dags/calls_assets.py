"""An asset with one producer. One DAG waits for it alone, one for another as well, in vain."""

from datetime import datetime

try:
    from airflow.sdk import Asset, AssetAlias, dag, task

    aliases = [AssetAlias("calls-alias")]
except ImportError:  # Airflow 2
    from airflow.datasets import Dataset as Asset
    from airflow.decorators import dag, task

    aliases = []

PARCELS = Asset("calls://depot/parcels")
LETTERS = Asset("calls://depot/letters")
SINCE = {"start_date": datetime(2026, 1, 1), "catchup": False, "is_paused_upon_creation": False}


@dag(schedule=None, **SINCE)
def calls_producer():
    @task(outlets=[PARCELS, *aliases])
    def produce():
        print("parcels came in")

    produce()


@dag(schedule=[PARCELS], **SINCE)
def calls_follower():
    @task
    def follow():
        print("parcels went out")

    follow()


@dag(schedule=[PARCELS, LETTERS], **SINCE)
def calls_patient():
    @task
    def wait():
        print("nobody gets here")

    wait()


calls_producer()
calls_follower()
calls_patient()
