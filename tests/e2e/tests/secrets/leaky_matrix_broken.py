"""Fails while it is imported, with secrets in the error. Airflow reads it because it speaks of a dag."""

import json
from pathlib import Path

PLANTS = json.loads(Path(__file__).with_name("leaky_matrix.json").read_text())

raise RuntimeError("\n".join(PLANTS["import_error"].values()))
