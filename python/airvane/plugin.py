"""What Airflow loads, in every one of its processes: so it is small, and starts nothing.

The endpoint is served where the web server is: by ``asgi`` on Airflow 3, by ``wsgi`` on
Airflow 2.
"""

from __future__ import annotations

import re
from typing import Any

from airflow import __version__ as release
from airflow.plugins_manager import AirflowPlugin

from airvane import PAGE

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

        # Not at PREFIX: without its last slash that would be left to Airflow's own pages, which
        # answer a POST with 405.
        return [{"app": endpoint, "url_prefix": "/mcp", "name": "airvane"}]

    @property
    def flask_blueprints(self) -> list[Any]:
        """Airflow 2. On Airflow 3 a blueprint would have it load Flask."""
        if not IS_AIRFLOW_2:
            return []
        from airvane.wsgi import blueprint

        return [blueprint()]

    @property
    def external_views(self) -> list[dict[str, Any]]:
        """Airflow 3: the page within its own. Releases before 3.1.1 don't know a browser by its
        cookie, so there the page could only send everybody away."""
        if _release() < (3, 1, 1):
            return []
        # Below the path of the web server, which Airflow's page has as its base.
        return [{"name": "MCP", "href": PAGE[1:], "url_route": "mcp", "destination": "nav"}]

    @property
    def appbuilder_menu_items(self) -> list[dict[str, Any]]:
        """Airflow 2: the page by the name of its route."""
        return [{"name": "MCP", "href": "airvane.page"}] if IS_AIRFLOW_2 else []


def _release() -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", release)[:3])
