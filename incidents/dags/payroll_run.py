"""The DAG is paused: a run that somebody triggers stays queued."""

from datetime import datetime

try:
    from airflow.sdk import dag, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=True)
def payroll_run():
    @task
    def pay_salaries():
        print("paid")

    pay_salaries()


payroll_run()
