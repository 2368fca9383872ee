"""Reads single fields of a file: words, numbers, choices, each with its own refusal, and collects all refusals.

A reader returns None where it has recorded a problem, so that one run finds everything that is wrong.
Must not know what a program is made of.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from fractions import Fraction
from typing import TypeVar

from shuke.core.values.errors import Refusal
from shuke.engine.suggestions import nearest, shorten
from shuke.engine.yaml_tree import Mapping as MappingNode
from shuke.engine.yaml_tree import Scalar, Sequence, Value

NAME_LIMIT = 80
CODE_PATTERN = "[a-z][a-z0-9_-]{0,39}"
DECIMAL_PATTERN = r"(0|[1-9][0-9]*)(\.[0-9]+)?"

_Read = TypeVar("_Read")


class Problems:
    """The refusals found so far in one file."""

    def __init__(self) -> None:
        self.found: list[Refusal] = []

    def add(self, code: str, detail: str, place: str, **params: str | int) -> None:
        """Record a refusal at `place`."""
        short = {name: shorten(value) if isinstance(value, str) else value for name, value in params.items()}
        self.found.append(Refusal(code, shorten(detail, 400), pointer=place, params=short))

    def wrong_type(self, value: Value, wanted: str, suggestion: str) -> None:
        """Record that a mapping, list or text stands where something else is wanted."""
        found = {Scalar: "text", Sequence: "list", MappingNode: "mapping"}[type(value)]
        detail = f"Here a {wanted} must stand, such as {suggestion}; this is a {found}."
        self.add("wrong_type", detail, value.place(), found=found, wanted=wanted, suggestion=suggestion)

    def catch(self, read: Callable[[], _Read]) -> _Read | None:
        """Return what `read` returns, or record its refusal."""
        try:
            return read()
        except Refusal as refusal:
            self.found.append(refusal)
            return None


class Fields:
    """The fields of one mapping. `known` maps each key to an example of its value."""

    def __init__(self, value: MappingNode, known: Mapping[str, str], problems: Problems) -> None:
        self._known = known
        self._problems = problems
        self._place = value.place()
        self._values = dict(unique_entries(value, problems))
        self._keys = {key.value: key for key, _ in value.entries}
        for name in self._values.keys() - known.keys():
            detail = f"«{name}» is not a key that may stand here."
            problems.add("unknown_key", detail, self._keys[name].place(), found=name, **nearest(name, known))

    def value(self, name: str) -> Value | None:
        """Return the value under a key, or record that it is missing."""
        found = self._values.get(name)
        if found is None:
            example = self._known[name]
            detail = f"«{name}» is missing, such as {name}: {example}."
            self._problems.add("missing_key", detail, self._place, key=name, suggestion=f"{name}: {example}")
        return found

    def scalar(self, name: str) -> Scalar | None:
        """Return the text under a key, or record that it is missing, empty or no text."""
        return self._as_scalar(name, self.value(name))

    def optional(self, name: str) -> Scalar | None:
        """Return the text under a key that may be missing."""
        return self._as_scalar(name, self._values.get(name))

    def optional_value(self, name: str) -> Value | None:
        """Return the value under a key that may be missing."""
        return self._values.get(name)

    def _as_scalar(self, name: str, value: Value | None) -> Scalar | None:
        if value is None:
            return None
        example = self._known[name]
        if not isinstance(value, Scalar):
            self._problems.wrong_type(value, "text", example)
            return None
        if not value.value.strip():
            place = self._keys[name].place()
            self._problems.add(
                "empty_value", f"«{name}» has no value.", place, key=name, suggestion=f"{name}: {example}"
            )
            return None
        return value


def unique_entries(value: MappingNode, problems: Problems) -> Iterator[tuple[str, Value]]:
    """Yield the entries of a mapping; a key that stands twice is recorded and its first value kept."""
    seen: set[str] = set()
    for key, entry in value.entries:
        if key.value in seen:
            problems.add("duplicate_key", f"«{key.value}» stands here twice.", key.place(), key=key.value)
        else:
            seen.add(key.value)
            yield key.value, entry


def read_code(scalar: Scalar, problems: Problems) -> str | None:
    """Read a code: small letters, digits, - and _, beginning with a letter."""
    if re.fullmatch(CODE_PATTERN, scalar.value):
        return scalar.value
    made = re.sub(r"[^a-z0-9_-]+", "-", scalar.value.lower()).strip("-_0123456789")[:40]
    detail = "A code begins with a small letter and holds small letters, digits, - and _, at most 40."
    problems.add("bad_code", detail, scalar.place(), found=scalar.value, suggestion=made or "main")
    return None


def read_name(scalar: Scalar, problems: Problems) -> str | None:
    """Read a name that people see."""
    name = " ".join(scalar.value.split())
    if len(name) <= NAME_LIMIT and name.isprintable():
        return name
    detail = f"A name is one line of at most {NAME_LIMIT} characters."
    problems.add("bad_name", detail, scalar.place(), limit=NAME_LIMIT, suggestion=shorten(name, NAME_LIMIT))
    return None


def read_choice(scalar: Scalar, choices: Collection[str], code: str, problems: Problems) -> str | None:
    """Read one of some words; `code` is the refusal's for any other."""
    if scalar.value in choices:
        return scalar.value
    asked = nearest(scalar.value.replace(" ", "_"), choices)
    if len(choices) == 1:
        asked = {"suggestion": next(iter(choices))}
    listed = f"; allowed are {', '.join(choices)}" if len(choices) <= 8 else ""
    problems.add(code, f"«{scalar.value}» is not known here{listed}.", scalar.place(), found=scalar.value, **asked)
    return None


def read_decimal(scalar: Scalar, digits: int, limit: int, problems: Problems) -> Fraction | None:
    """Read a number from 0 to `limit` with at most `digits` digits after the point, exactly."""
    written = scalar.value.strip()
    if not re.fullmatch(DECIMAL_PATTERN, written) or len(written) > 40:
        plain = re.sub(r"[,_ ']", "", written)
        example = plain if re.fullmatch(DECIMAL_PATTERN, plain) and len(plain) <= 40 else "1"
        detail = f"Here a number must stand; «{shorten(written)}» is none."
        problems.add("not_a_number", detail, scalar.place(), found=written, suggestion=example)
        return None
    value = Fraction(written)
    if value > limit:
        detail = f"{written} is too large; at most {limit} is allowed."
        problems.add("number_too_large", detail, scalar.place(), found=written, limit=limit, suggestion=str(limit))
        return None
    if (value * 10**digits).denominator != 1:
        whole, _, rest = written.partition(".")
        cut = f"{whole}.{rest[:digits]}" if digits else whole
        detail = f"{written} has too many digits after the point; {digits} are allowed."
        problems.add("too_many_digits", detail, scalar.place(), found=written, digits=digits, suggestion=cut)
        return None
    return value


def check_unique(codes: Iterable[tuple[str, Scalar]], problems: Problems) -> None:
    """Record every code that stands a second time."""
    seen: set[str] = set()
    for code, scalar in codes:
        if code in seen:
            detail = f"The code «{code}» is used twice."
            problems.add("duplicate_code", detail, scalar.place(), found=code, suggestion=f"{code[:38]}-2")
        seen.add(code)
