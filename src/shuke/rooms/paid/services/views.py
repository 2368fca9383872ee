"""Rows as they leave the room."""

from collections.abc import Sequence

from shuke.rooms.paid import contracts, models, queries
from shuke.rooms.paid.contracts import Cause, ChargeState, Length, NoticeKind, PeriodKind, State
from shuke.rooms.paid.services import plans, renewing, savings


def subscription(row: models.Subscription) -> contracts.Subscription:
    return subscriptions([row])[0]


def subscriptions(rows: Sequence[models.Subscription]) -> tuple[contracts.Subscription, ...]:
    plan_ids = {row.plan_id for row in rows}
    known, versions = plans.views(plan_ids), plans.versions(plan_ids)
    asked = queries.asked([row.id for row in rows if row.state == State.PENDING])
    told = {row.id: renewing.price_told(row, versions[row.plan_id]) for row in rows if row.state in contracts.LIVE}
    return tuple(
        _subscription(row, known[row.plan_id], asked.get(row.id, row.price_minor), told.get(row.id)) for row in rows
    )


def _subscription(
    row: models.Subscription, plan: contracts.Plan, price_minor: int, told: tuple[int, int] | None
) -> contracts.Subscription:
    return contracts.Subscription(
        row.id,
        row.member_id,
        plan,
        State(row.state),
        Length(row.length),
        row.auto_renew,
        row.leaving,
        row.method,
        row.agreement,
        row.started_at,
        row.ends_at,
        row.grace_until,
        price_minor,
        None if told is None else told[1],
        row.tries,
    )


def history(row: models.Subscription) -> contracts.History:
    plan = plans.views([row.plan_id])[row.plan_id]
    return contracts.History(
        tuple(_period(one) for one in queries.periods(row.id)),
        tuple(_charge(one) for one in queries.charges(row.id)),
        tuple(_change(one) for one in queries.changes(row.id)),
        tuple(notice(one, plan) for one in queries.notices(row.id)),
        savings.of_subscriptions([row.id])[row.id],
    )


def _period(row: models.Period) -> contracts.Period:
    return contracts.Period(
        row.number,
        PeriodKind(row.kind),
        Length(row.length),
        row.version,
        row.starts_at,
        row.ends_at,
        row.cost_minor,
        sum(amount for _, amount in row.sources),
    )


def _charge(row: models.Charge) -> contracts.Charge:
    return contracts.Charge(
        row.id,
        row.number,
        row.attempt,
        ChargeState(row.state),
        Length(row.length),
        row.amount_minor,
        row.credit_minor,
        row.asked_at,
        row.payment_id,
    )


def _change(row: models.Change) -> contracts.Change:
    before = None if row.before is None else State(row.before)
    return contracts.Change(row.number, row.at, before, State(row.after), Cause(row.cause), row.ends_at, row.actor)


def notice(row: models.Notice, plan: contracts.Plan) -> contracts.Notice:
    return contracts.Notice(
        row.id,
        row.subscription_id,
        row.subscription.member_id,
        plan,
        NoticeKind(row.kind),
        row.at,
        row.day,
        row.amount_minor,
        row.before_minor,
        row.told_at,
    )


def batch(row: models.Batch, used: int, plan: contracts.Plan) -> contracts.Batch:
    return contracts.Batch(row.id, plan, Length(row.length), row.count, used, row.note, row.made_at, row.ends_at)


def batches() -> tuple[contracts.Batch, ...]:
    known = plans.views()
    return tuple(batch(row, used, known[row.plan_id]) for row, used in queries.batches())
