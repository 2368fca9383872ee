"""THE write path: every order and redemption of every surface, one or a thousand, comes through here.

Facts are decided in the order given; refused ones leave nothing, the rest commit together. Where another transaction
was first, the batch is tried again once, then halved down to single facts, and those three times; where the facts
themselves fail, it is halved at once, and the one that fails alone is refused. What was committed is told, whatever
becomes of the rest.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import datetime
from uuid import UUID

from django.db import DataError, Error, IntegrityError, OperationalError, connection
from psycopg import errors as postgres

from shuke.core.values.errors import Refusal
from shuke.core.values.points import change_written
from shuke.foundation import clock, ids, logs
from shuke.foundation.business_keys import NotFreeError
from shuke.foundation.garbage import uncollected
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.benefits.contracts import StaleEntitlementError
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import Heir, MemberFacts
from shuke.rooms.members.contracts import Status as MemberStatus
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor, ActorKind
from shuke.rooms.points import facade as points
from shuke.rooms.points.contracts import StaleLedgerError
from shuke.rooms.programs.contracts import Result, Status, Undecided
from shuke.rooms.programs.facts import (
    KINDS,
    AdjustFact,
    Fact,
    OrderFact,
    RedeemFact,
    RefundFact,
    ReleaseFact,
    ReturnFact,
    TierFact,
    TransferFact,
    WithdrawalFact,
)
from shuke.rooms.programs.services import intake
from shuke.rooms.programs.services.claims import claim, references
from shuke.rooms.programs.services.deciding import decide, write
from shuke.rooms.programs.services.items import Item, still_open
from shuke.rooms.programs.services.timeline import Timeline, locked_timeline
from shuke.rooms.tiers.contracts import StaleTierError

BATCH_LIMIT = 1_000
_AGAIN, _AGAIN_ALONE = 1, 3  # times that a batch, and that a single fact, is tried again after a race

_SITTING_OUT = {
    MemberStatus.FROZEN: Undecided.FROZEN,
    MemberStatus.BLACKLISTED: Undecided.BLACKLISTED,
    MemberStatus.EXITED: Undecided.EXITED,
    MemberStatus.MERGED: Undecided.MERGED,
}
ALWAYS = (
    RefundFact | ReturnFact | ReleaseFact | WithdrawalFact
)  # what belongs to facts of before takes place whatever the member is now
_RACES = (
    postgres.UniqueViolation,
    postgres.DeadlockDetected,
    postgres.SerializationFailure,
    postgres.LockNotAvailable,
)
_RACING = (StaleLedgerError, StaleTierError, StaleEntitlementError, NotFreeError)
_OF_THE_FACTS = (IntegrityError, DataError, ArithmeticError, LookupError, ValueError)  # will fail so every time


def record(facts: Sequence[Fact], actor: Actor, *, history: bool, dry_run: bool) -> list[Result]:
    """Record facts and return one result each, in the order given.

    Raises:
        Refusal: `batch_size`.
    """
    if not 1 <= len(facts) <= BATCH_LIMIT:
        raise Refusal("batch_size", f"A batch holds 1 to {BATCH_LIMIT} facts.", params={"most": BATCH_LIMIT})
    if dry_run:
        with unit_of_work(dry_run=True):
            return _record_all(facts, actor, history=history, whole=True)
    return _record_all(facts, actor, history=history, whole=connection.in_atomic_block)


def _record_all(facts: Sequence[Fact], actor: Actor, *, history: bool, whole: bool) -> list[Result]:
    """Record run after run; what was committed is told, unless it falls with the rest (`whole`)."""
    results: list[Result] = []
    waiting = [list(run) for run in reversed(_runs(facts))]
    while waiting:
        part = waiting.pop()
        try:
            results += _record(part, actor, history=history)
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


def _runs(facts: Sequence[Fact]) -> list[list[Fact]]:
    """Cut a batch where a fact is about one of the same run: each run finds what it refers to written."""
    runs: list[list[Fact]] = []
    keys: set[tuple[str, str]] = set()
    for fact in facts:
        about = _about(fact)
        mine = {(fact.source, fact.external_id)} | ({about} if about else set())
        depends = about in keys and not isinstance(
            fact, RedeemFact
        )  # that it pays for an order matters to refunds only
        depends = depends or (isinstance(fact, OrderFact) and (fact.source, fact.external_id) in keys)
        if not runs or depends:
            runs.append([])
            keys = set()
        runs[-1].append(fact)
        keys |= mine
    return runs


def _about(fact: Fact) -> tuple[str, str] | None:
    """Return the key of the fact that a fact refers to."""
    for name in ("order", "redemption", "hold"):
        key = getattr(fact, name, None)
        if key is not None:
            return key[0], key[1]
    return None


class _TooManyAtOnceError(Exception):
    """The facts failed together, and may succeed apart."""


def _record(facts: Sequence[Fact], actor: Actor, *, history: bool) -> list[Result]:
    """Try the facts together, and again after races.

    Raises:
        _TooManyAtOnceError: they failed, and are more than one.
    """
    try:
        for _ in range(_AGAIN if len(facts) > 1 else _AGAIN_ALONE):
            try:
                return _attempt(facts, actor, history=history)
            except (Error, *_RACING) as failure:
                if not _is_race(failure):
                    raise
        return _attempt(facts, actor, history=history)
    except Refusal as refusal:
        if refusal.code != "supply_exhausted":
            raise
        if len(facts) > 1:
            raise _TooManyAtOnceError from refusal
        return [Result(Status.REFUSED, refusal)]
    except _AcrossVersionsError as failure:
        raise _TooManyAtOnceError from failure
    except (OperationalError, *_RACING, *_OF_THE_FACTS) as failure:
        race = _is_race(failure)
        if not race and not isinstance(failure, _OF_THE_FACTS):
            raise
        if len(facts) > 1:
            raise _TooManyAtOnceError from failure
        if race:
            raise _unavailable() from failure
        logs.failure("fact_not_recordable", failure)
        return [Result(Status.REFUSED, _not_recordable())]


def _is_race(failure: Exception) -> bool:
    return isinstance(failure, _RACING) or isinstance(failure.__cause__, _RACES)


def _not_recordable() -> Refusal:
    return Refusal("not_recordable", "This fact can't be recorded; the log of the deployment says why.")


def _unavailable() -> Refusal:
    return Refusal("unavailable", "The database gave up before this fact was recorded; send it again.")


def _attempt(facts: Sequence[Fact], actor: Actor, *, history: bool) -> list[Result]:
    """Take the facts from intake to commit in one unit of work; apart inside another one."""
    with uncollected() if len(facts) > 1 else nullcontext(), unit_of_work(apart=True):
        now, live = clock.business_now(), not clock.is_tested()
        items = [Item(fact) for fact in facts]
        for item in items:
            item.refuse(intake.check(item.fact, now, live=live, history=history))
        _identify(items)
        references(items)
        _find_heirs(items)
        people = _lock(items)
        plan = locked_timeline()
        _check_one_version(items, plan, now)
        for item in still_open(items):
            item.refuse(_misfit(item, plan, now))
        claim(items, plan, now)
        desktop = decide(items, plan, people, now)
        write(items, desktop, people, now, history=history)
        _audit(items, plan, actor)
        return [item.result for item in items if item.result is not None]


class _AcrossVersionsError(Exception):
    """The facts fall under several versions of the program, and are to be recorded apart."""


def _check_one_version(items: Sequence[Item], plan: Timeline | None, now: datetime) -> None:
    """Leave it to runs of one version to bring members under it: that counts what is written, not what is decided."""
    if plan is not None and len({plan.at(item.at(now)).id for item in still_open(items)}) > 1:
        raise _AcrossVersionsError


def _identify(items: Sequence[Item]) -> None:
    """Find the members."""
    waiting = still_open(items)
    asked = {item: (getattr(item.fact, "member", None), getattr(item.fact, "to", None)) for item in waiting}
    refs = list({ref: None for refs in asked.values() for ref in refs if ref is not None})
    found = dict(zip(refs, members.resolve(refs), strict=True)) if refs else {}
    for item, (member, to) in asked.items():
        item.member_id = found[member] if member is not None else None
        item.other_id = found[to] if to is not None else None


def _find_heirs(items: Sequence[Item]) -> None:
    """Find in whom the members live on whose records were merged, of facts that belong to those of before."""
    for item, heirs in _heirs(items).items():
        item.heirs = heirs


def _heirs(items: Sequence[Item]) -> dict[Item, tuple[Heir, ...]]:
    about = [item for item in still_open(items) if isinstance(item.fact, ALWAYS)]
    member_ids = {item.member_id for item in about if item.member_id is not None}
    found = members.heirs(member_ids) if member_ids else {}
    return {item: found.get(item.member_id, ()) if item.member_id else () for item in about}


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
    if isinstance(fact, RefundFact):
        return None
    if program is None:
        return Refusal("no_program", "No program is published yet.")
    units = [unit.code for unit in program.units]
    unit = getattr(fact, "unit", None)
    if unit is not None and unit not in units:
        known = ", ".join(units)
        return Refusal("unknown_unit", f"The program's units are: {known}.", pointer="/unit", params={"known": known})
    if item.member_id is None:
        return Refusal("unknown_member", "Nobody is known by this id.", pointer="/member")
    if isinstance(fact, TransferFact):
        return _misfit_receiver(item)
    return None


def _misfit_receiver(item: Item) -> Refusal | None:
    if item.other_id is None:
        return Refusal("unknown_member", "Nobody is known by this id.", pointer="/to")
    if item.other_id == item.member_id:
        return Refusal("transfer_to_oneself", "Points are given to somebody else.", pointer="/to")
    return None


def _lock(items: Sequence[Item]) -> dict[UUID, MemberFacts]:
    """Lock the holders in id order, and note who takes no part."""
    waiting = still_open(items)
    involved = {member_id for item in waiting for member_id in (item.member_id, item.other_id)}
    involved |= {heir.member_id for item in waiting for heir in item.heirs}
    member_ids = sorted(member_id for member_id in involved if member_id is not None)
    points.lock(member_ids)
    people = members.facts(member_ids)
    if any(item.heirs != heirs for item, heirs in _heirs(waiting).items()):  # or somebody pays who is no longer meant
        raise StaleLedgerError("A member was merged or a merge taken apart while the fact was on its way.")
    for item in waiting:
        if any(people[member_id].status is MemberStatus.MERGED for member_id in _living(item)):
            raise StaleLedgerError("A member was merged while the fact was on its way.")
        if item.member_id is None:
            item.undecided = item.undecided or Undecided.UNKNOWN_MEMBER
            continue
        sits_out = _SITTING_OUT.get(people[item.member_id].status)
        if sits_out is not None and not isinstance(item.fact, ALWAYS):
            item.undecided = sits_out
        if item.other_id is None:
            continue
        if people[item.other_id].status in _SITTING_OUT:
            refused = _SITTING_OUT[people[item.other_id].status]
            item.refuse(Refusal(refused.value, "The receiver takes no part.", pointer="/to"))
    return people


def _living(item: Item) -> list[UUID]:
    """Return the members who were found as those that others live on in."""
    if getattr(item.fact, "member", None) is None:
        return []
    return [member_id for member_id in (item.member_id, item.other_id) if member_id is not None]


def _audit(items: Sequence[Item], plan: Timeline | None, actor: Actor) -> None:
    """Leave an audit line where a person of the staff recorded something by hand, and for every adjustment and tier."""
    written = [item for item in items if item.answer is not None]
    by_hand = [item for item in written if isinstance(item.fact, AdjustFact | TierFact)]
    scales = {unit.code: unit.scale for unit in plan.latest.program.units} if plan else {}
    for item in by_hand:
        fact = item.fact
        assert item.member_id is not None
        assert item.answer is not None
        after: dict[str, object] = {"reason": getattr(fact, "reason", ""), "reference": str(item.reference)}
        if isinstance(fact, AdjustFact):
            ((unit, change),) = (item.answer.points or {}).items()
            after |= {"points": change_written(change, scales[unit]), "unit": unit}
        elif isinstance(fact, TierFact):
            after |= {"tier": fact.tier, "until": fact.until.isoformat() if fact.until else ""}
        org.audit(f"{KINDS[type(fact)]}.recorded", ids.encode("mbr", item.member_id), None, after, actor)
    if actor.kind is not ActorKind.STAFF:
        return
    rest: defaultdict[UUID | None, Counter[str]] = defaultdict(Counter)
    for item in written:
        if item not in by_hand:
            rest[item.member_id][KINDS[type(item.fact)]] += 1
    for member_id, counts in rest.items():
        subject = ids.encode("mbr", member_id) if member_id else "program"
        org.audit("facts.recorded", subject, None, dict(counts), actor)
