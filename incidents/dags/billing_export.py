"""Invoices go to the accountants' system over a connection that nobody created here."""

from datetime import datetime

try:
    from airflow.sdk import BaseHook, dag, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task
    from airflow.hooks.base import BaseHook


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
def billing_export():
    @task
    def collect_invoices():
        return ["2026-0411", "2026-0412"]

    @task
    def export_invoices(invoices):
        target = BaseHook.get_connection("accounting_api")
        print(f"{len(invoices)} invoices to {target.host}")

    export_invoices(collect_invoices())


billing_export()
