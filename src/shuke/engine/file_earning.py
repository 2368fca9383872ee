"""Reads what facts earn: groups, rules and milestones.

Must not know how a rule is compiled.
"""

from fractions import Fraction
from functools import partial

from shuke.core.program.ir import Constant, Kind, Node, Window, WindowKind
from shuke.core.program.model import Cap, Choice, EarnRule, ExpiryKind, Group, Milestone, Unit
from shuke.core.state.slots import MILESTONES_MAX, POINTS_MAX
from shuke.engine.expressions import read_condition, read_measure, read_number
from shuke.engine.fields import Fields, check_unique, read_choice, read_code, read_entries, read_mappings, read_texts
from shuke.engine.file_facts import BEHAVIOURS_LIMIT, ORDER
from shuke.engine.file_texts import Reading, in_fractions
from shuke.engine.file_units import expiry_fits, read_caps
from shuke.engine.lifetimes import read_expiry, read_pending
from shuke.engine.spans import PER_EXAMPLES, read_per
from shuke.engine.yaml_tree import Mapping, Scalar, Value

RULES_LIMIT = 200
GROUPS_LIMIT = 40
PRIORITY_LIMIT = 1_000_000
THRESHOLD_LIMIT = 10**9
TIMES_LIMIT = 10**6

RULE_KEYS = {
    "code": "spend",
    "unit": "points",
    "on": "review",
    "when": "order.net >= 100",
    "points": "order.net * tier.multiplier",
    "multiply": "2",
    "of": "[spend]",
    "group": "promo",
    "priority": "10",
    "expiry": "{after: 30 days}",
    "pending": "{for: 7 days}",
    "caps": "[{per: day, times: 1}]",
}
MILESTONE_KEYS = {
    "code": "ten-orders",
    "unit": "points",
    "measure": "ORDERS('this year')",
    "per": "year",
    "at": "10",
    "every": "10",
    "most": "5",
    "points": "500",
}
GROUPS_EXAMPLE = "{promo: best}"
RULE_EXAMPLE = "{code: spend, unit: points, points: order.net}"
MILESTONE_EXAMPLE = "{code: ten-orders, unit: points, measure: \"ORDERS('this year')\", per: year, at: 10, points: 500}"
CHOICES = {choice.value: choice for choice in (Choice.BEST, Choice.FIRST, Choice.SUM)}
_ONLY_OF_POINTS = ("group", "priority", "expiry", "pending", "caps")


def read_groups(value: Value | None, reading: Reading) -> tuple[Group, ...]:
    """Read the groups of rules, by code."""
    groups = []
    for key, entry in read_entries(value, GROUPS_LIMIT, GROUPS_EXAMPLE, reading.problems):
        code = read_code(key, reading.problems)
        if not isinstance(entry, Scalar):
            reading.problems.wrong_type(entry, "text", "best")
        else:
            choice = read_choice(entry, tuple(CHOICES), "unknown_choice", reading.problems)
            groups.append(Group(code or key.value, CHOICES[choice or "sum"]))
    return tuple(groups)


def read_rules(
    value: Value | None, units: tuple[Unit, ...], groups: tuple[Group, ...], reading: Reading
) -> tuple[tuple[EarnRule, ...], tuple[Cap, ...]]:
    """Read the rules and their caps, in the order of the file."""
    entries = read_mappings(value, RULES_LIMIT, RULE_EXAMPLE, reading.problems)
    reader = _RulesReader(units, groups, reading)
    rules = tuple(reader.read(entry) for entry in entries)
    check_unique(reader.codes, reading.problems)
    reader.check_multiplied(rules)
    return rules, tuple(reader.caps)


class _RulesReader:
    """Reads the rules of one file; their codes, caps and what multipliers name are collected on the way."""

    def __init__(self, units: tuple[Unit, ...], groups: tuple[Group, ...], reading: Reading) -> None:
        self.caps: list[Cap] = []
        self.codes: list[tuple[str, Scalar]] = []
        self._units = {unit.code: unit for unit in units}
        self._groups = {group.code: group for group in groups}
        self._reading = reading
        self._named: list[tuple[str, Scalar]] = []  # a multiplier's code, and a rule that it names

    def read(self, entry: Mapping) -> EarnRule:
        problems = self._reading.problems
        fields = Fields(entry, RULE_KEYS, problems)
        code_text, unit_text = fields.scalar("code"), fields.scalar("unit")
        code = (read_code(code_text, problems) if code_text else None) or ""
        if code_text is not None and code:
            self.codes.append((code, code_text))
        unit = read_choice(unit_text, tuple(self._units), "unknown_unit", problems) if unit_text else None
        on = self._on(fields)
        place = ""
        points = multiply = None
        kind = fields.one_of("points", "multiply")
        if kind is not None:
            text = fields.scalar(kind)
            place = text.place() if text else ""
            number = self._reading.text(text, partial(read_number, on=on))
            points, multiply = (number, None) if kind == "points" else (None, self._factor(number, text))
        self._check_parts(fields, kind)
        expiry, pending = (fields.optional_value(key) for key in ("expiry", "pending"))
        behaviours = tuple(behaviour.code for behaviour in self._reading.vocabulary.behaviours)
        country = self._reading.vocabulary.country
        rule = EarnRule(
            code=code,
            unit=unit or "",
            on=on,
            when=self._reading.text(fields.optional("when"), partial(read_condition, on=on)),
            points=points,
            multiply=multiply,
            of=self._of(code, fields),
            group=self._group(fields),
            priority=int(fields.decimal("priority", 0, PRIORITY_LIMIT) or 0),
            expiry=read_expiry(expiry, behaviours, problems) if expiry is not None else None,
            pending=read_pending(pending, behaviours, country, problems) if pending is not None else None,
            line=entry.source.line(entry.start),
            place=place,
        )
        if unit is not None:
            self._check_unit(rule, self._units[unit], fields)
        return rule

    def check_multiplied(self, rules: tuple[EarnRule, ...]) -> None:
        """Record every rule that a multiplier names and can't multiply."""
        by_code = {rule.code: rule for rule in rules}
        fitting = {code: [rule.code for rule in rules if _multiplies(by_code[code], rule)] for code, _ in self._named}
        for code, text in self._named:
            if text.value not in fitting[code]:
                read_choice(text, fitting[code], "unknown_rule", self._reading.problems)

    def _on(self, fields: Fields) -> tuple[str, ...]:
        known = tuple(behaviour.code for behaviour in self._reading.vocabulary.behaviours)
        texts = read_texts(fields.optional_value("on"), BEHAVIOURS_LIMIT, RULE_KEYS["on"], fields.problems)
        if [text.value for text in texts] == [ORDER]:
            return ()
        found = (read_choice(text, known, "unknown_behaviour", fields.problems) for text in texts)
        return tuple(code for code in found if code)

    def _factor(self, number: Node | None, text: Scalar | None) -> Node | None:
        if number is not None and text is not None and number.kind is not Kind.NUMBER:
            self._reading.problems.wrong_type(text, "number", "2")
        if isinstance(number, Constant) and number.value < 0 and text is not None:
            detail = "A multiplier is never below 0."
            self._reading.problems.add("number_too_small", detail, text.place(), found=text.value, suggestion="2")
        return number

    def _of(self, code: str, fields: Fields) -> tuple[str, ...]:
        texts = read_texts(fields.optional_value("of"), RULES_LIMIT, RULE_KEYS["of"], fields.problems)
        if code:
            self._named.extend((code, text) for text in texts)
        return tuple(text.value for text in texts)

    def _group(self, fields: Fields) -> str | None:
        text = fields.optional("group")
        group = read_choice(text, tuple(self._groups), "unknown_group", fields.problems) if text else None
        orders = self._groups[group].choice is Choice.FIRST if group else text is not None
        if "priority" in fields and not orders:
            fields.misplaced("priority", "A priority orders the rules of a group that takes the first.", "group")
        return group

    def _check_parts(self, fields: Fields, kind: str | None) -> None:
        """Record parts that mean nothing beside `points`, or beside `multiply`."""
        for key in _ONLY_OF_POINTS if kind == "multiply" else ("of",) if kind == "points" else ():
            if key in fields:
                other = "points" if kind == "multiply" else "multiply"
                fields.misplaced(key, f"«{key}» stands beside {other}, not beside {kind}.", other)

    def _check_unit(self, rule: EarnRule, unit: Unit, fields: Fields) -> None:
        if rule.expiry is not None and not expiry_fits(unit.expiry, rule.expiry, of_level=False):
            inactive = unit.expiry.kind is ExpiryKind.IDLE or rule.expiry.kind is ExpiryKind.IDLE
            why = "points that end by inactivity end together" if inactive else "all end in one way"
            detail = f"A rule may change how long its points live, not by what they end: {why}."
            place = fields.key_place("expiry")
            self._reading.problems.add("expiry_kind_fixed", detail, place, found=unit.code)
        self.caps.extend(read_caps(fields.optional_value("caps"), unit, rule.code, self._reading.problems))


def _multiplies(multiplier: EarnRule, rule: EarnRule) -> bool:
    """Tell whether a multiplier may name a rule: one with points of the same unit, about the same facts."""
    about = set(multiplier.on or (ORDER,)) & set(rule.on or (ORDER,))
    return rule.points is not None and rule.unit == multiplier.unit and bool(about)


def read_milestones(value: Value | None, units: tuple[Unit, ...], reading: Reading) -> tuple[Milestone, ...]:
    """Read what reaching a measure within a period gives."""
    known = {unit.code: unit for unit in units}
    milestones = []
    codes: list[tuple[str, Scalar]] = []
    for entry in read_mappings(value, MILESTONES_MAX, MILESTONE_EXAMPLE, reading.problems):
        fields = Fields(entry, MILESTONE_KEYS, reading.problems)
        code_text = fields.scalar("code")
        code = read_code(code_text, reading.problems) if code_text else None
        if code_text is not None and code is not None:
            codes.append((code, code_text))
        line = entry.source.line(entry.start)
        milestones.append(_milestone(code or "", fields, known, reading, line))
    check_unique(codes, reading.problems)
    return tuple(milestones)


def _milestone(code: str, fields: Fields, units: dict[str, Unit], reading: Reading, line: int) -> Milestone:
    unit_text, measure_text = fields.scalar("unit"), fields.scalar("measure")
    unit = read_choice(unit_text, tuple(units), "unknown_unit", reading.problems) if unit_text else None
    measure = reading.text(measure_text, read_measure)
    scale = units[unit].scale if unit else 0
    digits = reading.threshold_digits(measure)
    smallest = Fraction(1, 10**digits)
    for needed in ("at", "points", *(("most",) if "every" in fields else ())):
        fields.scalar(needed)
    points = fields.decimal("points", scale, POINTS_MAX // 10**scale, least=Fraction(1, 10**scale))
    every = fields.decimal("every", digits, THRESHOLD_LIMIT, least=smallest)
    most = int(fields.decimal("most", 0, TIMES_LIMIT, least=1) or 1)
    if "most" in fields and "every" not in fields:
        fields.misplaced("most", "«most» bounds how often «every» gives again.", "every")
    return Milestone(
        code=code,
        unit=unit or "",
        measure=measure or Constant(Kind.NUMBER, "0", Fraction(0)),
        window=_per(fields),
        at=fields.decimal("at", digits, THRESHOLD_LIMIT, least=smallest) or Fraction(1),
        every=every,
        most=most,
        points=in_fractions(points, scale),
        line=line,
        place=measure_text.place() if measure_text else "",
    )


def _per(fields: Fields) -> Window:
    text = fields.scalar("per")
    window = read_per(text.value) if text else None
    if text is not None and window is None:
        fields.problems.unreadable("unknown_window", "period of a milestone", text, PER_EXAMPLES)
    return window or Window(WindowKind.LIFETIME)
