"""Nothing is wrong: somebody has to approve the payment, and nobody has. Airflow 2 has no such task."""

from datetime import datetime

try:
    from airflow.providers.standard.operators.hitl import ApprovalOperator
    from airflow.sdk import dag, task
except ImportError:  # Airflow 2
    ApprovalOperator = None

if ApprovalOperator is not None:

    @dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
    def supplier_payment():
        @task
        def pay():
            print("paid")

        ApprovalOperator(task_id="approve_payment", subject="Pay 9120 EUR to Acme Tools?") >> pay()

    supplier_payment()
