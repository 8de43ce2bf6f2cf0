"""Fails while it is imported, and puts a password into the error that Airflow keeps of it.

Airflow reads this file because it speaks of a dag; the password comes from `secrets.toml`.
"""

import tomllib
from pathlib import Path

PLANTS = tomllib.loads(Path(__file__).with_name("secrets.toml").read_text())["plant"]

for plant in PLANTS:
    if plant["place"] == "import_error":
        raise ConnectionError("".join(plant["text"]).replace("<value>", "".join(plant["parts"])))
