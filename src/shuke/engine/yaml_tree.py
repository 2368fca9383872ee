"""Reads YAML text into a tree of mappings, lists and scalars, every scalar as the text that stands in the file.

Owns places (line and column) and the limits of the file; must not know what a program is.
A plain YAML reader turns 1.25 into a float, `no` into false and 12:30 into 750, so nothing is interpreted here.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from shuke.core.values.errors import Refusal
from shuke.engine.suggestions import shorten

FILE_LIMIT_BYTES = 256 * 1024
DEPTH_LIMIT = 16
ENTRIES_LIMIT = 5_000  # scalars, lists and mappings of one file

_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|\r?\n[ \t]*|.)", re.DOTALL)


class Source:
    """The text of one file, which knows where its characters stand."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._line_starts = [0, *(found.end() for found in _LINE_BREAK.finditer(text))]

    def place(self, index: int) -> str:
        """Return "line:column" of the character at `index`, both counted from 1."""
        line = bisect_right(self._line_starts, index)
        return f"{line}:{index - self._line_starts[line - 1] + 1}"

    def line(self, index: int) -> int:
        """Return the line of the character at `index`, from 1."""
        return bisect_right(self._line_starts, index)


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value as text. `start` and `end` are the indices of what stands for it in the file, quotes included."""

    source: Source
    value: str
    style: str | None  # ' " | > or None for a plain scalar
    start: int
    end: int
    in_flow: bool = False  # between { } or [ ], where a comma ends a plain scalar

    def place(self, offset: int = 0) -> str:
        """Return "line:column" of the character of `value` at `offset`."""
        if self.style is None and "\n" not in self.source.text[self.start : self.end]:
            return self.source.place(self.start + offset)
        return self.source.place(_index_in_file(self, offset))

    @property
    def line(self) -> int:
        return self.source.line(self.start)

    @property
    def is_cut_short(self) -> bool:
        """Tell whether a comma between { and } ended this plain text inside its parentheses."""
        if not self.in_flow or self.style is not None or self.value.count("(") <= self.value.count(")"):
            return False
        return self.source.text[self.end : self.end + 40].lstrip().startswith(",")


@dataclass(frozen=True, slots=True)
class Sequence:
    source: Source
    entries: list["Value"]
    start: int

    def place(self) -> str:
        return self.source.place(self.start)


@dataclass(frozen=True, slots=True)
class Mapping:
    source: Source
    entries: list[tuple[Scalar, "Value"]]
    start: int

    def place(self) -> str:
        return self.source.place(self.start)


Value = Scalar | Sequence | Mapping


def read_tree(text: str | bytes) -> Value:
    """Read one YAML document.

    Raises:
        Refusal: file_too_large, not_utf8, empty_file, yaml_syntax, too_many_entries, nested_too_deep,
            text_needs_quotes, alias_not_allowed, tag_not_allowed, several_documents, key_not_text, each with the
            place as "line:column".
    """
    decoded = _decode(text)
    source = Source(decoded)
    builder = _Builder(source)
    try:
        for event in _events(decoded):
            builder.take(event)
    except MarkedYAMLError as error:
        if builder.cut is not None:
            raise cut_short(builder.cut) from error
        mark = error.problem_mark or error.context_mark
        detail = " ".join((error.problem or error.context or "the file is not valid YAML").split())
        place = source.place(min(mark.index, len(decoded))) if mark is not None else "1:1"
        raise _refuse("yaml_syntax", f"This is not valid YAML: {detail}.", place, problem=detail) from error
    except ReaderError as error:
        detail = "a character that YAML does not allow"
        position = error.position if isinstance(error.position, int) else 0
        raise _refuse("yaml_syntax", f"This is {detail}.", source.place(position), problem=detail) from error
    except (YAMLError, ValueError, OverflowError, AssertionError) as error:  # the parser trips over odd directives
        detail = "a value that YAML does not allow"
        place = source.place(builder.reached)
        raise _refuse("yaml_syntax", f"Here stands {detail}.", place, problem=detail) from error
    if builder.root is None or (isinstance(builder.root, Scalar) and not builder.root.value.strip()):
        raise _refuse("empty_file", "The file is empty.", "1:1")
    return builder.root


def cut_short(scalar: Scalar) -> Refusal:
    """Return the refusal of a text that a comma ended inside its parentheses."""
    detail = "Between { and } a comma ends the text; put the whole text in double quotes."
    suggestion = f'"{shorten(scalar.value, 110)}, …"'
    return _refuse("text_needs_quotes", detail, scalar.place(), found=shorten(scalar.value), suggestion=suggestion)


def _decode(text: str | bytes) -> str:
    size = len(text) if isinstance(text, bytes) else len(text.encode("utf-8", "surrogatepass"))
    if size > FILE_LIMIT_BYTES:
        raise _refuse(
            "file_too_large",
            f"The file has {size} bytes; a program has at most {FILE_LIMIT_BYTES}.",
            "1:1",
            size=size,
            limit=FILE_LIMIT_BYTES,
        )
    if isinstance(text, bytes):
        encoded = text
        try:
            text = encoded.decode("utf-8")
        except UnicodeDecodeError as error:
            before = encoded[: error.start].decode("utf-8")
            place = Source(before).place(len(before))
            raise _refuse("not_utf8", "The file is not UTF-8 text; save it as UTF-8.", place) from error
    return text.removeprefix("\ufeff")


def _events(text: str) -> Iterator[Event]:
    reader = YAML(typ="safe", pure=True)
    yield from reader.parse(text)


class _Builder:
    """Builds the tree from events without recursion, so that no file can exhaust the stack."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.root: Value | None = None
        self.reached = 0  # index of the last event, for errors without a place
        self._open: list[tuple[Sequence | Mapping, Scalar | None]] = []  # with the key that waits for its value
        self._entries = 0
        self._documents = 0
        self.cut: Scalar | None = None  # the last that a comma ended too early
        self._flows = 0  # how many open lists and mappings are written with brackets

    def take(self, event: Event) -> None:
        """Take the next event of the file."""
        start = self.reached = event.start_mark.index
        self._check(event, start)
        if isinstance(event, ScalarEvent):
            scalar = Scalar(self.source, event.value, event.style, start, event.end_mark.index, self._flows > 0)
            self.cut = scalar if scalar.is_cut_short else self.cut
            self._add(scalar)
        elif isinstance(event, SequenceStartEvent | MappingStartEvent):
            self._flows += bool(event.flow_style or self._flows)  # what stands in a flow is one
            kind = Sequence if isinstance(event, SequenceStartEvent) else Mapping
            self._enter(kind(self.source, [], start))
        elif isinstance(event, SequenceEndEvent | MappingEndEvent):
            self._flows -= bool(self._flows)
            self._open.pop()

    def _check(self, event: Event, start: int) -> None:
        place = self.source.place(start)
        if isinstance(event, DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise _refuse("several_documents", "A file holds one program; a second document starts here.", place)
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None) is not None:
            raise _refuse("alias_not_allowed", "Anchors and aliases are not allowed; write the value out.", place)
        if isinstance(event, ScalarEvent | SequenceStartEvent | MappingStartEvent):
            if event.tag not in (None, "!"):
                raise _refuse("tag_not_allowed", "Tags are not allowed; write the plain value.", place)
            self._entries += 1
            if self._entries > ENTRIES_LIMIT:
                raise _refuse(
                    "too_many_entries", f"A file has at most {ENTRIES_LIMIT} values.", place, limit=ENTRIES_LIMIT
                )

    def _enter(self, value: Sequence | Mapping) -> None:
        if len(self._open) >= DEPTH_LIMIT:
            detail = f"The file is nested more than {DEPTH_LIMIT} levels deep."
            raise _refuse("nested_too_deep", detail, value.place(), limit=DEPTH_LIMIT)
        self._add(value)
        self._open.append((value, None))

    def _add(self, value: Value) -> None:
        if not self._open:
            self.root = value
            return
        parent, key = self._open[-1]
        if isinstance(parent, Sequence):
            parent.entries.append(value)
        elif key is not None:
            parent.entries.append((key, value))
            self._open[-1] = (parent, None)
        elif isinstance(value, Scalar):
            self._open[-1] = (parent, value)
        else:
            raise _refuse("key_not_text", "A key is a plain word.", value.place())


def _index_in_file(scalar: Scalar, offset: int) -> int:
    """Find where the character of the value at `offset` stands: skip quotes, escapes, folds and indents."""
    text = scalar.source.text
    index = scalar.start
    if scalar.style in ("'", '"'):
        index += 1
    elif scalar.style in ("|", ">"):
        index = text.find("\n", index) + 1
    for position, character in enumerate(scalar.value):
        if not character.isspace():
            while index < scalar.end and text[index].isspace():
                index += 1
        if position == offset:
            break
        index += _width(text, index, scalar.style)
    return min(index, scalar.end)


def _width(text: str, index: int, style: str | None) -> int:
    """Return how many characters of the file stand for one of the value."""
    if style == "'" and text.startswith("''", index):
        return 2
    if style == '"' and text.startswith("\\", index):
        found = _ESCAPE.match(text, index)
        return len(found.group()) if found else 1
    return 1


def _refuse(code: str, detail: str, place: str, **params: str | int) -> Refusal:
    return Refusal(code, detail, pointer=place, params=params)
