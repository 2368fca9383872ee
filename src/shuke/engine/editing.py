"""Edits a program file by its parts: only the characters concerned change, so comments, order and spacing stay.

Each edit is written where it belongs, read again, and kept only where the file then says exactly what was meant; what
can't be written so is left to whoever edits the text.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from shuke.core.values.errors import Refusal
from shuke.engine import yaml_tree
from shuke.engine.yaml_tree import Scalar, Value, read_tree

Path = Sequence[str | int]
_IN_FLOW = re.compile(r"[\w./][\w ./<>=*+()'-]*(?<! )|\d{4}-\d\d-\d\d \d\d:\d\d")
_PLAIN = re.compile(r"[\w./<>=*+(\[][^#:\n\r\t\"'{}]*", re.ASCII)


def plain(value: Value) -> Any:
    """Return a tree as dicts, lists and texts."""
    if isinstance(value, Scalar):
        return value.value
    if isinstance(value, yaml_tree.Sequence):
        return [plain(each) for each in value.entries]
    return {key.value: plain(each) for key, each in value.entries}


def set_text(text: str, path: Path, value: str) -> str:
    """Return the file with another text at a path of keys and places; a key that is not there yet is put in.

    Raises:
        Refusal: `edit_by_hand`, and what reading the file refuses.
    """
    tree = read_tree(text)
    wanted = _changed(plain(tree), path, lambda parent, last: parent.__setitem__(last, value))
    found = _at(tree, path)
    if isinstance(found, Scalar):
        end = "\n" if text[found.start : found.end].endswith("\n") else ""  # of a text over several lines
        return _first(
            (f"{text[: found.start]}{each}{end}{text[found.end :]}" for each in _written(value, found.style)), wanted
        )
    parent = _at(tree, path[:-1])
    if not isinstance(parent, yaml_tree.Mapping):
        raise _by_hand()
    return _first(_with_key(text, parent, str(path[-1]), value), wanted)


def remove(text: str, path: Path) -> str:
    """Return the file without a key, or without an entry of a list.

    Raises:
        Refusal: `edit_by_hand`, and what reading the file refuses.
    """
    tree = read_tree(text)
    wanted = _changed(plain(tree), path, lambda parent, last: parent.__delitem__(last))
    parent, found = _at(tree, path[:-1]), _at(tree, path)
    if found is None or parent is None:
        raise _by_hand()
    start = found.start
    if isinstance(parent, yaml_tree.Mapping):
        start = next(key.start for key, each in parent.entries if each is found)
    return _first(_without(text, start, _last(found)), wanted)


def add_entry(text: str, path: Path, entry: Mapping[str, str]) -> str:
    """Return the file with one more entry at the end of a list.

    Raises:
        Refusal: `edit_by_hand`, and what reading the file refuses.
    """
    tree = read_tree(text)
    listed = _at(tree, path)
    if not isinstance(listed, yaml_tree.Sequence) or not listed.entries:
        raise _by_hand()
    wanted = _changed(plain(tree), [*path, 0], lambda parent, _: parent.append(dict(entry)))
    said = in_flow(entry)
    before = listed.entries[-1]
    return _first(_after(text, before.start, _last(before), said), wanted)


def add_case(text: str, case: Mapping[str, Any]) -> str:
    """Return the file with one more test case, of dicts, lists and texts.

    Raises:
        Refusal: `edit_by_hand`, and what reading the file refuses.
    """
    tree, entry = read_tree(text), in_flow(case)
    wanted = plain(tree)
    listed = _at(tree, ["cases"])
    if listed is None:
        wanted["cases"] = [dict(case)]
        return _first(iter([f"{text.rstrip()}\n\ncases:\n  - {entry}\n"]), wanted)
    if not isinstance(listed, yaml_tree.Sequence) or not listed.entries:
        raise _by_hand()
    wanted["cases"].append(dict(case))
    before = listed.entries[-1]
    return _first(_after(text, before.start, _last(before), entry), wanted)


def _changed(value: Any, path: Path, change: Callable[[Any, Any], None]) -> Any:
    """Return what the file shall say."""
    parent = value
    try:
        for step in path[:-1]:
            parent = parent[step]
        change(parent, path[-1])
    except (KeyError, IndexError, TypeError) as error:
        raise _by_hand() from error
    return value


def _at(tree: Value, path: Path) -> Value | None:
    found: Value | None = tree
    for step in path:
        if isinstance(found, yaml_tree.Mapping):
            found = next((each for key, each in found.entries if key.value == step), None)
        elif isinstance(found, yaml_tree.Sequence) and isinstance(step, int) and step < len(found.entries):
            found = found.entries[step]
        else:
            return None
    return found


def _first(tried: Iterator[str], wanted: Any) -> str:
    """Return the first way of writing it after which the file says what is wanted."""
    for text in tried:
        try:
            if plain(read_tree(text)) == wanted:
                return text
        except Refusal:
            continue
    raise _by_hand()


def _written(value: str, style: str | None) -> Iterator[str]:
    """Yield ways of writing a text: as it was quoted, plainly, in double quotes."""
    if style == "'":
        yield "'" + value.replace("'", "''") + "'"
    if style != '"' and _PLAIN.fullmatch(value):
        yield value
    yield json.dumps(value, ensure_ascii=False)


def in_flow(value: Any) -> str:
    """Write dicts, lists and texts between braces and brackets, with quotes only where they are needed."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {in_flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(in_flow(each) for each in value) + "]"
    said = str(value)
    return said if _IN_FLOW.fullmatch(said) else json.dumps(said, ensure_ascii=False)


def _with_key(text: str, parent: yaml_tree.Mapping, name: str, value: str) -> Iterator[str]:
    """Yield the file with a key put into a mapping, behind one of its texts."""
    flow = text[parent.start : parent.start + 1] == "{"
    for key, found in reversed(parent.entries):
        if not isinstance(found, Scalar):
            continue
        for said in _written(value, None):
            if flow:
                yield f"{text[: found.end]}, {name}: {said}{text[found.end :]}"
            else:
                end = _line_end(text, found.end)
                indent = " " * (key.start - _line_start(text, key.start))
                yield f"{text[:end]}\n{indent}{name}: {said}{text[end:]}"


def _after(text: str, start: int, end: int, said: str) -> Iterator[str]:
    """Yield the file with an entry behind another one: on a line of its own, or behind a comma."""
    line = _line_start(text, start)
    dash = text[line:start]
    if dash.strip() == "-":
        for stop in _stops(text, end):
            at = _line_end(text, stop)
            yield f"{text[:at]}\n{dash[: dash.index('-')]}- {said}{text[at:]}"
    for stop in _stops(text, end):
        yield f"{text[:stop]}, {said}{text[stop:]}"


def _without(text: str, start: int, end: int) -> Iterator[str]:
    """Yield the file without what stands from an index to another: its lines, or with its comma."""
    line = _line_start(text, start)
    for stop in _stops(text, end):
        if text[line:start].strip() in ("", "-"):
            yield text[:line] + text[_line_end(text, stop) + 1 :]
        after = re.match(r"\s*,\s*", text[stop:])
        if after:
            yield text[:start] + text[stop + after.end() :]
        before = re.search(r"\s*,\s*$", text[:start])
        if before:
            yield text[: before.start()] + text[stop:]


def _stops(text: str, end: int) -> Iterator[int]:
    """Yield where something may end whose last text ends at an index: there, and behind each bracket that closes."""
    yield end
    for found in re.finditer(r"[ \t\r\n]*[\]}]", text[end : end + 200]):
        if text[end : end + found.end()].strip(" \t\r\n]}"):
            return
        yield end + found.end()


def _last(value: Value) -> int:
    """Return where the last text within a value ends."""
    if isinstance(value, Scalar):
        return value.end
    parts = value.entries if isinstance(value, yaml_tree.Sequence) else [each for _, each in value.entries]
    return max((_last(each) for each in parts), default=value.start + 1)


def _line_start(text: str, index: int) -> int:
    return text.rfind("\n", 0, index) + 1


def _line_end(text: str, index: int) -> int:
    found = text.find("\n", index)
    return len(text) if found < 0 else found


def _by_hand() -> Refusal:
    return Refusal("edit_by_hand", "The file is written so that only its text can be edited here.")
