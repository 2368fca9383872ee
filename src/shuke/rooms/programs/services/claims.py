"""Business keys of a batch: each fact has one effect for ever, and a repeat is answered from what was stored."""

from collections.abc import Sequence
from dataclasses import replace

from shuke.core.values.errors import Refusal
from shuke.foundation import business_keys, ids
from shuke.foundation.business_keys import BusinessKey, Claim, Mismatch
from shuke.rooms.points import facade as points
from shuke.rooms.points.contracts import Entry
from shuke.rooms.programs import queries
from shuke.rooms.programs.contracts import OrderFact, RedeemFact, Result, Status, Undecided
from shuke.rooms.programs.queries import DecisionRow
from shuke.rooms.programs.services.intake import payload_hash
from shuke.rooms.programs.services.items import Item, still_open
from shuke.rooms.programs.services.timeline import Running, Timeline

ORDER, REDEMPTION = "order", "redemption"  # the kinds of keys


def claim(items: Sequence[Item], plan: Timeline | None) -> None:
    """Give each open fact its id and claim its key; close repeats with their first answer, refuse other content."""
    waiting = still_open(items)
    keys = [_key(item) for item in waiting]
    firsts: dict[tuple[str, str, str], Item] = {}
    repeats = []
    for item, key, answer in zip(waiting, keys, business_keys.claim(keys), strict=True):
        if answer.mismatch is not None:
            item.refuse(_recorded_differently(answer.mismatch))
        elif answer.fresh:
            item.key, item.reference = key, key.reference
            firsts[key.identity] = item
        elif key.identity in firsts:
            item.original = firsts[key.identity]
        else:
            repeats.append((item, answer))
    if repeats:
        _answer(repeats, plan)


def release(items: Sequence[Item]) -> None:
    """Give back the keys of facts that were refused after all."""
    refused = [item.key for item in items if item.key and item.result and item.result.status is Status.REFUSED]
    business_keys.release(refused)


def _key(item: Item) -> BusinessKey:
    fact = item.fact
    kind = ORDER if isinstance(fact, OrderFact) else REDEMPTION
    return BusinessKey(fact.source, kind, fact.external_id, payload_hash(fact), item.member_id, ids.new_id())


def _recorded_differently(mismatch: Mismatch) -> Refusal:
    what = "for another member" if mismatch is Mismatch.MEMBER else "with other content"
    return Refusal(
        "already_recorded_differently",
        f"This external id was recorded before {what}; the id of a fact is its own for ever.",
        pointer="/external_id",
        params={"difference": mismatch.value},
    )


def _answer(repeats: Sequence[tuple[Item, Claim]], plan: Timeline | None) -> None:
    """Close facts that were recorded before with their first answer."""
    known = [(answer.member_id, answer.reference) for _, answer in repeats if answer.member_id is not None]
    decisions, entries_of = queries.decisions(known), points.entries_of(known)
    for item, answer in repeats:
        decision = decisions.get(answer.reference)
        entries = entries_of.get(answer.reference, [])
        result = Result(
            Status.REPEATED,
            reference=answer.reference,
            member_id=answer.member_id,
            entries=tuple(entry.key for entry in entries),
        )
        if isinstance(item.fact, RedeemFact) and plan is not None:
            item.result = _redemption(result, item.fact, entries, plan)
        elif decision is None:
            item.result = replace(result, undecided=Undecided.UNKNOWN_MEMBER)
        elif decision.version_id is None or plan is None:
            item.result = replace(result, undecided=Undecided(decision.undecided))
        else:
            item.result = _decided(result, decision, plan.by_id(decision.version_id))


def _decided(result: Result, decision: DecisionRow, running: Running) -> Result:
    return replace(
        result,
        version=running.number,
        late=decision.late,
        effective_at=decision.effective_at,
        points=dict(zip(running.unit_codes, decision.points, strict=True)),
        balances=dict(zip(running.unit_codes, decision.balances, strict=True)),
        tier_before=decision.tier_before,
        tier_after=decision.tier_after,
    )


def _redemption(result: Result, fact: RedeemFact, entries: Sequence[Entry], plan: Timeline) -> Result:
    effective_at = entries[-1].occurred_at
    running = plan.at(int(effective_at.timestamp()))
    unit = running.unit_codes[running.unit_index[entries[-1].key.unit_id]]
    return replace(
        result,
        version=running.number,
        late=fact.occurred_at is not None and int(fact.occurred_at.timestamp()) < int(effective_at.timestamp()),
        effective_at=effective_at,
        points={unit: fact.points},
        balances={unit: entries[-1].balance_after},
    )
