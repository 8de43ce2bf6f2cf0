"""What most calls act on: tasks with a value, mapped ones, a group, one with a link."""

from datetime import datetime

try:
    from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
    from airflow.sdk import dag, task, task_group
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task, task_group
    from airflow.operators.trigger_dagrun import TriggerDagRunOperator


@dag(
    schedule=None,
    start_date=datetime(2026, 1, 1),
    catchup=False,
    is_paused_upon_creation=False,
    tags=["calls-tag"],
    doc_md="Read by the calls of the end-to-end tests.",
)
def calls_main():
    @task
    def count():
        print("counted forty-two parcels")
        return 42

    @task
    def weigh(parcel):
        print(f"parcel {parcel} weighs nothing")

    @task_group
    def checks():
        @task
        def first():
            print("first check")

        @task
        def second():
            print("second check")

        first() >> second()

    link = TriggerDagRunOperator(task_id="link", trigger_dag_id="calls_paused")
    count() >> checks() >> link
    weigh.expand(parcel=[1, 2, 3])


calls_main()
