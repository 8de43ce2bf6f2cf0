"""A partner delivers a file every morning, and today it does not.

The sensor gives up. Beside it a task succeeds that logs an error of its own:
it is old, known and harmless.
"""

import logging
from datetime import datetime
from pathlib import Path

try:
    from airflow.sdk import dag, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task

LOG = logging.getLogger(__name__)


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
def partner_files():
    @task
    def check_archive():
        LOG.error("archive volume is 91 percent full, see OPS-311")

    @task.sensor(poke_interval=1, timeout=3, mode="poke")
    def wait_for_file():
        path = Path("/srv/partners/acme/catalogue.csv")
        LOG.info("looking for %s", path)
        return path.exists()

    @task
    def load_catalogue():
        print("catalogue loaded")

    check_archive()
    wait_for_file() >> load_catalogue()


partner_files()
