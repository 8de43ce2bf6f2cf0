"""Creates one user for each role named in AIRVANE_USERS, a JSON object of passwords by role."""

import json
import os

from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder

with get_application_builder() as builder:
    manager = builder.sm
    manager.sync_roles()
    for role, password in json.loads(os.environ["AIRVANE_USERS"]).items():
        found = manager.find_role(role.capitalize())
        if not manager.find_user(username=role) and not manager.add_user(
            role, role, "Airvane", f"{role}@example.com", found, password=password
        ):
            raise SystemExit(f"user {role} was not created")
