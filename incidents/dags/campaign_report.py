"""One branch is skipped as it should be, the other ends in `sys.exit`: no exception Airflow would print as such."""

import sys
from datetime import datetime

try:
    from airflow.sdk import dag, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
def campaign_report():
    @task.branch
    def choose_channel():
        return "report_mail"

    @task
    def report_social():
        print("nothing to report")

    @task
    def report_mail():
        print("fatal: report template has 7 columns, the data has 9", file=sys.stderr)
        sys.exit(4)

    @task(trigger_rule="none_failed_min_one_success")
    def send_report():
        print("sent")

    choose_channel() >> [report_mail(), report_social()] >> send_report()


campaign_report()
