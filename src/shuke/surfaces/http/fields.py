"""The field types of the API: bounded texts, strict integers, times. Every schema is made of these.

Bounds of amounts are those of the fact catalogue, so that nothing passes here and overflows in a rule.
"""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from shuke.engine import facts
from shuke.engine.fields import CODE_PATTERN

POINTS_LIMIT = 10**12
PAGE_LIMIT = 200

_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_FIRST_DAY = date(1900, 1, 1)  # of a birthday
_NO_CONTROL = r"^[^\x00-\x1f\x7f]+$"


def _parse_time(value: Any) -> datetime:
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise PydanticCustomError("time_format", "must be a time in RFC 3339 with an offset")
    try:
        instant = datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise PydanticCustomError("time_format", "must be a time in RFC 3339 with an offset") from None
    if not facts.EARLIEST <= instant <= facts.LATEST:
        raise PydanticCustomError("time_range", "must lie between 1970-01-02 and 2099-12-30")
    return instant


def _parse_date(value: Any) -> date:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise PydanticCustomError("date_format", "must be a date like 1990-05-17")
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError("date_format", "must be a date like 1990-05-17") from None
    if not _FIRST_DAY <= day <= facts.LATEST.date():
        raise PydanticCustomError("date_range", "must lie between 1900-01-01 and 2099-12-30")
    return day


def _parse_flag(value: Any) -> bool:
    if value in ("true", True):
        return True
    if value in ("false", False):
        return False
    raise PydanticCustomError("flag", "must be true or false")


def count(value: Any) -> int:
    """Read a whole number of a query string: ASCII digits only."""
    if isinstance(value, int):
        return value
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value):
        return int(value)
    raise PydanticCustomError("int_type", "must be a whole number")


def text(max_length: int, **schema: Any) -> Any:
    """Return the type of a text of 1 to `max_length` characters without control characters."""
    limits = StringConstraints(min_length=1, max_length=max_length, pattern=_NO_CONTROL)
    return Annotated[str, limits, Field(json_schema_extra=schema)]


def integer(low: int, high: int) -> Any:
    """Return the type of a JSON integer within bounds: no string, no fraction, no boolean."""
    return Annotated[int, Field(strict=True, ge=low, le=high)]


Time = Annotated[
    datetime,
    BeforeValidator(_parse_time),
    WithJsonSchema(
        {
            "type": "string",
            "format": "date-time",
            "description": "RFC 3339 with an offset, 1970-01-02 to 2099-12-30 UTC.",
        }
    ),
]
Date = Annotated[
    date,
    BeforeValidator(_parse_date),
    WithJsonSchema({"type": "string", "format": "date", "description": "From 1900-01-01 to 2099-12-30."}),
]
Flag = Annotated[bool, BeforeValidator(_parse_flag), WithJsonSchema({"type": "boolean"})]
PageLimit = Annotated[
    int,
    BeforeValidator(count),
    Field(ge=1, le=PAGE_LIMIT),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": PAGE_LIMIT}),
]
Cursor = text(300, description="The next_cursor of the page before.")
AmountMinor = integer(0, facts.MONEY_LIMIT_MINOR)
Quantity = integer(0, facts.QUANTITY_LIMIT)
Points = integer(1, POINTS_LIMIT)
SignedPoints = Annotated[integer(-POINTS_LIMIT, POINTS_LIMIT), Field(json_schema_extra={"not": {"const": 0}})]
ATTRIBUTES_LIMIT = 50
_NUMBER_LIMIT = 10**9


def _parse_attribute(value: Any) -> Any:
    """Let a text, a whole number or a flag pass; the program says which an attribute must be."""
    if isinstance(value, bool) or (isinstance(value, int) and abs(value) <= _NUMBER_LIMIT):
        return value
    if isinstance(value, float):
        raise PydanticCustomError("int_from_float", "must be a whole number")
    if not isinstance(value, str) or not 0 < len(value) <= facts.TEXT_LIMIT or not re.fullmatch(_NO_CONTROL, value):
        raise PydanticCustomError("string_pattern_mismatch", "must be a text, a whole number, true or false")
    return value


_AttributeValue = Annotated[
    Any,
    BeforeValidator(_parse_attribute),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "minLength": 1, "maxLength": facts.TEXT_LIMIT, "pattern": _NO_CONTROL},
                {"type": "integer", "minimum": -_NUMBER_LIMIT, "maximum": _NUMBER_LIMIT},
                {"type": "boolean"},
            ]
        }
    ),
]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Code = Annotated[str, StringConstraints(pattern=rf"^{CODE_PATTERN}$")]
Attributes = Annotated[
    dict[Code, _AttributeValue],
    Field(max_length=ATTRIBUTES_LIMIT, json_schema_extra={"additionalProperties": False}),  # of other names
]
Source = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
ExternalIdText = text(200)
Label = text(facts.TEXT_LIMIT)


class Body(BaseModel):
    """What a client sends: unknown fields are refused, so that a mistyped name is never silently dropped."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(BaseModel):
    """What the API says."""

    model_config = ConfigDict(extra="forbid")


Instant = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Day = Annotated[str, Field(json_schema_extra={"format": "date"})]


def instant(moment: datetime) -> str:
    """Return RFC 3339 in UTC, to the second where the moment has no fraction."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
