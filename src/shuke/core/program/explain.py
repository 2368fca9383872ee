"""Why an order or behaviour earned what it earned: every rule, every condition, groups, multipliers, rounding, caps.

Works with exact fractions, apart from the compiled text, so that the two can be compared. Owns data and plain values;
the sentences are in `core.program.wording`. Must not know where the values come from.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import prod

from shuke.core.program import ir
from shuke.core.program.ir import Node
from shuke.core.program.model import Cap, CapOf, Choice, EarnRule, Program, Unit
from shuke.core.program.tracing import ROUNDINGS, Text, Value, Words

NOTHING = Fraction(0)


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a rule: as written, with what was seen, and whether it holds."""

    source: str
    text: Text
    holds: bool


@dataclass(frozen=True, slots=True)
class RuleReason:
    """What one rule gave: nothing where a condition did not hold, else `exact` whole units by `arithmetic`.

    Of a multiplier `exact` is its factor, 1 where it does not apply. A rule that matched, and of whose group others
    count, is `left_out`: then it gives nothing. `times` are the multipliers (code, factor) of what the rule gave.
    """

    code: str
    unit: str
    line: int
    matched: bool
    conditions: tuple[Condition, ...]
    arithmetic: Text  # empty where the rule did not match
    exact: Fraction
    multiplies: bool = False
    group: str | None = None
    left_out: bool = False
    times: tuple[tuple[str, Fraction], ...] = ()


@dataclass(frozen=True, slots=True)
class UnitReason:
    """What a unit got of the `rules`: their exact sum, rounded once (`at_line`: once for every line) to `points`.

    A unit whose rules give points of several dates, or with caps of their own, has one for each of them. `granted` is
    what the caps left of the points; both in 10**-scale of the unit.
    """

    unit: str
    scale: int
    rounding: str
    exact: Fraction
    points: int
    granted: int = 0
    at_line: bool = False
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CapReason:
    """A cap that took something away: `used` of its limit was gone before, `wanted` came to it, `granted` was left.

    In 10**-scale of the unit, or in times.
    """

    cap: Cap
    scale: int
    used: int
    wanted: int
    granted: int


@dataclass(frozen=True, slots=True)
class MilestoneReason:
    """A milestone that the fact reached `times` times: the measure by `arithmetic` was `value`, each gave `points`."""

    code: str
    unit: str
    scale: int
    line: int
    arithmetic: Text
    value: Fraction
    times: int
    points: int


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision with its reasons. `tier` is the name of the tier held before, on the first ladder.

    `on` is the code of the behaviour that was decided, "" for an order; rules on others are left out. `names` say what
    people call units and behaviours, by their code in single quotes.
    """

    tier: str | None
    rules: tuple[RuleReason, ...]
    units: tuple[UnitReason, ...]
    on: str = ""
    caps: tuple[CapReason, ...] = ()
    milestones: tuple[MilestoneReason, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)


def names_of(program: Program) -> dict[str, str]:
    """Return what people call the units and behaviours of a program, by their code in single quotes."""
    units = {f"'{unit.code}'": unit.name for unit in program.units}
    return units | {f"'{behaviour.code}'": behaviour.name for behaviour in program.behaviours}


def explain(
    program: Program, values: Mapping[str, Value], lines: Sequence[Mapping[str, Value]] = (), on: str = ""
) -> Decision:
    """Explain one decision about an order, or about the behaviour `on`.

    `values` maps `name_of(node)` of everything that the rules observe to what was seen, «cap:0» … to what was used of
    each cap, «BALANCE:unit» and «PENDING:unit» to what the member had of a unit that has a cap on balances. Amounts of
    money are in major units, points in whole units. `lines` map the facts of each line, where a unit is rounded by
    line. Names that no rule asks for may be missing; so may «member.tier».
    """
    return _Explained(program, values, lines, on).decision()


class _Explained:
    """The parts of one explanation, in the order in which they depend on each other."""

    def __init__(
        self, program: Program, values: Mapping[str, Value], lines: Sequence[Mapping[str, Value]], on: str
    ) -> None:
        self._program = program
        self._values = values
        self._lines = lines
        self._on = on
        self._words = Words(program.currency_digits, values)
        self._rules = {rule.code: rule for rule in program.earn if on in (rule.on or ("",))}
        self._units = {unit.code: unit for unit in program.units}

    def decision(self) -> Decision:
        reasons = {code: self._rule(rule) for code, rule in self._rules.items()}
        reasons |= {code: self._times(code, reasons) for code in reasons}
        for group in self._program.groups:
            for unit in self._units:
                self._choose(group.code, group.choice, unit, reasons)
        wanted = [self._grant(unit, codes, reasons) for unit, codes in self._grants()]
        units, caps = _capped(self._program, self._values, wanted)
        held = self._values.get("member.tier")
        levels = self._program.ladders[0].levels if self._program.ladders else ()
        tier = next((level.name for level in levels if level.code == held), None)
        return Decision(tier, tuple(reasons.values()), units, self._on, caps, names=names_of(self._program))

    # ---- rules

    def _rule(self, rule: EarnRule) -> RuleReason:
        conditions = conditions_of(rule.when, self._words)
        matched = all(condition.holds for condition in conditions)
        value = rule.points or rule.multiply
        if value is None:
            raise AssertionError(rule.code)
        multiplies = rule.points is None
        exact, text, _ = self._words.number(value) if matched else (Fraction(int(multiplies)), (), 0)
        return RuleReason(
            rule.code, rule.unit, rule.line, matched, conditions, text, exact, multiplies=multiplies, group=rule.group
        )

    def _times(self, code: str, reasons: Mapping[str, RuleReason]) -> RuleReason:
        """Add to what a rule gave the multipliers that matched and name it."""
        reason = reasons[code]
        if reason.multiplies or not reason.matched:
            return reason
        named = [
            (each.code, each.exact)
            for each in reasons.values()
            if each.multiplies and each.matched and each.unit == reason.unit and self._names(each.code, code)
        ]
        return replace(reason, times=tuple(named))

    def _names(self, multiplier: str, code: str) -> bool:
        of = self._rules[multiplier].of
        return not of or code in of

    def _choose(self, group: str, choice: Choice, unit: str, reasons: dict[str, RuleReason]) -> None:
        """Leave out of a group's matching rules for a unit all but the one that counts."""
        matching = [each for each in reasons.values() if each.group == group and each.unit == unit and each.matched]
        if choice is Choice.SUM or len(matching) < 2:
            return
        if choice is Choice.BEST:
            chosen = max(matching, key=self._total)
        else:
            chosen = max(matching, key=lambda each: self._rules[each.code].priority)
        for each in matching:
            if each is not chosen:
                reasons[each.code] = replace(each, left_out=True)

    def _total(self, reason: RuleReason) -> Fraction:
        """Return what a rule gave, multipliers included."""
        return reason.exact * self._factor(reason)

    def _factor(self, reason: RuleReason) -> Fraction:
        factors = [factor for _, factor in reason.times]
        if self._units[reason.unit].adds_multipliers:
            return 1 + sum((factor - 1 for factor in factors), NOTHING)
        return prod(factors, start=Fraction(1))

    # ---- grants

    def _grants(self) -> list[tuple[Unit, tuple[str, ...]]]:
        """Return the codes of the rules that are rounded together, by unit; its own ones first."""
        capped = {cap.rule for cap in self._program.caps}
        found: dict[tuple[str, object, object, str | None], list[str]] = {}
        for unit in self._program.units:
            found[unit.code, None, None, None] = []
            for code, rule in self._rules.items():
                if rule.unit == unit.code and rule.points is not None:
                    key = (rule.unit, rule.expiry, rule.pending, code if code in capped else None)
                    found.setdefault(key, []).append(code)
        return [(self._units[key[0]], tuple(codes)) for key, codes in found.items() if codes]

    def _grant(self, unit: Unit, codes: tuple[str, ...], reasons: Mapping[str, RuleReason]) -> UnitReason:
        counting = [reasons[code] for code in codes if not reasons[code].left_out]
        exact = sum((self._total(reason) for reason in counting), NOTHING)
        parts = self._by_line(counting) if unit.at_line else [exact]
        scaled = [part * 10**unit.scale for part in parts]
        points = max(0, sum(ROUNDINGS[unit.rounding](part.numerator, part.denominator) for part in scaled))
        return UnitReason(unit.code, unit.scale, unit.rounding, exact, points, points, unit.at_line, codes)

    def _by_line(self, reasons: Sequence[RuleReason]) -> list[Fraction]:
        """Return what every line of the order gives, and what the rules without lines give."""
        whole = NOTHING
        parts = [NOTHING for _ in self._lines]
        for reason in reasons:
            points = self._rules[reason.code].points
            sums = [node for node in ir.walk([points]) if isinstance(node, ir.Aggregate)]
            if not sums or not reason.matched:
                whole += self._total(reason)
                continue
            [added] = sums
            rate = Words(self._program.currency_digits, {**self._values, added.source: Fraction(1)})
            each = rate.value(points) * self._factor(reason) if points else NOTHING
            for i, line in enumerate(self._lines):
                words = Words(self._program.currency_digits, line)
                if added.argument is not None and (added.where is None or words.holds(added.where)):
                    parts[i] += words.value(added.argument) * each
        return [whole, *parts]


def conditions_of(when: Node | None, words: Words) -> tuple[Condition, ...]:
    """Return the conditions that all have to hold, each with what was seen."""
    conditions = []
    for part in _parts_of(when) if when is not None else []:
        holds, text = words.condition(part)
        conditions.append(Condition(part.source, text, holds))
    return tuple(conditions)


def _parts_of(condition: Node) -> list[Node]:
    if isinstance(condition, ir.And):
        return _parts_of(condition.left) + _parts_of(condition.right)
    return [condition]


def _capped(
    program: Program, values: Mapping[str, Value], units: list[UnitReason]
) -> tuple[tuple[UnitReason, ...], tuple[CapReason, ...]]:
    """Take from each grant what the caps don't leave, in the order of the caps."""
    scales = {unit.code: unit.scale for unit in program.units}
    reasons = []
    for index, cap in enumerate(program.caps):
        under = [i for i, unit in enumerate(units) if _is_under(cap, unit)]
        wanted = [units[i].granted for i in under]
        if cap.of is not CapOf.EARNED or not any(wanted):
            continue
        used = _used(cap, index, scales[cap.unit], values)
        given = _left(cap, wanted, max(0, cap.limit - used))
        for i, granted in zip(under, given, strict=True):
            units[i] = replace(units[i], granted=granted)
        if given != wanted:
            counts = [int(any(some)) if cap.times else sum(some) for some in (wanted, given)]
            reasons.append(CapReason(cap, scales[cap.unit], used, *counts))
    return tuple(units), tuple(reasons)


def _is_under(cap: Cap, unit: UnitReason) -> bool:
    return unit.unit == cap.unit and (cap.rule is None or cap.rule in unit.rules)


def _used(cap: Cap, index: int, scale: int, values: Mapping[str, Value]) -> int:
    """Return what was gone of a cap's limit before, in the smallest fraction of the unit."""
    if cap.balance:
        had = (values.get(f"{what}:{cap.unit}", NOTHING) for what in ("BALANCE", "PENDING"))
        return int(sum(Fraction(each) for each in had) * 10**scale)
    return int(Fraction(values.get(f"cap:{index}", NOTHING))) if cap.window is not None else 0


def _left(cap: Cap, wanted: list[int], left: int) -> list[int]:
    """Return what a cap leaves of what its grants want: of a transaction and of times all or nothing."""
    if cap.times or (cap.window is None and not cap.balance):
        enough = left > 0 if cap.times else sum(wanted) <= left
        return wanted if enough else [0] * len(wanted)
    given = []
    for each in wanted:
        given.append(min(each, left))
        left -= given[-1]
    return given
