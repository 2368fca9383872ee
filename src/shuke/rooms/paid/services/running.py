"""The life of a subscription: its periods, its state with a row for every change, and what its member carries for it.

Every function here has the member's lock (`queries.lock_member`) and a row that was read under it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.foundation import ids
from shuke.rooms.benefits import facade as benefits
from shuke.rooms.benefits.contracts import Gift
from shuke.rooms.members import facade as members
from shuke.rooms.org.contracts import Actor, ActorKind
from shuke.rooms.paid import models, queries
from shuke.rooms.paid.contracts import LIVE, Cause, Length, NoticeKind, PeriodKind, State, Terms
from shuke.rooms.paid.services import calendar, plans
from shuke.rooms.points import facade as points

TIME = Actor(ActorKind.SYSTEM, "paid", "Shuke")

Sources = Sequence[tuple[UUID, int]]  # where money lies: which payment, how much of it


@dataclass(frozen=True, slots=True)
class NewPeriod:
    """A period to be added: of a length, or of `days` where some are given; what it cost, and where that lies.

    `bound_minor` of its money never goes back.
    """

    kind: PeriodKind
    length: Length
    version: int
    days: int = 0
    cost_minor: int = 0
    sources: Sources = ()
    bound_minor: int = 0


def begin(member_id: UUID, plan: models.Plan, length: Length, version: int) -> models.Subscription:
    """Write a subscription that has no period yet and waits for its first payment."""
    return models.Subscription.objects.create(
        id=ids.new_id(), member_id=member_id, plan=plan, state=State.PENDING, length=length, version=version
    )


def append(row: models.Subscription, new: NewPeriod, now: datetime, cause: Cause, actor: Actor) -> None:
    """Add a period to what the member has, or let one begin now."""
    follows = row.state in LIVE and row.ends_at is not None
    starts_at = row.ends_at if follows else now
    if not follows:
        row.anchor_day, row.months, row.started_at = calendar.day_of(now), 0, now
    if new.days:
        row.anchor_day, row.months = calendar.day_of(starts_at) + new.days, 0
        ends_at = calendar.start_of(row.anchor_day)
    else:
        row.months += new.length.months
        ends_at = calendar.months_after(row.anchor_day, row.months)
        row.length, row.version = new.length, new.version
    models.Period.objects.create(
        id=ids.new_id(),
        subscription=row,
        number=queries.next_number(row.id),
        member_id=row.member_id,
        plan_id=row.plan_id,
        kind=new.kind,
        length=new.length,
        version=new.version,
        starts_at=starts_at,
        ends_at=ends_at,
        cost_minor=new.cost_minor,
        bound_minor=new.bound_minor,
        paid_at=now,
        sources=[[str(payment_id), amount] for payment_id, amount in new.sources],
    )
    row.ends_at, row.tries, row.renew_version, row.leaving = ends_at, 0, None, False
    row.noticed = _never_told(_terms(row).notice_days, calendar.day_of(ends_at) - calendar.day_of(now))
    if new.kind is PeriodKind.PAID:
        row.price_minor = new.cost_minor
    trial = new.kind is PeriodKind.TRIAL or (new.kind is PeriodKind.EXTENSION and row.state == State.TRIAL)
    if not follows:
        row.term_at = _next_term(row, now)
    elif new.kind is not PeriodKind.EXTENSION:
        row.term_at = row.term_at or starts_at
    move(row, State.TRIAL if trial else State.ACTIVE, cause, now, actor)
    if row.term_at is not None and row.term_at <= now:
        begin_term(row, now)


def _never_told(notice_days: Sequence[int], days_left: int) -> list[int]:
    """Return the days before the end on which nothing is told: all in the first half of what is left, unless all are.

    Of a period that is too short for any of them the last is told at once: no charge comes unannounced.
    """
    early = [day for day in notice_days if 2 * day > days_left]
    return early if len(early) < len(notice_days) else [day for day in early if day != min(early)]


def begin_term(row: models.Subscription, now: datetime) -> None:
    """Give what the plan gives for the period that has begun, with quotas anew, and look ahead to the one after."""
    row.term_at = _next_term(row, now)
    row.next_at = next_at(row)
    row.save(update_fields=["term_at", "next_at"])
    _give(row, now)


def records_of(member_id: UUID) -> Collection[UUID]:
    """Return the records of the person that a member is."""
    return members.records([member_id])[member_id]


def _next_term(row: models.Subscription, now: datetime) -> datetime | None:
    """Return when quotas begin anew next: with a period to come, or where one that was left would have ended."""
    coming = [one.starts_at for one in queries.periods(row.id) if one.kind != PeriodKind.EXTENSION]
    coming += [at for at in [_left_term(row, now)] if at is not None and at < row.ends_at]
    return min((at for at in coming if at > now), default=None)


def _left_term(row: models.Subscription, now: datetime) -> datetime | None:
    """Return until when the quotas of a period that was left for money go on, None where none was.

    Who leaves and comes again would have everything anew for the price of a day.
    """
    had = queries.ended(records_of(row.member_id), row.plan_id, now)
    ends = [
        calendar.months_after(calendar.day_of(period.starts_at), Length(period.length).months)
        for period in had
        if period.sources
    ]
    return max((end for end in ends if end > now), default=None)


def locked(subscription_id: UUID) -> models.Subscription | None:
    """Return a subscription as it stands under its member's lock; a merge may have given it another member."""
    row = queries.subscription(subscription_id)
    while row is not None:
        member_id = row.member_id
        queries.lock_member(member_id)
        row = queries.subscription(subscription_id)
        if row is not None and row.member_id == member_id:
            break
    return row


def cut(row: models.Subscription, now: datetime, cause: Cause, actor: Actor, *, recall: bool) -> None:
    """End a subscription now: what was to come is not, and the member carries nothing for it any more.

    `recall` takes back the coupons and points of the period that runs: its money went back.
    """
    for period in queries.periods(row.id):
        if period.ends_at > now:
            period.starts_at, period.ends_at = min(period.starts_at, now), now
            period.save(update_fields=["starts_at", "ends_at"])
            row.ends_at = now
    row.auto_renew, row.term_at = False, None
    move(row, State.CANCELLED, cause, now, actor, recall=recall)


def move(
    row: models.Subscription, after: State, cause: Cause, now: datetime, actor: Actor, *, recall: bool = False
) -> None:
    """Let a subscription stand at `after`, with a row that says so."""
    before, number = row.state, queries.next_change(row.id)
    row.state = after
    if after is not State.GRACE:
        row.grace_until = None
    row.next_at = next_at(row)
    row.save()
    models.Change.objects.create(
        subscription=row,
        number=number,
        at=now,
        before=before if number > 1 else None,
        after=after,
        cause=cause,
        ends_at=row.ends_at,
        actor=actor.label,
    )
    if (before in LIVE) is not (after in LIVE):
        carry(row, now, recall=recall)


def next_at(row: models.Subscription) -> datetime | None:
    """Return when time does something to a subscription next."""
    if row.state not in LIVE:
        return None
    if row.state == State.GRACE:
        return row.grace_until
    terms, end_day = _terms(row), calendar.day_of(row.ends_at)
    coming = [row.ends_at if row.term_at is None else row.term_at]
    if row.state == State.PAST_DUE:
        coming = [calendar.start_of(end_day + max(terms.try_days) + 1)]
    else:
        coming += [calendar.start_of(end_day - days) for days in terms.notice_days if days not in row.noticed]
    if row.auto_renew and row.agreement and row.tries < len(terms.try_days):
        coming.append(calendar.start_of(end_day + terms.try_days[row.tries]))
    return min(coming)


def note(
    row: models.Subscription,
    kind: NoticeKind,
    key: str,
    now: datetime,
    *,
    day: datetime | None = None,
    amount_minor: int | None = None,
    before_minor: int | None = None,
) -> None:
    """Have the member told something once."""
    queries.note(
        models.Notice(
            id=ids.new_id(),
            subscription=row,
            kind=kind,
            key=key,
            at=now,
            day=day,
            amount_minor=amount_minor,
            before_minor=before_minor,
        )
    )


def _terms(row: models.Subscription) -> Terms:
    return plans.terms_of(row.plan_id, row.version)


def _give(row: models.Subscription, now: datetime) -> None:
    points.open_holders([row.member_id])
    subject = f"plan:{queries.plan(row.plan_id).code}"
    benefits.give([Gift(row.member_id, subject, now, new_term=_left_term(row, now) is None)])


def carry(row: models.Subscription, now: datetime, *, recall: bool = False) -> None:
    """Give the member the benefits and the tag of the plan, or take them; the tag stays where another plan gives it.

    Benefits first: they lock the holder, which everybody locks before a member's own row.
    """
    plan = queries.plan(row.plan_id)
    if row.state in LIVE:
        _give(row, now)
    else:
        points.open_holders([row.member_id])
        benefits.withdraw([row.member_id], f"plan:{plan.code}", now, recall=recall)
    carried = members.tags([row.member_id]).get(row.member_id, frozenset())
    wanted = carried | {plan.tag} if queries.carriers(row.member_id, plan.tag) else carried - {plan.tag}
    if wanted == carried:
        return
    try:
        members.set_tags(row.member_id, sorted(wanted), TIME)
    except Refusal as refused:  # who left carries nothing
        if refused.code not in {"member_exited", "member_merged"}:
            raise
