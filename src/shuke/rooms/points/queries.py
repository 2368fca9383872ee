"""The statements of the points room, one function each. They decide nothing and open no transaction."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from shuke.foundation import sql
from shuke.rooms.points.contracts import NewUnit
from shuke.rooms.points.posting import Plan

PACKAGE = "shuke.rooms.points"


def insert_units(units: Sequence[NewUnit]) -> None:
    with sql.cursor() as cursor:
        cursor.execute(
            "INSERT INTO points_unit (code, scale) SELECT * FROM unnest(%(code)b::text[], %(scale)b::smallint[]) "
            "ON CONFLICT (code) DO NOTHING",
            {"code": [unit.code for unit in units], "scale": [unit.scale for unit in units]},
        )


def units() -> list[tuple[int, str, int]]:
    with sql.cursor() as cursor:
        cursor.execute("SELECT id, code, scale FROM points_unit ORDER BY id")
        return cursor.fetchall()


def open_holders(holder_ids: Sequence[UUID]) -> None:
    with sql.cursor() as cursor:
        cursor.execute(
            "INSERT INTO points_holder (id, transaction_count) SELECT id, 0 FROM unnest(%(ids)b::uuid[]) AS new (id) "
            "ORDER BY id ON CONFLICT (id) DO NOTHING",
            {"ids": list(holder_ids)},
        )


def lock_holders(holder_ids: Sequence[UUID]) -> set[UUID]:
    """Lock the holders' rows in id order and return those that exist."""
    with sql.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM points_holder WHERE id = ANY(%(ids)b::uuid[]) ORDER BY id FOR NO KEY UPDATE",
            {"ids": list(holder_ids)},
        )
        return {id for (id,) in cursor.fetchall()}


def accounts(holder_ids: Sequence[UUID]) -> list[tuple[UUID, int, int, int, int]]:
    with sql.cursor() as cursor:
        cursor.execute(
            "SELECT holder_id, unit_id, available, entry_count, lot_count FROM points_account "
            "WHERE holder_id = ANY(%(ids)b::uuid[])",
            {"ids": list(holder_ids)},
        )
        return cursor.fetchall()


def open_lots(holder_ids: Sequence[UUID]) -> list[tuple[UUID, int, int, int, int | None]]:
    """Return (holder, unit, number, remaining, expires_day) of what is left, soonest end first."""
    with sql.cursor() as cursor:
        cursor.execute(
            "SELECT holder_id, unit_id, number, remaining, expires_day FROM points_lot "
            "WHERE holder_id = ANY(%(ids)b::uuid[]) AND remaining > 0 "
            "ORDER BY expires_day NULLS LAST, unit_id, number",
            {"ids": list(holder_ids)},
        )
        return cursor.fetchall()


def take_transaction_numbers(counts: Mapping[UUID, int]) -> dict[UUID, int]:
    """Count the holders' transactions on and return, by holder, the last number given out before."""
    with sql.cursor() as cursor:
        cursor.execute(
            "UPDATE points_holder AS holder SET transaction_count = transaction_count + taken.count "
            "FROM unnest(%(ids)b::uuid[], %(counts)b::int[]) AS taken (id, count) WHERE holder.id = taken.id "
            "RETURNING holder.id, transaction_count - taken.count",
            {"ids": list(counts), "counts": list(counts.values())},
        )
        return dict(cursor.fetchall())


def move_accounts(plan: Plan) -> int:
    """Move accounts on and return how many stood where they were expected."""
    rows = [
        (*key, before.available, before.entry_count, after.available, after.entry_count, after.lot_count)
        for (key, before), after in zip(plan.before.items(), plan.after.values(), strict=True)
    ]
    names = "holder_id unit_id expected_available expected_entry_count available entry_count lot_count"
    with sql.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "post_accounts"), _columns(names, rows))
        return cursor.fetchone()[0]


def open_new_lots(plan: Plan) -> None:
    names = "holder_id unit_id number earned remaining earned_at expires_at expires_day"
    with sql.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "post_lots"), _columns(names, plan.lots.values()))


def draw_lots(plan: Plan) -> int:
    """Take points out of lots that were open before and return how many there were."""
    rows = [(*lot, points) for lot, points in plan.drawn.items()]
    with sql.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "post_draws"), _columns("holder_id unit_id number points", rows))
        return cursor.rowcount


def append_entries(plan: Plan, recorded_at: datetime) -> None:
    names = (
        "holder_id unit_id number transaction_number lot_number day amount balance_after "
        "occurred_at reference kind counter_account"
    )
    with sql.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "post_entries"), _columns(names, plan.entries) | {"recorded_at": recorded_at})


def _columns(names: str, rows: Iterable[Sequence[Any]]) -> dict[str, Any]:
    """Turn rows into named arrays, which the statements unnest again."""
    return {name: list(column) for name, column in zip(names.split(), zip(*rows, strict=True), strict=True)}
