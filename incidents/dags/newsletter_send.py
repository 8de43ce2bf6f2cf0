"""A template asks for a key that the run's conf does not have: the task fails before it starts."""

from datetime import datetime

try:
    from airflow.providers.standard.operators.bash import BashOperator
    from airflow.sdk import dag
except ImportError:  # Airflow 2
    from airflow.decorators import dag
    from airflow.operators.bash import BashOperator


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
def newsletter_send():
    BashOperator(
        task_id="send_newsletter",
        bash_command="echo sending to {{ dag_run.conf['audience'].segment }}",
    ) >> BashOperator(task_id="count_bounces", bash_command="echo 0 bounces")


newsletter_send()
