"""Entitlements beside tiers: what a change of tier brings and takes is given and withdrawn in its transaction."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from shuke.core.program.model import Program
from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.benefits import facade as benefits
from shuke.rooms.benefits.contracts import (
    OF_OFFERS,
    Catalogue,
    Difference,
    Kept,
    Moved,
    Sheet,
)
from shuke.rooms.org.contracts import Actor
from shuke.rooms.paid import facade as paid
from shuke.rooms.points import facade as points
from shuke.rooms.programs.services.timeline import timeline
from shuke.rooms.tiers import facade as tiers
from shuke.rooms.tiers.contracts import Reason, TierUpdate

CHUNK = 5_000
_ANEW = frozenset({Reason.RENEWED, Reason.REVIEWED})


def follow(updates: Sequence[TierUpdate]) -> None:
    """Let entitlements follow tiers that were just written."""
    benefits.follow(
        [
            Moved(
                update.member_id,
                update.ladder,
                change.after.code,
                change.day,
                change.occurred_at,
                new_term=change.reason in _ANEW
                or (change.reason is not Reason.VERSION_CHANGED and change.before != change.after),
                reference=change.reference,
            )
            for update in updates
            for change in update.changes
        ]
    )


def apply(catalogue: Catalogue, actor: Actor) -> tuple[Difference, ...]:
    """Put a catalogue in force and say what changed; many members follow as soon as the job comes round.

    Raises:
        Refusal: `unknown_ladder`, `unknown_tier`, `unknown_offer`, `unknown_plan`, `unknown_coupon_template`,
            `benefit_kind_fixed`, `writers_busy`.
    """
    plan = timeline()
    _check_names(catalogue, plan.latest.program if plan else None)
    changed = benefits.apply(catalogue, actor)
    if changed and (plan is None or len(tiers.members_of(plan.program_id)) <= CHUNK):
        keep(clock.business_now())
    return changed


def sheet(first: date, last: date) -> Sheet:
    """Return what benefits cost and how they are used, along the ladders of the program in force. Raises: nothing."""
    plan = timeline()
    levels: list[tuple[str, str, int]] = []
    if plan is not None:
        for ladder in plan.at(int(clock.business_now().timestamp())).program.ladders:
            counts = {each.tier.code: each.members for each in tiers.distribution(plan.program_id, ladder.code)}
            levels += [(ladder.code, level.code, counts.get(level.code, 0)) for level in ladder.levels]
    return benefits.sheet(levels, first, last)


def keep(now: datetime) -> Kept:
    """Do what time, a new catalogue and handlers owe entitlements by an instant; repeatable. Raises: nothing."""
    return benefits.keep(now, _settle_all)


def settle(member_ids: Sequence[UUID], now: datetime) -> int:
    """Let the entitlements of locked members follow the tiers that they hold."""
    plan = timeline()
    if plan is None:
        return 0
    day = plan.latest.day_of(now)
    standing = tiers.load(member_ids, plan.program_id)
    moves = [
        Moved(member_id, ladder, state.tier.code, day, now, new_term=False)
        for member_id, ladders in standing.items()
        for ladder, state in ladders.items()
    ]
    benefits.follow(moves)
    return len(standing)


def _settle_all(now: datetime) -> int:
    """Let everybody's entitlements follow the sets as they are now, a chunk at a time; who has left has none."""
    plan = timeline()
    done = 0
    everybody = tiers.members_of(plan.program_id) if plan else []
    for begin in range(0, len(everybody), CHUNK):
        with unit_of_work():
            chunk = everybody[begin : begin + CHUNK]
            points.lock(chunk)
            gone = benefits.gone(chunk)
            done += settle([member_id for member_id in chunk if member_id not in gone], now)
    return done


def _check_names(catalogue: Catalogue, program: Program | None) -> None:
    """Refuse a ladder, level or offer that the newest version of the program does not have, and an unknown plan.

    Raises:
        Refusal: `unknown_ladder`, `unknown_tier`, `unknown_offer`, `unknown_plan`.
    """
    named = [row.subject.removeprefix("plan:") for row in catalogue.sets if row.subject.startswith("plan:")]
    plans = [plan.code for plan in paid.list_plans()] if named else []
    for found in named:
        if found not in plans:
            known = ", ".join(plans)
            raise Refusal("unknown_plan", f"The plans are: {known}.", params={"found": found, "known": known})
    ladders: Mapping[str, list[str]] = (
        {each.code: [level.code for level in each.levels] for each in program.ladders} if program else {}
    )
    for subject in dict.fromkeys(row.subject for row in catalogue.sets if row.subject.startswith("tier:")):
        _, ladder, level = subject.split(":")
        if ladder not in ladders:
            known = ", ".join(ladders)
            raise Refusal("unknown_ladder", f"The ladders are: {known}.", params={"found": ladder, "known": known})
        if level not in ladders[ladder]:
            known = ", ".join(ladders[ladder])
            raise Refusal(
                "unknown_tier", f"The tiers of {ladder} are: {known}.", params={"found": level, "known": known}
            )
    offers = [offer.code for offer in program.offers] if program else []
    for benefit in catalogue.benefits:
        if benefit.kind in OF_OFFERS and benefit.gives not in offers:
            known = ", ".join(offers)
            raise Refusal(
                "unknown_offer",
                f"{benefit.code} names the offer {benefit.gives}; the program's offers are: {known}.",
                params={"found": benefit.gives, "known": known},
            )
