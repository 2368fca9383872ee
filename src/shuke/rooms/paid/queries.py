"""The statements of the room of paid membership, one function each. They decide nothing and open no transaction."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Max

from shuke.foundation import sql
from shuke.rooms.paid.contracts import LIVE, ChargeState, PeriodKind, State
from shuke.rooms.paid.models import Batch, Change, Charge, Code, Notice, Period, Plan, Saving, Subscription, Version

_LIVE = [*map(str, LIVE)]


def lock_member(member_id: UUID) -> None:
    """Let nobody else change what a member has of any plan until the transaction ends."""
    sql.hold("paid", str(member_id))


# --- plans ---


def plan_of_code(code: str) -> Plan | None:
    return Plan.objects.filter(code=code).first()


def plan(plan_id: UUID) -> Plan:
    return Plan.objects.get(pk=plan_id)


def lock_plan(code: str) -> Plan | None:
    return Plan.objects.select_for_update(no_key=True).filter(code=code).first()


def plans(plan_ids: Collection[UUID] | None = None) -> list[Plan]:
    found = Plan.objects.order_by("code")
    return list(found if plan_ids is None else found.filter(pk__in=plan_ids))


def versions(plan_ids: Collection[UUID]) -> dict[UUID, list[Version]]:
    found: dict[UUID, list[Version]] = {}
    for row in Version.objects.filter(plan_id__in=plan_ids).order_by("number"):
        found.setdefault(row.plan_id, []).append(row)
    return found


def counts() -> list[tuple[UUID, str, int]]:
    rows = Subscription.objects.values_list("plan_id", "state").annotate(count=Count("id"))
    return [(plan_id, state, count) for plan_id, state, count in rows]


# --- subscriptions ---


def subscription(subscription_id: UUID) -> Subscription | None:
    return Subscription.objects.filter(pk=subscription_id).first()


def live(member_id: UUID, plan_id: UUID) -> Subscription | None:
    return Subscription.objects.filter(member_id=member_id, plan_id=plan_id, state__in=_LIVE).first()


def live_of(member_ids: Collection[UUID]) -> list[Subscription]:
    """Return the live subscriptions of members, by id."""
    return list(Subscription.objects.filter(member_id__in=member_ids, state__in=_LIVE).order_by("id"))


def brought_by(member_id: UUID, record_ids: Collection[UUID]) -> list[tuple[Subscription, UUID]]:
    """Return (subscription, record for which it began) of those of a member that began for some records."""
    begun = Period.objects.filter(number=1, member_id__in=record_ids, subscription__member_id=member_id)
    return [(row.subscription, row.member_id) for row in begun.select_related("subscription").order_by("id")]


def waiting(member_id: UUID, plan_id: UUID) -> Subscription | None:
    """Return a subscription that waits for its first payment."""
    return Subscription.objects.filter(member_id=member_id, plan_id=plan_id, state=State.PENDING).order_by("id").last()


def had(member_ids: Collection[UUID], plan_id: UUID) -> bool:
    """Say whether any of members ever had a plan."""
    return Period.objects.filter(member_id__in=member_ids, plan_id=plan_id).exists()


def paid_before(member_ids: Collection[UUID], plan_id: UUID, period_id: UUID) -> bool:
    """Say whether any of members had paid for a plan before a period of it."""
    found = Period.objects.filter(member_id__in=member_ids, plan_id=plan_id, kind=PeriodKind.PAID)
    return found.filter(id__lt=period_id).exists()


def ended(member_ids: Collection[UUID], plan_id: UUID, now: datetime) -> list[Period]:
    """Return the paid periods of a plan that members had and that are over, the last first."""
    found = Period.objects.filter(member_id__in=member_ids, plan_id=plan_id, kind=PeriodKind.PAID, ends_at__lte=now)
    return list(found.order_by("-ends_at", "-id"))


def carriers(member_id: UUID, tag: str) -> bool:
    """Say whether a member has a live subscription to a plan with a tag."""
    return Subscription.objects.filter(member_id=member_id, plan__tag=tag, state__in=_LIVE).exists()


def subscriptions(
    *, state: State | None, plan_id: UUID | None, member_id: UUID | None, below: UUID | None, limit: int
) -> list[Subscription]:
    asked = {"state": state, "plan_id": plan_id, "member_id": member_id, "id__lt": below}
    found = Subscription.objects.filter(**{name: value for name, value in asked.items() if value is not None})
    if state is None:
        found = found.exclude(state=State.VOID)
    return list(found.order_by("-id")[:limit])


def due(now: datetime, after: UUID, limit: int) -> list[UUID]:
    """Return the subscriptions to which time owes something, by id."""
    rows = Subscription.objects.filter(next_at__lte=now, id__gt=after).order_by("id")
    return list(rows.values_list("id", flat=True)[:limit])


# --- what belongs to one ---


def periods(subscription_id: UUID) -> list[Period]:
    return periods_of([subscription_id])[subscription_id]


def periods_of(subscription_ids: Collection[UUID]) -> dict[UUID, list[Period]]:
    """Return the periods of each subscription, by number."""
    found: dict[UUID, list[Period]] = {id: [] for id in subscription_ids}
    for row in Period.objects.filter(subscription_id__in=subscription_ids).order_by("number"):
        found[row.subscription_id].append(row)
    return found


def last_period(subscription_id: UUID) -> Period | None:
    return Period.objects.filter(subscription_id=subscription_id).order_by("-number").first()


def charge(charge_id: UUID) -> Charge | None:
    return Charge.objects.filter(pk=charge_id).first()


def charges(subscription_id: UUID) -> list[Charge]:
    return list(Charge.objects.filter(subscription_id=subscription_id).order_by("id"))


def next_number(subscription_id: UUID) -> int:
    """Return the number of the period that comes next."""
    return int(Period.objects.filter(subscription_id=subscription_id).aggregate(n=Max("number"))["n"] or 0) + 1


def next_attempt(subscription_id: UUID, number: int) -> int:
    tried = Charge.objects.filter(subscription_id=subscription_id, number=number)
    return int(tried.aggregate(n=Max("attempt"))["n"] or 0) + 1


def has_open_charge(subscription_id: UUID, *, renewal: bool = False) -> bool:
    """Say whether a charge of a subscription has no answer yet, of any kind or of renewals only."""
    found = Charge.objects.filter(subscription_id=subscription_id, state=ChargeState.ASKED)
    return (found.filter(renewal=True) if renewal else found).exists()


def asked(subscription_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return what the periods cost that are asked for and not paid yet, of each subscription the last one."""
    found = Charge.objects.filter(subscription_id__in=subscription_ids, state=ChargeState.ASKED).order_by("id")
    return {row.subscription_id: row.amount_minor + row.credit_minor for row in found}


def changes(subscription_id: UUID) -> list[Change]:
    return list(Change.objects.filter(subscription_id=subscription_id).order_by("number"))


def next_change(subscription_id: UUID) -> int:
    return int(Change.objects.filter(subscription_id=subscription_id).aggregate(n=Max("number"))["n"] or 0) + 1


# --- savings ---


def carried(member_id: UUID) -> list[tuple[UUID, str, str]]:
    """Return (subscription, code, tag) of the plans that a member has, by subscription."""
    live = Subscription.objects.filter(member_id=member_id, state__in=_LIVE).order_by("id")
    return list(live.values_list("id", "plan__code", "plan__tag"))


def insert_savings(rows: Sequence[Saving]) -> None:
    Saving.objects.bulk_create(rows)


def savings(subscription_ids: Collection[UUID]) -> list[Saving]:
    return list(Saving.objects.filter(subscription_id__in=subscription_ids).order_by("order_id"))


# --- notices ---


def note(row: Notice) -> None:
    """Write a notice unless there is one of its kind and key."""
    Notice.objects.bulk_create([row], ignore_conflicts=True)


def notices(subscription_id: UUID) -> list[Notice]:
    return list(Notice.objects.select_related("subscription").filter(subscription_id=subscription_id).order_by("id"))


def untold(limit: int, without: Collection[UUID]) -> list[Notice]:
    found = Notice.objects.select_related("subscription").filter(told_at__isnull=True).exclude(pk__in=without)
    return list(found.order_by("at", "id")[:limit])


def tell(notice_id: UUID, at: datetime) -> bool:
    return Notice.objects.filter(pk=notice_id, told_at__isnull=True).update(told_at=at) == 1


# --- activation codes ---


def batches() -> list[tuple[Batch, int]]:
    rows = Batch.objects.order_by("-id")
    used = dict(
        Code.objects.filter(used_at__isnull=False).values_list("batch_id").annotate(n=Count("number")).order_by()
    )
    return [(row, used.get(row.id, 0)) for row in rows]


def batch(batch_id: UUID) -> Batch | None:
    return Batch.objects.filter(pk=batch_id).first()


def insert_codes(rows: Sequence[Code]) -> None:
    Code.objects.bulk_create(rows, batch_size=2_000)


def codes(batch_id: UUID) -> list[Code]:
    return list(Code.objects.filter(batch_id=batch_id).order_by("number"))


def lock_code(blind: bytes) -> Code | None:
    return Code.objects.select_for_update(of=("self",)).select_related("batch").filter(pk=blind).first()


# --- checks ---


def violations() -> list[tuple[Any, ...]]:
    """Return (member, sentence) of subscriptions that don't say what happened to them."""
    return sql.fetch(sql.load("shuke.rooms.paid", "verify_subscriptions"), {})
