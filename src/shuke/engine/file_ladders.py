"""Reads the ladders of a program: what is measured, how members climb, keep and lose their tiers.

Must not know what a tier gives beyond its multiplier and the life of points.
"""

import re
from collections.abc import Mapping as Mapped
from dataclasses import replace
from fractions import Fraction

from shuke.core.program.ir import Node
from shuke.core.program.model import (
    Downgrade,
    Evaluation,
    Expiry,
    ExpiryKind,
    Ladder,
    Level,
    Unit,
    Validity,
    ValidityKind,
)
from shuke.core.state.slots import LADDERS_MAX, LEVELS_MAX
from shuke.engine.expressions import read_measure, read_standing
from shuke.engine.facts import MULTIPLIER_LIMIT, RESERVED_LADDERS
from shuke.engine.fields import Fields, check_unique, read_choice, read_code, read_entries, read_mappings
from shuke.engine.file_texts import Reading
from shuke.engine.file_units import expiry_fits
from shuke.engine.lifetimes import read_expiry, read_rounded
from shuke.engine.spans import VALIDITY_EXAMPLES, read_validity
from shuke.engine.yaml_tree import Mapping, Scalar, Sequence, Value

MULTIPLIER_DIGITS = 6
THRESHOLD_LIMIT = 10**9
EVALUATIONS = {
    "at once": Evaluation.FACT,
    "daily": Evaluation.DAY,
    "monthly": Evaluation.MONTH,
    "quarterly": Evaluation.QUARTER,
    "yearly": Evaluation.YEAR,
}
DOWNGRADES = {"full": Downgrade.FULL, "one step": Downgrade.ONE, "none": Downgrade.NONE}
RESETS = ("never", "on upgrade")
UPGRADES = ("any", "one step")
FALLS = ("at review", "at once")

_COLOUR = re.compile(r"[0-9a-fA-F]{6}")  # without #, which would begin a comment

LADDER_KEYS = {
    "ladder": "main",
    "name": "Club",
    "measure": "SPEND('this year')",
    "keep_measure": "SPEND('this year')",
    "evaluate": "at once",
    "validity": "12 months",
    "downgrade": "full",
    "grace": "{after: 1 month, end_of: month}",
    "reset": "on upgrade",
    "upgrade": "one step",
    "refunds": "at once",
    "levels": "[{code: base, from: 0}]",
}
LEVEL_KEYS = {
    "code": "gold",
    "name": "Gold",
    "colour": "a87a22",
    "from": "1500",
    "keep": "1000",
    "when": "ORDERS('this year') >= 10",
    "keep_when": "ORDERS('this year') >= 8",
    "multiplier": "1.5",
    "never_down": "yes",
    "expiry": "{points: none}",
}
LADDER_EXAMPLE = "{ladder: main}"


def ladder_entries(value: Value | None, reading: Reading) -> list[Mapping]:
    """Return the ladders of the file: one mapping, or a list of them."""
    return read_mappings(value, LADDERS_MAX, LADDER_EXAMPLE, reading.problems)


def ladder_codes(entries: list[Mapping]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return (code, codes of the levels) of each ladder as far as they stand there, so that any text may name them."""
    return tuple((_text(entry, "ladder"), _codes(entry)) for entry in entries)


def read_ladders(entries: list[Mapping], units: tuple[Unit, ...], reading: Reading) -> tuple[Ladder, ...]:
    """Read the ladders, in the order of the file."""
    ladders = []
    codes: list[tuple[str, Scalar]] = []
    for index, entry in enumerate(entries):
        fields = Fields(entry, LADDER_KEYS, reading.problems)
        text = fields.scalar("ladder")
        code = read_code(text, reading.problems) if text else None
        if text is not None and code is not None:
            codes.append((code, text))
            _check_name(code, text, reading)
        ladders.append(_ladder(code or "", fields, units if index == 0 else (), reading))
    check_unique(codes, reading.problems)
    return tuple(ladders)


def _ladder(code: str, fields: Fields, units: tuple[Unit, ...], reading: Reading) -> Ladder:
    measure = reading.text(fields.optional("measure"), read_measure)
    keep_measure = reading.text(fields.optional("keep_measure"), read_measure)
    measures = {"from": measure, "keep": keep_measure if "keep_measure" in fields else measure}
    missing = () if "measure" in fields else ("from",) if "keep_measure" in fields else ("from", "keep")
    grace = fields.optional_value("grace")
    has_grace = grace is not None and not (isinstance(grace, Scalar) and grace.value == "none")
    levels = _LevelsReader(units, reading, measures, missing).read(fields.value("levels"))
    return Ladder(
        code=code,
        name=fields.name(code),
        measure=measure,
        keep_measure=keep_measure,
        evaluation=EVALUATIONS[fields.choice("evaluate", tuple(EVALUATIONS))],
        validity=_validity(fields),
        downgrade=DOWNGRADES[fields.choice("downgrade", tuple(DOWNGRADES))],
        grace=read_rounded(grace, reading.problems) if grace is not None and has_grace else None,
        resets=fields.choice("reset", RESETS) == "on upgrade",
        one_step=fields.choice("upgrade", UPGRADES) == "one step",
        falls_at_once=fields.choice("refunds", FALLS) == "at once",
        levels=levels,
    )


def _check_name(code: str, text: Scalar, reading: Reading) -> None:
    if code in RESERVED_LADDERS:
        detail = f"«{code}» is a word of the rules; a ladder needs another code."
        reading.problems.add("name_taken", detail, text.place(), found=code, suggestion="main")


def _validity(fields: Fields) -> Validity:
    text = fields.scalar("validity")
    validity = read_validity(text.value) if text else None
    if text is not None and validity is None:
        fields.problems.unreadable("bad_validity", "validity", text, VALIDITY_EXAMPLES)
    return validity or Validity(ValidityKind.FOREVER)


class _LevelsReader:
    """Reads the levels of one ladder, from the lowest.

    `measures` are what `from` and `keep` compare with; `missing` those of them for which the ladder names no measure.
    The levels of the first ladder may date points of `units`.
    """

    def __init__(
        self, units: tuple[Unit, ...], reading: Reading, measures: Mapped[str, Node | None], missing: tuple[str, ...]
    ) -> None:
        self._units = {unit.code: unit for unit in units}
        self._reading = reading
        self._measures = measures
        self._missing = missing
        self._reached: Fraction | None = None  # the threshold of the level before

    def read(self, value: Value | None) -> tuple[Level, ...]:
        problems = self._reading.problems
        levels: list[Level] = []
        codes: list[tuple[str, Scalar]] = []
        for entry in read_mappings(value, LEVELS_MAX, "{code: base, from: 0}", problems):
            fields = Fields(entry, LEVEL_KEYS, problems)
            text = fields.scalar("code")
            code = read_code(text, problems) if text else None
            if text is not None and code is not None:
                codes.append((code, text))
            levels.append(self._level(code or "", fields, first=not levels))
        check_unique(codes, problems)
        return tuple(levels)

    def _level(self, code: str, fields: Fields, *, first: bool) -> Level:
        threshold, when = self._reached_by(fields, first=first)
        keep, keep_when = self._kept_by(fields, first=first)
        multiplier = fields.decimal("multiplier", MULTIPLIER_DIGITS, MULTIPLIER_LIMIT)
        return Level(
            code=code,
            name=fields.name(code),
            colour=self._colour(fields),
            threshold=threshold,
            when=when,
            keep=keep,
            keep_when=keep_when,
            multiplier=Fraction(1) if multiplier is None else multiplier,
            holds=fields.flag("never_down", otherwise=False),
            expiry=self._expiry(fields),
        )

    def _colour(self, fields: Fields) -> str:
        text = fields.optional("colour")
        if text is None:
            return ""
        if _COLOUR.fullmatch(text.value) is None:
            fields.problems.unreadable("bad_colour", "colour of six hex digits", text, (LEVEL_KEYS["colour"],))
            return ""
        return f"#{text.value.lower()}"

    def _reached_by(self, fields: Fields, *, first: bool) -> tuple[Fraction | None, Node | None]:
        """Return the threshold or condition that reaches a level; the first is everybody's."""
        if first and "when" in fields:
            self._first("when", fields)
        if first and "from" not in fields:
            self._reached = Fraction(0)
            return Fraction(0), None
        if fields.one_of("from", "when") == "when":
            return None, self._reading.text(fields.optional("when"), read_standing)
        threshold = self._threshold("from", fields)
        text = fields.optional("from")
        if threshold is not None and text is not None:
            self._check_rise(threshold, text)
            self._reached = max(threshold, self._reached or Fraction(0))
        return threshold, None

    def _kept_by(self, fields: Fields, *, first: bool) -> tuple[Fraction | None, Node | None]:
        """Return the threshold or condition that keeps a level, where it is another than what reaches it."""
        found = [key for key in ("keep", "keep_when") if key in fields]
        if first and found:
            self._first(found[0], fields)
        if not found or fields.one_of("keep", "keep_when") is None:
            return None, None
        if found[0] == "keep_when":
            return None, self._reading.text(fields.optional("keep_when"), read_standing)
        return self._threshold("keep", fields), None

    def _threshold(self, key: str, fields: Fields) -> Fraction | None:
        if key in self._missing and key in fields:
            detail = f"«{key}» compares with the measure of the ladder, and there is none."
            suggestion = "measure: SPEND('this year')"
            fields.problems.add("missing_key", detail, fields.key_place(key), key="measure", suggestion=suggestion)
        return fields.decimal(key, self._reading.threshold_digits(self._measures[key]), THRESHOLD_LIMIT)

    def _first(self, key: str, fields: Fields) -> None:
        detail = "The lowest level is everybody's: it needs no condition and can't be lost."
        fields.problems.add("first_level", detail, fields.key_place(key), found=key, suggestion="from: 0")

    def _check_rise(self, threshold: Fraction, scalar: Scalar) -> None:
        problems, previous = self._reading.problems, self._reached
        if previous is None and threshold != 0:
            detail = f"The lowest level begins at 0, not at {scalar.value}."
            problems.add("tiers_overlap", detail, scalar.place(), found=scalar.value, suggestion="0")
        elif previous is not None and threshold <= previous:
            after = str(int(previous) + 1)
            detail = f"Levels rise: {scalar.value} must be more than the level before, such as {after}."
            problems.add("tiers_overlap", detail, scalar.place(), found=scalar.value, suggestion=after)

    def _expiry(self, fields: Fields) -> tuple[tuple[str, Expiry], ...]:
        value = fields.optional_value("expiry")
        problems = fields.problems
        if value is None:
            return ()
        if not self._units:
            detail = "Only the levels of the first ladder say how long points live."
            problems.add("expiry_of_first_ladder", detail, fields.key_place("expiry"))
            return ()
        found = []
        for key, entry in read_entries(value, len(self._units), LEVEL_KEYS["expiry"], problems):
            code = read_choice(key, tuple(self._units), "unknown_unit", problems)
            if code is not None:
                found.append((code, self._of_unit(self._units[code], entry)))
        return tuple(found)

    def _of_unit(self, unit: Unit, entry: Value) -> Expiry:
        """Read how long points of a unit live at a level; what counts as activity is said by the unit."""
        problems = self._reading.problems
        expiry = read_expiry(entry, None, problems)
        if not expiry_fits(unit.expiry, expiry, of_level=True):
            detail = f"A level may change how long «{unit.code}» lives, not by what it ends."
            problems.add("expiry_kind_fixed", detail, entry.place(), found=unit.code, suggestion="none")
        return replace(expiry, activities=unit.expiry.activities) if expiry.kind is ExpiryKind.IDLE else expiry


def _codes(entry: Mapping) -> tuple[str, ...]:
    levels = next((value for key, value in entry.entries if key.value == "levels"), None)
    listed = levels.entries if isinstance(levels, Sequence) else [levels]
    return tuple(_text(level, "code") for level in listed if isinstance(level, Mapping))


def _text(entry: Mapping, key: str) -> str:
    found = next((value for name, value in entry.entries if name.value == key), None)
    return found.value if isinstance(found, Scalar) else ""
