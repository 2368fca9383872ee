"""The verbs of the coupons room. Instants are business time; a verb that is called in a unit of work joins it.

It reads no offer: whether an offer's text is sound, and whether a member meets `claim_when`, `programs` says before.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from shuke.core.offers.model import Reason
from shuke.core.values.errors import Refusal
from shuke.foundation import clock, codes, cursors
from shuke.foundation.transactions import unit_of_work
from shuke.foundation.verification import Invariant, Verification, Violation
from shuke.rooms.coupons import queries, tasks
from shuke.rooms.coupons.contracts import (
    LOCK_DAYS_LIMIT,
    Audience,
    Batch,
    CouponPage,
    Gift,
    GivenByRule,
    GivingRule,
    HeldCoupon,
    Issued,
    IssueFact,
    OrderRef,
    RecallReport,
    Template,
    TemplateChange,
    TemplateDraft,
    Use,
    UseLine,
    UsePage,
    UseState,
)
from shuke.rooms.coupons.services import alarms as alarming
from shuke.rooms.coupons.services import batches as batches_of
from shuke.rooms.coupons.services import designing, giving, issuing, taking, using, views
from shuke.rooms.members import facade as members
from shuke.rooms.org.contracts import Actor

ONE_ORDER_AT_A_TIME = Invariant(
    "I19",
    "Every coupon is what its uses say; no more are issued than number, budget or packet allow, nor more to a member "
    "than one may have; one that a rule gave has its fact, and is void once nothing of that order is left.",
)


def verify() -> Verification:
    """Check coupons against their uses and supplies, reading only. Raises: nothing."""
    found = [Violation(ONE_ORDER_AT_A_TIME.id, member_id, told) for member_id, told in queries.violations()]
    return Verification((ONE_ORDER_AT_A_TIME,), tuple(found))


# --- templates ---


def create_template(draft: TemplateDraft, actor: Actor) -> Template:
    """Create a template, active at once.

    Raises: Refusal `bad_code`, `bad_coupon_code`, `bad_coupon_template`, `coupon_code_taken`, `coupon_cost_unknown`,
        `coupon_template_exists`, `time_without_zone`.
    """
    return designing.create(draft, actor, clock.business_now())


def change_template(template_id: UUID, change: TemplateChange, actor: Actor) -> Template:
    """Rename, pause, resume or stop a template, or let its most, budget or time of issue grow.

    Raises: Refusal `unknown_coupon_template`, `coupons_stopped`, `coupon_template_shrinks`, `bad_coupon_template`.
    """
    return designing.change(template_id, change, actor)


def templates() -> tuple[Template, ...]:
    """Return every template with what became of its coupons, newest first. Raises: nothing."""
    return views.templates(queries.templates())


def template(template_id: UUID) -> Template:
    """Return one template.

    Raises: Refusal `unknown_coupon_template`.
    """
    rows = queries.templates([template_id])
    if not rows:
        raise Refusal("unknown_coupon_template", "There is no such coupon template.")
    return views.templates(rows)[0]


def template_by_code(code: str) -> Template:
    """Return the template that has a code.

    Raises: Refusal `unknown_coupon_template`.
    """
    row = queries.template_by_code(code)
    if row is None:
        raise Refusal("unknown_coupon_template", "There is no such coupon template.", pointer="/template")
    return views.templates([row])[0]


def within_reach(member_id: UUID, now: datetime) -> tuple[Template, ...]:
    """Return what a member could take or buy now by dates, supply and their limit, newest first. Raises: nothing.

    Conditions of claims are the caller's to see to.
    """
    return tuple(each for each in views.templates(issuing.within_reach(member_id, now)) if each.left != 0)


# --- coupons ---


def giving_rules(now: datetime) -> tuple[GivingRule, ...]:
    """Return by which rules templates give coupons now, in the order in which they were made. Raises: nothing."""
    return tuple(GivingRule(*row) for row in queries.giving(now))


def could_have(member_id: UUID, codes: Collection[str], now: datetime) -> frozenset[str]:
    """Return of which of these templates a member could have one more. Raises: nothing."""
    rows = issuing.open_to(member_id, queries.templates_by_code(codes), now)
    return frozenset(each.draft.code for each in views.templates(rows) if each.left != 0)


def given_for(fact_ids: Collection[UUID], now: datetime) -> dict[UUID, tuple[HeldCoupon, ...]]:
    """Return by order or behaviour the coupons that rules gave for it. Raises: nothing."""
    found: dict[UUID, tuple[HeldCoupon, ...]] = {}
    for coupon in views.held(queries.given_for(fact_ids), now):
        assert coupon.given_for is not None
        found[coupon.given_for.id] = (*found.get(coupon.given_for.id, ()), coupon)
    return found


def given_by_rules(order_ids: Collection[UUID]) -> tuple[GivenByRule, ...]:
    """Return what rules gave for orders and was not taken back since. Raises: nothing."""
    found = queries.given_by_rules(order_ids)
    return tuple(GivenByRule(id, order, GivingRule(code, name, on, when)) for id, order, code, name, on, when in found)


def take_back(coupon_ids: Sequence[UUID], now: datetime) -> None:
    """Make void what rules gave for orders of which is left what would not have earned it: what is used stays so, and
    is void should it come back. Raises: nothing.
    """
    queries.recall(now, coupon_ids=coupon_ids, order_refunded=True)


def issue(facts: Sequence[IssueFact]) -> list[Issued]:
    """Issue a coupon for each fact and answer in order; a fact that was told before answers the same coupon.

    Conditions of claims (`claim_when`) and prices in points are the caller's to see to, in the same unit of work.

    Raises: nothing. Refusals stand in the answers: `already_recorded_differently`, `unknown_coupon_template`,
        `coupon_code_for_many`, `coupons_stopped`, `coupons_paused`, `coupons_not_open`, `coupons_over`,
        `coupon_not_claimable`, `coupon_without_price`, `unknown_member`, `member_frozen`, `member_blacklisted`,
        `member_exited`, `member_merged`, `coupon_limit_reached`, `coupons_exhausted`, `coupon_budget_spent`.
    """
    return issuing.issue(facts)


def give_by_hand(fact: IssueFact, reason: str, actor: Actor) -> HeldCoupon:
    """Issue a coupon for goodwill, with a reason that the audit log keeps.

    Raises: Refusal `reason_required`, `reason_too_long`, and as `issue` tells in its answers.
    """
    return giving.by_hand(fact, reason, actor)


def of_member(member_id: UUID, now: datetime, *, explained: bool = True) -> tuple[HeldCoupon, ...]:
    """Return all coupons of a member, and of those who were merged into them, latest first; who only uses them does
    not need `explained`, for what rules gave them. Raises: nothing.
    """
    return views.held(queries.coupons_of(members.records([member_id])[member_id]), now, explained=explained)


def received(member_id: UUID, limit: int, cursor: str | None, now: datetime) -> CouponPage:
    """Return up to `limit` coupons of a member, and of those who were merged into them, by when they were issued.

    Raises: Refusal `invalid_cursor`.
    """
    upto, seen = (None, 0) if cursor is None else views.position(cursor)
    rows = queries.received(members.records([member_id])[member_id], upto, seen, limit + 1)
    held = views.held(rows[:limit], now)
    return CouponPage(held, views.onward([each.issued_at for each in held], upto, seen) if len(rows) > limit else None)


def by_codes(asked: Collection[str], now: datetime) -> tuple[HeldCoupon, ...]:
    """Return the coupons with these codes, however they are typed; a code that nobody knows is absent.

    Raises: nothing.
    """
    return views.held(queries.coupons_by_code({codes.plain(code) for code in asked}), now)


def coupon(coupon_id: UUID, now: datetime) -> HeldCoupon:
    """Return one coupon.

    Raises: Refusal `unknown_coupon`.
    """
    found = views.held(queries.coupons([coupon_id]), now)
    if not found:
        raise Refusal("unknown_coupon", "There is no such coupon.")
    return found[0]


def lock(uses: Sequence[Use], until: datetime) -> list[Reason | None]:
    """Set coupons aside for orders until an instant; answer each with why not, None where it is done.

    A lock that ends by itself leaves the coupon usable. The same order may lock again, which moves the end.

    Raises: Refusal `out_of_bounds` of an end that is over, or more than `LOCK_DAYS_LIMIT` days ahead.
    """
    now = clock.business_now()
    last = now + timedelta(days=LOCK_DAYS_LIMIT)
    if not now < until <= last:
        bounds = {"least": now.isoformat(timespec="seconds"), "most": last.isoformat(timespec="seconds")}
        detail = f"A lock ends after {bounds['least']} and by {bounds['most']}."
        raise Refusal("out_of_bounds", detail, pointer="/until", params=bounds)
    return using.lock(uses, until)


def redeem(uses: Sequence[Use]) -> list[Reason | None]:
    """Use coupons for orders; answer each with why not, None where it is done, or was before for the same order.

    A coupon that is set aside for another order, used, frozen, over or somebody else's is refused.

    Raises: nothing.
    """
    return using.redeem(uses)


def release(orders: Sequence[OrderRef]) -> list[UUID]:
    """End the locks of orders that come to nothing; return the coupons. Raises: nothing."""
    return using.release(orders)


def give_back(orders: Sequence[OrderRef]) -> list[UUID]:
    """Make the coupons of refunded orders usable again where their template says so; return them. Raises: nothing."""
    return using.give_back(orders)


def release_lapsed(now: datetime) -> int:
    """End every lock whose time is over, and return how many there were. Raises: nothing."""
    return using.release_lapsed(now)


# --- changing hands, freezing, calling back ---


def offer(coupon_id: UUID, member_id: UUID, now: datetime) -> Gift:
    """Set a member's coupon aside for a friend, who takes it with the code that is returned; once in its life.

    Raises: Refusal `unknown_coupon`, `coupon_not_transferable`, `coupon_not_usable`.
    """
    return giving.offer(coupon_id, member_id, now)


def cancel_offer(coupon_id: UUID, member_id: UUID) -> None:
    """Take back a coupon that no friend has taken yet.

    Raises: Refusal `unknown_coupon`, `coupon_not_usable`.
    """
    giving.cancel(coupon_id, member_id)


def accept(claim_code: str, member_id: UUID, now: datetime) -> HeldCoupon:
    """Take a coupon that a friend gives; its code is a new one from then on.

    Raises: Refusal `unknown_coupon_gift`, `coupon_gift_to_oneself`, `coupon_not_usable`, `unknown_member`.
    """
    return giving.accept(claim_code, member_id, now)


def gift(claim_code: str, now: datetime) -> Gift:
    """Return what a friend's code stands for, or stood for: also once it was taken, taken back or is over.

    Raises: Refusal `unknown_coupon_gift`.
    """
    row = queries.gift(codes.plain(claim_code))
    if row is None:
        raise giving.unknown()
    return views.gifts([row], now)[0]


def gifts_of(member_id: UUID, now: datetime) -> tuple[Gift, ...]:
    """Return what a member offered to friends, and those who were merged into them, latest first. Raises: nothing."""
    return views.gifts(queries.gifts_of(members.records([member_id])[member_id]), now)


def take_by_code(code: str, member_id: UUID, now: datetime) -> HeldCoupon:
    """Let a member hold the coupon of a pool, or of its bearer, that has a code; their own is answered again.

    It counts against their limit.

    Raises: Refusal `unknown_coupon`, also where it is somebody else's or of a pool that is had for points, on a
        condition or by a rule, `coupon_code_for_many`, `coupon_not_usable`,
        `coupon_limit_reached`, and as `issue` of members, and of templates where it comes from the pool.
    """
    return taking.by_code(code, member_id, now)


def freeze(coupon_ids: Sequence[UUID], reason: str, actor: Actor) -> None:
    """Let coupons not be used for the time being: all of them or none.

    Raises: Refusal `unknown_coupon`, `coupon_not_usable`, `reason_required`, `reason_too_long`.
    """
    giving.set_frozen(coupon_ids, reason, actor, frozen=True)


def unfreeze(coupon_ids: Sequence[UUID], reason: str, actor: Actor) -> None:
    """Let frozen coupons be used again: all of them or none.

    Raises: Refusal `unknown_coupon`, `coupon_not_usable`, `reason_required`, `reason_too_long`.
    """
    giving.set_frozen(coupon_ids, reason, actor, frozen=False)


def recall(source: str, external_ids: Sequence[str], now: datetime) -> RecallReport:
    """Make void what can be of the coupons that were issued under these outside ids. Raises nothing."""
    return giving.recall(source, external_ids, now)


def recall_template(template_id: UUID, reason: str, actor: Actor) -> RecallReport:
    """Stop a template and make its coupons void, but those that are used or set aside for an order.

    Raises: Refusal `unknown_coupon_template`, `reason_required`, `reason_too_long`.
    """
    return giving.recall_template(template_id, reason, actor, clock.business_now())


# --- batches ---


def make_codes(template_id: UUID, count: int, name: str, actor: Actor) -> Batch:
    """Let a worker fill a template's pool with so many new codes.

    Raises: Refusal `unknown_coupon_template`, `coupons_not_pooled`, `coupon_batch_size`, and as `issue` where the
        template is not open.
    """
    with unit_of_work():
        row = batches_of.open_codes(template_id, count, name, actor, clock.business_now())
        tasks.make_coupons.defer(batch_id=str(row.id))
    return batches_of.view(row)


def import_codes(template_id: UUID, asked: Sequence[str], name: str, actor: Actor) -> Batch:
    """Fill a template's pool with codes from elsewhere; the same codes again answer the batch of the first time.

    What can't be taken is counted: `bad_code`, `twice` among these, `taken` by another coupon, `exhausted`.

    Raises: Refusal as `make_codes`.
    """
    return batches_of.view(batches_of.import_codes(template_id, asked, name, actor, clock.business_now()))


def open_push(template_id: UUID, audience: Audience, wanted: int, name: str, actor: Actor) -> Batch:
    """Begin a batch of a coupon for each member of an audience, whom the caller tells of by `push_chunk`.

    Raises: Refusal `unknown_coupon_template`, `coupon_code_for_many`, and as `issue` where it is not open.
    """
    return batches_of.view(batches_of.open_push(template_id, audience, wanted, name, actor, clock.business_now()))


def push_chunk(batch_id: UUID, member_ids: Sequence[UUID], now: datetime, *, over: bool = False) -> bool:
    """Issue a coupon to each of the next members, ascending, of a push; return whether it goes on. Raises: nothing."""
    return batches_of.push_chunk(batch_id, member_ids, now, over=over)


def cancel_batch(batch_id: UUID, actor: Actor) -> Batch:
    """Make no more of a batch; what was made stays.

    Raises: Refusal `unknown_coupon_batch`, `coupon_batch_over`.
    """
    return batches_of.view(batches_of.cancel(batch_id, actor))


def recall_batch(batch_id: UUID, reason: str, actor: Actor) -> RecallReport:
    """Make a batch's coupons void, but those that are used or set aside; one that is being made is cancelled.

    Raises: Refusal `unknown_coupon_batch`, `reason_required`, `reason_too_long`.
    """
    return giving.recall_batch(batch_id, reason, actor, clock.business_now())


def batch(batch_id: UUID) -> Batch:
    """Return a batch as far as it is.

    Raises: Refusal `unknown_coupon_batch`.
    """
    return batches_of.view(batches_of.known(batch_id))


def told_upto(batch_id: UUID) -> UUID:
    """Return the last member whom a push was told of; the least of all ids before the first.

    Raises: Refusal `unknown_coupon_batch`.
    """
    return batches_of.told_upto(batch_id)


def batches(template_id: UUID) -> tuple[Batch, ...]:
    """Return the batches of a template, latest first. Raises: nothing."""
    return tuple(batches_of.view(row) for row in queries.batches(template_id))


def codes_of_batch(batch_id: UUID) -> Iterator[tuple[str, str]]:
    """Yield (code, state) of each coupon of a batch, in the order in which they were made. Raises: nothing."""
    return batches_of.export(batch_id)


def codes_page(batch_id: UUID, limit: int, cursor: str | None = None) -> tuple[tuple[str, ...], str | None]:
    """Return up to `limit` codes of a batch and the cursor of the next page, None on the last.

    Raises: Refusal `invalid_cursor`.
    """
    after = UUID(int=0) if cursor is None else cursors.id_of(cursor)
    rows = queries.codes_of_batch(batch_id, after, limit + 1)
    more = len(rows) > limit
    return tuple(code for _, code, _ in rows[:limit]), cursors.of_id(rows[limit - 1][0]) if more else None


alarms = alarming.alarms  # what of templates is unusual now


def uses_page(template_id: UUID, limit: int, cursor: str | None = None) -> UsePage:
    """Return up to `limit` uses of a template's coupons, latest first.

    Raises: Refusal `invalid_cursor`.
    """
    upto, seen = (None, 0) if cursor is None else views.position(cursor)
    rows = queries.uses_page(template_id, upto, seen, limit + 1)
    lines = tuple(
        UseLine(coupon_id, code, member_id, OrderRef(source, external_id), UseState(state), off, at)
        for coupon_id, code, member_id, source, external_id, state, off, at in rows[:limit]
    )
    return UsePage(lines, views.onward([line.at for line in lines], upto, seen) if len(rows) > limit else None)
