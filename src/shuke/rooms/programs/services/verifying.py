"""Checks that orders, decisions, memberships and ledger say the same: what no room below can see alone."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from shuke.core.state import slots
from shuke.core.values.dates import NEVER
from shuke.engine.zones import local_day
from shuke.foundation import guards
from shuke.foundation.guards import CHANGE, EMPTYING, Guard
from shuke.foundation.transactions import unit_of_work
from shuke.foundation.verification import Invariant, Verification, Violation
from shuke.rooms.programs import queries
from shuke.rooms.programs.queries import DecisionRow, MembershipRow
from shuke.rooms.programs.services.timeline import Timeline, timeline

INVARIANTS = (
    Invariant("I6", "Every order and redemption has its business key, and every key what it stands for."),
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
)
CHUNK = 10_000  # members looked at together
SAMPLE = 1_000  # decisions made again

_NO_DAY = 2**31 - 1  # NEVER, in a column of days
_Row = tuple[str, UUID | None, str]


def verify() -> Verification:
    """Check every law, reading only."""
    with unit_of_work():
        queries.prepare_to_verify()
        found = [Violation(*row) for row in _violations(timeline())]
    return Verification(INVARIANTS, tuple(sorted(found, key=lambda violation: violation.invariant)))


def _violations(plan: Timeline | None) -> Iterator[_Row]:
    yield from queries.key_violations()
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
        (running.id, position, unit_id)
        for running in (plan.versions if plan else ())
        for position, unit_id in enumerate(running.unit_ids, start=1)
    ]
    places = {"day": slots.O_DAY, "net": slots.O_NET, "gross": slots.O_GROSS, "lines": slots.O_LINES}
    return queries.decision_violations(units, {name: slot + 1 for name, slot in places.items()})


def _memberships(plan: Timeline, rows: Sequence[MembershipRow]) -> list[_Row]:
    moments = []
    windows = []
    for row in rows:
        running = plan.by_id(row.version_id)
        zone = running.program.time_zone
        day = local_day(int(row.standing_at.timestamp()), zone)
        due = local_day(int(row.next_due_at.timestamp()), zone) if row.next_due_at else NEVER
        moments.append((row.member_id, day, min(due, _NO_DAY), row.orders))
        bounds = running.desk.window_bounds(day, local_day(int(row.joined_at.timestamp()), zone))
        for position, (first, end) in enumerate(bounds):
            spend, orders = row.windows[2 * position : 2 * position + 2]
            windows.append((row.member_id, position + 1, max(first, -_NO_DAY), end, spend, orders))
    return queries.membership_violations(plan.program_id, moments) + queries.window_violations(windows)


def _again(plan: Timeline, decision: DecisionRow) -> Iterator[_Row]:
    """Make a decision again, and compare its points."""
    running = plan.by_id(decision.version_id)
    units = len(running.unit_ids)
    points = [max(0, given) for given in running.desk.replay(decision.vector)[-units:]]
    if points != list(decision.points):
        detail = f"Order {decision.order_id} was given {list(decision.points)}, decided again it is {points}."
        yield "I36", decision.member_id, detail
