"""As much of JSON Schema 2020-12 as schema.json uses; a keyword that is not known here is an error, not a pass."""

from __future__ import annotations

import re
from typing import Any

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
WORDS = {"$schema", "title", "description", "$defs"}


def problems(value: Any, schema: dict[str, Any], root: dict[str, Any], at: str = "$") -> list[str]:
    """Where `value` differs from the schema."""
    found: list[str] = []
    for keyword, wanted in schema.items():
        if keyword in WORDS or (keyword == "required" and not isinstance(value, dict)):
            continue
        found += [f"{at}{where}" for where in CHECKS[keyword](value, wanted, root, schema, at)]
    return found


def _properties(value: Any, wanted: Any, root: Any, schema: Any, at: str) -> list[str]:
    if not isinstance(value, dict):
        return []
    return [
        one for name, part in wanted.items() if name in value for one in problems(value[name], part, root, f".{name}")
    ]


def _more(value: Any, wanted: Any, root: Any, schema: Any, at: str) -> list[str]:
    strange = [name for name in value if name not in schema.get("properties", {})] if isinstance(value, dict) else []
    if wanted is False:
        return [f": {name} is not foreseen" for name in strange]
    return [one for name in strange for one in problems(value[name], wanted, root, f".{name}")]


def _any_of(value: Any, wanted: Any, root: Any, schema: Any, at: str) -> list[str]:
    return [] if any(not problems(value, one, root) for one in wanted) else [": none of anyOf"]


def _ref(value: Any, wanted: Any, root: Any, schema: Any, at: str) -> list[str]:
    return problems(value, root["$defs"][wanted.removeprefix("#/$defs/")], root, "")


CHECKS: dict[str, Any] = {
    "type": lambda value, wanted, *_: [] if isinstance(value, TYPES[wanted]) else [f": no {wanted}"],
    "const": lambda value, wanted, *_: [] if value == wanted else [f": not {wanted}"],
    "enum": lambda value, wanted, *_: [] if value in wanted else [f": {value} is none of {wanted}"],
    "pattern": lambda value, wanted, *_: [] if re.search(wanted, value) else [f": {value} is no {wanted}"],
    "minLength": lambda value, wanted, *_: [] if len(value) >= wanted else [": too short"],
    "minItems": lambda value, wanted, *_: [] if len(value) >= wanted else [": too few"],
    "required": lambda value, wanted, *_: [f": {name} is missing" for name in wanted if name not in value],
    "items": lambda value, wanted, root, *_: [
        one for place, item in enumerate(value) for one in problems(item, wanted, root, f"[{place}]")
    ],
    "properties": _properties,
    "additionalProperties": _more,
    "anyOf": _any_of,
    "$ref": _ref,
}
