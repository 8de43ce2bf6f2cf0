"""Prints what Airflow 2 knows of its own REST API: its OpenAPI document and what each route asks.

Runs in the environment of the Airflow it describes; imports its endpoints, starts nothing.
"""

import contextlib
import importlib
import inspect
import json
import pathlib
import sys

with contextlib.redirect_stdout(sys.stderr):
    import airflow.api_connexion
    import yaml
    from airflow.api_connexion import security
    from airflow.providers.fab.auth_manager import fab_auth_manager as fab
    from airflow.security import permissions
    from schema import Document

source = pathlib.Path(airflow.api_connexion.__file__).parent / "openapi" / "v1.yaml"
document = Document(yaml.safe_load(source.read_text()))

ACTION = {"POST": "can create", "GET": "can read", "PUT": "can edit", "DELETE": "can delete"}
RESOURCE = {
    "configuration": permissions.RESOURCE_CONFIG,
    "connection": permissions.RESOURCE_CONNECTION,
    "dataset": permissions.RESOURCE_DATASET,
    "pool": permissions.RESOURCE_POOL,
    "variable": permissions.RESOURCE_VARIABLE,
}


def closed(function):
    cells = [cell.cell_contents for cell in function.__closure__ or ()]
    return dict(zip(function.__code__.co_freevars, cells))


def nested(code):
    """A function's code and that of the functions it makes."""
    yield code
    for constant in code.co_consts:
        if inspect.iscode(constant):
            yield from nested(constant)


# `functools.wraps` hides which decorator made a wrapper everywhere but in its code.
GUARDS = {
    code: name
    for name, function in vars(security).items()
    if name.startswith("requires_access")
    for code in nested(function.__code__)
}


def asks(wrapper, path):
    """What one decorator of `airflow.api_connexion.security` asks for, as FAB's roles name it."""
    name = GUARDS[wrapper.__code__].removeprefix("requires_access_")
    held = closed(wrapper)
    if name == "dag":
        held = closed(held["_is_authorized_callback"])
        method, entity = held["method"], held["access_entity"]
        if entity is None:
            return [f"{ACTION[method]} on {permissions.RESOURCE_DAG}"]
        # FAB wants a named DAG itself too: read to look, edit to change.
        on_dag = f"{ACTION['GET' if method == 'GET' else 'PUT']} on {permissions.RESOURCE_DAG}"
        wanted = fab._MAP_DAG_ACCESS_ENTITY_TO_FAB_RESOURCE_TYPE[entity]
        return [on_dag] * ("{dag_id}" in path) + [f"{ACTION[method]} on {name}" for name in wanted]
    if name == "view":
        return [f"can read on {fab._MAP_ACCESS_VIEW_TO_FAB_RESOURCE_TYPE[held['access_view']]}"]
    if name == "custom_view":
        return [f"{ACTION[held['method']]} on {held['resource_name']}"]
    return [f"{ACTION[held['method']]} on {RESOURCE[name]}"]


def permission(function, path):
    found, layer = [], function
    while layer is not None:
        if layer.__code__ in GUARDS:
            found += [asked for asked in asks(layer, path) if asked not in found]
        inner, layer = layer, getattr(layer, "__wrapped__", None)
    return found or delegated(inner, path)


def delegated(function, path):
    """Some endpoints only call another one, which has the decorator."""
    if "func" in closed(function):
        return permission(closed(function)["func"], path)
    found = []
    for name in set(function.__code__.co_names) - {function.__name__}:
        target = function.__globals__.get(name)
        if inspect.isfunction(target) and target.__module__ == function.__module__:
            found += permission(target, path)
        elif inspect.ismodule(target) and hasattr(target, function.__name__):
            found += permission(getattr(target, function.__name__), path)
    return found


facts = document.facts()
for fact, (_, _, item, operation) in zip(facts, document.operations()):
    controller = operation.get("x-openapi-router-controller", item.get("x-openapi-router-controller"))
    endpoint = getattr(importlib.import_module(controller), operation["operationId"])
    fact["permission"] = ", ".join(permission(endpoint, fact["path"]))
json.dump(facts, sys.stdout)
