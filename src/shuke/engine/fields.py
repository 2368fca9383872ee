"""Reads single fields of a file: words, numbers, choices, each with its own refusal, and collects all refusals.

What could not be read is recorded and has a stand-in (None, or the default), so that one run finds everything that is
wrong. Must not know what a program is made of.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from collections.abc import Sequence as Words
from fractions import Fraction
from typing import TypeVar

from shuke.core.values.errors import Refusal
from shuke.engine.suggestions import decimal_text, nearest, shorten
from shuke.engine.yaml_tree import Mapping as MappingNode
from shuke.engine.yaml_tree import Scalar, Sequence, Value

NAME_LIMIT = 80
CODE_PATTERN = "[a-z][a-z0-9_-]{0,39}"
DECIMAL_PATTERN = r"(0|[1-9][0-9]*)(\.[0-9]+)?"

YES_AND_NO = ("yes", "no", "true", "false")

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

    def unreadable(self, code: str, what: str, scalar: Scalar, examples: Words[str]) -> None:
        """Record that a text is not of the shape that the examples show."""
        suggestion = nearest(scalar.value, examples).get("suggestion", examples[0])
        detail = f"«{scalar.value}» is not a {what}, such as {', '.join(examples[:6])}."
        self.add(code, detail, scalar.place(), found=scalar.value, suggestion=suggestion)

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
        self.problems = problems
        self.start = value.place()
        self._known = known
        kept = _without_rests(value)
        self._values = dict(unique_entries(kept, problems))
        self._keys = {key.value: key for key, _ in kept.entries}
        for name in self._values.keys() - known.keys():
            detail = f"«{name}» is not a key that may stand here."
            problems.add("unknown_key", detail, self._keys[name].place(), found=name, **nearest(name, known))

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def key_place(self, name: str) -> str:
        """Return "line:column" of a key that stands here."""
        return self._keys[name].place()

    def value(self, name: str) -> Value | None:
        """Return the value under a key, or record that it is missing."""
        found = self._values.get(name)
        if found is None:
            example = self._known[name]
            detail = f"«{name}» is missing, such as {name}: {example}."
            self.problems.add("missing_key", detail, self.start, key=name, suggestion=f"{name}: {example}")
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

    def code(self, name: str = "code") -> str | None:
        """Return the code under a key that must stand here."""
        scalar = self.scalar(name)
        return read_code(scalar, self.problems) if scalar else None

    def name(self, otherwise: str | None) -> str:
        """Return what people read; `otherwise`, the code, where nothing is said."""
        scalar = self.optional("name")
        return (read_name(scalar, self.problems) if scalar else otherwise) or ""

    def choice(self, name: str, choices: Words[str], code: str = "unknown_choice") -> str:
        """Return one of some words under a key; the first where nothing is said."""
        scalar = self.optional(name)
        return (read_choice(scalar, choices, code, self.problems) if scalar else None) or choices[0]

    def flag(self, name: str, *, otherwise: bool) -> bool:
        """Return the yes or no under a key that may be missing."""
        scalar = self.optional(name)
        found = read_choice(scalar, YES_AND_NO, "unknown_choice", self.problems) if scalar else None
        return otherwise if found is None else found in YES_AND_NO[::2]

    def decimal(self, name: str, digits: int, limit: int, least: Fraction | int = 0) -> Fraction | None:
        """Return the number under a key that may be missing."""
        scalar = self.optional(name)
        return read_decimal(scalar, digits, limit, self.problems, least) if scalar else None

    def one_of(self, *names: str) -> str | None:
        """Return which one of some keys stands here, or record that none or more than one does."""
        found = [name for name in names if name in self._values]
        if len(found) == 1:
            return found[0]
        listed = ", ".join(names)
        place = self.key_place(found[1]) if found else self.start
        suggestion = f"{names[0]}: {self._known[names[0]]}"
        detail = f"Here stands one of these: {listed}."
        self.problems.add("one_of_these", detail, place, found=listed, suggestion=suggestion)
        return None

    def misplaced(self, name: str, detail: str, suggestion: str) -> None:
        """Record a key that means nothing beside what else stands here."""
        self.problems.add("not_beside", detail, self.key_place(name), found=name, suggestion=suggestion)

    def _as_scalar(self, name: str, value: Value | None) -> Scalar | None:
        if value is None:
            return None
        example = self._known[name]
        if not isinstance(value, Scalar):
            self.problems.wrong_type(value, "text", example)
            return None
        if not value.value.strip():
            place = self._keys[name].place()
            self.problems.add(
                "empty_value", f"«{name}» has no value.", place, key=name, suggestion=f"{name}: {example}"
            )
            return None
        return value


def _without_rests(entry: MappingNode) -> MappingNode:
    """Leave out the keys that are only what a comma cut off the text before them."""
    kept: list[tuple[Scalar, Value]] = []
    cut = False
    for key, value in entry.entries:
        empty = isinstance(value, Scalar) and not value.value
        if not (cut and empty):
            kept.append((key, value))
            cut = isinstance(value, Scalar) and value.is_cut_short
    return MappingNode(entry.source, kept, entry.start)


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
    return check_code(scalar, CODE_PATTERN, "small letters, digits, - and _", problems)


def check_code(scalar: Scalar, pattern: str, holds: str, problems: Problems) -> str | None:
    """Return a code of a pattern, or record what it may hold."""
    if re.fullmatch(pattern, scalar.value):
        return scalar.value
    made = re.sub(r"[^a-z0-9_-]+", "-", scalar.value.lower()).strip("-_0123456789")[:40]
    made = made if re.fullmatch(pattern, made) else made.replace("-", "_")
    detail = f"A code begins with a small letter and holds {holds}, at most 40."
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
    known = {"known": ", ".join(choices)} if 0 < len(choices) <= 8 else {}
    listed = f"; allowed are {known['known']}" if known else ""
    detail = f"«{scalar.value}» is not known here{listed}."
    problems.add(code, detail, scalar.place(), found=scalar.value, **known, **asked)
    return None


def read_decimal(
    scalar: Scalar, digits: int, limit: int, problems: Problems, least: Fraction | int = 0
) -> Fraction | None:
    """Read a number from `least` to `limit` with at most `digits` digits after the point, exactly."""
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
    if value < least:
        enough = decimal_text(Fraction(least), digits)
        detail = f"{written} is too small; at least {enough} is needed."
        problems.add("number_too_small", detail, scalar.place(), found=written, suggestion=enough)
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


def read_mappings(value: Value | None, limit: int, example: str, problems: Problems) -> list[MappingNode]:
    """Return the mappings of a list of 1 to `limit` entries; one mapping alone is a list of one."""
    if value is None:
        return []
    if isinstance(value, MappingNode):
        return [value]
    if not isinstance(value, Sequence):
        problems.wrong_type(value, "list", f"[{example}]")
        return []
    check_count(len(value.entries), limit, value, problems)
    for entry in value.entries:
        if not isinstance(entry, MappingNode):
            problems.wrong_type(entry, "mapping", example)
    return [entry for entry in value.entries[:limit] if isinstance(entry, MappingNode)]


def read_texts(value: Value | None, limit: int, example: str, problems: Problems) -> list[Scalar]:
    """Return the texts of a list of 1 to `limit` entries; one text alone is a list of one."""
    if value is None:
        return []
    if isinstance(value, MappingNode):
        problems.wrong_type(value, "list", example)
        return []
    entries = value.entries if isinstance(value, Sequence) else [value]
    check_count(len(entries), limit, value, problems)
    texts: list[Scalar] = []
    for entry in entries[:limit]:
        if not isinstance(entry, Scalar) or not entry.value.strip():
            problems.wrong_type(entry, "text", example)
        elif entry.value in {text.value for text in texts}:
            detail = f"«{entry.value}» stands here twice."
            problems.add("duplicate_key", detail, entry.place(), key=entry.value)
        else:
            texts.append(entry)
    return texts


def read_entries(value: Value | None, limit: int, example: str, problems: Problems) -> list[tuple[Scalar, Value]]:
    """Return the keys and values of a mapping of 1 to `limit` entries; of a key that stands twice, the first."""
    if value is None:
        return []
    if not isinstance(value, MappingNode):
        problems.wrong_type(value, "mapping", example)
        return []
    check_count(len(value.entries), limit, value, problems)
    keys = {key.value: key for key, _ in reversed(value.entries)}
    return [(keys[name], entry) for name, entry in unique_entries(value, problems)][:limit]


def check_count(count: int, limit: int, value: Value, problems: Problems) -> None:
    """Record that a list or mapping has no entries or more than `limit`."""
    if not 1 <= count <= limit:
        detail = f"Here stand from 1 to {limit} entries; these are {count}."
        problems.add("wrong_count", detail, value.place(), count=count, limit=limit)
