"""The only place of carts with SQL: carts that became orders, and how often offers applied."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shuke.foundation import sql

EVER = 0  # the day under which an offer's whole count stands
_COUNT = (
    "INSERT INTO programs_offer_count AS known (program_id, code, day, times, off_minor)"
    " SELECT program_id, code, day, times, off_minor FROM unnest(%(program_id)b::integer[], %(code)b::text[],"
    " %(day)b::integer[], %(times)b::bigint[], %(off_minor)b::bigint[])"
    " AS used (program_id, code, day, times, off_minor) ORDER BY program_id, code, day"
    " ON CONFLICT (program_id, code, day) DO UPDATE"
    " SET times = known.times + excluded.times, off_minor = known.off_minor + excluded.off_minor"
)
_LOCK = (
    "SELECT FROM programs_offer_count JOIN unnest(%(program_id)b::integer[], %(code)b::text[], %(day)b::integer[])"
    " AS used (program_id, code, day) USING (program_id, code, day) ORDER BY program_id, code, day"
    " FOR UPDATE OF programs_offer_count"
)
_TAKE_BACK = (
    "UPDATE programs_offer_count AS known SET times = known.times - used.times,"
    " off_minor = known.off_minor - used.off_minor"
    " FROM unnest(%(program_id)b::integer[], %(code)b::text[], %(day)b::integer[], %(times)b::bigint[],"
    " %(off_minor)b::bigint[]) AS used (program_id, code, day, times, off_minor)"
    " WHERE (known.program_id, known.code, known.day) = (used.program_id, used.code, used.day)"
)


@dataclass(frozen=True, slots=True)
class Span:
    """An offer over local days, from `first` on and before `end`; all of time where `first` is EVER."""

    code: str
    first: int
    end: int


@dataclass(frozen=True, slots=True)
class Counted:
    """How often an offer applied, and what it took off."""

    times: int
    off_minor: int


@dataclass(frozen=True, slots=True)
class Use:
    """That an offer applied to an order; `counted` with all others."""

    order_id: UUID
    code: str
    program_id: int
    member_id: UUID | None
    day: int
    off_minor: int
    counted: bool


@dataclass(frozen=True, slots=True)
class KeptCart:
    """A cart that became an order: the digest of what was asked, and how it was priced, as JSON."""

    digest: bytes
    priced: Mapping[str, Any]


def kept(source: str, external_id: str) -> tuple[UUID, KeptCart] | None:
    """Return the order of a key and the cart that became it."""
    rows = sql.fetch(
        "SELECT order_id, digest, priced::text FROM programs_cart"
        " WHERE source = %(source)s AND external_id = %(external_id)s",
        {"source": source, "external_id": external_id},
    )
    return (rows[0][0], KeptCart(bytes(rows[0][1]), json.loads(rows[0][2]))) if rows else None


def keep(order_id: UUID, key: tuple[str, str], cart: KeptCart) -> None:
    """Keep the cart that became an order."""
    sql.run(
        "INSERT INTO programs_cart (order_id, source, external_id, digest, priced)"
        " VALUES (%(order_id)s, %(source)s, %(external_id)s, %(digest)b, %(priced)s::jsonb)",
        {
            "order_id": order_id, "source": key[0], "external_id": key[1], "digest": cart.digest,
            "priced": json.dumps(cart.priced),
        },
    )  # fmt: skip


def counts(program_id: int, spans: Sequence[Span]) -> dict[Span, Counted]:
    """Return how often offers applied to all orders in spans of days."""
    return _counted(
        "SELECT asked.code, first, beyond, coalesce(sum(times), 0)::bigint, coalesce(sum(off_minor), 0)::bigint"
        " FROM unnest(%(code)b::text[], %(first)b::integer[], %(end)b::integer[]) AS asked (code, first, beyond)"
        " LEFT JOIN programs_offer_count AS known ON program_id = %(program_id)s AND known.code = asked.code"
        " AND (CASE WHEN first = %(ever)s THEN day = %(ever)s ELSE day >= first AND day < beyond END)"
        " GROUP BY asked.code, first, beyond",
        spans,
        {"program_id": program_id, "ever": EVER},
    )


def counts_of(member_ids: Sequence[UUID], program_id: int, spans: Sequence[Span]) -> dict[Span, Counted]:
    """Return how often offers applied to the orders of members together in spans of days."""
    return _counted(
        "SELECT asked.code, first, beyond, count(known.code), coalesce(sum(off_minor), 0)::bigint"
        " FROM unnest(%(code)b::text[], %(first)b::integer[], %(end)b::integer[]) AS asked (code, first, beyond)"
        " LEFT JOIN programs_offer_use AS known ON member_id = ANY(%(member_ids)b::uuid[])"
        " AND program_id = %(program_id)s AND known.code = asked.code"
        " AND NOT returned AND day >= first AND day < beyond"
        " GROUP BY asked.code, first, beyond",
        spans,
        {"member_ids": list(member_ids), "program_id": program_id},
    )


def use(uses: Sequence[Use]) -> None:
    """Note that offers applied to orders, and count those that are counted with all others, by code and day."""
    names = "order_id code program_id member_id day off_minor counted"
    sql.run(
        "INSERT INTO programs_offer_use (order_id, code, program_id, member_id, day, off_minor, counted, returned)"
        " SELECT *, false FROM unnest(%(order_id)b::uuid[], %(code)b::text[], %(program_id)b::integer[],"
        " %(member_id)b::uuid[], %(day)b::integer[], %(off_minor)b::bigint[], %(counted)b::boolean[])",
        sql.columns(names, [tuple(getattr(each, name) for name in names.split()) for each in uses]),
    )
    used = _totals([(each.program_id, each.code, each.day, each.off_minor) for each in uses if each.counted])
    if used:
        sql.run(_COUNT, used)


def give_back(order_ids: Sequence[UUID]) -> None:
    """Take the uses of orders of which nothing is left out of what counts; a second time does nothing."""
    rows = sql.fetch(
        "UPDATE programs_offer_use SET returned = true WHERE order_id = ANY(%(ids)b::uuid[]) AND NOT returned"
        " RETURNING program_id, code, day, off_minor, counted",
        {"ids": list(order_ids)},
    )
    used = _totals([(program_id, code, day, off) for program_id, code, day, off, counted in rows if counted])
    if used:
        sql.fetch(_LOCK, {name: used[name] for name in ("program_id", "code", "day")})
        sql.run(_TAKE_BACK, used)


def violations() -> list[tuple[str, UUID | None, str]]:
    """Return (law, member, sentence) of what offers count otherwise than orders say."""
    return sql.fetch(sql.load("shuke.rooms.programs", "verify_offers"), {})


def _totals(used: Sequence[tuple[int, str, int, int]]) -> Mapping[str, list[Any]]:
    """Return as columns what uses of (program, code, day, off) come to on each day and ever; nothing of none."""
    totals: dict[tuple[int, str, int], tuple[int, int]] = {}
    for program_id, code, day, off in used:
        for key in ((program_id, code, EVER), (program_id, code, day)):
            times, before = totals.get(key, (0, 0))
            totals[key] = times + 1, before + off
    rows = [(*key, *total) for key, total in totals.items()]
    return sql.columns("program_id code day times off_minor", rows) if rows else {}


def _counted(statement: str, spans: Sequence[Span], more: Mapping[str, Any]) -> dict[Span, Counted]:
    if not spans:
        return {}
    asked = sql.columns("code first end", [(each.code, each.first, each.end) for each in dict.fromkeys(spans)])
    return {Span(*row[:3]): Counted(*row[3:]) for row in sql.fetch(statement, asked | more)}
