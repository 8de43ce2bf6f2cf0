"""A shell script dumps the warehouse. Its fourth line says why it can't; then it exits with 3."""

from datetime import datetime

try:
    from airflow.providers.standard.operators.bash import BashOperator
    from airflow.sdk import dag
except ImportError:  # Airflow 2
    from airflow.decorators import dag
    from airflow.operators.bash import BashOperator

DUMP = """
table=payments
echo "dumping schema shop from db7"
echo "42 tables found"
echo "table orders: 1 of 42"
echo "pg_dump: error: query failed: ERROR:  permission denied for table $table" >&2
echo "removing partial dump"
exit 3
"""


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
def warehouse_dump():
    BashOperator(task_id="dump_shop", bash_command=DUMP) >> BashOperator(
        task_id="upload_dump", bash_command="echo uploaded"
    )


warehouse_dump()
