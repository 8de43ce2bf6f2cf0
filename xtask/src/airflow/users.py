"""Creates one user for each role named in AIRVANE_USERS, a JSON object of passwords by role."""

import json
import os

from airflow.www.app import cached_app

app = cached_app()
with app.app_context():
    manager = app.appbuilder.sm
    manager.sync_roles()
    for role, password in json.loads(os.environ["AIRVANE_USERS"]).items():
        found = manager.find_role(role.capitalize())
        if not manager.find_user(username=role) and not manager.add_user(
            role, role, "Airvane", f"{role}@example.com", found, password=password
        ):
            raise SystemExit(f"user {role} was not created")
