"""Two errors are logged with their tracebacks and handled. The third, without a word before it, is the failure."""

import logging
from datetime import datetime

try:
    from airflow.sdk import dag, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task

LOG = logging.getLogger(__name__)


def ask_model(host):
    if host == "model-a":
        raise TimeoutError("model-a did not answer within 5 s")
    return {"A-1001": 0.03, "A-1002": None}


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
def fraud_scores():
    @task
    def score_orders():
        try:
            ask_model("model-a")
        except TimeoutError:
            LOG.exception("model-a is down, asking model-b")
        scores = ask_model("model-b")
        try:
            open("/srv/cache/scores.json", "w")
        except OSError:
            LOG.exception("scores are not cached")
        suspicious = [order for order, score in scores.items() if score > 0.9]
        print(f"{len(suspicious)} suspicious orders")

    @task
    def hold_orders():
        print("held")

    score_orders() >> hold_orders()


fraud_scores()
