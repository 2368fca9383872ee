"""Turns what a stored decision saw, a vector of integers, back into values, and explains the decision from them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from types import MappingProxyType
from typing import TypeVar

from shuke.core.program import ir
from shuke.core.program.explain import Decision, MilestoneReason, UnitReason, explain, names_of
from shuke.core.program.ir import Kind, WindowKind
from shuke.core.program.model import Milestone, PendingKind, Program
from shuke.core.program.progress import LadderReason, explain_ladder
from shuke.core.program.tracing import Value, Words, name_of
from shuke.core.state.slots import (
    AVAILABLE,
    BIRTH,
    CAP,
    COUNT_EVENTS,
    COUNT_ORDERS,
    COUNT_SPEND,
    DAY,
    JOINED,
    LADDER,
    LADDER_ROW,
    LINE_ATTRIBUTE,
    LUNAR,
    M_SIZE,
    O_ATTRIBUTE,
    O_DAY,
    O_GROSS,
    O_KIND,
    O_LUNAR,
    O_MONTH,
    O_NET,
    ORDERS,
    PENDING,
    STREAK,
    T_RANK,
    TAGS,
    W_VALUE,
    WINDOW,
    WINDOW_ROW,
)
from shuke.core.values import dates
from shuke.engine.arrays import Arrays
from shuke.engine.compile import Compiled, seen_slots
from shuke.engine.facts import BIRTHDAY, FACTS, OCCASIONS, FactSpec, Vocabulary, facts_of
from shuke.engine.lowering import MISSING_TEXT
from shuke.engine.measures import KINDS, NO_LADDER
from shuke.engine.places import COLUMNS, LINES
from shuke.engine.states import MemberState

_Node = TypeVar("_Node", bound=ir.Node)
OTHER_TEXT = "…"  # a text that the program does not name: its code does not say which
_NO_TEXTS: Mapping[str, str] = MappingProxyType({})
_LABELLED = (*FACTS.items(), *OCCASIONS.items())

ZH_LABELS: Mapping[str, str] = MappingProxyType({name: fact.zh for name, fact in _LABELLED} | {BIRTHDAY: "生日"})
EN_LABELS: Mapping[str, str] = MappingProxyType({name: fact.en for name, fact in _LABELLED} | {BIRTHDAY: "birthday"})


def explain_vector(
    compiled: Compiled,
    vector: Sequence[int],
    texts: Mapping[str, str] = _NO_TEXTS,
    items: Sequence[int] = (),
) -> Decision:
    """Explain a decision from its stored vector.

    `texts` gives text facts (order.store, order.channel …) as they came, of behaviours too; without it a text that the
    program does not name is shown as «…». `items` are the lines as the decision saw them, needed where a unit is
    rounded by line.
    """
    on = _behaviour(compiled, vector)
    values = values_of(compiled, vector, texts)
    decision = explain(compiled.program, values, _lines(compiled, items), on)
    return replace(decision, milestones=_milestones(compiled, values, _added(compiled, vector, decision)))


def values_of(compiled: Compiled, vector: Sequence[int], texts: Mapping[str, str] = _NO_TEXTS) -> dict[str, Value]:
    """Return by name what a decision saw; amounts of money in major units, points in whole units."""
    program, o = compiled.program, vector[: compiled.width]
    m = [0] * M_SIZE
    for slot, value in zip(seen_slots(compiled), vector[compiled.width :], strict=True):
        m[slot] = value
    facts = facts_of(Vocabulary.of(program), (on,) if (on := _behaviour(compiled, vector)) else ())
    columns = {**COLUMNS} | {name: O_ATTRIBUTE + i for i, name in enumerate(compiled.attributes)}
    values = {
        name: texts.get(name)
        or texts.get(name.replace("event.", "order.", 1))
        or _value(compiled, fact, o[columns[name]])
        for name, fact in facts.items()
        if name in columns
    }
    for owner in ("order", "event"):
        month, day = divmod(o[O_LUNAR] % dates.LUNAR_ENDS, 100)
        values |= {f"{owner}.lunar_month": Fraction(month), f"{owner}.lunar_day": Fraction(day)}
        date = dates.date_number(o[O_DAY])
        values |= {f"{owner}.date": Fraction(date), f"{owner}.year": Fraction(date // 10_000)}
    values["order.discount"] = Fraction(o[O_GROSS] - o[O_NET], 10**program.currency_digits)
    values |= _occasions(o, m)
    for index, (argument, where) in enumerate(compiled.aggregates):
        for node in _asked(program, ir.Aggregate):
            if (node.argument, node.where) == (argument, where):
                added = o[compiled.width - len(compiled.aggregates) + index]
                values[name_of(node)] = Fraction(added, compiled.aggregate_denominators[index])
    values |= {f"cap:{index}": Fraction(m[CAP + index]) for index in range(len(program.caps))}
    return values | member_values(compiled, m)


def member_values(compiled: Compiled, m: Sequence[int], ladder: int = NO_LADDER) -> dict[str, Value]:
    """Return by name what is seen of a member, in the text of a ladder or (NO_LADDER) elsewhere."""
    program = compiled.program
    values = _days(m)
    for index, each in enumerate(program.ladders):
        level = each.levels[m[LADDER + index * LADDER_ROW + T_RANK]]
        values |= {f"{each.code}.tier": level.code, f"{each.code}.multiplier": level.multiplier}
        if index == 0:
            values |= {"member.tier": level.code, "tier.multiplier": level.multiplier}
    for index, unit in enumerate(program.units):
        values[f"BALANCE:{unit.code}"] = Fraction(m[AVAILABLE + index], 10**unit.scale)
        values[f"PENDING:{unit.code}"] = Fraction(m[PENDING + index], 10**unit.scale)
    for index, code in enumerate(compiled.streaks):
        values[f"STREAK:{program.behaviours[code - 1].code}"] = Fraction(m[STREAK + 2 * index])
    values |= {f"TAGGED:{tag}": bool(m[TAGS] >> bit & 1) for bit, tag in enumerate(program.tags)}
    for node in _asked(program, ir.Windowed):
        window = _window(compiled, node, ladder)
        if window is not None:
            values[name_of(node)] = Fraction(m[WINDOW + window * WINDOW_ROW + W_VALUE], _den(program, node))
    return values


def standing_of(compiled: Compiled, m: Sequence[int], ladder: int) -> LadderReason:
    """Explain how a member, as the machines' slots, stands on a ladder."""
    program = compiled.program
    values = member_values(compiled, m, ladder)
    return explain_ladder(program.ladders[ladder], program.currency_digits, values, names_of(program))


def explain_levels(compiled: Compiled, state: MemberState, ladder: int) -> LadderReason:
    """Explain how a member stands on a ladder: the measure, what each level asks for and what is missing of it."""
    return standing_of(compiled, Arrays(compiled, list(compiled.numbers), state, 0).m, ladder)


def measure_of(compiled: Compiled, state: MemberState, ladder: int, *, keep: bool = False) -> Fraction | None:
    """Return what a ladder measures of a member, `keep` for keeping a tier: money in major units, None for no measure.

    A ladder that measures nothing else for keeping a tier takes the same measure.
    """
    reason = explain_levels(compiled, state, ladder)
    if keep:
        return reason.keep_value if reason.keep_measure else None
    return reason.value if reason.measure else None


# ---- facts


def _behaviour(compiled: Compiled, vector: Sequence[int]) -> str:
    """Return the code of the behaviour that was decided, "" for an order."""
    kind = vector[O_KIND]
    return compiled.program.behaviours[kind - 1].code if kind else ""


def _value(compiled: Compiled, fact: FactSpec, stored: int) -> Value:
    match fact.kind:
        case Kind.MONEY:
            return Fraction(stored, 10**compiled.program.currency_digits)
        case Kind.CONDITION:
            return stored != 0
        case Kind.TEXT:
            named = {code: text for text, code in compiled.codes.items()} | {MISSING_TEXT: ""}
            return named.get(stored, OTHER_TEXT)
    return Fraction(stored)


def _lines(compiled: Compiled, items: Sequence[int]) -> list[dict[str, Value]]:
    facts = facts_of(Vocabulary.of(compiled.program))
    columns = {**LINES} | {name: LINE_ATTRIBUTE + i for i, name in enumerate(compiled.line_attributes)}
    width = compiled.line_width
    return [
        {name: _value(compiled, facts[name], items[start + column]) for name, column in columns.items()}
        for start in range(0, len(items), width)
    ]


def _days(m: Sequence[int]) -> dict[str, Value]:
    """Return what follows from the member's days and counts."""
    day, joined, birth = m[DAY], m[JOINED], m[BIRTH]
    months = dates.whole_months(joined, day)
    numbers = {
        "member.orders": m[ORDERS],
        "member.days": day - joined,
        "member.months": months,
        "member.years": months // 12,
        "member.birth_month": birth // 100,
        "member.birth_day": birth % 100,
        "member.days_to_birthday": dates.days_to(day, birth),
        "member.days_from_birthday": dates.days_from(day, birth),
        "member.days_to_anniversary": dates.days_to_anniversary(day, joined),
        "member.days_from_anniversary": dates.days_from_anniversary(day, joined),
    }
    values: dict[str, Value] = {name: Fraction(number) for name, number in numbers.items()}
    values[f"HAS({BIRTHDAY})"] = birth != 0
    return values


def _occasions(o: Sequence[int], m: Sequence[int]) -> dict[str, Value]:
    day, joined, birth = m[DAY], m[JOINED], m[BIRTH]
    monday = day - dates.weekday_of(day) + 1
    months = dates.month_of(day) - dates.month_of(joined)
    return {
        "BIRTHDAY('day')": dates.days_to(day, birth) == 0,
        "BIRTHDAY('week')": dates.days_to(monday, birth) <= 6,
        "BIRTHDAY('month')": o[O_MONTH] == birth // 100,
        "BIRTHDAY('lunar day')": dates.is_lunar_birthday(o[O_LUNAR], m[LUNAR]),
        "ANNIVERSARY('day')": dates.days_from_anniversary(day, joined) == 0,
        "ANNIVERSARY('month')": months > 0 and months % 12 == 0,
    }


# ---- windows


def _asked(program: Program, kind: type[_Node]) -> Iterable[_Node]:
    """Return every node of one class in the program's expressions."""
    rules = (part for rule in program.earn for part in (rule.when, rule.points, rule.multiply))
    ladders = (part for ladder in program.ladders for part in (ladder.measure, ladder.keep_measure))
    levels = (part for ladder in program.ladders for level in ladder.levels for part in (level.when, level.keep_when))
    milestones = (milestone.measure for milestone in program.milestones)
    return (node for node in ir.walk((*rules, *ladders, *levels, *milestones)) if isinstance(node, kind))


def _counter(program: Program, node: ir.Windowed) -> tuple[int, int]:
    codes: Sequence[str] = ()
    if node.measure == "EARNED":
        codes = [unit.code for unit in program.units]
    elif node.measure == "EVENTS":
        codes = ["", *(behaviour.code for behaviour in program.behaviours)]
    return KINDS[node.measure], codes.index(node.of) if node.of else 0


def _window(compiled: Compiled, node: ir.Windowed, ladder: int) -> int | None:
    """Return the number of the window that a node asks for, or None where nothing in such a text does."""
    program = compiled.program
    emptied = NO_LADDER
    if node.window.kind is WindowKind.TIER:
        emptied = max(0, ladder)
    elif ladder != NO_LADDER and program.ladders[ladder].resets:
        emptied = ladder
    counted = _counter(program, node)
    for number, (window, counter, by) in enumerate(compiled.windows):
        if (window, compiled.counters[counter], by) == (node.window, counted, emptied):
            return number
    return None


def _den(program: Program, node: ir.Windowed) -> int:
    digits = {"SPEND": program.currency_digits}.get(node.measure, 0)
    if node.measure == "EARNED":
        digits = next(unit.scale for unit in program.units if unit.code == node.of)
    den: int = 10**digits
    return den


# ---- milestones


def _added(compiled: Compiled, vector: Sequence[int], decision: Decision) -> dict[str, Value]:
    """Return by name what the fact itself adds to the windows outside of ladders and to the member's orders."""
    program = compiled.program
    after: dict[str, Value] = {"member.orders": Fraction(int(not decision.on))}
    for node in _asked(program, ir.Windowed):
        kind, ref = _counter(program, node)
        if node.window.kind is not WindowKind.ENDED:
            if kind == COUNT_SPEND:
                added = 0 if decision.on else vector[O_NET]
            elif kind == COUNT_ORDERS:
                added = int(not decision.on)
            elif kind == COUNT_EVENTS:
                added = int(vector[O_KIND] == ref)
            else:
                added = sum(unit.granted for unit in decision.units if _is_earned(program, unit, node.of))
            after[name_of(node)] = Fraction(added, _den(program, node))
    return after


def _is_earned(program: Program, reason: UnitReason, unit: str) -> bool:
    """Tell whether what a unit got counts as earned at once: it waits for nothing."""
    rule = next(rule for rule in program.earn if rule.code == reason.rules[0])
    pending = rule.pending or next(each.pending for each in program.units if each.code == unit)
    return reason.unit == unit and (pending is None or pending.kind is PendingKind.NONE)


def _milestones(
    compiled: Compiled, before: Mapping[str, Value], added: Mapping[str, Value]
) -> tuple[MilestoneReason, ...]:
    """Return the milestones that the fact reached."""
    program = compiled.program
    after = dict(before)
    for name, value in added.items():
        if name in before:
            after[name] = Fraction(before[name]) + Fraction(value)
    scales = {unit.code: unit.scale for unit in program.units}
    reasons = []
    for milestone in program.milestones:
        value, text, _ = Words(program.currency_digits, after).number(milestone.measure)
        was = Words(program.currency_digits, before).value(milestone.measure)
        times = _times(milestone, value) - _times(milestone, was)
        if times > 0:
            reasons.append(
                MilestoneReason(
                    milestone.code,
                    milestone.unit,
                    scales[milestone.unit],
                    milestone.line,
                    text,
                    value,
                    times,
                    milestone.points,
                )
            )
    return tuple(reasons)


def _times(milestone: Milestone, value: Fraction) -> int:
    if value < milestone.at:
        return 0
    return min(milestone.most, 1 + (value - milestone.at) // milestone.every) if milestone.every else 1
