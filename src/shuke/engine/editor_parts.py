"""The small parts that the JSON Schema of a program file is made of: codes, numbers, durations, lists.

Must not know which key holds which of them.
"""

from typing import Any

from shuke.engine.fields import CODE_PATTERN, DECIMAL_PATTERN, NAME_LIMIT
from shuke.engine.spans import DURATION_EXAMPLES, END_EXAMPLES
from shuke.engine.tokens import LENGTH_LIMIT

Schema = dict[str, Any]

PARTS: Schema = {
    "code": {"type": "string", "pattern": f"^{CODE_PATTERN}$"},
    "name": {"type": "string", "minLength": 1, "maxLength": NAME_LIMIT},
    "flag": {"enum": ["yes", "no", True, False]},  # an editor that reads YAML 1.1 takes `yes` for true
    "duration": {
        "type": "string",
        "pattern": "^[1-9][0-9]{0,4} (day|week|month|quarter|half year|year)s?$",
        "examples": list(DURATION_EXAMPLES),
    },
    "end_of": {
        "description": "Rounded up to the end of the period in which it lies.",
        "type": "string",
        "examples": list(END_EXAMPLES),
    },
    "number": {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": f"^{DECIMAL_PATTERN}$"}]},
}


def ref(name: str) -> Schema:
    """Return the schema that stands under a name in `$defs`."""
    return {"$ref": f"#/$defs/{name}"}


CODE, NAME, FLAG, DURATION, END_OF = (ref(name) for name in ("code", "name", "flag", "duration", "end_of"))


def obj(properties: Schema, required: tuple[str, ...] = ()) -> Schema:
    """Return the schema of a mapping with these keys and no others."""
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def keyed(description: str, entry: Schema, limit: int) -> Schema:
    """Return the schema of a mapping from codes to entries of one kind."""
    return {
        "description": description,
        "type": "object",
        "propertyNames": CODE,
        "minProperties": 1,
        "maxProperties": limit,
        "additionalProperties": entry,
    }


def listed(entry: Schema, limit: int) -> Schema:
    """Return the schema of one mapping, or a list of 1 to `limit`."""
    return either(entry, {"type": "array", "minItems": 1, "maxItems": limit, "items": entry})


def either(*choices: Schema) -> Schema:
    """Return the schema of what any of some describes."""
    return {"anyOf": list(choices)}


def decimal(description: str) -> Schema:
    """Return the schema of a number from 0, which may be written as text."""
    return {"description": description, **ref("number")}


def expression(description: str, example: str) -> Schema:
    """Return the schema of a text of a rule."""
    return {"description": description, "type": ["string", "number"], "maxLength": LENGTH_LIMIT, "examples": [example]}


def text(description: str, *examples: str) -> Schema:
    """Return the schema of a text that only the loader can read."""
    return {"description": description, "type": "string", "examples": list(examples)}


def texts(limit: int, description: str, *examples: str) -> Schema:
    """Return the schema of one text, or a list of 1 to `limit`."""
    one: Schema = {"type": "string", "minLength": 1}
    many: Schema = {"type": "array", "minItems": 1, "maxItems": limit, "items": one}
    return {"description": description, **either(one, many), "examples": list(examples)}


ROUNDED: tuple[Schema, Schema] = (DURATION, obj({"after": DURATION, "end_of": END_OF}, ("after",)))
