"""Reads a program file into a Program: the one door from YAML text to the typed model.

Owns the shape of the file and finds everything that is wrong with it in one run. Must not know how a program is
compiled or stored. `engine.editor_schema` publishes the same shape for editors.
"""

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from zoneinfo import available_timezones

from shuke.core.program.ir import Node, Windowed
from shuke.core.program.model import EarnRule, Expiry, Ladder, Level, Period, Program, Unit
from shuke.core.state.slots import LEVELS_MAX, UNITS_MAX
from shuke.core.values.currencies import CURRENCY_DIGITS
from shuke.core.values.errors import Refusal
from shuke.engine.expressions import Vocabulary, read_condition, read_measure, read_number
from shuke.engine.facts import MULTIPLIER_LIMIT
from shuke.engine.fields import (
    Fields,
    Problems,
    check_unique,
    read_choice,
    read_code,
    read_decimal,
    read_name,
    unique_entries,
)
from shuke.engine.spans import DURATION_EXAMPLES, VALIDITY_EXAMPLES, read_duration, read_validity
from shuke.engine.suggestions import nearest
from shuke.engine.yaml_tree import Mapping, Scalar, Sequence, Value, cut_short, read_tree

VERSION = "1"
ROUNDINGS = ("floor", "ceil", "half_up", "half_even")
PERIODS = {"month": Period.MONTH, "quarter": Period.QUARTER, "year": Period.YEAR}
RULES_LIMIT = 200
SCALE_LIMIT = 6
MULTIPLIER_DIGITS = 6
THRESHOLD_LIMIT = 10**9
VALUE_LIMIT = 10**6
VALUE_DIGITS = 6
UNKNOWN_DIGITS = 9  # of a currency that could not be read: no amount is refused for its digits

_PROGRAM_KEYS = {
    "shuke": VERSION,
    "program": "grocer",
    "name": "Grocer",
    "currency": "CNY",
    "time_zone": "Asia/Shanghai",
    "units": "{points: {round: floor}}",
    "tiers": "{ladder: main}",
    "earn": "[{code: spend, unit: points, points: order.net}]",
}
_UNIT_KEYS = {"scale": "0", "round": "floor", "at": "order", "value": "0.01", "expiry": "{after: 12 months}"}
_EXPIRY_KEYS = {"after": "12 months", "end_of": "month"}
_LADDER_KEYS = {
    "ladder": "main",
    "measure": "SPEND('this year')",
    "validity": "12 months",
    "levels": "[{code: base, from: 0}]",
}
_LEVEL_KEYS = {"code": "gold", "name": "Gold", "from": "1500", "multiplier": "1.5"}
_RULE_KEYS = {"code": "spend", "unit": "points", "when": "order.net >= 100", "points": "order.net * tier.multiplier"}


RuleReader = Callable[[str, Vocabulary, Callable[[int], str]], Node]


class ProgramErrors(Exception):
    """Everything that is wrong with a program file; each refusal points at "line:column"."""

    def __init__(self, refusals: tuple[Refusal, ...]) -> None:
        super().__init__("; ".join(f"{refusal.pointer}: {refusal.detail}" for refusal in refusals))
        self.refusals = refusals


def load_program(text: str | bytes) -> Program:
    """Read a program file.

    Raises:
        ProgramErrors: with every refusal that was found, in the order of the file; nothing else is ever raised for
            a text, whatever it holds. The codes are listed in docs/reference/program.md.
    """
    problems = Problems()
    tree = problems.catch(lambda: read_tree(text))
    program = None
    if isinstance(tree, Mapping):
        program = _ProgramReader(tree, problems).read()
    elif tree is not None:
        problems.wrong_type(tree, "mapping", "shuke: 1")
    if program is None or problems.found:
        raise ProgramErrors(tuple(sorted(problems.found, key=_position)))
    return program


def _position(refusal: Refusal) -> tuple[int, int]:
    line, _, column = (refusal.pointer or "1:1").partition(":")
    return int(line), int(column)


@cache
def time_zones() -> frozenset[str]:
    """Return the names of the time zones that a program may have."""
    return frozenset(name for name in available_timezones() if name == "UTC" or "/" in name)


def _without_rests(entry: Mapping) -> Mapping:
    """Leave out the keys that are only what a comma cut off the text before them."""
    kept: list[tuple[Scalar, Value]] = []
    cut = False
    for key, value in entry.entries:
        empty = isinstance(value, Scalar) and not value.value
        if not (cut and empty):
            kept.append((key, value))
            cut = isinstance(value, Scalar) and value.is_cut_short
    return Mapping(entry.source, kept, entry.start)


def _with_quotes(scalar: Scalar, refused: Refusal) -> Refusal:
    """Where a whole rule is one quoted word, say that YAML took the quotes away."""
    if refused.code != "unknown_fact" or scalar.style is None or refused.params.get("found") != scalar.value:
        return refused
    detail = f"{refused.detail} YAML took the quotes of this text away; a text of a rule has its own."
    params = {"suggestion": f"\"'{scalar.value}'\""} | refused.params
    return Refusal(refused.code, detail, pointer=refused.pointer, params=params)


class _ProgramReader:
    """Reads one file. A part that could not be read is None; its problem is recorded."""

    def __init__(self, tree: Mapping, problems: Problems) -> None:
        self._problems = problems
        self._fields = Fields(tree, _PROGRAM_KEYS, problems)
        self._vocabulary = Vocabulary(UNKNOWN_DIGITS, ())

    def read(self) -> Program | None:
        problems = self._problems
        version = self._fields.scalar("shuke")
        if version is not None:
            read_choice(version, (VERSION,), "unknown_version", problems)
        code = self._code(self._fields, "program")
        name = self._name(self._fields, code)
        currency = self._choice("currency", tuple(CURRENCY_DIGITS), "unknown_currency")
        time_zone = self._choice("time_zone", tuple(sorted(time_zones())), "unknown_time_zone")
        digits = CURRENCY_DIGITS[currency] if currency else UNKNOWN_DIGITS
        self._vocabulary = Vocabulary(digits, ())
        ladder = self._ladder()
        units = self._units()
        earn = self._earn(units)
        if problems.found or not (code and name and currency and time_zone):
            return None
        known = tuple(unit for unit in units.values() if unit is not None)
        return Program(code, name, currency, digits, time_zone, known, ladder, earn)

    def _code(self, fields: Fields, key: str) -> str | None:
        scalar = fields.scalar(key)
        return read_code(scalar, self._problems) if scalar else None

    def _name(self, fields: Fields, code: str | None) -> str | None:
        scalar = fields.optional("name")
        return read_name(scalar, self._problems) if scalar else code

    def _choice(self, key: str, choices: tuple[str, ...], refusal: str) -> str | None:
        scalar = self._fields.scalar(key)
        return read_choice(scalar, choices, refusal, self._problems) if scalar else None

    def _list(self, value: Value | None, limit: int, example: str) -> list[Mapping]:
        """Return the mappings of a list of 1 to `limit` entries; record what is none."""
        problems = self._problems
        if value is None:
            return []
        if not isinstance(value, Sequence):
            problems.wrong_type(value, "list", example)
            return []
        if not value.entries or len(value.entries) > limit:
            detail = f"Here stand from 1 to {limit} entries; these are {len(value.entries)}."
            problems.add("wrong_count", detail, value.place(), count=len(value.entries), limit=limit)
        for entry in value.entries:
            if not isinstance(entry, Mapping):
                problems.wrong_type(entry, "mapping", example.strip("[]"))
        return [entry for entry in value.entries[:limit] if isinstance(entry, Mapping)]

    # Units

    def _units(self) -> dict[str, Unit | None]:
        """Return the units by code; None for one with a problem, so that rules may still name it."""
        value = self._fields.value("units")
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            self._problems.wrong_type(value, "mapping", _PROGRAM_KEYS["units"])
            return {}
        if not 1 <= len(value.entries) <= UNITS_MAX:
            detail = f"Here stand from 1 to {UNITS_MAX} units; these are {len(value.entries)}."
            self._problems.add("wrong_count", detail, value.place(), count=len(value.entries), limit=UNITS_MAX)
        for key, _ in value.entries:
            read_code(key, self._problems)
        return {code: self._unit(code, entry) for code, entry in unique_entries(value, self._problems)}

    def _unit(self, code: str, value: Value) -> Unit | None:
        problems = self._problems
        if isinstance(value, Scalar) and not value.value:
            return Unit(code, 0, "floor", None, None)
        if not isinstance(value, Mapping):
            problems.wrong_type(value, "mapping", "{round: floor}")
            return None
        fields = Fields(value, _UNIT_KEYS, problems)
        scale, rounding, worth = (fields.optional(key) for key in ("scale", "round", "value"))
        places = read_decimal(scale, 0, SCALE_LIMIT, problems) if scale else Fraction(0)
        mode = read_choice(rounding, ROUNDINGS, "unknown_rounding", problems) if rounding else "floor"
        at = fields.optional("at")
        if at is not None:
            read_choice(at, ("order",), "unknown_level_of_rounding", problems)
        money = read_decimal(worth, VALUE_DIGITS, VALUE_LIMIT, problems) if worth else None
        expiry = self._expiry(fields.optional_value("expiry"))
        return Unit(code, int(places), mode, money, expiry) if places is not None and mode else None

    def _expiry(self, value: Value | None) -> Expiry | None:
        problems = self._problems
        if value is None or (isinstance(value, Scalar) and value.value == "none"):
            return None
        if not isinstance(value, Mapping):
            problems.wrong_type(value, "mapping", _UNIT_KEYS["expiry"])
            return None
        fields = Fields(value, _EXPIRY_KEYS, problems)
        after, end_of = fields.scalar("after"), fields.optional("end_of")
        period = read_choice(end_of, tuple(PERIODS), "unknown_period", problems) if end_of else None
        if after is None:
            return None
        duration = read_duration(after.value)
        if duration is None:
            self._unreadable("bad_duration", "duration", after, DURATION_EXAMPLES)
            return None
        months, days = duration
        return Expiry(months, days, PERIODS[period] if period else Period.NONE)

    def _unreadable(self, code: str, what: str, scalar: Scalar, examples: tuple[str, ...]) -> None:
        suggestion = nearest(scalar.value, examples).get("suggestion", examples[0])
        detail = f"«{scalar.value}» is not a {what}, such as {', '.join(examples)}."
        self._problems.add(code, detail, scalar.place(), found=scalar.value, suggestion=suggestion)

    # Tiers

    def _ladder(self) -> Ladder | None:
        problems = self._problems
        value = self._fields.optional_value("tiers")
        if value is None:
            return None
        if not isinstance(value, Mapping):
            problems.wrong_type(value, "mapping", _PROGRAM_KEYS["tiers"])
            return None
        fields = Fields(value, _LADDER_KEYS, problems)
        code = self._code(fields, "ladder")
        measure_text, validity_text = fields.scalar("measure"), fields.scalar("validity")
        measure = None
        if measure_text is not None:
            text = measure_text
            measure = problems.catch(lambda: read_measure(text.value, self._vocabulary, text.place))
        validity = read_validity(validity_text.value) if validity_text else None
        if validity is None and validity_text is not None:
            self._unreadable("bad_validity", "validity", validity_text, VALIDITY_EXAMPLES)
        levels = self._levels(fields.value("levels"), measure)
        if code is None or measure is None or validity is None:
            return None
        return Ladder(code, measure, validity, levels)

    def _levels(self, value: Value | None, measure: Windowed | None) -> tuple[Level, ...]:
        problems = self._problems
        digits = 0 if measure is not None and measure.measure == "ORDERS" else self._vocabulary.currency_digits
        levels: list[Level] = []
        codes: list[tuple[str, Scalar]] = []
        previous: Fraction | None = None
        for entry in self._list(value, LEVELS_MAX, _LADDER_KEYS["levels"]):
            fields = Fields(entry, _LEVEL_KEYS, problems)
            code_text, from_text, times = fields.scalar("code"), fields.scalar("from"), fields.optional("multiplier")
            code = read_code(code_text, problems) if code_text else None
            name = self._name(fields, code)
            threshold = read_decimal(from_text, digits, THRESHOLD_LIMIT, problems) if from_text else None
            multiplier = read_decimal(times, MULTIPLIER_DIGITS, MULTIPLIER_LIMIT, problems) if times else Fraction(1)
            if from_text is not None and threshold is not None:
                self._check_rise(previous, threshold, from_text)
                previous = max(threshold, previous or Fraction(0))
            if code_text is not None and code is not None:
                codes.append((code, code_text))
                if name is not None and threshold is not None and multiplier is not None:
                    levels.append(Level(code, name, threshold, multiplier))
        check_unique(codes, problems)
        self._vocabulary = Vocabulary(self._vocabulary.currency_digits, tuple(code for code, _ in codes))
        return tuple(levels)

    def _check_rise(self, previous: Fraction | None, threshold: Fraction, scalar: Scalar) -> None:
        if previous is None and threshold != 0:
            detail = f"The lowest level begins at 0, not at {scalar.value}."
            self._problems.add("tiers_overlap", detail, scalar.place(), found=scalar.value, suggestion="0")
        elif previous is not None and threshold <= previous:
            after = str(int(previous) + 1)
            detail = f"Levels rise: {scalar.value} must be more than the level before, such as {after}."
            self._problems.add("tiers_overlap", detail, scalar.place(), found=scalar.value, suggestion=after)

    # Rules

    def _earn(self, units: dict[str, Unit | None]) -> tuple[EarnRule, ...]:
        problems = self._problems
        rules: list[EarnRule] = []
        codes: list[tuple[str, Scalar]] = []
        for entry in self._list(self._fields.value("earn"), RULES_LIMIT, _PROGRAM_KEYS["earn"]):
            fields = Fields(_without_rests(entry), _RULE_KEYS, problems)
            code_text, unit_text, when_text = fields.scalar("code"), fields.scalar("unit"), fields.optional("when")
            points_text = fields.scalar("points")
            code = read_code(code_text, problems) if code_text else None
            unit = read_choice(unit_text, tuple(units), "unknown_unit", problems) if unit_text else None
            when = self._rule_text(when_text, read_condition)
            points = self._rule_text(points_text, read_number)
            if code_text is not None and code is not None:
                codes.append((code, code_text))
                if unit is not None and points is not None and points_text is not None:
                    line = entry.source.line(entry.start)
                    rules.append(EarnRule(code, unit, when, points, line, points_text.place()))
        check_unique(codes, problems)
        return tuple(rules)

    def _rule_text(self, scalar: Scalar | None, read: RuleReader) -> Node | None:
        if scalar is None:
            return None
        if scalar.is_cut_short:
            self._problems.found.append(cut_short(scalar))
            return None
        try:
            return read(scalar.value, self._vocabulary, scalar.place)
        except Refusal as refused:
            self._problems.found.append(_with_quotes(scalar, refused))
            return None
