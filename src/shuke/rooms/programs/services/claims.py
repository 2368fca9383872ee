"""Business keys of a batch: each fact has one effect for ever, and a repeat is answered from what was stored."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from shuke.core.values.errors import Refusal
from shuke.foundation import business_keys, ids
from shuke.foundation.business_keys import BusinessKey, Claim, Mismatch
from shuke.rooms.coupons import facade as coupons
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import MemberRef
from shuke.rooms.points import facade as points
from shuke.rooms.points.contracts import Entry
from shuke.rooms.programs import queries
from shuke.rooms.programs.contracts import Result, Status, Undecided
from shuke.rooms.programs.facts import (
    KINDS,
    BehaviourFact,
    CaptureFact,
    HoldFact,
    OrderFact,
    RedeemFact,
    RefundFact,
    ReleaseFact,
    ReturnFact,
)
from shuke.rooms.programs.queries import DecisionRow
from shuke.rooms.programs.services.intake import payload_hash
from shuke.rooms.programs.services.items import Item, still_open
from shuke.rooms.programs.services.timeline import EARNS, Running, Timeline

_USES = RedeemFact | HoldFact | CaptureFact  # facts whose answer counts up what they use


def claim(items: Sequence[Item], plan: Timeline | None, now: datetime) -> None:
    """Claim the keys of the open items; those known before are answered, or refused where they differ.

    The keys of orders that refunds wait for are held off in the same statement: an order on its way would not see what
    is parked, nor we the order.

    Raises: NotFreeError where such an order has come meanwhile.
    """
    waiting = still_open(items)
    keys = [_key(item) for item in waiting]
    parked = [item for item in waiting if isinstance(item.fact, RefundFact) and item.undecided is Undecided.PARKED]
    missing = [identity for item in parked for identity in _reference(item)]
    firsts: dict[tuple[str, str, str], Item] = {}
    repeats: list[tuple[Item, Claim]] = []
    for item, key, answer in zip(waiting, keys, _beyond_merges(keys, business_keys.claim(keys, missing)), strict=True):
        if answer.mismatch is not None:
            item.refuse(recorded_differently(answer.mismatch))
        elif answer.fresh:
            item.key, item.reference = key, key.reference
            firsts[key.identity] = item
        elif key.identity in firsts:
            item.original = firsts[key.identity]
        else:
            repeats.append((item, answer))
    if repeats:
        _answer(repeats, plan, now)


def _beyond_merges(keys: Sequence[BusinessKey], answers: Sequence[Claim]) -> list[Claim]:
    """Look again without the member where the one of before lives on in the one of now: that is no difference."""
    answers = list(answers)
    other = [place for place, answer in enumerate(answers) if answer.mismatch is Mismatch.MEMBER]
    stayed = members.resolve([MemberRef(id=answers[place].member_id) for place in other]) if other else []
    for place, survivor in zip(other, stayed, strict=True):
        if survivor == keys[place].member_id:
            (answers[place],) = business_keys.claim([replace(keys[place], member_id=None)])
    return answers


def release(items: Sequence[Item]) -> None:
    """Give back the keys of facts that were refused after all."""
    refused = [item.key for item in items if item.key and item.result and item.result.status is Status.REFUSED]
    business_keys.release(refused)


def references(items: Sequence[Item]) -> None:
    """Find what the facts of a batch refer to by key, and refuse those that can't do without it.

    A refund without its order is parked, and the order waits for that; what is about another member's fact is refused.
    """
    asked = {item: _reference(item) for item in still_open(items)}
    identities = [identity for found in asked.values() for identity in found]
    known = business_keys.standings(identities) if identities else {}
    for item, wanted in asked.items():
        if not wanted:
            continue
        item.about = next((known[identity] for identity in wanted if identity in known), None)
        if item.about is None:
            _without(item, wanted[0][1])
        elif item.member_id is None:
            item.member_id = item.about.member_id
        elif item.about.member_id not in (None, item.member_id):
            item.refuse(Refusal("of_another_member", "This is about a fact of another member.", pointer="/order"))


def _without(item: Item, kind: str) -> None:
    if isinstance(item.fact, RefundFact):
        item.undecided = Undecided.PARKED
    elif not isinstance(item.fact, RedeemFact):  # a redemption may pay for an order that comes later
        item.refuse(Refusal(f"unknown_{kind}", f"There is no such {kind}.", pointer=f"/{kind}"))


def _reference(item: Item) -> list[tuple[str, str, str]]:
    """Return the keys by which the fact's other fact may be known."""
    match item.fact:
        case RefundFact(order=(source, external_id)):
            return [(source, "order", external_id)]
        case BehaviourFact(order=(source, external_id)) | RedeemFact(order=(source, external_id)):
            return [(source, "order", external_id)]
        case ReturnFact(redemption=(source, external_id)):
            return [(source, "redemption", external_id), (source, "hold", external_id)]
        case CaptureFact(hold=(source, external_id)) | ReleaseFact(hold=(source, external_id)):
            return [(source, "hold", external_id)]
    return []


def _key(item: Item) -> BusinessKey:
    fact = item.fact
    member_id = None if isinstance(fact, RefundFact) else item.member_id
    return BusinessKey(fact.source, KINDS[type(fact)], fact.external_id, payload_hash(fact), member_id, ids.new_id())


def recorded_differently(mismatch: Mismatch) -> Refusal:
    """Return why an outside id can't stand for something else now."""
    what = "for another member" if mismatch is Mismatch.MEMBER else "with other content"
    return Refusal(
        "already_recorded_differently",
        f"This external id was recorded before {what}; the id of a fact is its own for ever.",
        pointer="/external_id",
        params={"difference": mismatch.value},
    )


def _answer(repeats: Sequence[tuple[Item, Claim]], plan: Timeline | None, now: datetime) -> None:
    """Close facts that were recorded before with their first answer."""
    whose = [(answer.member_id or item.member_id, answer.reference) for item, answer in repeats]
    known = [(member_id, reference) for member_id, reference in whose if member_id is not None]
    decisions, entries_of = queries.decisions(known), points.entries_of(known)
    for (item, answer), (member_id, _) in zip(repeats, whose, strict=True):
        entries = entries_of.get(answer.reference, [])
        keys = tuple(entry.key for entry in entries if entry.key.holder_id == member_id)
        result = Result(Status.REPEATED, reference=answer.reference, member_id=member_id, entries=keys)
        decision = decisions.get(answer.reference)
        if decision is not None and decision.version_id is not None and plan is not None:
            item.result = _decided(result, decision, plan.by_id(decision.version_id), entries)
        elif decision is not None:
            item.result = replace(result, undecided=Undecided(decision.undecided))
        elif isinstance(item.fact, OrderFact):
            item.result = replace(result, undecided=Undecided.UNKNOWN_MEMBER)
        elif plan is not None and entries and member_id is not None:
            item.result = _moved(result, item, [entry for entry in entries if entry.key.holder_id == member_id], plan)
        else:
            item.result = replace(result, undecided=item.undecided)
    gives = [answer.reference for item, answer in repeats if isinstance(item.fact, OrderFact | BehaviourFact)]
    given = coupons.given_for(gives, now) if gives else {}
    for item, answer in repeats:
        assert item.result is not None
        mine = tuple(coupon for coupon in given.get(answer.reference, ()) if not coupon.from_friend)
        item.result = replace(item.result, coupons=mine)


def _decided(result: Result, decision: DecisionRow, running: Running, entries: Sequence[Entry]) -> Result:
    points = running.by_unit(decision.points)
    mine = [each for each in entries if each.key in result.entries and each.kind in EARNS]
    credited = ((running.unit_codes[running.unit_index[each.key.unit_id]], each.amount) for each in mine)
    return replace(
        result,
        version=running.number,
        late=decision.late,
        effective_at=decision.effective_at,
        points=points,
        milestones=running.by_milestones(credited, points),
        balances=dict(zip(running.unit_codes, decision.balances, strict=True)),
        tier_before=decision.tier_before,
        tier_after=decision.tier_after,
    )


def _moved(result: Result, item: Item, entries: Sequence[Entry], plan: Timeline) -> Result:
    """Answer from the entries of a fact: what they moved, and the balances after the last of each unit."""
    fact, effective_at = item.fact, entries[-1].occurred_at
    running = plan.at(int(effective_at.timestamp()))
    moved: dict[str, int] = {}
    balances: dict[str, int] = {}
    for entry in entries:
        code = running.unit_codes[running.unit_index[entry.key.unit_id]]
        amount = abs(entry.amount) if isinstance(fact, _USES) else entry.amount
        moved[code] = moved.get(code, 0) + amount
        balances[code] = entry.balance_after
    return replace(
        result,
        version=running.number,
        late=fact.occurred_at is not None and int(fact.occurred_at.timestamp()) < int(effective_at.timestamp()),
        effective_at=effective_at,
        points=moved,
        balances=balances,
    )
