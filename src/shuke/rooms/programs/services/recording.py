"""THE write path: every order and redemption of every surface, one or a thousand, comes through here.

Facts are decided in the order given; refused ones leave nothing, the rest commit together. A statement that fails
because another transaction was first is tried again once, then the batch is halved down to single facts.
"""

from collections.abc import Sequence
from uuid import UUID

from django.db import IntegrityError, OperationalError, transaction
from psycopg import errors as postgres

from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import MemberFacts
from shuke.rooms.members.contracts import Status as MemberStatus
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor, ActorKind
from shuke.rooms.points import facade as points
from shuke.rooms.points.contracts import StaleLedgerError
from shuke.rooms.programs.contracts import Fact, OrderFact, Result, Undecided
from shuke.rooms.programs.services import intake
from shuke.rooms.programs.services.claims import claim
from shuke.rooms.programs.services.deciding import decide, write
from shuke.rooms.programs.services.items import Item, still_open
from shuke.rooms.programs.services.timeline import Timeline, timeline
from shuke.rooms.tiers.contracts import StaleTierError

BATCH_LIMIT = 1_000

_SITTING_OUT = {
    MemberStatus.FROZEN: Undecided.FROZEN,
    MemberStatus.BLACKLISTED: Undecided.BLACKLISTED,
    MemberStatus.EXITED: Undecided.EXITED,
}
_FAILURES = (IntegrityError, OperationalError, StaleLedgerError, StaleTierError)
_RACES = (postgres.DeadlockDetected, postgres.SerializationFailure, postgres.LockNotAvailable)


def record(facts: Sequence[Fact], actor: Actor, *, history: bool, dry_run: bool) -> list[Result]:
    """Record orders and redemptions and return one result each, in the order given.

    Raises:
        Refusal: `batch_size`.
    """
    if not 1 <= len(facts) <= BATCH_LIMIT:
        raise Refusal("batch_size", f"A batch holds 1 to {BATCH_LIMIT} facts.", params={"most": BATCH_LIMIT})
    return _record(facts, actor, history=history, dry_run=dry_run)


def _record(facts: Sequence[Fact], actor: Actor, *, history: bool, dry_run: bool) -> list[Result]:
    """Try the facts together, once more after a race, then by halves."""
    for attempt in (1, 2):
        try:
            return _attempt(facts, actor, history=history, dry_run=dry_run)
        except _FAILURES as failure:
            if not _is_race(failure) or (attempt == 2 and len(facts) == 1):
                raise
    middle = len(facts) // 2
    first = _record(facts[:middle], actor, history=history, dry_run=dry_run)
    return first + _record(facts[middle:], actor, history=history, dry_run=dry_run)


def _is_race(failure: Exception) -> bool:
    return not isinstance(failure, OperationalError) or isinstance(failure.__cause__, _RACES)


def _attempt(facts: Sequence[Fact], actor: Actor, *, history: bool, dry_run: bool) -> list[Result]:
    """Take the facts from intake to commit in one unit of work; inside another one, behind a savepoint."""
    with unit_of_work(dry_run=dry_run), transaction.atomic():
        now = clock.business_now()
        plan = timeline()
        items = [Item(fact) for fact in facts]
        for item in items:
            item.refuse(intake.check(item.fact, now, history=history))
        _identify(items, plan)
        people = _lock(items)
        claim(items, plan)
        desktop = decide(items, plan, people, now)
        write(items, desktop, now)
        _audit(items, actor)
        return [item.result for item in items if item.result is not None]


def _identify(items: Sequence[Item], plan: Timeline | None) -> None:
    """Find the members, and refuse what fits no program or no member."""
    waiting = still_open(items)
    refs = list({item.fact.member: None for item in waiting if item.fact.member is not None})
    found = dict(zip(refs, members.resolve(refs), strict=True)) if refs else {}
    for item in waiting:
        item.member_id = found[item.fact.member] if item.fact.member is not None else None
        item.refuse(_misfit(item, plan))


def _misfit(item: Item, plan: Timeline | None) -> Refusal | None:
    fact = item.fact
    if isinstance(fact, OrderFact):
        if plan is None or fact.currency == plan.latest.program.currency:
            return None
        currency = plan.latest.program.currency
        return Refusal(
            "currency_mismatch",
            f"The program counts in {currency}, the order in another currency.",
            pointer="/currency",
            params={"expected": currency},
        )
    if plan is None:
        return Refusal("no_program", "No program is published yet.")
    units = [unit.code for unit in plan.latest.program.units]
    if fact.unit is not None and fact.unit not in units:
        known = ", ".join(units)
        return Refusal("unknown_unit", f"The program's units are: {known}.", pointer="/unit", params={"known": known})
    if item.member_id is None:
        return Refusal("unknown_member", "Nobody is known by this id.", pointer="/member")
    return None


def _lock(items: Sequence[Item]) -> dict[UUID, MemberFacts]:
    """Lock the holders in id order, and note who takes no part."""
    waiting = still_open(items)
    member_ids = sorted({item.member_id for item in waiting if item.member_id is not None})
    points.lock(member_ids)
    people = members.facts(member_ids)
    for item in waiting:
        known = item.member_id is not None
        item.undecided = _SITTING_OUT.get(people[item.member_id].status) if known else Undecided.UNKNOWN_MEMBER
    return people


def _audit(items: Sequence[Item], actor: Actor) -> None:
    """Leave an audit line where a person of the staff recorded something by hand."""
    written = [item for item in items if item.answer is not None]
    if written and actor.kind is ActorKind.STAFF:
        orders = sum(isinstance(item.fact, OrderFact) for item in written)
        after = {"orders": orders, "redemptions": len(written) - orders}
        org.audit("facts.recorded", "program", None, after, actor)
