"""A night over thousands of members in columns: read by one statement a table, advanced by the compiled machine,
written by one statement a table. Whoever needs more than the ends of lots written is left to the desk.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import numpy as np

from shuke.core.state import slots
from shuke.core.state.slots import COUNT_EARNED, COUNT_EVENTS, COUNT_SPEND, LADDER, LADDER_ROW, LADDERS_MAX
from shuke.core.values.dates import NEVER
from shuke.engine import needs
from shuke.engine import nights as engine
from shuke.engine.arrays import Arrays
from shuke.engine.nights import Night
from shuke.engine.zones import day_start, local_day
from shuke.foundation.columns import Column, Columns, column_of_ids, ids_of
from shuke.rooms.members import facade as members
from shuke.rooms.orders import facade as orders
from shuke.rooms.points import facade as points
from shuke.rooms.programs import queries
from shuke.rooms.programs.contracts import Advanced
from shuke.rooms.programs.services.memory import slots_of
from shuke.rooms.programs.services.timeline import Running, Timeline
from shuke.rooms.tiers import facade as tiers

Rows = tuple[Column, Column]  # which member each row is of, the rows

_LADDERS = slice(LADDER, LADDER + LADDERS_MAX * LADDER_ROW)


def prepare(running: Running) -> None:
    """Have the compiled machine of a version at hand."""
    engine.prepare(running.desk.compiled)


def pass_over(
    plan: Timeline, member_ids: Sequence[UUID], until: datetime, recorded_at: datetime
) -> tuple[Advanced, list[UUID]]:
    """Advance locked members to whom time owes something; return what came of it, and whom it left as they were.

    Left are members under another version than that of `until`, with points pending or set aside, or to whom more
    happens than that lots end.
    """
    running, seconds = plan.at(int(until.timestamp())), int(until.timestamp())
    ids, states = _standing(plan.program_id, running, column_of_ids(member_ids), until)
    if len(ids) == 0:
        return Advanced(0, 0, {}, 0), list(member_ids)
    before = states.copy()
    lots, days = _lots(running, ids), _days(running, ids, states[:, slots.DAY], seconds)
    night = engine.pass_night(running.desk.compiled, states, lots, days, seconds)
    told = night.whole & (states[:, _LADDERS] == before[:, _LADDERS]).all(axis=1)
    told[night.of[night.entries[:, slots.E_KIND] != slots.EXPIRY]] = False
    ended = _ended(running, ids, before, night, told)
    if len(ended["points"]):
        points.expire(ended, recorded_at)
    if told.any():
        queries.advance_memberships(
            plan.program_id, datetime.fromtimestamp(seconds, UTC), _told(running, ids, night, told)
        )
    expired: Counter[str] = Counter()
    for unit, code in enumerate(running.unit_codes):
        expired[code] = int(ended["points"][ended["unit_id"] == running.unit_ids[unit]].sum())
    done = set(ids_of(ids[told]))
    return Advanced(len(done), len(ended["points"]), expired, 0), [id for id in member_ids if id not in done]


def _standing(program_id: int, running: Running, asked: Column, until: datetime) -> tuple[Column, Column]:
    """Return the members who can be advanced in columns, and a row of state of each."""
    found = queries.memberships_in_columns(program_id, running.id, asked, until)
    ids, compiled = found["member_id"], running.desk.compiled
    fresh = Arrays(compiled, list(compiled.numbers), running.desk.fresh(0), 0).m
    states = np.tile(np.array(fresh, np.int64), (len(ids), 1))
    if len(ids) == 0:
        return ids, states
    states[:, slots.AT] = states[:, slots.STAMP_AT] = found["standing_at"]
    states[:, slots.DAY] = states[:, slots.STAMP_DAY] = _local_days(running, found["standing_at"])
    states[:, slots.JOINED] = _local_days(running, found["joined_at"])
    states[:, slots.ORDERS] = found["orders"]
    states[:, slots_of(compiled)] = found["memory"]
    _fill_person(running, ids, states)
    _fill_accounts(running, ids, states)
    _fill_tiers(program_id, running, ids, states)
    simple = ~states[:, slots.PENDING : slots.DEBT].any(axis=1)
    return ids[simple], states[simple]


def _fill_person(running: Running, ids: Column, states: Column) -> None:
    people = members.facts_in_columns(ids, running.program.tags)
    of = np.searchsorted(ids, people["id"])
    for slot, name in ((slots.BIRTH, "birth_md"), (slots.LUNAR, "lunar_md"), (slots.TAGS, "tags")):
        states[of, slot] = people[name]


def _fill_accounts(running: Running, ids: Column, states: Column) -> None:
    accounts = points.balances_in_columns(ids)
    unit, known = _units(running, accounts["unit_id"])
    of = np.searchsorted(ids, accounts["holder_id"])[known]
    kept = ((slots.AVAILABLE, "available"), (slots.PENDING, "pending"), (slots.HELD, "held"), (slots.DEBT, "debt"))
    for base, name in kept:
        states[of, base + unit] = accounts[name][known]
    states[of, slots.NEXT_LOT + unit] = accounts["lot_count"][known] + 1


def _fill_tiers(program_id: int, running: Running, ids: Column, states: Column) -> None:
    ladders = running.program.ladders
    levels = [
        (ladder.code, place, level.code, rank)
        for place, ladder in enumerate(ladders)
        for rank, level in enumerate(ladder.levels)
    ]
    if not levels:
        return
    held = tiers.load_in_columns(ids, program_id, levels)
    of, row = np.searchsorted(ids, held["member_id"]), LADDER + held["place"] * LADDER_ROW
    for slot, name in (
        *((slots.T_RANK, "rank"), (slots.T_UNTIL, "until_day"), (slots.T_GRACE, "grace"), (slots.T_FLOOR, "floor")),
        (slots.T_FLOOR_UNTIL, "floor_until_day"),
    ):
        states[of, row + slot] = held[name]


def _lots(running: Running, ids: Column) -> Rows:
    lots = points.open_lots_in_columns(ids)
    unit, known = _units(running, lots["unit_id"])
    of = np.searchsorted(ids, lots["holder_id"])[known]
    number, left, ends, gift = (lots[name][known] for name in ("number", "remaining", "expires_day", "gift"))
    order = np.lexsort((number, unit, ends, of))
    return of[order], np.stack([number, unit, left, ends, gift], axis=1)[order]


def _days(running: Running, ids: Column, standing: Column, until: int) -> Rows:
    """Return the days with something counted that the windows need on their way, with every counter."""
    compiled = running.desk.compiled
    day = local_day(until, running.program.time_zone)
    stood, which = np.unique(standing, return_inverse=True)
    first = [needs.days_from(compiled, compiled.numbers, int(one), day, NEVER) for one in stood]
    asked = np.array([NEVER if one is None else one for one in first])[which]
    wanted = asked < NEVER
    spans = {
        "member_id": ids[wanted],
        "first_day": asked[wanted].astype(np.int32),
        "last_day": standing[wanted].astype(np.int32),
    }
    parts = [_counted(running, counter, spans) for counter in range(len(compiled.counters))] if wanted.any() else []
    keys = [np.searchsorted(ids, member_ids) * NEVER + days for member_ids, days, _ in parts]
    rows, place = np.unique(np.concatenate([np.zeros(0, np.int64), *keys]), return_inverse=True)
    table = np.zeros((len(rows), 1 + len(compiled.counters)), np.int64)
    table[:, 0] = rows % NEVER
    begin = 0
    for counter, (_, days, amounts) in enumerate(parts, 1):
        np.add.at(table, (place[begin : begin + len(days)], counter), amounts)
        begin += len(days)
    return rows // NEVER, table


def _counted(running: Running, counter: int, spans: Columns) -> tuple[Column, Column, Column]:
    """Return (member, day, amount) of one counter."""
    kind, of = running.desk.compiled.counters[counter]
    if kind == COUNT_EARNED:
        units = np.full(len(spans["member_id"]), running.unit_ids[of], np.int16)
        earned = points.earned_days_in_columns(
            {
                "holder_id": spans["member_id"],
                "unit_id": units,
                "first_day": spans["first_day"],
                "last_day": spans["last_day"],
            }
        )
        return earned["holder_id"], earned["day"], earned["points"]
    if kind == COUNT_EVENTS:
        events = orders.event_days_in_columns(spans, running.kinds[of - 1])
        return events["member_id"], events["day"], events["events"]
    bought = orders.days_in_columns(spans)
    return bought["member_id"], bought["day"], bought["spend_minor" if kind == COUNT_SPEND else "orders"]


def _ended(running: Running, ids: Column, before: Column, night: Night, told: Column) -> Columns:
    """Return the ends of lots as the ledger takes them, of the members of whom everything is told."""
    mine = told[night.of]
    of, entries = night.of[mine], night.entries[mine]
    unit, day = entries[:, slots.E_UNIT], entries[:, slots.E_DAY]
    return {
        "holder_id": ids[of],
        "unit_id": np.array(running.unit_ids, np.int16)[unit],
        "lot_number": entries[:, slots.E_LOT].astype(np.int32),
        "points": entries[:, slots.E_AMOUNT],
        "day": day.astype(np.int32),
        "occurred_at": _starts(running, day),
        "available": before[of, slots.AVAILABLE + unit],
    }


def _told(running: Running, ids: Column, night: Night, told: Column) -> Columns:
    """Return where members stand after the night, as stored."""
    memory = night.states[told][:, slots_of(running.desk.compiled)]
    count, width = memory.shape
    ends = np.arange(1, count + 1, dtype=np.int32) * np.int32(width)
    return {
        "member_id": ids[told],
        "due_at": _starts(running, night.dues[told]),
        "memory": memory.reshape(-1),
        "begins": ends - np.int32(width - 1),
        "ends": ends,
    }


def _units(running: Running, unit_ids: Column) -> tuple[Column, Column]:
    """Return where units of the ledger stand in the program, of the known ones, and which those are."""
    places = np.full(max(int(unit_ids.max(initial=0)), *running.unit_ids) + 1, -1)
    places[list(running.unit_ids)] = np.arange(len(running.unit_ids))
    unit = places[unit_ids]
    known = unit >= 0
    return unit[known], known


def _local_days(running: Running, at: Column) -> Column:
    """Return the local days of UTC seconds."""
    seconds, which = np.unique(at, return_inverse=True)
    return np.array([local_day(int(one), running.program.time_zone) for one in seconds])[which]


def _starts(running: Running, days: Column) -> Column:
    """Return the UTC seconds at which local days begin; NEVER for NEVER."""
    some, which = np.unique(days, return_inverse=True)
    zone = running.program.time_zone
    return np.array([NEVER if one >= NEVER else day_start(int(one), zone) for one in some], np.int64)[which]
