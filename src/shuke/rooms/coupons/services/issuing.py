"""Issues coupons: each fact one coupon at most, within what the template and its member may have."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from shuke.core.offers.model import Reason
from shuke.core.values.errors import Refusal
from shuke.foundation import business_keys, codes, ids
from shuke.foundation.business_keys import BusinessKey, Claim, Mismatch
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.coupons import queries
from shuke.rooms.coupons.contracts import KEY, Cause, Codes, Issued, IssueFact
from shuke.rooms.coupons.models import Template as Row
from shuke.rooms.coupons.services import limits, supply, views
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import MemberFacts, Status

_STATUS = {
    Status.FROZEN: "member_frozen",
    Status.BLACKLISTED: "member_blacklisted",
    Status.EXITED: "member_exited",
    Status.MERGED: "member_merged",
}


@dataclass(slots=True)
class Wish:
    """One fact on its way: what it stands for, and what is against it or how much it is worth."""

    fact: IssueFact
    claim: Claim
    row: Row | None
    refusal: Refusal | None = None
    value_minor: int | None = None

    @property
    def open(self) -> bool:
        return self.claim.fresh and self.refusal is None


def issue(facts: Sequence[IssueFact], batch_id: UUID | None = None) -> list[Issued]:
    """Issue a coupon, of a batch or of none, for each fact that nobody told before; answer in the order given."""
    with unit_of_work():
        keys = [_key(fact) for fact in facts]
        wishes = [Wish(fact, claim, None) for fact, claim in zip(facts, business_keys.claim(keys), strict=True)]
        rows = queries.issuing({wish.fact.template for wish in wishes if wish.claim.fresh})
        people = members.facts({wish.fact.member_id for wish in wishes if wish.fact.member_id and wish.claim.fresh})
        for wish in wishes:
            wish.row = rows.get(wish.fact.template)
            wish.refusal = _barred(wish, people) if wish.claim.fresh else _differs(wish)
        _within_members_limits(wishes)
        for row in sorted(rows.values(), key=lambda row: row.id):
            _issue_of(row, [wish for wish in wishes if wish.open and wish.row is row], batch_id)
        business_keys.release(
            [key for key, wish in zip(keys, wishes, strict=True) if wish.claim.fresh and wish.refusal]
        )
        return _answers(wishes)


def within_reach(member_id: UUID, at: datetime) -> list[Row]:
    """Return the templates that members take or buy by themselves, by their dates and what this one had; newest first.

    Nothing is locked: it is for showing, and `issue` decides.
    """
    takes = [row for row in queries.templates() if row.claimable or row.points is not None]
    return open_to(member_id, [row for row in takes if row.codes != Codes.ONE], at)


def open_to(member_id: UUID, asked: Sequence[Row], at: datetime) -> list[Row]:
    """Return the templates of which a member may have a coupon by their dates and what this one had, in that order."""
    rows = [row for row in asked if views.not_open(row, at) is None]
    records = members.records([member_id])[member_id]
    limited = [row for row in rows if row.per_member is not None]
    counters = [(row.id, record, views.period_start(row, at)) for row in limited for record in records]
    had: Counter[UUID] = Counter()
    for (template_id, _, _), count in queries.taken(counters).items() if counters else ():
        had[template_id] += count
    return [row for row in rows if row.per_member is None or had[row.id] < row.per_member]


def _key(fact: IssueFact) -> BusinessKey:
    digest = hashlib.sha256(fact.template.encode()).digest()
    return BusinessKey(fact.source, KEY, fact.external_id, digest, fact.member_id, ids.new_id())


def _differs(wish: Wish) -> Refusal | None:
    """Return a refusal where the same id stands for another coupon; a member who was merged lives on in another."""
    mismatch = wish.claim.mismatch
    if mismatch is Mismatch.MEMBER and wish.claim.member_id is not None:
        heirs = members.heirs([wish.claim.member_id]).get(wish.claim.member_id, ())
        if heirs and heirs[-1].member_id == wish.fact.member_id:
            mismatch = None
    if mismatch is None:
        return None
    detail = "This id stands for a coupon of another template or member."
    return Refusal("already_recorded_differently", detail, pointer="/external_id")


def _barred(wish: Wish, people: Mapping[UUID, MemberFacts]) -> Refusal | None:
    """Return what is against issuing, before anything is counted."""
    row, fact = wish.row, wish.fact
    if row is None:
        return Refusal("unknown_coupon_template", "There is no such coupon template.", pointer="/template")
    if row.codes == Codes.ONE:
        return Refusal("coupon_code_for_many", "Its one code is for whoever has it; nothing is issued.")
    refusal = views.not_open(row, fact.at)
    if refusal is not None:
        return refusal
    if fact.cause is Cause.CLAIM and (not row.claimable or row.points is not None):
        return Refusal("coupon_not_claimable", "Members can't take this coupon by themselves.")
    if fact.cause is Cause.POINTS and row.points is None:
        return Refusal("coupon_without_price", "This coupon can't be had for points.")
    return None if fact.member_id is None else may_not(people.get(fact.member_id))


def may_not(person: MemberFacts | None) -> Refusal | None:
    """Return why somebody gets no coupon."""
    if person is None:
        return Refusal("unknown_member", "There is no such member.", pointer="/member")
    if person.status in _STATUS:
        return Refusal(_STATUS[person.status], f"The member is {person.status}.", pointer="/member")
    return None


def _within_members_limits(wishes: Sequence[Wish]) -> None:
    """Count what each member has of templates that limit it, and refuse what is more."""
    asked: dict[tuple[UUID, UUID, int], list[Wish]] = defaultdict(list)
    for wish in wishes:
        if wish.open and wish.row is not None and wish.row.per_member is not None and wish.fact.member_id is not None:
            asked[wish.row.id, wish.fact.member_id, views.period_start(wish.row, wish.fact.at)].append(wish)
    if not asked:
        return
    for key, count in limits.had(asked).items():
        row = asked[key][0].row
        left = max(0, row.per_member - count)
        for wish in asked[key][left:]:
            wish.refusal = limit_reached(row)


def limit_reached(row: Row) -> Refusal:
    """Return the refusal of a member who has all that one may have."""
    return Refusal("coupon_limit_reached", f"A member may have {row.per_member}.", params={"most": row.per_member})


def exhausted(row: Row) -> Refusal:
    """Return the refusal where nothing of a template is left."""
    if views.out_of_room(row) is Reason.BUDGET_REACHED:
        return Refusal("coupon_budget_spent", "The budget of these coupons is spent.")
    return Refusal("coupons_exhausted", "All of these coupons are gone.")


def _issue_of(row: Row, wishes: Sequence[Wish], batch_id: UUID | None) -> None:
    """Issue the coupons of one template, as many as there are; count them at the members and, last, in the supply."""
    granted = _from_pool(row, wishes) if row.codes == Codes.POOL else _newly(row, wishes, batch_id)
    for wish in wishes[granted:]:
        wish.refusal = exhausted(row)
    if row.per_member is not None:
        had = Counter(
            (row.id, wish.fact.member_id, views.period_start(row, wish.fact.at))
            for wish in wishes[:granted]
            if wish.fact.member_id is not None
        )
        queries.count_taken(had)


def _newly(row: Row, wishes: Sequence[Wish], batch_id: UUID | None) -> int:
    if not wishes:
        return 0
    granted, values = supply.take(row, len(wishes))
    rows = []
    for wish, code, value in zip(wishes, codes.new_codes(granted), values, strict=False):  # some may be left over
        fact = wish.fact
        ours = (wish.claim.reference, row.id, code, fact.member_id, batch_id, False, False, value)
        rows.append((*ours, fact.at, *views.dates(row, fact.at), fact.cause.value, fact.given_for))
    if rows:
        queries.insert_coupons(rows)
    return granted


def _from_pool(row: Row, wishes: Sequence[Wish]) -> int:
    """Hand out coupons that were made beforehand, each under the id that its claim stands for."""
    found = _coupons_of_pool(row, len(wishes)) if wishes else []
    rows = [
        (
            old,
            wish.claim.reference,
            fact.member_id,
            fact.at,
            *views.dates(row, fact.at),
            fact.cause.value,
            fact.given_for,
        )
        for old, wish in zip(found, wishes, strict=False)
        if (fact := wish.fact)
    ]
    if rows:
        queries.hand_out(rows)
    return len(rows)


def _coupons_of_pool(row: Row, count: int) -> list[UUID]:
    """Lock coupons that nobody has: what is free at once, or, where that is too little, what others may give up.

    Who waits holds no coupon of the pool but the queue's lock, so those who are waited for never wait for one.
    """
    with transaction.atomic():
        found = queries.lock_pool(row.id, count, wait=False)
        if len(found) == count:
            return found
        transaction.set_rollback(True)
    queries.queue_for_pool(row.id)
    return queries.lock_pool(row.id, count, wait=True)


def _answers(wishes: Sequence[Wish]) -> list[Issued]:
    issued = [wish for wish in wishes if wish.refusal is None]
    rows = {row[0]: row for row in queries.coupons({wish.claim.reference for wish in issued})}
    found = {}
    for at in {wish.fact.at for wish in issued}:
        ids = {wish.claim.reference for wish in issued if wish.fact.at == at}
        found |= {(coupon.id, at): coupon for coupon in views.held([rows[id] for id in ids], at)}
    return [
        Issued(refusal=wish.refusal)
        if wish.refusal is not None
        else Issued(found[wish.claim.reference, wish.fact.at], repeated=not wish.claim.fresh)
        for wish in wishes
    ]
