"""A program file as a form: its parts as cards of fields, each with its path in the file and what is wrong there.

Knows nothing of what a program means: what stands in the file is what is shown, so form and file are always the same.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shuke.core.values.errors import Refusal
from shuke.engine import yaml_tree
from shuke.engine.file_earning import RULE_KEYS
from shuke.engine.file_ladders import LADDER_KEYS, LEVEL_KEYS
from shuke.engine.file_units import UNIT_KEYS
from shuke.engine.yaml_tree import Scalar, Value, read_tree

SECTIONS: tuple[tuple[str, str | Promise], ...] = (
    ("", _("The program")),
    ("units", _("Units")),
    ("tiers", _("Tiers")),
    ("earn", _("What is earned")),
    ("groups", _("Groups of rules")),
    ("milestones", _("Milestones")),
    ("offers", _("Offers")),
    ("stored_value", _("Stored value")),
    ("cases", _("Test cases")),
)
LABELS: Mapping[str, str | Promise] = {
    "name": pgettext_lazy("thing", "Name"),
    "currency": _("Currency"),
    "time_zone": _("Time zone"),
    "base": _("Base amount"),
    "value": _("Value of one"),
    "round": _("Rounding"),
    "scale": _("Decimal places"),
    "after": _("Lasts"),
    "end_of": _("To the end of"),
    "supply": _("Most that may be issued"),
    "measure": _("Measure"),
    "validity": _("Validity"),
    "grace": _("Grace"),
    "from": _("Threshold"),
    "keep": _("Threshold to keep it"),
    "multiplier": _("Multiplier"),
    "when": _("Condition"),
    "points": _("Points"),
    "multiply": _("Factor"),
    "unit": _("Unit"),
    "group": _("Group"),
    "priority": _("Priority"),
    "upgrade": _("Moving up"),
    "downgrade": _("Moving down"),
    "country": _("Country whose holidays count"),
    "spendable": _("Members can use it"),
    "pending": _("Usable after"),
    "units.at": _("Rounded by"),
    "cases.at": _("When"),
    "before.at": _("When"),
    "member.tier": _("Tier before"),
    "member.joined": _("Joined"),
    "member.birthday": _("Birthday"),
    "member.tags": _("Tags"),
    "order.net": _("Net amount"),
    "order.gross": _("Amount before discounts"),
    "order.store": _("Store"),
    "order.channel": _("Channel"),
    "items.net": _("Net amount"),
    "items.quantity": _("Pieces"),
    "items.category": _("Category"),
    "items.sku": _("Article"),
    "cases.behaviour": _("Behaviour"),
    "behaviour.kind": _("Behaviour"),
    "cases.tier": _("Tier afterwards"),
}
EXPRESSIONS = frozenset({"when", "points", "multiply", "measure", "keep_measure", "keep_when", "base", "lines", "gets"})
_ADDABLE = {"units": UNIT_KEYS, "levels": LEVEL_KEYS, "tiers": LADDER_KEYS, "earn": RULE_KEYS}
_TEXT_KEYS = frozenset({"shuke", "program", "code", "ladder"})  # what names a part stays as it is in the form


@dataclass
class Field:
    """A text of the file."""

    path: str  # JSON
    label: str | Promise
    value: str
    is_expression: bool
    wrong: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        """What the page calls it; the same after every edit, so that the focus stays."""
        return "f" + self.path.encode().hex()


@dataclass
class Card:
    """A part of the file: a unit, a ladder, a level, a rule."""

    title: str
    path: str
    fields: list[Field]
    removable: bool
    addable: list[str]


@dataclass
class Section:
    """The parts of one key of the file; `adds` are the paths of lists to which entries are added, and their kinds."""

    code: str
    title: str | Promise
    cards: list[Card]
    adds: list[tuple[str, str]] = field(default_factory=list)


def sections(text: str, faults: Sequence[tuple[Refusal, str]]) -> list[Section]:
    """Return the form of a file, with each fault (and its sentence) at its field; a file that is no YAML has none."""
    try:
        tree = read_tree(text)
    except Refusal:
        return []
    if not isinstance(tree, yaml_tree.Mapping):
        return []
    wrong = _by_place(faults)
    top = {key.value: value for key, value in tree.entries}
    found = []
    for code, title in SECTIONS:
        if code == "":
            own = [(key, each) for key, each in top.items() if isinstance(each, Scalar)]
            fields = [_field([key], key, each, wrong) for key, each in own if key not in _TEXT_KEYS]
            found.append(Section("program", title, [Card("", "[]", fields, False, [])]))
        elif code in top:
            found.append(_section(code, title, top[code], wrong))
    return found


def _section(code: str, title: str | Promise, value: Value, wrong: "_Wrong") -> Section:
    section = Section(code, title, [])
    if code == "tiers":
        ladders = _entries(value)
        for step, ladder in ladders:
            path: list[str | int] = ["tiers", *([] if step is None else [step])]
            own = [(key.value, each) for key, each in ladder.entries if key.value != "levels"]
            section.cards.append(_card(path, _title(ladder), own, "tiers", wrong, removable=len(ladders) > 1))
            levels = next((each for key, each in ladder.entries if key.value == "levels"), None)
            for place, level in _entries(levels):
                at = [*path, "levels", *([] if place is None else [place])]
                pairs = [(key.value, each) for key, each in level.entries]
                section.cards.append(_card(at, _title(level), pairs, "levels", wrong, removable=place is not None))
            section.adds.append((json.dumps([*path, "levels"]), "level"))
    elif code == "units" and isinstance(value, yaml_tree.Mapping):
        for key, unit in value.entries:
            pairs = [(each.value, said) for each, said in unit.entries] if isinstance(unit, yaml_tree.Mapping) else []
            section.cards.append(_card(["units", key.value], key.value, pairs, "units", wrong, removable=False))
    elif isinstance(value, yaml_tree.Sequence):
        for place, entry in _entries(value):
            pairs = [(key.value, each) for key, each in entry.entries]
            path = [code, *([] if place is None else [place])]
            section.cards.append(_card(path, _title(entry), pairs, code, wrong, removable=True))
        if code == "earn":
            section.adds.append((json.dumps([code]), "rule"))
    elif isinstance(value, yaml_tree.Mapping):
        pairs = [(key.value, each) for key, each in value.entries]
        section.cards.append(_card([code], "", pairs, code, wrong, removable=False))
    return section


def _entries(value: Value | None) -> list[tuple[int | None, yaml_tree.Mapping]]:
    """Return the mappings of a list with their places; one mapping alone has none."""
    if isinstance(value, yaml_tree.Mapping):
        return [(None, value)]
    listed = value.entries if isinstance(value, yaml_tree.Sequence) else []
    return [(place, each) for place, each in enumerate(listed) if isinstance(each, yaml_tree.Mapping)]


def _card(
    path: list[str | int], title: str, pairs: list[tuple[str, Value]], kind: str, wrong: "_Wrong", *, removable: bool
) -> Card:
    fields = [
        each for key, value in pairs if key not in _TEXT_KEYS for each in _fields([*path, key], key, value, wrong)
    ]
    here = {key for key, _ in pairs}
    addable = [key for key in _ADDABLE.get(kind, ()) if key not in here | {"levels", "caps", "colour"}]
    return Card(title, json.dumps(path), fields, removable, addable)


def _fields(path: list[str | int], key: str, value: Value, wrong: "_Wrong") -> Iterator[Field]:
    if isinstance(value, Scalar):
        yield _field(path, key, value, wrong)
    elif isinstance(value, yaml_tree.Mapping):
        for inner, each in value.entries:
            yield from _fields([*path, inner.value], inner.value, each, wrong)
    else:
        for place, each in enumerate(value.entries):
            yield from _fields([*path, place], key, each, wrong)


def _field(path: list[str | int], key: str, value: Scalar, wrong: "_Wrong") -> Field:
    return Field(json.dumps(path), _label(path, key), value.value, key in EXPRESSIONS, wrong.of(value))


def _label(path: Sequence[str | int], key: str) -> str | Promise:
    """Name a field: a key may mean another thing in another part, or in another section."""
    inside = [each for each in path if isinstance(each, str)]
    parts = (inside[-2:-1] or [""])[0], inside[0]
    named = (LABELS[name] for part in parts if (name := f"{part}.{key}") in LABELS)
    return next(named, LABELS.get(key, key))


def _title(entry: yaml_tree.Mapping) -> str:
    said = {key.value: value.value for key, value in entry.entries if isinstance(value, Scalar)}
    return said.get("code") or said.get("ladder") or ""


class _Wrong:
    """Sentences of faults by line and column."""

    def __init__(self) -> None:
        self.places: list[tuple[int, int, str]] = []

    def of(self, value: Scalar) -> list[str]:
        """Return what is wrong within a text."""
        line, column = (int(each) for each in value.place().split(":"))
        width = value.end - value.start
        return [said for at, where, said in self.places if at == line and column <= where <= column + width]


def _by_place(faults: Sequence[tuple[Refusal, str]]) -> _Wrong:
    wrong = _Wrong()
    for fault, said in faults:
        line, _colon, column = (fault.pointer or "1:1").partition(":")
        if line.isdecimal():
            wrong.places.append((int(line), int(column or 1), said))
    return wrong
