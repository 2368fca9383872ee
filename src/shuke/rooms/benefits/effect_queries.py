"""The statements of what handlers are asked for; they decide nothing and open no transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shuke.foundation import sql
from shuke.rooms.benefits.contracts import Effect
from shuke.rooms.benefits.models import EffectRow


@dataclass(frozen=True, slots=True)
class Asked:
    """Something that a handler is asked for, and how often it was tried."""

    member_id: UUID
    benefit: str
    cause: str
    number: int
    effect: Effect
    quantity: int
    at: datetime
    attempts: int


def due(now: datetime, limit: int) -> list[Asked]:
    """Return and lock up to `limit` of what is due, the oldest first; what another one is at is left out."""
    rows = sql.fetch(
        "SELECT member_id, benefit, cause, number, effect, quantity, at, attempts FROM benefits_effect "
        "WHERE next_at <= %(now)s ORDER BY next_at, member_id LIMIT %(limit)s FOR UPDATE SKIP LOCKED",
        {"now": now, "limit": limit},
    )
    return [Asked(*row[:4], Effect(row[4]), *row[5:]) for row in rows]


def done(found: Sequence[Asked], at: datetime) -> None:
    """Note that things were given: one statement."""
    rows = [(one.member_id, one.benefit, one.cause, one.number) for one in found]
    sql.run(
        "UPDATE benefits_effect AS effect SET done_at = %(at)s, next_at = NULL, fault = '', attempts = attempts + 1 "
        "FROM unnest(%(member_id)b::uuid[], %(benefit)b::text[], %(cause)b::text[], %(number)b::int[]) "
        "AS done (member_id, benefit, cause, number) WHERE effect.member_id = done.member_id "
        "AND effect.benefit = done.benefit AND effect.cause = done.cause AND effect.number = done.number",
        sql.columns("member_id benefit cause number", rows) | {"at": at},
    )


def call_off(one: Asked) -> None:
    """Let nothing be given any more that was asked for before a recall; what is being given is waited for."""
    sql.run(
        "UPDATE benefits_effect SET next_at = NULL, fault = 'recalled' WHERE member_id = %(member_id)s "
        "AND benefit = %(benefit)s AND cause = %(cause)s AND number < %(number)s AND done_at IS NULL",
        _of(one),
    )


def given_in_period(one: Asked) -> list[tuple[int, int]]:
    """Return (number, quantity) of what was given in the period that a recall ends."""
    return sql.fetch(
        "SELECT effect.number, effect.quantity FROM benefits_effect AS effect "
        "JOIN benefits_event AS event USING (member_id, benefit, cause, number) "
        "JOIN benefits_event AS ended USING (member_id, benefit, cause) "
        "WHERE member_id = %(member_id)s AND benefit = %(benefit)s AND cause = %(cause)s "
        "AND ended.number = %(number)s AND effect.number < ended.number AND event.period_day = ended.period_day "
        "AND effect.effect IN ('grant', 'cycle') AND effect.done_at IS NOT NULL ORDER BY effect.number",
        _of(one),
    )


def _of(one: Asked) -> dict[str, object]:
    return {"member_id": one.member_id, "benefit": one.benefit, "cause": one.cause, "number": one.number}


def failed(one: Asked, next_at: datetime | None, fault: str) -> None:
    """Note why something was not given, and when it is tried again; never, where that is None."""
    sql.run(
        "UPDATE benefits_effect SET attempts = attempts + 1, next_at = %(next_at)s, fault = %(fault)s "
        "WHERE member_id = %(member_id)s AND benefit = %(benefit)s AND cause = %(cause)s AND number = %(number)s",
        _of(one) | {"next_at": next_at, "fault": fault},
    )


def open_of(member_id: UUID) -> dict[tuple[str, str, int], tuple[str, datetime | None]]:
    rows = EffectRow.objects.filter(member_id=member_id, done_at__isnull=True)
    return {
        (benefit, cause, number): (fault, next_at)
        for benefit, cause, number, fault, next_at in rows.values_list("benefit", "cause", "number", "fault", "next_at")
    }
