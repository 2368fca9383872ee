"""What time does to a subscription: notices before its end, tries to charge, past due, grace and the end.

`pass_time` does what is due by an instant, each thing once; being late only makes it late. Of tries that were missed
only the last is made.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from shuke.foundation import clock, logs
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.paid import models, queries
from shuke.rooms.paid.contracts import Cause, Length, NoticeKind, PlanVersion, State, Terms
from shuke.rooms.paid.services import asking, calendar, plans, running

_CHUNK = 500


def advance_due() -> int:
    """Do what is due to every subscription by the business clock, each in a transaction of its own; return how many."""
    done, after = 0, UUID(int=0)
    while due := queries.due(clock.business_now(), after, _CHUNK):
        for subscription_id in due:
            try:
                with unit_of_work(apart=True):
                    row = running.locked(subscription_id)
                    if row is not None:
                        pass_time(row, clock.business_now())
                done += 1
            except Exception as failure:  # noqa: BLE001  # one that stands wrong keeps no other from its due
                logs.failure("subscription_not_advanced", failure, subscription=str(subscription_id))
            after = subscription_id
    return done


def pass_time(row: models.Subscription, now: datetime) -> None:
    """Do to a locked subscription what is due by `now`."""
    terms = plans.terms_of(row.plan_id, row.version)
    while _step(row, terms, now):
        pass
    row.next_at = running.next_at(row)
    if row.next_at is not None and row.next_at <= now:  # a try waits for the answer of the one before
        row.next_at = calendar.start_of(calendar.day_of(now) + 1)
    row.save()


def price_told(row: models.Subscription, known: Sequence[PlanVersion] = ()) -> tuple[int, int] | None:
    """Return (version, price) at which a subscription renews by itself, None where it does not.

    What was told in a notice stays; before, it is what the plan will say at the end of the period. The versions of
    its plan are read unless they are `known`.
    """
    if not (row.auto_renew and row.agreement and row.ends_at is not None):
        return None
    known = known or plans.versions([row.plan_id])[row.plan_id]
    version = row.renew_version or plans.in_force(known, row.ends_at).number
    price = known[version - 1].terms.prices.get(Length(row.length))
    return None if price is None else (version, price)


def next_try(row: models.Subscription) -> datetime | None:
    """Return when the next try to charge will be made, None where none is left."""
    terms = plans.terms_of(row.plan_id, row.version)
    if price_told(row) is None or row.tries >= len(terms.try_days):
        return None
    return calendar.start_of(calendar.day_of(row.ends_at) + terms.try_days[row.tries])


def _step(row: models.Subscription, terms: Terms, now: datetime) -> bool:
    """Do one thing that is due; tell whether there was one."""
    if row.term_at is not None and row.term_at <= now:
        running.begin_term(row, now)
        return True
    if row.state in {State.TRIAL, State.ACTIVE}:
        return _tell_ahead(row, terms, now) or _try(row, terms, now) or _end_period(row, terms, now)
    if row.state == State.PAST_DUE:
        return _try(row, terms, now) or _end_tries(row, terms, now)
    if row.state == State.GRACE and row.grace_until <= now:
        running.note(row, NoticeKind.LAPSED, f"{row.grace_until:%Y%m%d}", now, day=row.grace_until)
        running.move(row, State.LAPSED, Cause.GRACE_OVER, now, running.TIME)
        return True
    return False


def _tell_ahead(row: models.Subscription, terms: Terms, now: datetime) -> bool:
    """Tell that the period ends, on the declared days; of days that passed unseen only the last is told."""
    last, end_day = queries.last_period(row.id), calendar.day_of(row.ends_at)
    days = [day for day in terms.notice_days if day not in row.noticed and calendar.start_of(end_day - day) <= now]
    if not days or now >= row.ends_at:
        return False
    row.noticed = [*row.noticed, *days]
    key, told = f"{last.number}:{min(days)}", price_told(row)
    if told is None:
        running.note(row, NoticeKind.ENDING, key, now, day=row.ends_at)
        return True
    row.renew_version, price = told
    dearer = row.price_minor not in {0, price}
    running.note(
        row,
        NoticeKind.PRICE if dearer else NoticeKind.RENEWAL,
        key,
        now,
        day=row.ends_at,
        amount_minor=price,
        before_minor=row.price_minor if dearer else None,
    )
    return True


def _try(row: models.Subscription, terms: Terms, now: datetime) -> bool:
    told, end_day = price_told(row), calendar.day_of(row.ends_at)
    come = [index for index, day in enumerate(terms.try_days) if calendar.start_of(end_day + day) <= now]
    if told is None or not come or come[-1] < row.tries or queries.has_open_charge(row.id, renewal=True):
        return False
    version, price = told
    row.tries = come[-1] + 1
    wanted = asking.Wanted(Length(row.length), version, price, row.method, renews=True, agreement=row.agreement)
    asking.ask(row, row.member_id, wanted, now)
    return True


def _end_period(row: models.Subscription, terms: Terms, now: datetime) -> bool:
    if row.ends_at > now:
        return False
    waits = queries.has_open_charge(row.id, renewal=True) or row.tries < len(terms.try_days)
    if row.leaving:
        running.move(row, State.CANCELLED, Cause.PERIOD_ENDED, now, running.TIME)
    elif price_told(row) is not None and waits:
        running.move(row, State.PAST_DUE, Cause.PERIOD_ENDED, now, running.TIME)
    else:
        _enter_grace(row, terms, now, Cause.PERIOD_ENDED)
    return True


def _end_tries(row: models.Subscription, terms: Terms, now: datetime) -> bool:
    over = calendar.start_of(calendar.day_of(row.ends_at) + max(terms.try_days) + 1) <= now
    tried = row.tries >= len(terms.try_days) or price_told(row) is None
    if not over and (not tried or queries.has_open_charge(row.id, renewal=True)):
        return False
    _enter_grace(row, terms, now, Cause.TRIES_OVER)
    return True


def _enter_grace(row: models.Subscription, terms: Terms, now: datetime, cause: Cause) -> None:
    row.grace_until = calendar.start_of(calendar.day_of(now) + terms.grace_days)
    if terms.grace_days:
        running.note(row, NoticeKind.GRACE, f"{row.ends_at:%Y%m%d}", now, day=row.grace_until)
    running.move(row, State.GRACE, cause, now, running.TIME)
