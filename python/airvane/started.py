"""The server of this process, and what it is told when it starts."""

from __future__ import annotations

import gc
import logging
import os
from functools import lru_cache
from typing import Optional

from airvane._airvane import Service

log = logging.getLogger("airvane")

#: Said to callers, who have not proven yet who they are.
UNUSABLE = b'{"error":"airvane cannot use its settings; the web server\'s log says why"}'


def service() -> Optional[Service]:
    """The server, started by the first call. None if its settings can't be used."""
    try:
        return _service()
    except ValueError as error:
        log.error("airvane cannot use its settings: %s", error)
        return None


@lru_cache(maxsize=None)
def _service() -> Service:
    from airflow import __version__ as release

    service = Service(release, base_url() or None, dict(os.environ), _section())
    # Python's collector goes through all that lives, again and again while there is much to do, and
    # stops everybody meanwhile: with all of Airflow, for half a second. What is there by now stays.
    gc.freeze()
    return service


def base_url() -> str:
    """Where users find the web server, as far as Airflow is told."""
    from airflow.configuration import conf

    from airvane.plugin import IS_AIRFLOW_2

    section = "webserver" if IS_AIRFLOW_2 else "api"
    return str(conf.get(section, "base_url", fallback="") or "")


def _section() -> dict[str, str]:
    """``[airvane]`` of ``airflow.cfg``, and what ``AIRFLOW__AIRVANE__…`` says of it."""
    from airflow.configuration import conf

    prefix = "AIRFLOW__AIRVANE__"
    entries = dict(conf.getsection("airvane") or {})
    for name in os.environ:
        if name.startswith(prefix):
            key = name[len(prefix) :].lower()
            entries[key] = conf.get("airvane", key)
    return {key: str(value) for key, value in entries.items()}
