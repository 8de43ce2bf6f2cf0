"""The task says itself that trying again is useless, so its three retries are not used."""

from datetime import datetime, timedelta

try:
    from airflow.sdk import dag, task
    from airflow.sdk.exceptions import AirflowFailException
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task
    from airflow.exceptions import AirflowFailException


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
def vat_report():
    @task(retries=3, retry_delay=timedelta(minutes=10))
    def submit_report():
        raise AirflowFailException("the tax office rejected the report: VAT number DE000000000 is unknown")

    submit_report()


vat_report()
