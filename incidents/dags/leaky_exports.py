"""Secrets where people leave them: in logs, XComs, rendered fields, docs, params and in this source.

All are invented. Most come from `secrets.toml`, which says what is planted where.
"""

import tomllib
from datetime import datetime
from pathlib import Path

try:
    from airflow.providers.standard.operators.bash import BashOperator
    from airflow.sdk import dag, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task
    from airflow.operators.bash import BashOperator

# TODO: move to a connection
WAREHOUSE = "postgresql://loader:Heuschober1987x@db7.internal/shop"
PARTNER_API_KEY = "q7Rk2vXw9LtB4mZsH8dJ"

PLANTS = tomllib.loads(Path(__file__).with_name("secrets.toml").read_text())["plant"]


def text_of(plant):
    return "".join(plant.get("text", ["<value>"])).replace("<value>", "".join(plant["parts"]))


def planted(place, field=None):
    return [text_of(p) for p in PLANTS if p["place"] == place and p.get("field") == field]


@dag(
    schedule=None,
    start_date=datetime(2026, 1, 1),
    catchup=False,
    is_paused_upon_creation=False,
    description=planted("description")[0],
    doc_md=planted("doc_md")[0],
    params={"endpoint": planted("params")[0]},
)
def leaky_exports():
    @task
    def print_settings():
        for text in planted("log"):
            print(text)

    @task
    def hand_over():
        return planted("xcom")

    @task(doc_md=planted("task_doc_md")[0])
    def announce(channel):
        print("announced")

    @task
    def connect():
        raise ConnectionError(planted("error")[0])

    export = BashOperator(
        task_id="export",
        bash_command=f"true || {planted('rendered', 'bash_command')[0]}",
        env={"EXPORT_URL": planted("rendered", "env")[0]},
        append_env=True,
    )
    print_settings() >> hand_over() >> announce(planted("rendered", "op_kwargs")[0]) >> export >> connect()


leaky_exports()
