"""Plans: what may be written, how versions follow one another, and which one holds when."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, ids, sql
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor
from shuke.rooms.paid import models, queries
from shuke.rooms.paid.contracts import (
    AfterCoolingOff,
    Given,
    Kind,
    Length,
    Plan,
    PlanDraft,
    PlanVersion,
    Terms,
)

_CODE = re.compile(r"[a-z][a-z0-9_-]{0,39}").fullmatch
_PRICE_MOST = 10**12
_DAYS_MOST, _LIST_MOST, _NAME_MOST = 366, 10, 60


def create(draft: PlanDraft, actor: Actor) -> Plan:
    _check(draft)
    now = clock.business_now()
    with unit_of_work():
        sql.hold("plan", draft.code)
        if queries.plan_of_code(draft.code) is not None:
            raise Refusal("plan_exists", f"There is a plan {draft.code} already.", pointer="/code")
        row = models.Plan.objects.create(
            id=ids.new_id(),
            code=draft.code,
            kind=draft.kind,
            name_zh=draft.name_zh.strip(),
            name_en=draft.name_en.strip(),
            tag=draft.tag,
        )
        _add_version(row, 1, now, draft.terms)
        org.audit("plan.created", draft.code, None, _told(draft.terms) | {"tag": draft.tag}, actor)
        return one(draft.code)


def change(code: str, terms: Terms, effective_at: datetime, actor: Actor) -> Plan:
    _check_terms(terms)
    now = clock.business_now()
    if effective_at < now:
        raise Refusal("effective_too_early", "A change takes effect now or later.", pointer="/effective_at")
    with unit_of_work():
        row = queries.lock_plan(code)
        if row is None:
            raise unknown()
        known = queries.versions([row.id])[row.id]
        if known[-1].effective_at > effective_at:
            raise Refusal(
                "plan_change_planned", "A later change of this plan is planned already.", pointer="/effective_at"
            )
        _add_version(row, known[-1].number + 1, effective_at, terms)
        org.audit("plan.changed", code, _told(_terms(known[-1])), _told(terms), actor)
        return one(code)


def set_on_sale(code: str, actor: Actor, *, on_sale: bool) -> Plan:
    with unit_of_work():
        row = queries.lock_plan(code)
        if row is None:
            raise unknown()
        if row.on_sale != on_sale:
            row.on_sale = on_sale
            row.save(update_fields=["on_sale"])
            org.audit("plan.sale_changed", code, {"on_sale": not on_sale}, {"on_sale": on_sale}, actor)
        return one(code)


def one(code: str) -> Plan:
    row = queries.plan_of_code(code)
    if row is None:
        raise unknown()
    return views([row.id])[row.id]


def views(plan_ids: Collection[UUID] | None = None) -> dict[UUID, Plan]:
    """Return plans by id, in the order of their codes."""
    rows, now = queries.plans(plan_ids), clock.business_now()
    known = versions([row.id for row in rows])
    return {row.id: _view(row, known[row.id], now) for row in rows}


def versions(plan_ids: Collection[UUID]) -> dict[UUID, tuple[PlanVersion, ...]]:
    """Return the versions of each plan, by number."""
    return {plan_id: tuple(map(_version, rows)) for plan_id, rows in queries.versions(plan_ids).items()}


def in_force(known: Sequence[PlanVersion], at: datetime) -> PlanVersion:
    """Return which of a plan's versions is in force at an instant."""
    return next((one for one in reversed(known) if one.effective_at <= at), known[0])


def terms_of(plan_id: UUID, number: int) -> Terms:
    """Return the terms of a version."""
    return versions([plan_id])[plan_id][number - 1].terms


def version_at(plan_id: UUID, at: datetime) -> PlanVersion:
    """Return the version in force at an instant."""
    return in_force(versions([plan_id])[plan_id], at)


def price_of(terms: Terms, length: Length) -> int:
    """Return what a period costs.

    Raises: Refusal `length_not_sold`.
    """
    price = terms.prices.get(length)
    if price is None:
        known = ", ".join(terms.prices)
        raise Refusal("length_not_sold", f"This plan is sold by {known}.", pointer="/length", params={"known": known})
    return price


def unknown() -> Refusal:
    return Refusal("unknown_plan", "There is no such plan.", pointer="/plan")


def _view(row: models.Plan, known: Sequence[PlanVersion], now: datetime) -> Plan:
    version = in_force(known, now)
    coming = next((one for one in known if one.number > version.number and one.effective_at > now), None)
    return Plan(
        row.id,
        row.code,
        Kind(row.kind),
        row.name_zh,
        row.name_en,
        row.tag,
        row.on_sale,
        version,
        coming,
    )


def _version(row: models.Version) -> PlanVersion:
    return PlanVersion(row.number, row.effective_at, _terms(row))


def _terms(row: models.Version) -> Terms:
    prices = {Length.MONTH: row.month_minor, Length.QUARTER: row.quarter_minor, Length.YEAR: row.year_minor}
    return Terms(
        {length: price for length, price in prices.items() if price is not None},
        row.trial_days,
        tuple(row.notice_days),
        tuple(row.try_days),
        row.grace_days,
        row.cooling_off_days,
        AfterCoolingOff(row.refund),
        tuple(Given(one["zh"], one["en"], one["value_minor"]) for one in row.gives),
    )


def _add_version(plan: models.Plan, number: int, effective_at: datetime, terms: Terms) -> None:
    models.Version.objects.create(
        plan=plan,
        number=number,
        effective_at=effective_at,
        month_minor=terms.prices.get(Length.MONTH),
        quarter_minor=terms.prices.get(Length.QUARTER),
        year_minor=terms.prices.get(Length.YEAR),
        trial_days=terms.trial_days,
        notice_days=sorted(terms.notice_days, reverse=True),
        try_days=sorted(terms.try_days),
        grace_days=terms.grace_days,
        cooling_off_days=terms.cooling_off_days,
        refund=terms.refund,
        gives=[{"zh": one.name_zh, "en": one.name_en, "value_minor": one.value_minor} for one in terms.gives],
    )


def _check(draft: PlanDraft) -> None:
    for pointer, code in (("/code", draft.code), ("/tag", draft.tag)):
        if not _CODE(code):
            raise Refusal(
                "invalid_plan_code", "A code has 1 to 40 lower-case letters, digits, - and _.", pointer=pointer
            )
    for pointer, name in (("/name_zh", draft.name_zh), ("/name_en", draft.name_en)):
        _check_name(name, pointer)
    _check_terms(draft.terms)


def _check_name(name: str, pointer: str) -> None:
    if not 0 < len(name.strip()) <= _NAME_MOST or not name.isprintable():
        raise Refusal("invalid_plan_name", f"A name has 1 to {_NAME_MOST} characters.", pointer=pointer)


def _check_terms(terms: Terms) -> None:
    if not terms.prices or not all(0 < price <= _PRICE_MOST for price in terms.prices.values()):
        raise Refusal("invalid_plan_price", "A plan has a price above 0 for at least one length.", pointer="/prices")
    days = {
        "trial_days": (terms.trial_days,),
        "grace_days": (terms.grace_days,),
        "cooling_off_days": (terms.cooling_off_days,),
        "notice_days": terms.notice_days,
    }
    for name, values in days.items():
        if len(values) > _LIST_MOST or not all(0 <= value <= _DAYS_MOST for value in values):
            raise _bad_days(name)
    if not 0 < len(terms.try_days) <= _LIST_MOST or not all(-27 <= day <= _DAYS_MOST for day in terms.try_days):
        raise _bad_days("try_days")
    if len(set(terms.try_days)) < len(terms.try_days) or len(set(terms.notice_days)) < len(terms.notice_days):
        raise _bad_days("try_days")
    _check_notices(terms)
    for given in terms.gives:
        _check_name(given.name_zh, "/gives")
        _check_name(given.name_en, "/gives")
        if not 0 <= given.value_minor <= _PRICE_MOST:
            raise Refusal("invalid_plan_price", "What a plan gives is worth nothing or more.", pointer="/gives")


def _check_notices(terms: Terms) -> None:
    """Refuse terms by which a period that is sold is charged for again before anybody is told."""
    least = max(0, -min(terms.try_days)) + 1
    for length in terms.prices:
        most = length.least_days // 2
        if not any(least <= day <= most for day in terms.notice_days):
            raise Refusal(
                "notice_days_unfit",
                f"A {length} is told of {least} to {most} days before its end; none of the days is.",
                pointer="/notice_days",
                params={"least": least, "most": most},
            )


def _bad_days(name: str) -> Refusal:
    return Refusal(
        "invalid_plan_days",
        f"Days are whole numbers from 0 to {_DAYS_MOST}, tries from 27 days before the end, each once, ten at most.",
        pointer=f"/{name}",
    )


def _told(terms: Terms) -> dict[str, object]:
    return {length.value: price for length, price in terms.prices.items()} | {
        "trial_days": terms.trial_days,
        "notice_days": list(terms.notice_days),
        "try_days": list(terms.try_days),
        "grace_days": terms.grace_days,
        "cooling_off_days": terms.cooling_off_days,
        "refund": terms.refund.value,
        "gives": [one.name_en for one in terms.gives],
    }
