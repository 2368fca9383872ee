"""Using a benefit, undoing that, and asking whether a member may."""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.foundation import business_keys, clock, ids
from shuke.foundation.business_keys import BusinessKey
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.benefits import claims, days, giving, queries
from shuke.rooms.benefits.claims import Claim, Line
from shuke.rooms.benefits.contracts import USABLE, Benefit, EventKind, May, Use, UseFact
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import ID_PREFIX, MemberRef, Status
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor, ActorKind
from shuke.rooms.points import facade as points

KIND = "benefit_use"
QUANTITY_LIMIT = 1_000


def use(fact: UseFact, actor: Actor) -> Use:
    """Use a benefit once for ever under its outside id."""
    _check(fact)
    with unit_of_work(apart=True):
        benefit = usable(fact.benefit)
        member_id = living(fact.member_id)
        points.lock([member_id])
        key = _key(fact, member_id)
        (claimed,) = business_keys.claim([key])
        if claimed.mismatch is not None:
            raise Refusal("already_recorded_differently", "This external id was recorded with another content.")
        if not claimed.fresh:
            return _recorded(member_id, claimed.reference, repeated=True)
        check_takes_part(member_id)
        claim = drawn(member_id, fact.benefit, fact.quantity, clock.business_now())
        draw(claim, fact.quantity, claimed.reference, actor, fact.note)
        _audit("benefit.used", member_id, benefit, fact.quantity, actor)
        return _recorded(member_id, claimed.reference, repeated=False)


def undo(member_id: UUID, use_id: UUID, reason: str, actor: Actor) -> Use:
    """Undo a use; what is undone already is answered as it is."""
    with unit_of_work(apart=True):
        member_id = living(member_id)
        points.lock([member_id])
        found = queries.line(member_id, use_id, EventKind.USED)
        if found is None:
            raise Refusal("unknown_use", "There is no such use.")
        if queries.line(member_id, use_id, EventKind.UNDONE) is None:
            benefit, cause, _, quantity, period = found
            claim = queries.claims([member_id], [cause])[member_id, benefit, cause]
            stepped = claims.undo(claim, Line(EventKind.USED, quantity, period))
            giving.step(claim, stepped, clock.business_now(), use_id, actor.label, reason)
            _audit("benefit.undone", member_id, queries.benefits()[benefit], quantity, actor)
        return _recorded(member_id, use_id, repeated=False)


def may(member_id: UUID, code: str, now: datetime, opens_at: datetime | None = None) -> May:
    """Say whether a member has a right now; `opens_at` is when everybody may, for a head start."""
    benefit = _known(code)
    member_id = living(member_id)
    held = _held(member_id, code, now) if _takes_part(member_id) else []
    early = opens_at - timedelta(hours=benefit.ahead_hours) if opens_at is not None and held else opens_at
    if early is not None and early > now:
        return May(False, "too_early", opens_at=early)
    if opens_at is not None and opens_at <= now:
        return May(True, left=None, opens_at=opens_at)
    if not held:
        return May(False, "not_held", opens_at=opens_at)
    day = days.day_of(now)
    left = _sum(claim.left_on(day) for claim in held)
    return May(left != 0, "" if left != 0 else "used_up", left, early)


def drawn(member_id: UUID, code: str, quantity: int, now: datetime) -> Claim:
    """Return the claim that a use draws on: of those that can bear it, the one that ends first.

    Raises:
        Refusal: `benefit_not_held`, `quota_used_up`.
    """
    held = _held(member_id, code, now)
    if not held:
        raise claims.not_held()
    day = days.day_of(now)
    fit = [claim for claim in held if (left := claim.left_on(day)) is None or left >= quantity]
    return (fit or held)[0]


def usable(code: str) -> Benefit:
    """Return a benefit that is used.

    Raises:
        Refusal: `unknown_benefit`, `benefit_not_used`.
    """
    benefit = _known(code)
    if benefit.kind not in USABLE:
        raise Refusal(
            "benefit_not_used", f"A benefit of kind {benefit.kind} holds or is issued; nobody uses it up by hand."
        )
    return benefit


def living(member_id: UUID) -> UUID:
    """Return the member, or in whom they live on.

    Raises:
        Refusal: `unknown_member`.
    """
    (found,) = members.resolve([MemberRef(id=member_id)])
    if found is None:
        raise Refusal("unknown_member", "There is no such member.")
    return found


def check_takes_part(member_id: UUID) -> None:
    """Refuse who is frozen or has left.

    Raises:
        Refusal: `member_frozen`, `member_blacklisted`, `member_exited`.
    """
    status = members.facts([member_id])[member_id].status
    if status is Status.FROZEN:
        raise Refusal("member_frozen", "The member is frozen.")
    if status is Status.BLACKLISTED:
        raise Refusal("member_blacklisted", "The member is blacklisted.")
    if status is not Status.ACTIVE:
        raise Refusal("member_exited", "The member has left.")


def draw(claim: Claim, quantity: int, reference: UUID, actor: Actor, note: str) -> None:
    """Write a use of a claim.

    Raises:
        Refusal: `benefit_not_held`, `quota_used_up`.
    """
    now = clock.business_now()
    giving.step(claim, claims.use(claim, quantity, days.day_of(now)), now, reference, actor.label, note)


def _held(member_id: UUID, code: str, now: datetime) -> list[Claim]:
    """Return the claims to a benefit that hold now, the one that ends first before the others."""
    day = days.day_of(now)
    held = [claim for claim in queries.claims([member_id]).values() if claim.benefit == code and claim.holds_on(day)]
    return sorted(held, key=lambda claim: (claim.until_day is None, claim.until_day or 0, claim.cause))


def _takes_part(member_id: UUID) -> bool:
    return members.facts([member_id])[member_id].status is Status.ACTIVE


def _recorded(member_id: UUID, use_id: UUID, *, repeated: bool) -> Use:
    found = queries.line(member_id, use_id, EventKind.USED)
    assert found is not None, "a use was written under its key"
    benefit, cause, _, quantity, _ = found
    claim = queries.claims([member_id], [cause])[member_id, benefit, cause]
    undone = queries.line(member_id, use_id, EventKind.UNDONE) is not None
    left = claim.left_on(days.day_of(clock.business_now()))
    return Use(use_id, member_id, benefit, cause, quantity, left, repeated, undone)


def _known(code: str) -> Benefit:
    benefit = queries.benefits().get(code)
    if benefit is None:
        raise Refusal("unknown_benefit", "There is no such benefit.", params={"found": code[:80]})
    return benefit


def _check(fact: UseFact) -> None:
    if not 1 <= fact.quantity <= QUANTITY_LIMIT:
        raise Refusal(
            "out_of_bounds",
            f"A use is of 1 to {QUANTITY_LIMIT}.",
            pointer="/quantity",
            params={"least": 1, "most": QUANTITY_LIMIT},
        )


def _key(fact: UseFact, member_id: UUID) -> BusinessKey:
    content = json.dumps([fact.benefit, fact.quantity], ensure_ascii=False)
    return BusinessKey(
        fact.source, KIND, fact.external_id, hashlib.sha256(content.encode()).digest(), member_id, ids.new_id()
    )


def _sum(lefts: Iterable[int | None]) -> int | None:
    """Return what is left in all; None, any number, where one of them has no quota."""
    told = list(lefts)
    return None if None in told else sum(left for left in told if left is not None)


def _audit(action: str, member_id: UUID, benefit: Benefit, quantity: int, actor: Actor) -> None:
    """Leave an audit line for what a person of the staff did; systems leave the record itself."""
    if actor.kind in (ActorKind.STAFF, ActorKind.CLI):
        after = {"benefit": benefit.code, "quantity": quantity}
        org.audit(action, ids.encode(ID_PREFIX, member_id), None, after, actor)
