"""Tries a fact on a member in memory, with the whole trace, and runs the test cases of a program. Writes nothing."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from shuke.core.program.cases import Case, CaseFact
from shuke.core.program.explain import Decision
from shuke.core.program.tracing import written
from shuke.core.values.dates import NEVER
from shuke.core.values.errors import Refusal
from shuke.engine.compile import Compiled
from shuke.engine.explanation import explain_vector
from shuke.engine.online import Desk
from shuke.engine.states import BehaviourFacts, LineFacts, MemberState, OrderFacts, Outcome

EARNS = ("accrual", "accrual_pending")


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a member is: what they can use and what waits, by unit, and the tier by ladder."""

    available: Mapping[str, int]
    pending: Mapping[str, int]
    tiers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Tried:
    """What a fact would do: before and after, what it earns by unit, milestones included, and why."""

    before: Stand
    after: Stand
    earned: Mapping[str, int]
    decision: Decision


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What came of a case; `failures` are (what, expected, found), none where it is as it has to be."""

    case: Case
    tried: Tried | None
    failures: tuple[tuple[str, str, str], ...]


def facts_of(fact: CaseFact) -> OrderFacts | BehaviourFacts:
    """Return a fact as the desk takes it."""
    attributes = dict(fact.attributes)
    if fact.behaviour:
        return BehaviourFacts(fact.at, fact.behaviour, fact.store, fact.channel, attributes=attributes)
    return OrderFacts(
        occurred_at=fact.at,
        net_minor=fact.net,
        gross_minor=fact.gross,
        store=fact.store,
        channel=fact.channel,
        lines=[
            LineFacts(each.net, each.quantity, each.category, each.sku, dict(each.attributes)) for each in fact.lines
        ],
        tax_minor=fact.tax,
        shipping_minor=fact.shipping,
        points_paid_minor=fact.points_paid,
        attributes=attributes,
    )


def try_fact(desk: Desk, state: MemberState, facts: OrderFacts | BehaviourFacts) -> Tried:
    """Let a fact act on a state, which is moved by it, and say what it did.

    Raises:
        Refusal: as the verbs of the desk.
    """
    desk.advance(state, facts.occurred_at)
    before = stand(desk.compiled, state)
    outcome = _act(desk, state, facts)
    units = desk.compiled.program.units
    earned: Counter[str] = Counter()
    for entry in outcome.entries:
        if entry.kind in EARNS and not entry.by_time:
            earned[units[entry.unit].code] += entry.amount
    owner = "order" if isinstance(facts, OrderFacts) else "event"
    texts = {f"{owner}.store": facts.store, f"{owner}.channel": facts.channel}
    texts |= {f"{owner}.{name}": value for name, value in facts.attributes.items() if isinstance(value, str)}
    items = desk.line_rows(facts) if isinstance(facts, OrderFacts) else ()
    decision = explain_vector(desk.compiled, outcome.vector, texts, items)
    return Tried(before, stand(desk.compiled, state), {unit.code: earned[unit.code] for unit in units}, decision)


def stand(compiled: Compiled, state: MemberState) -> Stand:
    """Return where a state is."""
    units = [unit.code for unit in compiled.program.units]
    ladders = zip(compiled.program.ladders, state.ladders, strict=True)
    return Stand(
        dict(zip(units, state.available, strict=True)),
        dict(zip(units, state.pending, strict=True)),
        {ladder.code: ladder.levels[held.rank].code for ladder, held in ladders},
    )


def invented(desk: Desk, case: Case) -> MemberState:
    """Return the member of a case as they stand before its fact.

    Raises:
        Refusal: as the verbs of the desk.
    """
    member, program = case.member, desk.compiled.program
    tags = sum(1 << bit for bit, tag in enumerate(program.tags) if tag in member.tags)
    state = desk.fresh(member.joined_at, member.birth_md, tags=tags)
    if member.tier and program.ladders:
        codes = [level.code for level in program.ladders[0].levels]
        if member.tier not in codes:
            raise Refusal("unknown_tier", f"The ladder has: {', '.join(codes)}.", pointer="/tier")
        if rank := codes.index(member.tier):
            desk.assign(state, 0, rank, NEVER, member.joined_at, exactly=True)
    for fact in case.before:
        _act(desk, state, facts_of(fact))
    return state


def run_case(desk: Desk, case: Case) -> CaseResult:
    """Run one case."""
    try:
        tried = try_fact(desk, invented(desk, case), facts_of(case.fact))
    except Refusal as refused:
        return CaseResult(case, None, (("fact", "accepted", refused.code),))
    wanted, failures = dict(case.earns), []
    for unit in desk.compiled.program.units:
        expected, found = wanted.get(unit.code, 0), tried.earned[unit.code]
        if expected != found:
            said = (written(Fraction(points, 10**unit.scale)) for points in (expected, found))
            failures.append((unit.code, *said))
    tier = next(iter(tried.after.tiers.values()), "")
    if case.tier and case.tier != tier:
        failures.append(("tier", case.tier, tier))
    return CaseResult(case, tried, tuple(failures))  # type: ignore[arg-type]  # three texts each


def run_cases(compiled: Compiled) -> list[CaseResult]:
    """Run all cases of a program, in the order of the file."""
    cases = compiled.program.cases
    desk = Desk(compiled) if cases else None
    return [run_case(desk, case) for case in cases] if desk else []


def failed_cases(compiled: Compiled) -> list[Refusal]:
    """Return why a program may not be published: each case that comes to something else, at its place."""
    return [
        Refusal(
            "case_failed",
            f"Case {result.case.code}: {what} should be {expected}, and is {found}.",
            pointer=result.case.place,
            params={"case": result.case.code, "what": what, "expected": expected, "found": found},
        )
        for result in run_cases(compiled)
        for what, expected, found in result.failures
    ]


def _act(desk: Desk, state: MemberState, facts: OrderFacts | BehaviourFacts) -> Outcome:
    if isinstance(facts, OrderFacts):
        return desk.order(state, facts)
    return desk.behaviour(state, facts)
