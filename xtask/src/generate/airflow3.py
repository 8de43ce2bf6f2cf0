"""Prints what Airflow 3 knows of its own REST API: the document it serves and what each route asks.

Runs in the environment of the Airflow it describes; imports its application, starts nothing.
"""

import ast
import contextlib
import inspect
import json
import sys
import textwrap

with contextlib.redirect_stdout(sys.stderr):
    from airflow.api_fastapi.app import create_app
    from fastapi.routing import APIRoute
    from schema import Document

    app = create_app(apps="core")
    document = Document(app.openapi(), "/api/v2")

# What the guards are called in `airflow.api_fastapi.core_api.security`, and what they guard.
ENTITY = {
    "AUDIT_LOG": "audit logs",
    "CODE": "DAG code",
    "DEPENDENCIES": "DAG dependencies",
    "HITL_DETAIL": "human-in-the-loop details",
    "RUN": "DAG runs",
    "TASK": "tasks",
    "TASK_INSTANCE": "task instances",
    "TASK_LOGS": "task logs",
    "VERSION": "DAG versions",
    "WARNING": "DAG warnings",
    "XCOM": "XComs",
}
RESOURCE = {
    "asset": "assets",
    "asset_alias": "asset aliases",
    "backfill": "DAG runs (DagAccessEntity.RUN) of the backfill's DAG",
    "configuration": "configuration",
    "connection": "connections",
    "dag": "DAGs",
    "dag_from_file_token": "the DAGs of the file",
    "event_log": "audit logs (DagAccessEntity.AUDIT_LOG)",
    "pool": "pools",
    "variable": "variables",
}
BULK = {
    "pool_bulk": "pools",
    "connection_bulk": "connections",
    "variable_bulk": "variables",
    "dag_run_bulk": "DAG runs (DagAccessEntity.RUN)",
    "dag_run_clear_bulk": "DAG runs (DagAccessEntity.RUN)",
}


def asks(call):
    """What one guard asks for, in Airflow's words; `None` if the dependency is no guard."""
    name = getattr(call, "__qualname__", "").split(".")[0].removeprefix("requires_")
    if name in ("authenticated", "get_user"):
        return "a valid login"
    if not name.startswith("access_"):
        return None
    name = name.removeprefix("access_")
    cells = [cell.cell_contents for cell in call.__closure__ or ()]
    closed = dict(zip(call.__code__.co_freevars, cells))
    if name == "view":
        view = closed["access_view"].name
        return f"GET on {view.lower().replace('_', ' ')} (AccessView.{view})"
    if name == "dag_run_clear_bulk":
        return f"PUT on {BULK[name]}"
    if name in BULK:
        return f"POST, PUT or DELETE, as the body's actions, on {BULK[name]}"
    entity = closed.get("access_entity")
    if entity is not None:
        return f"{closed['method']} on {ENTITY[entity.name]} (DagAccessEntity.{entity.name})"
    return f"{closed['method']} on {RESOURCE[name]}"


def asks_inside(endpoint):
    """What the endpoint itself asks the auth manager for, after the guards have let it begin."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(endpoint)))
    for test in ast.walk(tree):
        # `if not …is_authorized_x(…): raise`; what only decides how much is shown is not asked for.
        raises = isinstance(test, ast.If) and any(isinstance(line, ast.Raise) for line in test.body)
        call = getattr(test.test, "operand", None) if raises else None
        name = getattr(getattr(call, "func", None), "attr", "").removeprefix("is_authorized_")
        if name not in RESOURCE:
            continue
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        methods = " or ".join(words(given["method"], tree))
        entity = getattr(given.get("access_entity"), "attr", None)
        what = f"{ENTITY[entity]} (DagAccessEntity.{entity})" if entity else RESOURCE[name]
        yield f"{methods} on {what}"


def words(value, tree):
    """The methods an expression can be, through one assignment."""
    if isinstance(value, ast.Name):
        assigned = [
            node.value
            for node in ast.walk(tree)
            if isinstance(node, (ast.Assign, ast.AnnAssign))
            for target in getattr(node, "targets", None) or [node.target]
            if getattr(target, "id", None) == value.id
        ]
        return [word for one in assigned for word in words(one, tree)]
    if isinstance(value, ast.IfExp):
        return words(value.body, tree) + words(value.orelse, tree)
    return [value.value]


def permission(route):
    asked = [asks(dependency.call) for dependency in route.dependant.dependencies]
    found = list(dict.fromkeys([*filter(None, asked), *asks_inside(route.endpoint)]))
    more = [one for one in found if one != "a valid login"]
    return " and ".join(more or found)


routes = {
    (method, route.path_format.removeprefix("/api/v2")): route
    for route in app.routes
    if isinstance(route, APIRoute)
    for method in route.methods
}
facts = document.facts()
for fact in facts:
    route = routes[fact["method"], fact["path"]]
    fact["permission"] = permission(route)
    for parameter in fact["parameters"]:
        if "{%s:path}" % parameter["name"] in route.path:
            parameter["in"] = "tail"
json.dump(facts, sys.stdout)
