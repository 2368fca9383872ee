"""The statements of the points room, one function each. They decide nothing and open no transaction."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from string import Template
from typing import Any
from uuid import UUID

from shuke.foundation import sql
from shuke.rooms.points.contracts import EntryKey, NewUnit
from shuke.rooms.points.models import Entry, Lot
from shuke.rooms.points.posting import Plan

PACKAGE = "shuke.rooms.points"

ENTRY = (
    *("holder_id", "unit_id", "number", "transaction_number", "kind", "lot_number", "amount", "balance_after"),
    *("day", "occurred_at", "recorded_at", "reference"),
)

LOT = ("holder_id", "unit_id", "number", "earned", "remaining", "earned_at", "expires_at", "expires_day")


# --- write ---


def insert_units(units: Sequence[NewUnit]) -> None:
    sql.run(
        "INSERT INTO points_unit (code, scale) SELECT * FROM unnest(%(code)b::text[], %(scale)b::smallint[]) "
        "ON CONFLICT (code) DO NOTHING",
        {"code": [unit.code for unit in units], "scale": [unit.scale for unit in units]},
    )


def open_holders(holder_ids: Sequence[UUID]) -> None:
    sql.run(
        "INSERT INTO points_holder (id, transaction_count) SELECT id, 0 FROM unnest(%(ids)b::uuid[]) AS new (id) "
        "ORDER BY id ON CONFLICT (id) DO NOTHING",
        {"ids": list(holder_ids)},
    )


def lock_holders(holder_ids: Sequence[UUID]) -> set[UUID]:
    """Lock the holders' rows in id order and return those that exist."""
    rows = sql.fetch(
        "SELECT id FROM points_holder WHERE id = ANY(%(ids)b::uuid[]) ORDER BY id FOR NO KEY UPDATE",
        {"ids": list(holder_ids)},
    )
    return {id for (id,) in rows}


def take_transaction_numbers(counts: Mapping[UUID, int]) -> dict[UUID, int]:
    """Count the holders' transactions on and return, by holder, the last number given out before."""
    rows = sql.fetch(
        "UPDATE points_holder AS holder SET transaction_count = transaction_count + taken.count "
        "FROM unnest(%(ids)b::uuid[], %(counts)b::int[]) AS taken (id, count) WHERE holder.id = taken.id "
        "RETURNING holder.id, transaction_count - taken.count",
        {"ids": list(counts), "counts": list(counts.values())},
    )
    return dict(rows)


def move_accounts(plan: Plan) -> int:
    """Move accounts on and return how many stood where they were expected."""
    rows = [
        (*key, before.available, before.entry_count, after.available, after.entry_count, after.lot_count)
        for (key, before), after in zip(plan.before.items(), plan.after.values(), strict=True)
    ]
    names = "holder_id unit_id expected_available expected_entry_count available entry_count lot_count"
    ((count,),) = sql.fetch(sql.load(PACKAGE, "post_accounts"), sql.columns(names, rows))
    return count


def open_new_lots(plan: Plan) -> None:
    names = "holder_id unit_id number earned remaining earned_at expires_at expires_day"
    sql.run(sql.load(PACKAGE, "post_lots"), sql.columns(names, plan.lots.values()))


def draw_lots(plan: Plan) -> int:
    """Take points out of lots that were open before and return how many there were."""
    rows = [(*lot, points) for lot, points in plan.drawn.items()]
    return sql.run(sql.load(PACKAGE, "post_draws"), sql.columns("holder_id unit_id number points", rows))


def append_entries(plan: Plan, recorded_at: datetime) -> None:
    names = (
        "holder_id unit_id number transaction_number lot_number day amount balance_after "
        "occurred_at reference kind counter_account"
    )
    sql.run(sql.load(PACKAGE, "post_entries"), sql.columns(names, plan.entries) | {"recorded_at": recorded_at})


# --- read ---


def units() -> list[tuple[int, str, int]]:
    return sql.fetch("SELECT id, code, scale FROM points_unit ORDER BY id", {})


def accounts(holder_ids: Sequence[UUID]) -> list[tuple[UUID, int, int, int, int]]:
    return sql.fetch(
        "SELECT holder_id, unit_id, available, entry_count, lot_count FROM points_account "
        "WHERE holder_id = ANY(%(ids)b::uuid[])",
        {"ids": list(holder_ids)},
    )


def open_lots(holder_ids: Sequence[UUID]) -> list[tuple[UUID, int, int, int, int | None]]:
    """Return (holder, unit, number, remaining, expires_day) of what is left, soonest end first."""
    return sql.fetch(
        "SELECT holder_id, unit_id, number, remaining, expires_day FROM points_lot "
        "WHERE holder_id = ANY(%(ids)b::uuid[]) AND remaining > 0 "
        "ORDER BY expires_day NULLS LAST, unit_id, number",
        {"ids": list(holder_ids)},
    )


def entry(key: EntryKey) -> tuple[Any, ...] | None:
    found = Entry.objects.filter(holder_id=key.holder_id, unit_id=key.unit_id, number=key.number)
    return found.values_list(*ENTRY).first()


def entries_of(facts: Sequence[tuple[UUID, UUID]]) -> list[tuple[Any, ...]]:
    return sql.fetch(
        f"SELECT {', '.join(ENTRY)} FROM points_entry"  # noqa: S608  # names of our own list
        " JOIN unnest(%(holder_id)b::uuid[], %(reference)b::uuid[]) AS asked (holder_id, reference)"
        " USING (holder_id, reference) ORDER BY holder_id, transaction_number, unit_id, number",
        sql.columns("holder_id reference", dict.fromkeys(facts)),
    )


def entries_of_transaction(holder_id: UUID, transaction_number: int) -> Iterable[tuple[Any, ...]]:
    found = Entry.objects.filter(holder_id=holder_id, transaction_number=transaction_number)
    return found.order_by("unit_id", "number").values_list(*ENTRY)


def entries_of_lot(holder_id: UUID, unit_id: int, lot_number: int) -> Iterable[tuple[Any, ...]]:
    found = Entry.objects.filter(holder_id=holder_id, unit_id=unit_id, lot_number=lot_number)
    return found.order_by("number").values_list(*ENTRY)


def lot(holder_id: UUID, unit_id: int, number: int) -> tuple[Any, ...] | None:
    found = Lot.objects.filter(holder_id=holder_id, unit_id=unit_id, number=number)
    return found.values_list(*LOT).first()


def entries_page(
    holder_id: UUID, unit_id: int | None, limit: int, before: tuple[int, ...] | None
) -> list[tuple[Any, ...]]:
    """Return a holder's entries, newest first, before the key (transaction number, unit, number)."""
    transaction_number, unit, number = before or (2**31 - 1, 0, 0)
    return sql.fetch(
        sql.load(PACKAGE, "entries_page"),
        {
            "holder_id": holder_id,
            "unit_id": unit_id,
            "limit": limit,
            "before_transaction": transaction_number,
            "before_unit": unit,
            "before_number": number,
        },
    )


def lots_page(holder_id: UUID, unit_id: int | None, limit: int, after: tuple[int, ...] | None) -> list[tuple[Any, ...]]:
    """Return a holder's lots, open ones first, by what ends soonest, after the key (spent, end, unit, number)."""
    spent, end, unit, number = after or (0, 0, 0, 0)
    return sql.fetch(
        sql.load(PACKAGE, "lots_page"),
        {
            "holder_id": holder_id,
            "unit_id": unit_id,
            "limit": limit,
            "after_spent": spent,
            "after_end": end,
            "after_unit": unit,
            "after_number": number,
        },
    )


def stream_entries(after: tuple[UUID, int, int], limit: int) -> tuple[Any, ...]:
    holder_id, unit_id, number = after
    (row,) = sql.fetch(
        sql.load(PACKAGE, "stream_entries"),
        {"holder_id": holder_id, "unit_id": unit_id, "number": number, "limit": limit},
    )
    return row


def totals(unit_id: int, holder_id: UUID | None) -> tuple[int, int, int]:
    (row,) = sql.fetch(sql.load(PACKAGE, "totals"), {"unit_id": unit_id, "holder_id": holder_id})
    return row


def monthly(unit_id: int) -> list[tuple[int, int, int, int, int]]:
    return sql.fetch(sql.load(PACKAGE, "monthly"), {"unit_id": unit_id})


def outstanding(unit_id: int) -> int:
    ((points,),) = sql.fetch(
        "SELECT coalesce(sum(available), 0)::bigint FROM points_account WHERE unit_id = %(unit_id)s",
        {"unit_id": unit_id},
    )
    return points


def open_by_end(unit_id: int) -> list[tuple[int | None, int]]:
    """Return (expires_day, points left), what ends soonest first."""
    return sql.fetch(
        "SELECT expires_day, sum(remaining)::bigint FROM points_lot WHERE unit_id = %(unit_id)s AND remaining > 0 "
        "GROUP BY expires_day ORDER BY expires_day NULLS LAST",
        {"unit_id": unit_id},
    )


# --- seal ---

_RANGES = (
    "string_agg(uuid_send(range.holder_id) || int2send(range.unit_id) || int4send(range.first_number)"
    " || int4send(range.last_number) || range.digest, ''::bytea ORDER BY range.holder_id, range.unit_id)"
)
_DIGEST = (
    "sha256(seal.previous || int4send(seal.number) || int8send(seal.entries)"
    " || int8send((extract(epoch FROM seal.sealed_at) * 1000000)::bigint)"
    " || convert_to(seal.columns, 'UTF8') || decode('00', 'hex') || seal.ranges)"
)


def lock_seals() -> None:
    """Let nobody else seal until the transaction ends; everybody may write entries and read seals."""
    sql.run("LOCK TABLE points_seal IN SHARE ROW EXCLUSIVE MODE", {})


def entry_columns() -> list[str]:
    """Return the columns of an entry, by name."""
    rows = sql.fetch(
        "SELECT attname::text COLLATE \"C\" FROM pg_attribute WHERE attrelid = 'points_entry'::regclass"
        " AND attnum > 0 AND NOT attisdropped ORDER BY 1",
        {},
    )
    return [name for (name,) in rows]


def seal(columns: Sequence[str], sealed_at: datetime) -> tuple[Any, ...] | None:
    rows = sql.fetch(_sealing("seal", columns), {"columns": ",".join(columns), "sealed_at": sealed_at})
    return rows[0] if rows else None


def last_seal() -> tuple[Any, ...] | None:
    rows = sql.fetch(
        "SELECT number, sealed_at, accounts, entries, previous, digest FROM points_seal ORDER BY number DESC LIMIT 1",
        {},
    )
    return rows[0] if rows else None


def seal_violations() -> list[tuple[str, UUID | None, str]]:
    return sql.fetch(_sealing("verify_seals", ()), {})


def sealed_columns() -> list[tuple[int, str]]:
    """Return (number, columns by commas) of every seal, in order."""
    return sql.fetch("SELECT number, columns FROM points_seal ORDER BY number", {})


def sealed_entry_violations(columns: Sequence[str], seals: list[int]) -> list[tuple[str, UUID | None, str]]:
    return sql.fetch(_sealing("verify_sealed_entries", columns), {"seals": seals})


def _sealing(statement: str, columns: Sequence[str]) -> str:
    """Return a statement with an entry's text and the digests filled in, after fixing how PostgreSQL writes values."""
    sql.fetch(
        "SELECT set_config(name, value, true) FROM (VALUES ('TimeZone', 'UTC'), ('DateStyle', 'ISO, YMD'),"
        " ('IntervalStyle', 'iso_8601'), ('extra_float_digits', '1'), ('bytea_output', 'hex')) AS fixed (name, value)",
        {},
    )
    names = ", ".join(f'entry."{name}"' for name in columns)
    return Template(sql.load(PACKAGE, statement)).substitute(row=f"ROW({names})::text", ranges=_RANGES, digest=_DIGEST)


# --- verify ---


def holders_since_seal() -> list[UUID]:
    return [id for (id,) in sql.fetch(sql.load(PACKAGE, "holders_since_seal"), {})]


def prepare_to_verify() -> None:
    """Let the open transaction sort in memory and never compare the whole ledger pair by pair, whatever it expects."""
    sql.fetch(
        "SELECT set_config('work_mem', '64MB', true), set_config('enable_nestloop', 'off', true), "
        "set_config('jit', 'off', true)",
        {},
    )


def violations(check: str, holder_ids: list[UUID] | None) -> list[tuple[str, UUID | None, str]]:
    """Return (invariant, holder, sentence) of what the statement `verify_<check>` finds."""
    return sql.fetch(sql.load(PACKAGE, f"verify_{check}"), {"holder_ids": holder_ids})
