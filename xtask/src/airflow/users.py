"""Creates the users of AIRVANE_USERS, a JSON object of passwords by name: the role, and -2 for a second."""

import contextlib
import json
import os


@contextlib.contextmanager
def security_manager():
    try:
        from airflow.www.app import cached_app
    except ImportError:  # Airflow 3, with FAB's provider
        from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder
        from airflow.providers_manager import ProvidersManager

        ProvidersManager().initialize_providers_configuration()
        with get_application_builder() as builder:
            yield builder.sm
        return
    app = cached_app()
    with app.app_context():
        yield app.appbuilder.sm


with security_manager() as manager:
    manager.sync_roles()
    for name, password in json.loads(os.environ["AIRVANE_USERS"]).items():
        role = manager.find_role(name.split("-")[0].capitalize())
        if not manager.find_user(username=name) and not manager.add_user(
            name, name, "Airvane", f"{name}@example.com", role, password=password
        ):
            raise SystemExit(f"user {name} was not created")
