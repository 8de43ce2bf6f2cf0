"""The run is green and yet a task failed: the last one cleans up whatever happened before it."""

from datetime import datetime

try:
    from airflow.sdk import dag, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
def invoices_monthly():
    @task
    def render_invoices():
        raise FileNotFoundError(2, "No such file or directory", "/srv/templates/invoice_2026.odt")

    @task
    def mail_invoices():
        print("mailed")

    @task(trigger_rule="all_done")
    def remove_scratch():
        print("scratch removed")

    render_invoices() >> mail_invoices() >> remove_scratch()


invoices_monthly()
