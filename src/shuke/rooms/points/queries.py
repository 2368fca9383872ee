"""The statements of the points room, one function each. They decide nothing and open no transaction."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import astuple
from datetime import datetime
from string import Template
from typing import Any
from uuid import UUID

from shuke.foundation import sql
from shuke.rooms.points import posting
from shuke.rooms.points.contracts import OPENS, SUPPLIES, WAYS, Clawback, EntryKey, Forfeit, NewUnit, Uncounted
from shuke.rooms.points.models import Entry, Lot
from shuke.rooms.points.posting import Plan

PACKAGE = "shuke.rooms.points"

ENTRY = (
    *("holder_id", "unit_id", "number", "transaction_number", "kind", "lot_number", "amount", "balance_after"),
    *("day", "occurred_at", "recorded_at", "reference"),
)

LOT = (
    *("holder_id", "unit_id", "number", "earned", "remaining", "earned_at", "expires_at", "expires_day"),
    *("waiting", "held", "clawed", "origin", "gift", "active_day", "reference"),
    *("ready_day", "wait_event", "cancel_day", "expiry_rule"),
)

HOLD = "id, unit_id, points, captured, released, lapsed, until_at, made_at"

_WAYS = {
    "kinds": list(WAYS),
    "accounts": [account for account, _, _ in WAYS.values()],
    "counter_accounts": [counter for _, counter, _ in WAYS.values()],
    "signs": [sign for _, _, sign in WAYS.values()],
    "openings": list(OPENS),
}


# --- write ---


def insert_units(units: Sequence[NewUnit]) -> None:
    sql.run(
        "INSERT INTO points_unit (code, scale) SELECT * FROM unnest(%(code)b::text[], %(scale)b::smallint[]) "
        "ON CONFLICT (code) DO NOTHING",
        {"code": [unit.code for unit in units], "scale": [unit.scale for unit in units]},
    )


def delete_units(codes: Collection[str]) -> None:
    sql.run("DELETE FROM points_unit WHERE code = ANY(%(codes)b::text[])", {"codes": list(codes)})


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


def lock_everybody() -> None:
    """Let nobody else lock or open a holder until the transaction ends; waits for those who have."""
    sql.run("LOCK TABLE points_holder IN EXCLUSIVE MODE", {})


def move_accounts(plan: Plan) -> dict[UUID, int] | None:
    """Move accounts on and count their holders' transactions; return how many each had before.

    None where an account doesn't stand where it was expected: others may have been moved, so the caller rolls back.
    """
    rows = [
        (*key, before.available, before.entry_count, *after)
        for (key, before), after in zip(plan.before.items(), plan.after.values(), strict=True)
    ]
    names = f"holder_id unit_id expected_available expected_entry_count {posting.ACCOUNT}"
    counts = {"counted_id": list(plan.transactions), "count": list(plan.transactions.values())}
    found = sql.fetch(sql.load(PACKAGE, "post_accounts"), sql.columns(names, rows) | counts)
    return dict(found) if len(found) == len(plan.transactions) else None


def change_known(plan: Plan) -> bool:
    """Move lots, holds and takes that were there before on; return whether they all exist."""
    for name, names, changes in (
        ("post_lot_changes", posting.LOT_CHANGE, plan.lots_changed),
        ("post_hold_changes", posting.HOLD_CHANGE, plan.holds_changed),
        ("post_take_changes", posting.TAKE_CHANGE, plan.takes_changed),
    ):
        rows = [(*key, *change) for key, change in changes.items()]
        if rows and sql.run(sql.load(PACKAGE, name), sql.columns(names, rows)) != len(rows):
            return False
    return True


def write_new(plan: Plan, before: Mapping[UUID, int], recorded_at: datetime) -> None:
    """Append the entries and write the lots, holds and takes that begin with this plan."""
    entries = sql.columns(posting.ENTRY, posting.numbered(plan.entries, before))
    lots = sql.columns(" ".join(f"opened_{name}" for name in posting.LOT.split()), plan.lots_opened.values())
    sql.run(sql.load(PACKAGE, "post_entries"), entries | lots | {"recorded_at": recorded_at})
    for name, names, rows in (
        ("post_holds", posting.HOLD, plan.holds_opened),
        ("post_takes", posting.TAKE, plan.takes_opened),
    ):
        if rows:
            sql.run(sql.load(PACKAGE, name), sql.columns(names, rows.values()))


def settle_clawbacks(clawbacks: Sequence[Clawback]) -> bool:
    """Write clawbacks down and return whether all their lots exist."""
    names = "holder_id reference unit_id lot_number taken owed forgiven"
    ((counted, lots),) = sql.fetch(sql.load(PACKAGE, "settle_clawbacks"), sql.columns(names, map(astuple, clawbacks)))
    return counted == lots


def settle_forfeits(forfeits: Sequence[Forfeit]) -> int:
    names = "holder_id reference unit_id lot_number points"
    return sql.run(sql.load(PACKAGE, "settle_forfeits"), sql.columns(names, map(astuple, forfeits)))


def insert_uncounted(uncounted: Sequence[Uncounted]) -> None:
    sql.run(
        "INSERT INTO points_uncounted (holder_id, unit_id, reference, day, points) SELECT * FROM unnest("
        "%(holder_id)b::uuid[], %(unit_id)b::smallint[], %(reference)b::uuid[], %(day)b::int[], %(points)b::bigint[])",
        sql.columns("holder_id unit_id reference day points", map(astuple, uncounted)),
    )


# --- supply ---


def hold_entries_off() -> None:
    """Let nobody write entries until the transaction ends."""
    sql.run("LOCK TABLE points_entry IN SHARE ROW EXCLUSIVE MODE", {})


def issued(unit_id: int) -> int:
    ((points,),) = sql.fetch(
        "SELECT coalesce(sum(amount), 0)::bigint FROM points_entry "
        "WHERE unit_id = %(unit_id)s AND counter_account = ANY(%(accounts)s)",
        {"unit_id": unit_id, "accounts": list(SUPPLIES)},
    )
    return points


def issued_of_supply(unit_id: int) -> int | None:
    """Return what was issued of a unit whose supply is limited, None where it is not."""
    ((points,),) = sql.fetch(
        "SELECT sum(issued)::bigint FROM points_supply WHERE unit_id = %(unit_id)s", {"unit_id": unit_id}
    )
    return points


def lock_supply(unit_id: int) -> list[tuple[int, int, int]]:
    """Lock the slices of a unit in order and return (slice, most, issued) of each."""
    return sql.fetch(
        "SELECT slice, most, issued FROM points_supply WHERE unit_id = %(unit_id)s ORDER BY slice FOR UPDATE",
        {"unit_id": unit_id},
    )


def count_supply(unit_id: int, slice: int, change: int) -> bool:
    """Count on what was issued in a slice and return whether it had room."""
    written = sql.run(
        "UPDATE points_supply SET issued = issued + %(change)s WHERE unit_id = %(unit_id)s AND slice = %(slice)s "
        "AND issued + %(change)s BETWEEN 0 AND most",
        {"unit_id": unit_id, "slice": slice, "change": change},
    )
    return written == 1


def delete_supply(unit_id: int) -> None:
    sql.run("DELETE FROM points_supply WHERE unit_id = %(unit_id)s", {"unit_id": unit_id})


def write_supply(unit_id: int, slices: Sequence[tuple[int, int, int]]) -> None:
    """Write (slice, most, issued); rows are updated in place, for others may be waiting to lock them."""
    sql.run(
        "INSERT INTO points_supply (unit_id, slice, most, issued) SELECT %(unit_id)s, * FROM "
        "unnest(%(slice)b::smallint[], %(most)b::bigint[], %(issued)b::bigint[]) "
        "ON CONFLICT (unit_id, slice) DO UPDATE SET most = excluded.most, issued = excluded.issued",
        sql.columns("slice most issued", slices) | {"unit_id": unit_id},
    )


# --- read ---


def units() -> list[tuple[int, str, int]]:
    return sql.fetch("SELECT id, code, scale FROM points_unit ORDER BY id", {})


def accounts(holder_ids: Sequence[UUID]) -> list[tuple[Any, ...]]:
    return sql.fetch(
        "SELECT holder_id, unit_id, available, entry_count, lot_count, pending, held, debt FROM points_account "
        "WHERE holder_id = ANY(%(ids)b::uuid[])",
        {"ids": list(holder_ids)},
    )


def open_lots(holder_ids: Sequence[UUID]) -> list[tuple[Any, ...]]:
    """Return (holder, unit, number, remaining, expires_day, reference, gift) of usable points, soonest end first."""
    return sql.fetch(
        "SELECT holder_id, unit_id, number, remaining, expires_day, reference, gift FROM points_lot "
        "WHERE holder_id = ANY(%(ids)b::uuid[]) AND remaining > 0 "
        "ORDER BY expires_day NULLS LAST, unit_id, number",
        {"ids": list(holder_ids)},
    )


def waiting_lots(holder_ids: Sequence[UUID]) -> list[tuple[Any, ...]]:
    return sql.fetch(
        "SELECT holder_id, unit_id, number, waiting, reference, ready_day, wait_event, cancel_day, expiry_rule "
        "FROM points_lot WHERE holder_id = ANY(%(ids)b::uuid[]) AND waiting > 0 "
        "ORDER BY ready_day NULLS LAST, earned_at, unit_id, number",
        {"ids": list(holder_ids)},
    )


def open_holds(holder_ids: Sequence[UUID]) -> list[tuple[Any, ...]]:
    return sql.fetch(
        f"SELECT holder_id, {HOLD} FROM points_hold WHERE holder_id = ANY(%(ids)b::uuid[]) "  # noqa: S608  # our own list
        "AND captured + released + lapsed < points ORDER BY until_at, made_at, id",
        {"ids": list(holder_ids)},
    )


def holds(keys: Sequence[tuple[UUID, UUID]]) -> list[tuple[Any, ...]]:
    return sql.fetch(
        f"SELECT holder_id, {HOLD} FROM points_hold"  # noqa: S608  # names of our own list
        " JOIN unnest(%(holder_id)b::uuid[], %(id)b::uuid[]) AS asked (holder_id, id) USING (holder_id, id)",
        sql.columns("holder_id id", dict.fromkeys(keys)),
    )


def takes(causes: Sequence[tuple[UUID, UUID]]) -> list[tuple[Any, ...]]:
    """Return the takes of (holder, redemption or hold) with their lots' ends, in the order taken."""
    return sql.fetch(sql.load(PACKAGE, "takes"), sql.columns("holder_id reference", dict.fromkeys(causes)))


def lots_of(facts: Sequence[tuple[UUID, UUID]]) -> list[tuple[Any, ...]]:
    return sql.fetch(
        f"SELECT {', '.join(LOT)} FROM points_lot"  # noqa: S608  # names of our own list
        " JOIN unnest(%(holder_id)b::uuid[], %(reference)b::uuid[]) AS asked (holder_id, reference)"
        " USING (holder_id, reference) ORDER BY holder_id, unit_id, number",
        sql.columns("holder_id reference", dict.fromkeys(facts)),
    )


def past_lots(facts: Sequence[tuple[UUID, UUID]]) -> list[tuple[Any, ...]]:
    return sql.fetch(sql.load(PACKAGE, "past_lots"), sql.columns("holder_id reference", dict.fromkeys(facts)))


def earned_days(spans: Sequence[tuple[UUID, int, int, int]]) -> list[tuple[UUID, int, int, int]]:
    return sql.fetch(
        sql.load(PACKAGE, "earned_days"), sql.columns("holder_id unit_id first_day last_day", dict.fromkeys(spans))
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


def days_page(
    days: tuple[int, int], kinds: Sequence[str], unit_id: int | None, limit: int, before: EntryKey | None
) -> list[tuple[Any, ...]]:
    """Return entries of all holders on days, latest first, after the entry `before`."""
    return sql.fetch(
        sql.load(PACKAGE, "days_page"),
        {
            "first": days[0],
            "last": days[1],
            "kinds": list(kinds),
            "unit_id": unit_id,
            "limit": limit,
            "before_holder": before and before.holder_id,
            "before_unit": before and before.unit_id,
            "before_number": before and before.number,
        },
    )


def clawbacks(holder_id: UUID, unit_id: int, lot_numbers: Sequence[int]) -> list[tuple[Any, ...]]:
    """Return what refunds took back on account of lots of a holder."""
    return sql.fetch(
        "SELECT holder_id, reference, unit_id, lot_number, taken, owed, forgiven FROM points_clawback"
        " WHERE holder_id = %(holder_id)s AND unit_id = %(unit_id)s AND lot_number = ANY(%(numbers)b::integer[])"
        " ORDER BY reference, lot_number",
        {"holder_id": holder_id, "unit_id": unit_id, "numbers": list(lot_numbers)},
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


def totals(unit_id: int, holder_id: UUID | None) -> tuple[int, ...]:
    (row,) = sql.fetch(sql.load(PACKAGE, "totals"), {"unit_id": unit_id, "holder_id": holder_id})
    return row


def monthly(unit_id: int) -> list[tuple[int, ...]]:
    return sql.fetch(sql.load(PACKAGE, "monthly"), {"unit_id": unit_id})


def all_accounts(unit_id: int, holder_ids: Collection[UUID] | None) -> tuple[int, ...]:
    """Return available, entry count, lot count, pending, held and debt, summed over these holders, None for all."""
    sums = ", ".join(
        f"coalesce(sum({name}), 0)::bigint"
        for name in ("available", "entry_count", "lot_count", "pending", "held", "debt")
    )
    of_these = "" if holder_ids is None else " AND holder_id = ANY(%(ids)b::uuid[])"
    statement = f"SELECT {sums} FROM points_account WHERE unit_id = %(unit_id)s{of_these}"  # noqa: S608  # our own names
    (row,) = sql.fetch(statement, {"unit_id": unit_id} | ({} if holder_ids is None else {"ids": list(holder_ids)}))
    return row


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
    return sql.fetch(sql.load(PACKAGE, f"verify_{check}"), {"holder_ids": holder_ids} | _WAYS)
