"""The statements of the coupons room, one function each. They decide nothing and open no transaction."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from shuke.foundation import sql
from shuke.rooms.coupons.contracts import State, UseState
from shuke.rooms.coupons.models import Batch, Gift, Template

PACKAGE = "shuke.rooms.coupons"
SELECT = (
    "SELECT id, template_id, code, member_id, state, many, pooled, value_minor, issued_at, starts_at, ends_at, "
    "locked_until, cause, moved, recalled, given_for, order_refunded, claim_code FROM coupons_coupon"
)
NEW_COUPON = (
    "id template_id code member_id batch_id many pooled value_minor issued_at starts_at ends_at cause given_for"
)

# --- templates ---


def templates(ids: Collection[UUID] | None = None) -> list[Template]:
    found = Template.objects.all() if ids is None else Template.objects.filter(id__in=list(ids))
    return list(found.order_by("-created_at", "-id"))


def template_by_code(code: str) -> Template | None:
    return Template.objects.filter(code=code).first()


def templates_by_code(codes: Collection[str]) -> list[Template]:
    return list(Template.objects.filter(code__in=list(codes)))


def giving(at: datetime) -> list[tuple[str, str, str, str | None]]:
    """Return (code, name, given on, given when) of the templates that give coupons by a rule at an instant, as made."""
    return sql.fetch(
        "SELECT code, name, given_on, given_when FROM coupons_template WHERE given_on <> '' AND state = 'active' "
        "AND coalesce(issue_since, %(at)s) <= %(at)s AND coalesce(issue_until > %(at)s, true) "
        "AND coalesce(valid_until > %(at)s, true) ORDER BY created_at, id",
        {"at": at},
    )


def issuing(codes: Collection[str]) -> dict[str, Template]:
    """Return templates by code, locked so that nobody changes them while others issue from them too."""
    rows = Template.objects.raw(
        "SELECT * FROM coupons_template WHERE code = ANY(%(codes)s) ORDER BY id FOR KEY SHARE", {"codes": list(codes)}
    )
    return {row.code: row for row in rows}


def using(ids: Collection[UUID]) -> dict[UUID, Template]:
    """Return templates by id, locked as `issuing` does."""
    rows = Template.objects.raw(
        "SELECT * FROM coupons_template WHERE id = ANY(%(ids)s) ORDER BY id FOR KEY SHARE", {"ids": list(ids)}
    )
    return {row.id: row for row in rows}


def changing(id: UUID) -> Template | None:
    """Return a template, locked against everybody who issues from it."""
    return Template.objects.select_for_update().filter(id=id).first()


def counts(template_ids: Sequence[UUID]) -> list[tuple[UUID, str, bool, int]]:
    """Return (template, state, whether in the pool, coupons) of templates; the index alone tells."""
    return sql.fetch(
        "SELECT template_id, state, pooled, count(*) FROM coupons_coupon WHERE template_id = ANY(%(ids)b::uuid[]) "
        "GROUP BY template_id, state, pooled",
        {"ids": list(template_ids)},
    )


def uses_of(template_ids: Sequence[UUID]) -> list[tuple[UUID, int, int]]:
    """Return (template, uses that stand, minor units off) of templates that were used."""
    return sql.fetch(
        "SELECT template_id, count(*), sum(off_minor)::bigint FROM coupons_use "
        "WHERE template_id = ANY(%(ids)b::uuid[]) AND state = 'used' GROUP BY template_id",
        {"ids": list(template_ids)},
    )


# --- supply: slices are rows that many share ---


def room_left(template_ids: Sequence[UUID]) -> dict[UUID, int]:
    rows = sql.fetch(
        "SELECT template_id, sum(most - issued)::bigint FROM coupons_supply "
        "WHERE template_id = ANY(%(ids)b::uuid[]) GROUP BY template_id",
        {"ids": list(template_ids)},
    )
    return dict(rows)


def taken_since(hour: UUID, day: UUID) -> list[tuple[UUID, int, int]]:
    """Return (template, coupons of members since an id, those of the time before it since another id)."""
    return sql.fetch(
        "SELECT template_id, count(*) FILTER (WHERE id >= %(hour)s), count(*) FILTER (WHERE id < %(hour)s) "
        "FROM coupons_coupon WHERE id >= %(day)s AND member_id IS NOT NULL AND batch_id IS NULL GROUP BY template_id",
        {"hour": hour, "day": day},
    )


def lock_slices(template_id: UUID, slice: int | None = None) -> list[tuple[int, int, int, int]]:
    """Lock one slice, or all in order, and return (slice, most, issued, pot left) of each."""
    return sql.fetch(
        "SELECT slice, most, issued, pot_left FROM coupons_supply WHERE template_id = %(template_id)s "
        "AND (%(slice)s::smallint IS NULL OR slice = %(slice)s::smallint) ORDER BY slice FOR UPDATE",
        {"template_id": template_id, "slice": slice},
    )


def write_slices(template_id: UUID, slices: Sequence[tuple[int, int, int, int]]) -> None:
    sql.run(
        "INSERT INTO coupons_supply (template_id, slice, most, issued, pot_left) SELECT %(template_id)s, * FROM "
        "unnest(%(slice)b::smallint[], %(most)b::bigint[], %(issued)b::bigint[], %(pot_left)b::bigint[]) "
        "ON CONFLICT (template_id, slice) DO UPDATE "
        "SET most = excluded.most, issued = excluded.issued, pot_left = excluded.pot_left",
        sql.columns("slice most issued pot_left", slices) | {"template_id": template_id},
    )


# --- what members had ---


def lock_taken(keys: Sequence[tuple[UUID, UUID, int]]) -> dict[tuple[UUID, UUID, int], int]:
    """Open and lock the counters of (template, member, since day), in that order, and return what they count."""
    asked = sql.columns("template_id member_id since_day", sorted(set(keys)))
    sql.run(sql.load(PACKAGE, "open_taken"), asked)
    rows = sql.fetch(sql.load(PACKAGE, "lock_taken"), asked)
    return {(template_id, member_id, since_day): count for template_id, member_id, since_day, count in rows}


def taken(keys: Sequence[tuple[UUID, UUID, int]]) -> dict[tuple[UUID, UUID, int], int]:
    """Return what counters say without locking them: for showing, or where nobody moves them any more."""
    rows = sql.fetch(
        "SELECT template_id, member_id, since_day, count FROM coupons_taken JOIN unnest(%(template_id)b::uuid[], "
        "%(member_id)b::uuid[], %(since_day)b::int[]) AS asked (template_id, member_id, since_day) "
        "USING (template_id, member_id, since_day)",
        sql.columns("template_id member_id since_day", keys),
    )
    return {tuple(key): count for *key, count in rows}


def count_taken(changes: Mapping[tuple[UUID, UUID, int], int]) -> None:
    """Count on counters that the caller has locked."""
    rows = [(*key, change) for key, change in sorted(changes.items()) if change]
    sql.run(
        "UPDATE coupons_taken AS taken SET count = greatest(0, taken.count + new.change) FROM unnest("
        "%(template_id)b::uuid[], %(member_id)b::uuid[], %(since_day)b::int[], %(change)b::int[]) "
        "AS new (template_id, member_id, since_day, change) WHERE taken.template_id = new.template_id "
        "AND taken.member_id = new.member_id AND taken.since_day = new.since_day",
        sql.columns("template_id member_id since_day change", rows),
    )


# --- coupons ---


def insert_coupons(rows: Iterable[Sequence[Any]]) -> None:
    """Write new coupons, rows of NEW_COUPON."""
    sql.run(sql.load(PACKAGE, "insert_coupons"), sql.columns(NEW_COUPON, rows))


def known_codes(codes: Sequence[str]) -> set[str]:
    rows = sql.fetch("SELECT code FROM coupons_coupon WHERE code = ANY(%(codes)b::text[])", {"codes": list(codes)})
    return {code for (code,) in rows}


def queue_for_pool(template_id: UUID) -> None:
    """Let nobody else wait for coupons of a pool until the transaction ends."""
    lock = int.from_bytes(template_id.bytes[-8:], "big", signed=True)
    sql.run("SELECT pg_advisory_xact_lock(%(lock)s::bigint)", {"lock": lock})


def lock_pool(template_id: UUID, count: int, *, wait: bool) -> list[UUID]:
    """Lock up to `count` coupons that nobody holds; those that others are taking are passed over, or waited for."""
    statement = sql.load(PACKAGE, "lock_pool" if wait else "lock_pool_at_once")
    rows = sql.fetch(statement, {"template_id": template_id, "count": count})
    return [id for (id,) in rows]


def hand_out(rows: Iterable[Sequence[Any]]) -> None:
    """Give coupons of the pool that the caller has locked to members, under new ids."""
    names = "old_id id member_id issued_at starts_at ends_at cause given_for"
    sql.run(sql.load(PACKAGE, "hand_out"), sql.columns(names, rows))


def coupons(ids: Collection[UUID]) -> list[tuple[Any, ...]]:
    return sql.fetch(f"{SELECT} WHERE id = ANY(%(ids)b::uuid[])", {"ids": list(ids)})


def given_by_rules(order_ids: Collection[UUID]) -> list[tuple[UUID, UUID, str, str, str, str | None]]:
    """Return (coupon, order, code of its template, name, given on, given when) of what stands of rules for orders."""
    return sql.fetch(
        "SELECT coupon.id, given_for, template.code, template.name, template.given_on, template.given_when "
        "FROM coupons_coupon AS coupon JOIN coupons_template AS template ON template.id = coupon.template_id "
        "WHERE given_for = ANY(%(ids)b::uuid[]) AND NOT order_refunded ORDER BY coupon.id",
        {"ids": list(order_ids)},
    )


def given_for(fact_ids: Collection[UUID]) -> list[tuple[Any, ...]]:
    """Return the coupons that rules gave for facts, as they were given."""
    return sql.fetch(f"{SELECT} WHERE given_for = ANY(%(ids)b::uuid[]) ORDER BY id", {"ids": list(fact_ids)})


def coupons_by_code(codes: Collection[str]) -> list[tuple[Any, ...]]:
    return sql.fetch(f"{SELECT} WHERE code = ANY(%(codes)b::text[])", {"codes": list(codes)})


def coupons_of(member_ids: Collection[UUID]) -> list[tuple[Any, ...]]:
    """Return the coupons of members, latest first."""
    return sql.fetch(
        f"{SELECT} WHERE member_id = ANY(%(ids)b::uuid[]) ORDER BY id DESC",
        {"ids": list(member_ids)},
    )


def received(member_ids: Collection[UUID], upto: datetime | None, skip: int, limit: int) -> list[tuple[Any, ...]]:
    """Return the coupons of members up to an instant of their issue, the last first."""
    return sql.fetch(
        f"{SELECT} WHERE member_id = ANY(%(ids)b::uuid[]) "
        "AND (%(upto)s::timestamptz IS NULL OR issued_at <= %(upto)s::timestamptz) "
        "ORDER BY issued_at DESC, id DESC OFFSET %(skip)s LIMIT %(limit)s",
        {"ids": list(member_ids), "upto": upto, "skip": skip, "limit": limit},
    )


def lock_coupons(ids: Collection[UUID]) -> list[tuple[Any, ...]]:
    """Lock coupons in id order, those that many use only against being changed, and return them."""
    found: list[tuple[Any, ...]] = []
    for many, strength in (("NOT many", "NO KEY UPDATE"), ("many", "SHARE")):
        found += sql.fetch(
            f"{SELECT} WHERE id = ANY(%(ids)b::uuid[]) AND {many} ORDER BY id FOR {strength}",
            {"ids": list(ids)},
        )
    return found


def set_states(ids: Sequence[UUID], state: State, until: datetime | None = None) -> None:
    """Give coupons that the caller has locked a state; no pool hands them out any more."""
    sql.run(
        "UPDATE coupons_coupon SET state = %(state)s, locked_until = %(until)s, claim_code = NULL, pooled = false "
        "WHERE id = ANY(%(ids)b::uuid[])",
        {"ids": list(ids), "state": state.value, "until": until},
    )


def give_to(id: UUID, member_id: UUID) -> None:
    """Let a member hold a coupon that was the bearer's and that the caller has locked."""
    sql.run("UPDATE coupons_coupon SET member_id = %(member)s WHERE id = %(id)s", {"id": id, "member": member_id})


def offer(id: UUID, giver_id: UUID, claim_code: str, at: datetime) -> Gift:
    sql.run(
        "UPDATE coupons_coupon SET state = 'offered', claim_code = %(claim_code)s WHERE id = %(id)s",
        {"id": id, "claim_code": claim_code},
    )
    return Gift.objects.create(claim_code=claim_code, coupon_id=id, giver_id=giver_id, offered_at=at)


def offered_as(claim_code: str) -> UUID | None:
    rows = sql.fetch("SELECT id FROM coupons_coupon WHERE claim_code = %(code)s", {"code": claim_code})
    return rows[0][0] if rows else None


def hand_over(id: UUID, member_id: UUID, claim_code: str, code: str, at: datetime) -> None:
    """Give a coupon that the caller has locked to another member, under a code that the giver does not know."""
    sql.run(
        "UPDATE coupons_coupon SET state = 'issued', claim_code = NULL, moved = true, member_id = %(member_id)s, "
        "code = %(code)s WHERE id = %(id)s",
        {"id": id, "member_id": member_id, "code": code},
    )
    Gift.objects.filter(pk=claim_code).update(friend_id=member_id, taken_at=at)


def gift(claim_code: str) -> Gift | None:
    return Gift.objects.filter(pk=claim_code).first()


def gifts_of(member_ids: Collection[UUID]) -> list[Gift]:
    """Return what members offered to friends, latest first."""
    return list(Gift.objects.filter(giver_id__in=member_ids).order_by("-offered_at", "claim_code"))


def recall(
    at: datetime,
    *,
    template_id: UUID | None = None,
    batch_id: UUID | None = None,
    coupon_ids: Sequence[UUID] = (),
    order_refunded: bool = False,
) -> list[tuple[str, int]]:
    """Make coupons void that are not used or locked, and return (what became of them, how many) of all."""
    asked = {"template_id": template_id, "batch_id": batch_id, "coupon_ids": list(coupon_ids), "at": at}
    asked |= {"order_refunded": order_refunded}
    return sql.fetch(sql.load(PACKAGE, "recall"), asked)


# --- uses ---


def uses(keys: Sequence[tuple[UUID, str, str]]) -> list[tuple[UUID, str, str, str, datetime | None]]:
    """Return (coupon, order source, order id, state, until) of the uses of coupons for the orders asked for; locked."""
    return sql.fetch(
        "SELECT coupon_id, order_source, order_external_id, state, until FROM coupons_use WHERE "
        "(coupon_id, order_source, order_external_id) IN (SELECT * FROM unnest("
        "%(coupon_id)b::uuid[], %(source)b::text[], %(external_id)b::text[])) "
        "ORDER BY coupon_id, order_source, order_external_id FOR NO KEY UPDATE",
        sql.columns("coupon_id source external_id", keys),
    )


def lock_orders(keys: Sequence[tuple[UUID, str, str]]) -> None:
    """Let nobody else use these coupons for these orders until the transaction ends."""
    digests = (hashlib.sha256(f"{id}\0{source}\0{external_id}".encode()).digest() for id, source, external_id in keys)
    numbers = sorted({int.from_bytes(digest[:8], "big", signed=True) for digest in digests})
    sql.fetch(
        "SELECT count(pg_advisory_xact_lock(number)) FROM (SELECT unnest(%(numbers)b::bigint[]) AS number) AS asked",
        {"numbers": numbers},
    )


def release_lapsed(coupon_ids: Sequence[UUID], at: datetime) -> None:
    """End the locks of coupons that one order at a time uses, where their time is over."""
    sql.run(
        "UPDATE coupons_use SET state = 'released', until = NULL "
        "WHERE coupon_id = ANY(%(ids)b::uuid[]) AND NOT many AND state = 'locked' AND until <= %(at)s",
        {"ids": list(coupon_ids), "at": at},
    )


def write_uses(rows: Iterable[Sequence[Any]]) -> None:
    """Write uses; one of the same coupon and order begins anew."""
    names = "coupon_id source external_id template_id member_id state many off_minor at until"
    sql.run(sql.load(PACKAGE, "write_uses"), sql.columns(names, rows))


def end_uses(keys: Sequence[tuple[UUID, str, str]], state: UseState) -> None:
    sql.run(
        "UPDATE coupons_use AS u SET state = %(state)s, until = NULL FROM unnest("
        "%(coupon_id)b::uuid[], %(source)b::text[], %(external_id)b::text[]) AS e (coupon_id, source, external_id) "
        "WHERE u.coupon_id = e.coupon_id AND order_source = source AND order_external_id = external_id",
        sql.columns("coupon_id source external_id", keys) | {"state": state.value},
    )


def uses_of_orders(orders: Sequence[tuple[str, str]]) -> list[tuple[Any, ...]]:
    """Return (coupon, source, id, template, member, state, many, at) of the uses of orders."""
    return sql.fetch(
        "SELECT coupon_id, order_source, order_external_id, template_id, member_id, state, many, at FROM coupons_use "
        "WHERE (order_source, order_external_id) IN (SELECT * FROM unnest(%(s)b::text[], %(e)b::text[]))",
        sql.columns("s e", orders),
    )


def lapsed_uses(at: datetime, limit: int) -> list[tuple[Any, ...]]:
    """Return as `uses_of_orders` those whose lock has ended."""
    return sql.fetch(
        "SELECT coupon_id, order_source, order_external_id, template_id, member_id, state, many, at FROM coupons_use "
        "WHERE state = 'locked' AND until <= %(at)s ORDER BY until LIMIT %(limit)s",
        {"at": at, "limit": limit},
    )


def uses_page(template_id: UUID, upto: datetime | None, skip: int, limit: int) -> list[tuple[Any, ...]]:
    """Return (coupon, code, member, source, id, state, off, at) of uses of a template, latest first."""
    return sql.fetch(
        "SELECT u.coupon_id, c.code, u.member_id, u.order_source, u.order_external_id, u.state, u.off_minor, u.at "
        "FROM coupons_use AS u JOIN coupons_coupon AS c ON c.id = u.coupon_id WHERE u.template_id = %(template_id)s "
        "AND (%(upto)s::timestamptz IS NULL OR u.at <= %(upto)s::timestamptz) "
        "ORDER BY u.at DESC, u.coupon_id, u.order_source, u.order_external_id OFFSET %(skip)s LIMIT %(limit)s",
        {"template_id": template_id, "upto": upto, "skip": skip, "limit": limit},
    )


# --- batches ---


def batch_of(template_id: UUID, digest: bytes) -> Batch | None:
    return Batch.objects.filter(template_id=template_id, digest=digest).first()


def lock_batch(id: UUID) -> Batch | None:
    return Batch.objects.select_for_update(no_key=True).filter(id=id).first()


def batch(id: UUID) -> Batch | None:
    return Batch.objects.filter(id=id).first()


def batches(template_id: UUID) -> list[Batch]:
    return list(Batch.objects.filter(template_id=template_id).order_by("-id"))


def codes_of_batch(batch_id: UUID, after: UUID, limit: int) -> list[tuple[UUID, str, str]]:
    """Return (coupon, code, state) of the next coupons of a batch, by id."""
    return sql.fetch(
        "SELECT id, code, state FROM coupons_coupon WHERE batch_id = %(batch_id)s AND id > %(after)s "
        "ORDER BY id LIMIT %(limit)s",
        {"batch_id": batch_id, "after": after, "limit": limit},
    )


def violations() -> list[tuple[UUID | None, str]]:
    return sql.fetch(sql.load(PACKAGE, "verify_coupons"), {})
