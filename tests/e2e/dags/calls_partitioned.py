"""Paused, its runs made for partitions. Only Airflow 3 has such a timetable for a dag."""

from datetime import datetime

try:
    from airflow.sdk import CronPartitionTimetable, dag, task
except ImportError:  # Airflow 2
    CronPartitionTimetable = None

if CronPartitionTimetable:

    @dag(
        schedule=CronPartitionTimetable("0 0 * * *", timezone="UTC"),
        start_date=datetime(2026, 1, 1),
        catchup=False,
        is_paused_upon_creation=True,
    )
    def calls_partitioned():
        @task
        def wait():
            print("nobody gets here")

        wait()

    calls_partitioned()
