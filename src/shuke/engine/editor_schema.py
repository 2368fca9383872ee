"""The shape of a program file as JSON Schema, so that an editor completes keys and marks mistakes while typing.

Says what `engine.schema` reads, less what needs the language of rules. `python -m shuke.engine.editor_schema` prints
it; docs/reference/program.schema.json is that text.
"""

import json
import sys
from typing import Any

from shuke.core.state.slots import LEVELS_MAX, UNITS_MAX
from shuke.core.values.currencies import CURRENCY_DIGITS
from shuke.engine.fields import CODE_PATTERN, DECIMAL_PATTERN, NAME_LIMIT
from shuke.engine.schema import (
    MULTIPLIER_DIGITS,
    PERIODS,
    ROUNDINGS,
    RULES_LIMIT,
    SCALE_LIMIT,
    VALUE_DIGITS,
    VERSION,
)
from shuke.engine.spans import DURATION_EXAMPLES, VALIDITY_EXAMPLES
from shuke.engine.tokens import LENGTH_LIMIT

Schema = dict[str, Any]

_CODE: Schema = {"type": "string", "pattern": f"^{CODE_PATTERN}$"}
_NAME: Schema = {"type": "string", "minLength": 1, "maxLength": NAME_LIMIT}
_DURATION: Schema = {
    "type": "string",
    "pattern": "^[1-9][0-9]{0,3} (day|month|year)s?$",
    "examples": list(DURATION_EXAMPLES),
}


def json_schema() -> Schema:
    """Return the JSON Schema (draft 2020-12) of a program file."""
    properties = {
        "shuke": {"description": "Version of the format.", "enum": [int(VERSION), VERSION]},
        "program": {"description": "Code of the program, for ever.", **_CODE},
        "name": {"description": "What people read; the code where it is missing.", **_NAME},
        "currency": {"description": "ISO 4217; one per program.", "enum": sorted(CURRENCY_DIGITS)},
        "time_zone": {
            "description": "IANA name; days begin at its midnight.",
            "type": "string",
            "examples": ["Asia/Shanghai"],
        },
        "units": {
            "description": "What members collect, by code.",
            "type": "object",
            "propertyNames": _CODE,
            "minProperties": 1,
            "maxProperties": UNITS_MAX,
            "additionalProperties": {"anyOf": [{"type": "null"}, _unit()]},
        },
        "tiers": _ladder(),
        "earn": {
            "description": "What an order earns.",
            "type": "array",
            "minItems": 1,
            "maxItems": RULES_LIMIT,
            "items": _rule(),
        },
    }
    required = ["shuke", "program", "currency", "time_zone", "units", "earn"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Shuke program",
        **_object(properties, required),
    }


def _object(properties: Schema, required: list[str]) -> Schema:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _decimal(description: str) -> Schema:
    written: Schema = {"type": "string", "pattern": f"^{DECIMAL_PATTERN}$"}
    return {"description": description, "anyOf": [{"type": "number", "minimum": 0}, written]}


def _expression(description: str, example: str) -> Schema:
    return {"description": description, "type": ["string", "number"], "maxLength": LENGTH_LIMIT, "examples": [example]}


def _unit() -> Schema:
    expiry = _object({"after": _DURATION, "end_of": {"enum": list(PERIODS)}}, ["after"])
    properties = {
        "scale": {"description": f"Decimal places, 0 to {SCALE_LIMIT}.", "enum": list(range(SCALE_LIMIT + 1))},
        "round": {"description": "How an order's exact sum is rounded, once.", "enum": list(ROUNDINGS)},
        "at": {"description": "Where it is rounded.", "enum": ["order"]},
        "value": _decimal(f"What one unit is worth, in money; at most {VALUE_DIGITS} decimals."),
        "expiry": {"description": "How long points can be used.", "anyOf": [{"const": "none"}, expiry]},
    }
    return _object(properties, [])


def _ladder() -> Schema:
    level = {
        "code": _CODE,
        "name": _NAME,
        "from": _decimal("The measure from which the level begins: 0, then rising."),
        "multiplier": _decimal(f"What rules read as tier.multiplier; at most {MULTIPLIER_DIGITS} decimals."),
    }
    properties = {
        "ladder": _CODE,
        "measure": _expression("What is measured: SPEND('…') or ORDERS('…').", "SPEND('this year')"),
        "validity": {"description": "How long a level holds.", "type": "string", "examples": list(VALIDITY_EXAMPLES)},
        "levels": {"type": "array", "minItems": 1, "maxItems": LEVELS_MAX, "items": _object(level, ["code", "from"])},
    }
    return {
        "description": "The levels of membership.",
        **_object(properties, ["ladder", "measure", "validity", "levels"]),
    }


def _rule() -> Schema:
    properties = {
        "code": _CODE,
        "unit": _CODE,
        "when": {
            **_expression("The condition; always where it is missing.", "order.net >= 100"),
            "type": ["string", "boolean"],
        },
        "points": _expression("How many units; money counts its major units.", "order.net * tier.multiplier"),
    }
    return _object(properties, ["code", "unit", "points"])


if __name__ == "__main__":
    sys.stdout.write(json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n")
