"""What ten times the members and entries cost, and how fast a night passes over the larger number.

Two databases in one server, the larger a copy of the smaller with more copies of the same members in it, measured in
turn. `earn`: all that the verb sends for one order, by pgbench from 8 connections, members at random; `balance`: where
a member stands, as the API says it; `timeline`: a page of 20 entries. Then, in the larger: the nightly advance on three
nights that end points of a fortieth of the members each, and on one that reviews the tiers of a fortieth.
"""

import argparse
import statistics
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

from benchmarks.deployment import actor, copy_members, copy_of, enrol, ledger_violations, opened
from benchmarks.figures import machine, over, seconds, spread, write
from benchmarks.orders import order, record, script_of
from benchmarks.statements import pgbench

PROGRAM = """
shuke: 1
program: scale
currency: USD
time_zone: UTC
units:
  points: {expiry: {after: 12 months, end_of: month}}
tiers:
  ladder: main
  measure: SPEND('12 months')
  validity: 6 months
  levels:
    - {code: base, from: 0}
    - {code: silver, from: 500, multiplier: 1.25}
earn:
  - {code: spend, unit: points, points: order.net * tier.multiplier}
"""
GOALS = {"earn": 0.6, "balance": 1.5, "timeline": 1.5, "expiry_lots_per_second": 20_000}
TEMPLATES, SMALLER, LARGER, CLIENTS = 40, "shuke", "larger", 8
NOW = datetime(2018, 1, 1, tzinfo=UTC)
NIGHTS = [datetime(2018, month, 1, tzinfo=UTC) for month in (2, 3, 4)]
BEFORE_REVIEW, REVIEW = datetime(2018, 5, 9, tzinfo=UTC), datetime(2018, 5, 11, tzinfo=UTC)
_chance = Random(7)  # noqa: S311  # which members, the same in every run


def run(copies: int, factor: int, runs: int, duration: int, reads: int) -> dict[str, Any]:
    """Make both databases, measure in turn, and let the nights pass."""
    from shuke.foundation import clock
    from shuke.rooms.points import facade as points
    from shuke.rooms.programs import facade as programs

    clock.set_business_clock(datetime(2017, 1, 1, tzinfo=UTC))
    programs.publish(PROGRAM, actor())
    templates = enrol(TEMPLATES)
    clock.set_business_clock(NOW)
    for number, template in enumerate(templates):
        record(_year(number, template), history=True)
    made = seconds(lambda: copy_members(templates, copies))
    _copy_database()
    with_larger = {SMALLER: copies, LARGER: copies * factor}
    _switch(LARGER)
    made += seconds(lambda: copy_members(templates, copies * (factor - 1), first=copies + 1))
    text = script_of(record([order(templates[0], "captured")]), templates)
    found: dict[str, dict[str, list[float]]] = {
        name: {SMALLER: [], LARGER: []} for name in ("earn", "balance", "timeline")
    }
    for _ in range(runs):
        for database, number in with_larger.items():
            _switch(database)
            chosen = [copy_of(_chance.choice(templates), _chance.randint(1, number)) for _ in range(reads)]
            found["earn"][database].append(pgbench(text, CLIENTS, duration, number * TEMPLATES))
            found["balance"][database].append(_p50(programs.standing, chosen))
            found["timeline"][database].append(_p50(lambda member_id: points.entries_page(member_id, 20), chosen))
    _switch(SMALLER)
    violations = {SMALLER: ledger_violations()}
    _switch(LARGER)
    nights = [_night(night) for night in NIGHTS]
    _night(BEFORE_REVIEW)
    reviewed = _night(REVIEW)
    violations[LARGER] = ledger_violations()
    ratios = {name: over(of[LARGER], of[SMALLER]) for name, of in found.items()}
    expiry = spread([lots / took for lots, _, took in nights])
    return {
        "what": (__doc__ or "").splitlines()[0],
        "members": {database: number * TEMPLATES for database, number in with_larger.items()},
        "entries_a_member": 3,
        "made_in_seconds": round(made),
        "earned_per_second": {database: spread(rates) for database, rates in found["earn"].items()},
        "balance_milliseconds": {database: spread(times) for database, times in found["balance"].items()},
        "timeline_milliseconds": {database: spread(times) for database, times in found["timeline"].items()},
        "ratios": ratios,
        "expired_lots": [lots for lots, _, _ in nights],
        "expiry_lots_per_second": expiry,
        "tiers_reviewed": reviewed[1],
        "tiers_reviewed_per_second": round(reviewed[1] / reviewed[2]),
        "goals": GOALS,
        "reached": {
            "earn": ratios["earn"]["median"] >= GOALS["earn"],
            "balance": ratios["balance"]["median"] <= GOALS["balance"],
            "timeline": ratios["timeline"]["median"] <= GOALS["timeline"],
            "expiry_lots_per_second": expiry["median"] >= GOALS["expiry_lots_per_second"],
        },
        "ledger_violations": violations,
        "machine": machine("django", "psycopg"),
    }


def _year(number: int, member_id: UUID) -> list[Any]:
    """Return three orders of 2017; of the templates one each has an order in January to April, and one gets silver."""
    spent = 60_000 if number == TEMPLATES - 1 else 10_000
    days = [(min(1 + number, 10), 15, 2_000), (11, 10, spent), (12, 10, 3_000)]
    return [
        order(member_id, f"{number}-{month}", net_minor, at=datetime(2017, month, day, 12, tzinfo=UTC))
        for month, day, net_minor in days
    ]


def _copy_database() -> None:
    """Make the larger database, as yet a copy of the open one."""
    import psycopg
    from django.db import connection

    own = connection.settings_dict
    connection.close()
    with psycopg.connect(host=own["HOST"], user=own["USER"], dbname="postgres", autocommit=True) as other:
        other.execute(f"CREATE DATABASE {LARGER} TEMPLATE {SMALLER} STRATEGY file_copy")


def _switch(database: str) -> None:
    from django.db import connection

    connection.close()
    connection.settings_dict["NAME"] = database


def _p50(read: Callable[[UUID], object], member_ids: Sequence[UUID]) -> float:
    """Return how many milliseconds half of the reads take at most."""
    return statistics.median(seconds(partial(read, member_id)) for member_id in member_ids) * 1_000


def _night(at: datetime) -> tuple[int, int, float]:
    """Let the night before an instant pass; return lots that expired, tiers that changed or were kept, and seconds."""
    from shuke.foundation import clock
    from shuke.rooms.programs import facade as programs

    clock.set_business_clock(at)
    advanced: list[Any] = []
    took = seconds(lambda: advanced.append(programs.advance_due()))
    return advanced[0].entries, advanced[0].members, took


def main() -> None:
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--copies", type=int, default=500, help=f"of {TEMPLATES} members, in the smaller database")
    told.add_argument("--factor", type=int, default=10, help="how many times as many are in the larger")
    told.add_argument("--runs", type=int, default=5)
    told.add_argument("--seconds", type=int, default=3, help="of each run of pgbench")
    told.add_argument("--reads", type=int, default=200, help="of each kind, a run")
    told.add_argument("--name", default="scale", help="of the file of figures")
    sizes = told.parse_args()
    with opened("sandbox"):
        write(sizes.name, run(sizes.copies, sizes.factor, sizes.runs, sizes.seconds, sizes.reads))


if __name__ == "__main__":
    main()
