"""THE write path: every order and redemption of every surface, one or a thousand, comes through here.

Facts are decided in the order given; refused ones leave nothing, the rest commit together. Where another transaction
was first, the batch is tried again once, then halved down to single facts; where the facts themselves fail, it is
halved at once, and the one that fails alone is refused. What was committed is told, whatever becomes of the rest.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import DataError, Error, IntegrityError, OperationalError, connection, transaction
from psycopg import errors as postgres

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, logs
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import MemberFacts
from shuke.rooms.members.contracts import Status as MemberStatus
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor, ActorKind
from shuke.rooms.points import facade as points
from shuke.rooms.points.contracts import StaleLedgerError
from shuke.rooms.programs.contracts import Fact, OrderFact, Result, Status, Undecided
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
_RACES = (
    postgres.UniqueViolation,
    postgres.DeadlockDetected,
    postgres.SerializationFailure,
    postgres.LockNotAvailable,
)
_RACING = (StaleLedgerError, StaleTierError)
_OF_THE_FACTS = (IntegrityError, DataError, ArithmeticError, LookupError, ValueError)  # will fail so every time


def record(facts: Sequence[Fact], actor: Actor, *, history: bool, dry_run: bool) -> list[Result]:
    """Record orders and redemptions and return one result each, in the order given.

    Raises:
        Refusal: `batch_size`.
    """
    if not 1 <= len(facts) <= BATCH_LIMIT:
        raise Refusal("batch_size", f"A batch holds 1 to {BATCH_LIMIT} facts.", params={"most": BATCH_LIMIT})
    whole = dry_run or connection.in_atomic_block  # then what went before falls with the rest
    results: list[Result] = []
    waiting = [facts]
    while waiting:
        part = waiting.pop()
        try:
            results += _record(part, actor, history=history, dry_run=dry_run)
        except _TooManyAtOnceError:
            middle = len(part) // 2
            waiting += [part[middle:], part[:middle]]
        except Exception as failure:
            if whole or not results:
                raise
            rest = len(facts) - len(results)
            logs.failure("facts_not_recorded", failure, recorded=len(results), refused=rest)
            return results + [Result(Status.REFUSED, _unavailable())] * rest
    return results


class _TooManyAtOnceError(Exception):
    """The facts failed together, and may succeed apart."""


def _record(facts: Sequence[Fact], actor: Actor, *, history: bool, dry_run: bool) -> list[Result]:
    """Try the facts together, and once more after a race.

    Raises:
        _TooManyAtOnceError: they failed, and are more than one.
    """
    try:
        try:
            return _attempt(facts, actor, history=history, dry_run=dry_run)
        except (Error, *_RACING) as failure:
            if not _is_race(failure):
                raise
            return _attempt(facts, actor, history=history, dry_run=dry_run)
    except (OperationalError, *_RACING, *_OF_THE_FACTS) as failure:
        race = _is_race(failure)
        if not race and not isinstance(failure, _OF_THE_FACTS):
            raise
        if len(facts) > 1:
            raise _TooManyAtOnceError from failure
        if race:
            raise
        logs.failure("fact_not_recordable", failure)
        return [Result(Status.REFUSED, _not_recordable())]


def _is_race(failure: Exception) -> bool:
    return isinstance(failure, _RACING) or isinstance(failure.__cause__, _RACES)


def _not_recordable() -> Refusal:
    return Refusal("not_recordable", "This fact can't be recorded; the log of the deployment says why.")


def _unavailable() -> Refusal:
    return Refusal("unavailable", "The database gave up before this fact was recorded; send it again.")


def _attempt(facts: Sequence[Fact], actor: Actor, *, history: bool, dry_run: bool) -> list[Result]:
    """Take the facts from intake to commit in one unit of work; inside another one, behind a savepoint."""
    with unit_of_work(dry_run=dry_run), transaction.atomic():
        now = clock.business_now()
        items = [Item(fact) for fact in facts]
        for item in items:
            item.refuse(intake.check(item.fact, now, history=history))
        _identify(items)
        people = _lock(items)
        plan = timeline()  # behind the locks: it has every version under which the members may stand
        for item in still_open(items):
            item.refuse(_misfit(item, plan, now))
        claim(items, plan)
        desktop = decide(items, plan, people, now)
        write(items, desktop, now)
        _audit(items, actor)
        return [item.result for item in items if item.result is not None]


def _identify(items: Sequence[Item]) -> None:
    """Find the members."""
    waiting = still_open(items)
    refs = list({item.fact.member: None for item in waiting if item.fact.member is not None})
    found = dict(zip(refs, members.resolve(refs), strict=True)) if refs else {}
    for item in waiting:
        item.member_id = found[item.fact.member] if item.fact.member is not None else None


def _misfit(item: Item, plan: Timeline | None, now: datetime) -> Refusal | None:
    """Refuse what fits no member, or not the program as it is in force for the fact or, where that is late, now."""
    fact = item.fact
    program = plan.at(int(max(fact.occurred_at or now, now).timestamp())).program if plan else None
    if isinstance(fact, OrderFact):
        if program is None or fact.currency == program.currency:
            return None
        currency = program.currency
        return Refusal(
            "currency_mismatch",
            f"The program counts in {currency}, the order in another currency.",
            pointer="/currency",
            params={"expected": currency},
        )
    if program is None:
        return Refusal("no_program", "No program is published yet.")
    units = [unit.code for unit in program.units]
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
