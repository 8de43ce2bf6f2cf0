"""Secrets of forty kinds, made anew by a test: printed, handed over, rendered, and in this source."""

import json
from datetime import datetime
from pathlib import Path

try:
    from airflow.sdk import BaseOperator, dag, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task
    from airflow.models.baseoperator import BaseOperator

PLANTS = json.loads(Path(__file__).with_name("leaky_matrix.json").read_text())


class Fields(BaseOperator):
    """Has a template field for each text: Airflow cuts long fields."""

    template_fields = tuple(PLANTS["rendered"])

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        for name, text in PLANTS["rendered"].items():
            setattr(self, name, text)

    def execute(self, context):
        print("rendered")


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
def leaky_matrix():
    @task
    def print_all():
        for text in PLANTS["log"].values():
            print(text)

    @task
    def hand_over():
        return PLANTS["xcom"]

    print_all() >> hand_over() >> Fields(task_id="render")


leaky_matrix()
