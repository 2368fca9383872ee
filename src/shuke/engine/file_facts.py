"""Reads what a program declares for its rules to ask: where it applies, attributes, behaviours.

Must not know how rules ask it.
"""

from shuke.core.program.ir import Kind
from shuke.core.program.model import Attribute, Behaviour
from shuke.engine.facts import FACTS, RESERVED_ATTRIBUTES, TEXT_LIMIT
from shuke.engine.fields import (
    Fields,
    Problems,
    check_code,
    read_choice,
    read_code,
    read_decimal,
    read_entries,
    read_name,
    read_texts,
)
from shuke.engine.yaml_tree import Mapping, Scalar, Sequence, Value

ATTRIBUTES_LIMIT = 20  # of orders, of lines, of one behaviour
BEHAVIOURS_LIMIT = 60
SCOPE_LIMIT = 1_000  # brands or stores
TEXTS_LIMIT = 1_000  # that a text fact may be
NUMBER_LIMIT = 10**9
DEFAULT_LIMIT = 10**6  # of a number that says no bounds
TYPES = ("number", "text", "flag")
ORDER = "order"
TEXTS_EXAMPLE = "[red, blue]"

Texts = tuple[tuple[str, tuple[str, ...]], ...]  # facts and the only texts that they may be

SCOPE_KEYS = {"brands": "[main]", "stores": "[S01]"}
ATTRIBUTES_KEYS = {"order": "{promo_code: text}", "item": "{colour: text}"}
ATTRIBUTE_KEYS = {"type": "number", "from": "0", "to": "100"}
BEHAVIOURS_EXAMPLE = "{review: {rating: number}}"


def read_scope(value: Value | None, problems: Problems) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Read the brands and stores whose orders are decided; () for all."""
    if value is None:
        return (), ()
    if not isinstance(value, Mapping):
        problems.wrong_type(value, "mapping", "{stores: [S01]}")
        return (), ()
    fields = Fields(value, SCOPE_KEYS, problems)
    brands, stores = (_codes_of_places(fields, key) for key in SCOPE_KEYS)
    return brands, stores


def read_attributes(
    value: Value | None, problems: Problems
) -> tuple[tuple[Attribute, ...], tuple[Attribute, ...], Texts]:
    """Read the attributes of orders and of their lines, and which texts facts of the catalogue may be."""
    if value is None:
        return (), (), ()
    if not isinstance(value, Mapping):
        problems.wrong_type(value, "mapping", "{order: {promo_code: text}}")
        return (), (), ()
    fields = Fields(value, ATTRIBUTES_KEYS, problems)
    order, item = (_attributes(fields.optional_value(key), key, problems) for key in ATTRIBUTES_KEYS)
    named = {f"order.{each.code}": each.texts for each in order} | {f"item.{each.code}": each.texts for each in item}
    return _own("order", order), _own("item", item), tuple((name, named[name]) for name in named if name in FACTS)


def read_behaviours(value: Value | None, problems: Problems) -> tuple[Behaviour, ...]:
    """Read the behaviours of a program, by code: a name, or attributes with an optional name."""
    entries = read_entries(value, BEHAVIOURS_LIMIT, BEHAVIOURS_EXAMPLE, problems)
    return tuple(_behaviour(key, entry, problems) for key, entry in entries)


def _codes_of_places(fields: Fields, key: str) -> tuple[str, ...]:
    texts = read_texts(fields.optional_value(key), SCOPE_LIMIT, SCOPE_KEYS[key], fields.problems)
    return tuple(text.value for text in texts if _fits(text, fields.problems))


def _fits(text: Scalar, problems: Problems) -> bool:
    fits = len(text.value) <= TEXT_LIMIT
    if not fits:
        detail = f"A text has at most {TEXT_LIMIT} characters."
        problems.add("text_too_long", detail, text.place(), limit=TEXT_LIMIT)
    return fits


def _behaviour(key: Scalar, value: Value, problems: Problems) -> Behaviour:
    code = read_code(key, problems) or ""
    if code == ORDER:
        _taken(key, "order", problems)
    if isinstance(value, Scalar):
        name = read_name(value, problems) if value.value else None
        return Behaviour(code, name or code, ())
    if not isinstance(value, Mapping):
        problems.wrong_type(value, "mapping", "{rating: number}")
        return Behaviour(code, code, ())
    name_of = next((entry for word, entry in value.entries if word.value == "name"), None)
    others = Mapping(value.source, [pair for pair in value.entries if pair[0].value != "name"], value.start)
    name = read_name(name_of, problems) if isinstance(name_of, Scalar) and name_of.value else None
    attributes = _attributes(others, "event", problems) if others.entries else ()
    return Behaviour(code, name or code, attributes)


def _own(owner: str, attributes: tuple[Attribute, ...]) -> tuple[Attribute, ...]:
    """Leave out what is a fact of the catalogue."""
    return tuple(each for each in attributes if each.code not in RESERVED_ATTRIBUTES[owner])


def _attributes(value: Value | None, owner: str, problems: Problems) -> tuple[Attribute, ...]:
    found = []
    for key, entry in read_entries(value, ATTRIBUTES_LIMIT, "{colour: text}", problems):
        code = check_code(key, "[a-z][a-z0-9_]{0,39}", "small letters, digits and _", problems)
        if key.value in RESERVED_ATTRIBUTES[owner] and not _is_listed(f"{owner}.{key.value}", entry):
            _taken(key, f"{owner}.{key.value}", problems)
        found.append(_attribute(code or "", entry, problems))
    return tuple(found)


def _is_listed(name: str, value: Value) -> bool:
    """Tell whether a text of the catalogue that sources write is given its values."""
    fact = FACTS.get(name)
    written = fact is not None and fact.kind is Kind.TEXT and not name.endswith(".holiday")
    return written and isinstance(value, Sequence) and name.partition(".")[0] != "event"


def _attribute(code: str, value: Value, problems: Problems) -> Attribute:
    if isinstance(value, Sequence):
        texts = read_texts(value, TEXTS_LIMIT, TEXTS_EXAMPLE, problems)
        return Attribute(code, "text", texts=tuple(text.value for text in texts if _fits(text, problems)))
    if isinstance(value, Scalar):
        found = read_choice(value, TYPES, "unknown_choice", problems)
        return _typed(code, found or "flag", (0, DEFAULT_LIMIT))
    fields = Fields(value, ATTRIBUTE_KEYS, problems)
    kind = fields.choice("type", TYPES)
    lo, hi = (_bound(fields, key, otherwise) for key, otherwise in (("from", 0), ("to", DEFAULT_LIMIT)))
    if lo > hi:
        detail = f"The bounds {lo} to {hi} hold nothing."
        problems.add("wrong_range", detail, fields.start, suggestion=f"from: {hi}, to: {lo}")
    if kind != "number" and ("from" in fields or "to" in fields):
        detail = "Only a number has bounds."
        problems.add("wrong_range", detail, fields.start, suggestion="type: number")
    return _typed(code, kind, (lo, hi))


def _typed(code: str, kind: str, bounds: tuple[int, int]) -> Attribute:
    return Attribute(code, kind, *bounds) if kind == "number" else Attribute(code, kind)


def _bound(fields: Fields, key: str, otherwise: int) -> int:
    scalar = fields.optional(key)
    if scalar is None:
        return otherwise
    negative = scalar.value.startswith("-")
    written = Scalar(scalar.source, scalar.value.removeprefix("-"), scalar.style, scalar.start, scalar.end)
    value = read_decimal(written, 0, NUMBER_LIMIT, fields.problems)
    return int(value or 0) * (-1 if negative else 1)


def _taken(key: Scalar, name: str, problems: Problems) -> None:
    detail = f"«{name}» is there already and means something else."
    problems.add("name_taken", detail, key.place(), found=key.value, suggestion=f"{key.value[:36]}_own")
