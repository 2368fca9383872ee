"""Custom attributes: what their definitions allow, and a member's values as stored, shown and told to rules."""

import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.foundation import encryption, masks
from shuke.rooms.members import models
from shuke.rooms.members.contracts import Attribute, AttributeKind, AttributeValue, Choice, Field, Profile

_CODE = re.compile(r"[a-z][a-z0-9_-]{0,39}").fullmatch
_NAME_LIMIT = 60
_TEXT_LIMIT = 200
_NUMBER_LIMIT = 10**12
_CHOICES_LIMIT = 100
_DAYS = (date(1900, 1, 1), date(2099, 12, 30))
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_TRUE, _FALSE = {"true", "yes", "1", "是"}, {"false", "no", "0", "否"}

Definitions = Mapping[str, Attribute]


def is_code(text: str) -> bool:
    """Say whether a text can be the code of an attribute, a choice or a tag."""
    return _CODE(text) is not None


def changed(before: Attribute | None, wanted: Attribute) -> Attribute:
    """Return the definition as it shall be; choices that members may have stay, new ones follow.

    Raises: Refusal `invalid_attribute_definition`, `attribute_kind_fixed`, `choice_dropped`.
    """
    _check_definition(wanted)
    if before is None:
        return wanted
    if (before.kind, before.personal) != (wanted.kind, wanted.personal):
        raise Refusal(
            "attribute_kind_fixed",
            f"The attribute {before.code} stays of kind {before.kind}, and personal or not as it was defined.",
            pointer="/kind",
            params={"attribute": before.code, "kind": before.kind.value},
        )
    kept = {choice.code for choice in wanted.choices}
    dropped = ", ".join(choice.code for choice in before.choices if choice.code not in kept)
    if dropped:
        raise Refusal(
            "choice_dropped",
            f"Members may have {dropped}; choices are renamed or added, not dropped.",
            pointer="/choices",
            params={"choices": dropped},
        )
    return wanted


def _check_definition(wanted: Attribute) -> None:
    named = [(wanted.code, wanted.name_zh, wanted.name_en)]
    named += [(choice.code, choice.name_zh, choice.name_en) for choice in wanted.choices]
    for code, *names in named:
        if not is_code(code):
            raise _wrong_definition("A code has 1 to 40 lower-case letters, digits, - and _, and begins with a letter.")
        if not all(0 < len(name) <= _NAME_LIMIT and name.isprintable() for name in names):
            raise _wrong_definition(f"A name has 1 to {_NAME_LIMIT} printable characters in each language.")
    codes = [choice.code for choice in wanted.choices]
    least = 1 if wanted.kind is AttributeKind.CHOICE else 0
    most = _CHOICES_LIMIT if wanted.kind is AttributeKind.CHOICE else 0
    if not least <= len(codes) <= most or len(set(codes)) != len(codes):
        raise _wrong_definition(f"An attribute of choice has 1 to {_CHOICES_LIMIT} different choices, others none.")


def _wrong_definition(detail: str) -> Refusal:
    return Refusal("invalid_attribute_definition", detail)


def definition(row: models.AttributeDefinition) -> Attribute:
    """Return a stored definition."""
    choices = tuple(Choice(one["code"], one["zh"], one["en"]) for one in row.choices)
    return Attribute(row.code, row.name_zh, row.name_en, AttributeKind(row.kind), row.personal, row.required, choices)


def parsed(known: Attribute, text: str) -> AttributeValue:
    """Read a value from the text of a file: whole numbers, YYYY-MM-DD or YYYY/M/D, yes or 是, a choice's code or name.

    Raises: Refusal `invalid_attribute`.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    if known.kind is AttributeKind.NUMBER and re.fullmatch(r"[+-]?[0-9]{1,13}", text):
        return int(text)
    if known.kind is AttributeKind.BOOLEAN and text.casefold() in _TRUE | _FALSE:
        return text.casefold() in _TRUE
    if known.kind is AttributeKind.DATE and (found := re.fullmatch(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})", text)):
        return "-".join(part.zfill(2) for part in found.groups())
    if known.kind is AttributeKind.CHOICE:
        return next((one.code for one in known.choices if text in {one.code, one.name_zh, one.name_en}), text)
    return text


def normal(known: Definitions, code: str, value: AttributeValue) -> AttributeValue:
    """Return a value as it is stored, in JSON's types.

    Raises: Refusal `unknown_attribute`, `invalid_attribute`.
    """
    if code not in known:
        raise Refusal(
            "unknown_attribute",
            "No attribute of this code is defined.",
            pointer=f"/attributes/{code}",
            params={"known": ", ".join(known)},
        )
    wanted = known[code]
    checked = _CHECKS[wanted.kind](wanted, value)
    if checked is None:
        raise Refusal(
            "invalid_attribute",
            f"The attribute {code} takes {_TAKES[wanted.kind]}.",
            pointer=f"/attributes/{code}",
            params={"attribute": code, "kind": wanted.kind.value},
        )
    return checked


def _text(_: Attribute, value: AttributeValue) -> str | None:
    if not isinstance(value, str):
        return None
    value = " ".join(unicodedata.normalize("NFC", value).split())
    return value if 0 < len(value) <= _TEXT_LIMIT and value.isprintable() else None


def _number(_: Attribute, value: AttributeValue) -> int | None:
    fits = isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _NUMBER_LIMIT
    return value if fits else None


def _day(_: Attribute, value: AttributeValue) -> str | None:
    try:
        day = date.fromisoformat(value) if isinstance(value, str) and len(value) == len("2017-01-15") else value
    except ValueError:
        return None
    return day.isoformat() if isinstance(day, date) and _DAYS[0] <= day <= _DAYS[1] else None


def _flag(_: Attribute, value: AttributeValue) -> bool | None:
    return value if isinstance(value, bool) else None


def _choice(wanted: Attribute, value: AttributeValue) -> str | None:
    return value if isinstance(value, str) and value in {one.code for one in wanted.choices} else None


_CHECKS = {
    AttributeKind.TEXT: _text,
    AttributeKind.NUMBER: _number,
    AttributeKind.DATE: _day,
    AttributeKind.BOOLEAN: _flag,
    AttributeKind.CHOICE: _choice,
}
_TAKES = {
    AttributeKind.TEXT: "a text of 1 to 200 printable characters",
    AttributeKind.NUMBER: "a whole number of at most 13 digits",
    AttributeKind.DATE: "a date from 1900 to 2099, such as 2017-01-15",
    AttributeKind.BOOLEAN: "true or false",
    AttributeKind.CHOICE: "the code of one of its choices",
}


def put(row: models.Member, changes: Mapping[str, AttributeValue | None], known: Definitions) -> None:
    """Set values in a member's row, None takes one away; personal ones are sealed.

    Raises: Refusal `unknown_attribute`, `invalid_attribute`.
    """
    if not changes:
        return
    clear, sealed = dict(row.attributes), personal_values(row)
    for code, value in changes.items():
        if value is None:
            clear.pop(code, None)
            sealed.pop(code, None)
            continue
        checked = normal(known, code, value)
        (sealed if known[code].personal else clear)[code] = checked
    row.attributes = clear
    seal(row, sealed)


def personal_values(row: models.Member) -> dict[str, AttributeValue]:
    """Return the personal attributes of a member in clear."""
    if row.attributes_sealed is None:
        return {}
    values: dict[str, AttributeValue] = json.loads(encryption.open_sealed(row.attributes_sealed, _context(row.id)))
    return values


def seal(row: models.Member, values: Mapping[str, AttributeValue]) -> None:
    """Put the personal attributes of a member into the row."""
    plain = json.dumps(values, ensure_ascii=False, sort_keys=True)
    row.attributes_sealed = encryption.seal(plain, _context(row.id)) if values else None


def profile(row: models.Member, known: Definitions) -> Profile:
    """Return what pages may show, in the order of the definitions, and what a complete profile lacks."""
    values = {**row.attributes, **{code: masks.name(str(value)) for code, value in personal_values(row).items()}}
    missing = [field.value for field in (Field.NAME, Field.BIRTHDAY) if getattr(row, f"{field}_sealed") is None]
    missing += [code for code, one in known.items() if one.required and code not in values]
    return Profile({code: values[code] for code in known if code in values}, tuple(missing))


def told(values: Mapping[str, AttributeValue], known: Definitions) -> dict[str, int | str]:
    """Return what rules may know: numbers, 0 or 1 for yes and no, days since 1970, codes of choices."""
    found: dict[str, int | str] = {}
    for code, value in values.items():
        kind = known[code].kind
        if kind is AttributeKind.CHOICE:
            found[code] = str(value)
        elif kind is AttributeKind.DATE:
            found[code] = date.fromisoformat(str(value)).toordinal() - _EPOCH_DAY
        elif kind is not AttributeKind.TEXT:
            found[code] = int(value)  # type: ignore[call-overload]  # a number or a flag
    return found


def _context(member_id: UUID) -> str:
    return f"members_member.attributes_sealed:{member_id}"
