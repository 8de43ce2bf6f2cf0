"""Prints the routes and parameters of OpenAPI documents of older releases: `since.py 2.4=DIR …`.

Each directory holds an unpacked Airflow package, whose document is read as it was shipped.
"""

import json
import pathlib
import sys

import yaml
from schema import Document

SHIPPED = {
    "2": ("airflow/api_connexion/openapi/v1.yaml", ""),
    "3": ("airflow/api_fastapi/core_api/openapi/v2-rest-api-generated.yaml", "/api/v2"),
}


def read(release, directory):
    place, prefix = SHIPPED[release[0]]
    text = (pathlib.Path(directory) / place).read_text()
    document = Document(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)), prefix)
    return {
        f"{method} {path}": [parameter["name"] for parameter in document.parameters(item, operation)]
        for method, path, item, operation in document.operations()
    }


json.dump({release: read(release, at) for release, at in (a.split("=", 1) for a in sys.argv[1:])}, sys.stdout)
