"""OpenAPI documents as plain facts: references resolved, prose dropped, one form of JSON Schema."""

import json

METHODS = ("get", "post", "put", "patch", "delete")
# Words and examples for people: ours are in the catalog's overlay.
PROSE = {"title", "description", "example", "examples", "externalDocs", "discriminator", "xml"}


def compact(schema):
    return json.dumps(schema, separators=(",", ":"), ensure_ascii=False)


class Document:
    def __init__(self, document, prefix=""):
        self.document = document
        self.prefix = prefix

    def operations(self):
        """(METHOD, path below the prefix, raw operation) of every route."""
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method in item:
                    yield method.upper(), path.removeprefix(self.prefix), item, item[method]

    def facts(self):
        return [self.fact(*operation) for operation in self.operations()]

    def fact(self, method, path, item, operation):
        return {
            "method": method,
            "path": path,
            "operation_id": operation["operationId"],
            "parameters": self.parameters(item, operation),
            "body": self.body(operation),
        }

    def parameters(self, item, operation):
        found = {}
        for raw in item.get("parameters", []) + operation.get("parameters", []):
            raw = self.resolve(raw)
            # `Accept` belongs to the request, not to the caller.
            if raw["in"] == "cookie" or raw["name"].lower() == "accept":
                continue
            schema = without_null(self.schema(raw["schema"]))
            tail = raw["in"] == "path" and schema.get("format") == "path"
            if tail:
                del schema["format"]
            found[raw["in"], raw["name"]] = {
                "name": raw["name"],
                "in": "tail" if tail else raw["in"],
                "required": raw.get("required", False),
                "joined": schema.get("type") == "array" and raw.get("explode") is False,
                "fixed": schema.get("const"),
                "schema": compact(schema),
            }
        return list(found.values())

    def body(self, operation):
        body = operation.get("requestBody")
        if body is None:
            return None
        body = self.resolve(body)
        schema = self.schema(body["content"]["application/json"]["schema"], request=True)
        if body.get("required") or "null" in kinds(schema):
            return compact(schema)
        return compact({"anyOf": [schema, {"type": "null"}]})

    def resolve(self, node):
        while "$ref" in node:
            target = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node

    def schema(self, node, request=False, seen=()):
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            if node["$ref"] in seen:
                return {}
            rest = {key: value for key, value in node.items() if key != "$ref"}
            seen = (*seen, node["$ref"])
            return self.schema({**self.resolve(node), **rest}, request, seen)
        inner = lambda value: self.schema(value, request, seen)
        made = {}
        for key, value in node.items():
            if key in PROSE or key in ("nullable", "readOnly", "writeOnly") or key.startswith("x-"):
                continue
            if key == "properties":
                value = {
                    name: inner(child)
                    for name, child in value.items()
                    if not (request and self.resolve(child).get("readOnly"))
                }
            elif key in ("anyOf", "oneOf", "allOf"):
                value = [inner(child) for child in value]
            elif isinstance(value, dict):
                value = inner(value)
            made[key] = value
        made = flat(made)
        if "required" in made:
            made["required"] = [key for key in made["required"] if key in made.get("properties", {key: 0})]
            if not made["required"]:
                del made["required"]
        return with_null(made) if node.get("nullable") else made


def kinds(schema):
    kind = schema.get("type", [])
    found = set([kind] if isinstance(kind, str) else kind)
    for child in schema.get("anyOf", []):
        found |= kinds(child)
    return found


def with_null(schema):
    if isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
        if "enum" in schema and None not in schema["enum"]:
            schema["enum"] = [*schema["enum"], None]
        return schema
    return {"anyOf": [schema, {"type": "null"}]}


def without_null(schema):
    """A query string has no null: leaving the parameter out is the same."""
    if isinstance(schema.get("type"), list):
        kept = [kind for kind in schema["type"] if kind != "null"]
        schema["type"] = kept[0] if len(kept) == 1 else kept
    if "enum" in schema:
        schema["enum"] = [value for value in schema["enum"] if value is not None]
    if "anyOf" in schema:
        schema["anyOf"] = [child for child in schema["anyOf"] if child != {"type": "null"}]
        schema = flat(schema)
    if schema.get("default", 0) is None:
        del schema["default"]
    return schema


def flat(schema):
    """`allOf` of objects becomes one object; `anyOf` of a type and null becomes a nullable type."""
    parts = schema.get("allOf")
    if parts is not None:
        merged = {key: value for key, value in schema.items() if key != "allOf"}
        for part in parts:
            for key, value in part.items():
                if key == "properties":
                    merged[key] = {**merged.get(key, {}), **value}
                elif key == "required":
                    merged[key] = merged.get(key, []) + [x for x in value if x not in merged.get(key, [])]
                else:
                    merged.setdefault(key, value)
        return merged
    choices = schema.get("anyOf")
    if choices is None:
        return schema
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    real = [choice for choice in choices if choice != {"type": "null"}]
    if len(real) == 1 and len(choices) == 1:
        return {**real[0], **rest}
    if len(real) == 1 and isinstance(real[0].get("type"), str):
        return with_null({**real[0], **rest})
    return schema
