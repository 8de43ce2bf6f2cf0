"""Two assets of one name, which Airflow 3 warns of. Airflow 2 has no such names for a dag."""

from datetime import datetime

try:
    from airflow.sdk import Asset, dag, task
except ImportError:  # Airflow 2
    Asset = None

if Asset:

    @dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=True)
    def calls_clash():
        @task(outlets=[Asset(name="calls-clash", uri="calls://depot/one")])
        def one():
            print("nobody gets here")

        @task(outlets=[Asset(name="calls-clash", uri="calls://depot/two")])
        def two():
            print("nobody gets here")

        one() >> two()

    calls_clash()
