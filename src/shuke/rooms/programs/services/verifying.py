"""Checks that orders, decisions, memberships and ledger say the same: what no room below can see alone."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from shuke.core.state import slots
from shuke.core.values.dates import NEVER
from shuke.foundation import guards
from shuke.foundation.guards import CHANGE, EMPTYING, Guard
from shuke.foundation.transactions import unit_of_work
from shuke.foundation.verification import Invariant, Verification, Violation
from shuke.rooms.programs import cart_queries, queries
from shuke.rooms.programs.queries import DecisionRow, MembershipRow
from shuke.rooms.programs.services.memory import unpack
from shuke.rooms.programs.services.timeline import Running, Timeline, timeline

INVARIANTS = (
    Invariant("I6", "Every order and redemption has its business key, and every key what it stands for."),
    Invariant(
        "I18", "What offers count is what the carts of orders say, but of those of which nothing is left any more."
    ),
    Invariant(
        "I33", "Every counted order is what was decided on, and its decision gave what the ledger has of the order."
    ),
    Invariant("I34", "Every membership counts its decided orders, and its windows hold what they come to."),
    Invariant("I35", "No lot outlives the day on which its member stands, and nothing falls due unseen."),
    Invariant("I36", "Decisions made again from what they saw give the same points (a thousand, spread evenly)."),
    Invariant("I37", "Decisions, published versions, business keys and audit lines cannot be changed or emptied."),
)
GUARDS = (
    Guard("business_key", "business_key_never_emptied", EMPTYING),
    Guard("org_audit_line", "org_audit_line_append_only", CHANGE),
    Guard("org_audit_line", "org_audit_line_never_emptied", EMPTYING),
    Guard("programs_decision", "programs_decision_final", CHANGE),
    Guard("programs_decision", "programs_decision_never_emptied", EMPTYING),
    Guard("programs_version", "programs_version_final", CHANGE),
    Guard("programs_version", "programs_version_never_emptied", EMPTYING),
    Guard("programs_withdrawal", "programs_withdrawal_final", CHANGE),
    Guard("programs_withdrawal", "programs_withdrawal_never_emptied", EMPTYING),
)
CHUNK = 10_000  # members looked at together
SAMPLE = 1_000  # decisions made again

_NO_DAY = 2**31 - 1  # NEVER, in a column of days
_Row = tuple[str, UUID | None, str]
_Window = tuple[UUID, int, int, int | None, str | None, int, int, int]


def verify() -> Verification:
    """Check every law, reading only."""
    with unit_of_work():
        queries.prepare_to_verify()
        found = [Violation(*row) for row in _violations(timeline())]
    return Verification(INVARIANTS, tuple(sorted(found, key=lambda violation: violation.invariant)))


def _violations(plan: Timeline | None) -> Iterator[_Row]:
    yield from queries.key_violations()
    yield from cart_queries.violations()
    yield from _decisions(plan)
    if plan is not None:
        after: UUID | None = None
        while rows := queries.memberships_after(plan.program_id, after, CHUNK):
            after = rows[-1].member_id
            yield from _memberships(plan, rows)
        for decision in queries.decision_sample(SAMPLE):
            yield from _again(plan, decision)
    for guard in guards.broken(GUARDS):
        yield "I37", None, f"The trigger {guard.trigger} is missing, off or another one."


def _decisions(plan: Timeline | None) -> list[_Row]:
    units = [
        (running.id, position, running.unit_ids[grant.unit], bool(running.program.milestones))
        for running in (plan.versions if plan else ())
        for position, grant in enumerate(running.desk.compiled.grants, start=1)
    ]
    places = {"day": slots.O_DAY, "net": slots.O_NET, "gross": slots.O_GROSS, "lines": slots.O_LINES}
    return queries.decision_violations(units, {name: slot + 1 for name, slot in places.items()})


def _memberships(plan: Timeline, rows: Sequence[MembershipRow]) -> list[_Row]:
    moments = []
    windows = []
    for row in rows:
        running = plan.by_id(row.version_id)
        day = running.day_of(row.standing_at)
        due = running.day_of(row.next_due_at) if row.next_due_at else NEVER
        moments.append((row.member_id, day, min(due, _NO_DAY), row.orders))
        windows += _windows(running, row, day)
    return queries.membership_violations(plan.program_id, moments) + queries.window_violations(windows)


def _windows(running: Running, row: MembershipRow, day: int) -> Iterator[_Window]:
    """Yield each window of a membership with its counter and days; one that was reset counts from then."""
    compiled = running.desk.compiled
    state = running.desk.fresh(int(row.joined_at.timestamp()))
    unpack(compiled, row.memory, state)
    bounds = running.desk.window_bounds(day, state.joined_day)
    for position, (first, end) in enumerate(bounds):
        kind, of = compiled.counters[compiled.windows[position][1]]
        reset, base = state.resets[position]
        value = state.windows[position] + (base if first <= reset < end else 0)
        unit = running.unit_ids[of] if kind == slots.COUNT_EARNED else None
        behaviour = running.kinds[of - 1] if kind == slots.COUNT_EVENTS else None
        begin = max(first, reset, -_NO_DAY)
        yield row.member_id, position + 1, kind, unit, behaviour, begin, end, value


def _again(plan: Timeline, decision: DecisionRow) -> Iterator[_Row]:
    """Make a decision again, and compare its points; one that is rounded by line needs the lines, and is left out."""
    running = plan.by_id(decision.version_id)
    if any(unit.at_line for unit in running.program.units):
        return
    points = running.desk.replay(decision.vector)[-len(running.desk.compiled.grants) :]
    if points != list(decision.points):
        detail = f"Fact {decision.fact_id} was given {list(decision.points)}, decided again it is {points}."
        yield "I36", decision.member_id, detail
