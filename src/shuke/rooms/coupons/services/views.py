"""Templates and coupons as they leave the room, and why one can't be had or used at an instant."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from shuke.core.offers.model import Reason
from shuke.core.values.errors import Refusal
from shuke.engine.zones import day_start, local_day
from shuke.foundation import cursors
from shuke.rooms.coupons import queries
from shuke.rooms.coupons.contracts import (
    ON_ORDER,
    Cause,
    Codes,
    Gift,
    GiftState,
    GivenFor,
    HeldCoupon,
    Kind,
    MemberLimit,
    Packet,
    Period,
    State,
    Template,
    TemplateDraft,
    TemplateState,
    Validity,
)
from shuke.rooms.coupons.models import Gift as GiftRow
from shuke.rooms.coupons.models import Template as Row
from shuke.rooms.coupons.services import supply
from shuke.rooms.orders import facade as orders
from shuke.rooms.orders.contracts import Behaviour, Order

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_CLOCKS_DIFFER = timedelta(minutes=5)  # a coupon may be used in the second of its issue, at a till that is late


class Coupon(NamedTuple):
    """A coupon's row, in the order of `queries.SELECT`."""

    id: UUID
    template_id: UUID
    code: str
    member_id: UUID | None
    state: str
    many: bool
    pooled: bool
    value_minor: int | None
    issued_at: datetime
    starts_at: datetime
    ends_at: datetime | None
    locked_until: datetime | None
    cause: str
    moved: bool
    recalled: bool
    given_for: UUID | None
    order_refunded: bool
    claim_code: str | None


def state_at(coupon: Coupon, at: datetime) -> State:
    """Return where a coupon stands: its date and the end of its lock count without being booked."""
    state = State(coupon.state)
    if state is State.LOCKED and coupon.locked_until is not None and coupon.locked_until <= at:
        state = State.VOID if coupon.recalled else State.ISSUED
    over = coupon.ends_at is not None and coupon.ends_at <= at
    return State.EXPIRED if over and state in (State.ISSUED, State.FROZEN, State.OFFERED) else state


def not_usable(coupon: Coupon, at: datetime) -> Reason | None:
    """Return why a coupon can't be used at an instant, whoever brings it."""
    state = state_at(coupon, at)
    if state is State.EXPIRED:
        return Reason.EXPIRED
    if state is not State.ISSUED:
        return Reason.NOT_USABLE
    at_once = coupon.starts_at <= coupon.issued_at
    starts_at = coupon.starts_at - _CLOCKS_DIFFER if at_once else coupon.starts_at
    return Reason.NOT_STARTED if at < starts_at else None


def not_open(row: Row, at: datetime) -> Refusal | None:
    """Return why nothing of a template can be had at an instant: it is stopped, paused, not open yet or over."""
    if row.state == TemplateState.STOPPED:
        return Refusal("coupons_stopped", "No more coupons of this template are issued.")
    if row.state == TemplateState.PAUSED:
        return Refusal("coupons_paused", "Coupons of this template are not issued for the time being.")
    if row.issue_since is not None and at < row.issue_since:
        return Refusal("coupons_not_open", "Coupons of this template are not issued yet.")
    ends = [each for each in (row.issue_until, row.valid_until) if each is not None]
    starts, last = dates(row, at)
    if (ends and at >= min(ends)) or (last is not None and last <= starts):
        return Refusal("coupons_over", "The time of this template is over.")
    return None


def not_open_now(row: Row, at: datetime) -> Reason | None:
    """Return why a code for many can't be used at an instant, as a reason."""
    refusal = not_open(row, at)
    if refusal is None:
        return None
    return {"coupons_not_open": Reason.NOT_STARTED, "coupons_over": Reason.EXPIRED}.get(refusal.code, Reason.NOT_USABLE)


def held(rows: Iterable[Sequence[Any]], at: datetime, *, explained: bool = True) -> tuple[HeldCoupon, ...]:
    """Return coupons as they are held at an instant, in the order given; `explained`: with what rules gave them for."""
    coupons = [Coupon(*row) for row in rows]
    templates = {row.id: row for row in queries.templates({coupon.template_id for coupon in coupons})}
    many = [coupon.template_id for coupon in coupons if coupon.many]
    left = queries.room_left(many) if many else {}
    facts = _given_for(coupons, templates) if explained else {}
    return tuple(
        replace(_held(coupon, templates[coupon.template_id], left, at), given_for=facts.get(coupon.given_for))
        for coupon in coupons
    )


def _given_for(coupons: Sequence[Coupon], templates: Mapping[UUID, Row]) -> dict[UUID | None, GivenFor]:
    """Return by id the facts for which rules gave coupons."""
    on = {coupon.given_for: templates[coupon.template_id].given_on for coupon in coupons if coupon.given_for}
    bought = [id for id, what in on.items() if what == ON_ORDER]
    done = [id for id, what in on.items() if what != ON_ORDER]
    facts: list[Order | Behaviour] = []
    facts += orders.get_many(bought).values() if bought else ()
    facts += orders.behaviours(done).values() if done else ()
    return {fact.id: GivenFor(fact.id, on[fact.id], fact.source, fact.external_id) for fact in facts}


def _held(coupon: Coupon, row: Row, left: dict[UUID, int], at: datetime) -> HeldCoupon:
    refused = not_usable(coupon, at)
    if refused is None and coupon.many:
        refused = not_open_now(row, at) or (out_of_room(row) if left.get(row.id) == 0 else None)
    return HeldCoupon(
        id=coupon.id,
        code=coupon.code,
        template_id=row.id,
        template_code=row.code,
        name=row.name,
        kind=Kind(row.kind),
        offer=row.offer,
        value_minor=coupon.value_minor,
        state=state_at(coupon, at),
        starts_at=coupon.starts_at,
        ends_at=coupon.ends_at,
        member_id=coupon.member_id,
        issued_at=coupon.issued_at,
        cause=Cause(coupon.cause),
        transferable=row.transferable and not coupon.moved,
        refused=refused,
        order_refunded=coupon.order_refunded,
        from_friend=coupon.moved,
    )


def gifts(rows: Sequence[GiftRow], at: datetime) -> tuple[Gift, ...]:
    """Return offers to friends as they stand at an instant, in the order given."""
    coupons = {row[0]: Coupon(*row) for row in queries.coupons({row.coupon_id for row in rows})}
    templates = {row.id: row for row in queries.templates({coupon.template_id for coupon in coupons.values()})}
    return tuple(_gift(row, coupon := coupons[row.coupon_id], templates[coupon.template_id], at) for row in rows)


def _gift(row: GiftRow, coupon: Coupon, template: Row, at: datetime) -> Gift:
    state = state_at(coupon, at)
    if row.friend_id is not None:
        became = GiftState.TAKEN
    elif state in (State.EXPIRED, State.VOID):
        became = GiftState.OVER
    else:
        became = GiftState.WAITING if coupon.claim_code == row.claim_code else GiftState.TAKEN_BACK
    return Gift(
        coupon_id=coupon.id,
        claim_code=row.claim_code,
        state=became,
        giver_id=row.giver_id,
        offered_at=row.offered_at,
        friend_id=row.friend_id,
        taken_at=row.taken_at,
        name=template.name,
        offer=template.offer,
        value_minor=coupon.value_minor,
        starts_at=coupon.starts_at,
        ends_at=coupon.ends_at,
    )


def out_of_room(row: Row) -> Reason:
    """Return what a template without room has run out of."""
    spent = (
        row.budget_minor is not None and row.cost_minor and supply.room_of(row) == row.budget_minor // row.cost_minor
    )
    return Reason.BUDGET_REACHED if spent else Reason.LIMIT_REACHED


def period_start(row: Row, at: datetime) -> int:
    """Return the local day on which the period of a template's member limit began; 0 where it counts for ever."""
    if row.per_period == Period.EVER:
        return 0
    day = local_day(int(at.timestamp()), row.time_zone)
    if row.per_period == Period.WEEK:
        return day - (day + 3) % 7
    return day if row.per_period == Period.DAY else day - _date(day).day + 1


def dates(row: Row, at: datetime) -> tuple[datetime, datetime | None]:
    """Return from when until when a coupon can be used that is issued at an instant; days count from the first day."""
    first = at if row.valid_since is None else max(at, row.valid_since)
    day = local_day(int(first.timestamp()), row.time_zone) + row.delay_days
    starts = first if row.delay_days == 0 else _instant(day_start(day, row.time_zone))
    ends = None if row.days is None else _instant(day_start(day + row.days, row.time_zone))
    ends = min((each for each in (ends, row.valid_until) if each is not None), default=None)
    return starts, ends


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _date(day: int) -> datetime:
    return _EPOCH + timedelta(days=day)


def position(cursor: str) -> tuple[datetime, int]:
    """Return the instant from which a page goes on, and how many of that instant were told.

    Raises: Refusal `invalid_cursor`.
    """
    microseconds, seen = cursors.decode(cursor, 2)
    try:
        return _EPOCH + microseconds * _MICROSECOND, seen
    except OverflowError as error:
        raise Refusal("invalid_cursor", "The cursor is not one that a page was given with.") from error


def onward(told: Sequence[datetime], upto: datetime | None, seen: int) -> str:
    """Return the cursor after a page with lines of these instants, which began at what `position` read."""
    last = told[-1]  # of one instant there may be several
    return cursors.encode((last - _EPOCH) // _MICROSECOND, told.count(last) + (seen if last == upto else 0))


def templates(rows: Collection[Row]) -> tuple[Template, ...]:
    """Return templates with what became of their coupons, in the order given."""
    ids = [row.id for row in rows]
    counts: dict[UUID, dict[State, int]] = defaultdict(dict)
    pooled: dict[UUID, int] = defaultdict(int)
    for template_id, state, in_pool, count in queries.counts([row.id for row in rows if row.codes != Codes.ONE]):
        counts[template_id][State(state)] = counts[template_id].get(State(state), 0) + count
        pooled[template_id] += count if in_pool else 0
    uses = {template_id: (count, off) for template_id, count, off in queries.uses_of(ids)}
    left = queries.room_left(ids)
    return tuple(
        Template(
            row.id,
            draft(row),
            TemplateState(row.state),
            row.created_at,
            counts[row.id],
            pooled[row.id],
            *uses.get(row.id, (0, 0)),
            left.get(row.id),
        )
        for row in rows
    )


def draft(row: Row) -> TemplateDraft:
    """Return a template as it was asked for, with what has grown since."""
    return TemplateDraft(
        code=row.code,
        name=row.name,
        kind=Kind(row.kind),
        offer=row.offer,
        time_zone=row.time_zone,
        codes=Codes(row.codes),
        one_code=row.one_code,
        validity=Validity(row.valid_since, row.valid_until, row.delay_days, row.days),
        issue_since=row.issue_since,
        issue_until=row.issue_until,
        claimable=row.claimable,
        claim_when=row.claim_when,
        points=row.points,
        most=row.most,
        per_member=None if row.per_member is None else MemberLimit(row.per_member, Period(row.per_period)),
        budget_minor=row.budget_minor,
        cost_minor=row.cost_minor,
        packet=None if row.pot_minor is None else Packet(row.pot_minor, row.shares, row.least_minor),
        gives_back=row.gives_back,
        transferable=row.transferable,
        given_on=row.given_on,
        given_when=row.given_when,
    )
