"""A task that asks a person. Only Airflow 3 has such; elsewhere the file holds no airflow dag."""

from datetime import datetime

try:
    from airflow.providers.standard.operators.hitl import HITLOperator
    from airflow.sdk import dag
except ImportError:  # Airflow 2
    HITLOperator = None

if HITLOperator:

    @dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
    def calls_human():
        HITLOperator(
            task_id="ask",
            subject="Send the parcels?",
            body="There are forty-two of them.",
            options=["send", "keep"],
        )

    calls_human()
