"""What Airflow loads, in every one of its processes: so it is small, and starts nothing.

The endpoint is served where the web server is: by ``asgi`` on Airflow 3, by ``wsgi`` on
Airflow 2.
"""

from __future__ import annotations

from typing import Any

from airflow import __version__ as release
from airflow.plugins_manager import AirflowPlugin

from airvane import PREFIX

IS_AIRFLOW_2 = release.startswith("2.")


class AirvanePlugin(AirflowPlugin):
    """MCP at ``/mcp/v1/`` for every user of this Airflow, each with their own permissions."""

    name = "airvane"

    @property
    def fastapi_apps(self) -> list[dict[str, Any]]:
        """Airflow 3."""
        if IS_AIRFLOW_2:
            return []
        from airvane.asgi import endpoint

        return [{"app": endpoint, "url_prefix": PREFIX, "name": "airvane"}]

    @property
    def flask_blueprints(self) -> list[Any]:
        """Airflow 2. On Airflow 3 a blueprint would have it load Flask."""
        if not IS_AIRFLOW_2:
            return []
        from airvane.wsgi import blueprint

        return [blueprint(PREFIX)]
