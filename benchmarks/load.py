"""Loading by batches of 1,000 through the one write path, against COPY of the very rows plus one aggregated UPDATE.

Both sides in turn in one database, batch by batch: the product records 1,000 facts of the demo's year (with their
order lines); then the rows that this wrote, read back as bytes, are copied into tables with the same columns and
primary keys but no other index, foreign key or trigger, and the accounts are moved by one UPDATE. Each side commits
each batch. Building the facts and reading the bytes back is not timed.
"""

import gc
from time import perf_counter
from typing import Any

from benchmarks.deployment import opened
from benchmarks.figures import machine, spread, write

WARM_UP, BATCHES, SIZE = 5, 60, 1_000
GOAL = 0.18

# What a batch writes: the table, its primary key, and which of its rows belong to the facts' references.
WRITTEN = {
    "business_key": ("source, kind, external_id", "reference = ANY(%s)"),
    "orders_order": ("id", "id = ANY(%s)"),
    "orders_line": ("order_id, line_number", "order_id = ANY(%s)"),
    "programs_decision": ("member_id, fact_id", "fact_id = ANY(%s)"),
    "points_lot": (
        "holder_id, unit_id, number",
        (
            "(holder_id, unit_id, number) IN (SELECT holder_id, unit_id, lot_number FROM points_entry"
            " WHERE reference = ANY(%s) AND kind = 'accrual')"
        ),
    ),
    "points_entry": ("holder_id, unit_id, number", "reference = ANY(%s)"),
}


def run() -> dict[str, Any]:
    """Record and copy the batches in turn; return the figures."""
    from shuke.engine.compile import compile_program
    from shuke.engine.schema import load_program
    from shuke.foundation import clock
    from shuke.rooms.org.contracts import Actor, ActorKind
    from shuke.rooms.points import facade as points
    from shuke.rooms.programs import facade as programs
    from shuke.surfaces.cli import demo
    from shuke.surfaces.cli.journey.loading import enrol_households
    from shuke.surfaces.cli.journey.source import read_journey
    from shuke.surfaces.cli.journey.year import plan_year

    actor = Actor(ActorKind.SYSTEM, "bench", "bench")
    clock.set_business_clock(demo.OPENED)
    version = programs.publish(demo.PROGRAM.read_text(encoding="utf-8"), actor)
    journey = read_journey()
    year = plan_year(journey, compile_program(load_program(version.text)), int(demo.OPENED.timestamp()))
    enrol_households(journey, actor)
    _make_bare_tables()
    gc.freeze()  # as the loader of the demo does
    recorded, copied, rows = [], [], 0
    for batch in range(WARM_UP + BATCHES):
        facts = list(year.facts(batch * SIZE, (batch + 1) * SIZE))
        started = perf_counter()
        results = programs.record(facts, actor, history=True)
        recorded.append(perf_counter() - started)
        references = [result.reference for result in results if result.reference]
        data = {table: _read_back(table, references) for table in WRITTEN}
        moved = _sums(references)
        started = perf_counter()
        rows += _copy(data, moved)
        copied.append(perf_counter() - started)
    gc.unfreeze()
    violations = points.verify().violations
    ratios = [theirs / ours for ours, theirs in zip(recorded[WARM_UP:], copied[WARM_UP:], strict=True)]
    return {
        "what": __doc__.splitlines()[0] if __doc__ else "",
        "batches": BATCHES,
        "facts_in_a_batch": SIZE,
        "rows_a_fact": round(rows / (SIZE * (WARM_UP + BATCHES)), 1),
        "recorded_facts_per_second": spread([SIZE / seconds for seconds in recorded[WARM_UP:]]),
        "copied_facts_per_second": spread([SIZE / seconds for seconds in copied[WARM_UP:]]),
        "ratio": spread(ratios),
        "goal": GOAL,
        "reached": spread(ratios)["median"] >= GOAL,
        "ledger_violations": len(violations),
        "machine": machine("django", "psycopg"),
    }


def _make_bare_tables() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA bare")
        for table, (key, _) in WRITTEN.items():
            cursor.execute(f"CREATE TABLE bare.{table} (LIKE {table}, PRIMARY KEY ({key}))")
        cursor.execute("CREATE TABLE bare.points_account (LIKE points_account, PRIMARY KEY (holder_id, unit_id))")
        cursor.execute(
            "INSERT INTO bare.points_account SELECT holder.id, unit.id, 0, 0, 0, 0, 0, 0"
            " FROM points_holder AS holder CROSS JOIN points_unit AS unit"
        )


def _read_back(table: str, references: list[Any]) -> bytes:
    """Return the rows that facts wrote to a table, in COPY's binary form."""
    from django.db import connection
    from psycopg import ClientCursor

    with ClientCursor(connection.connection) as cursor:
        chosen = cursor.mogrify(f"SELECT * FROM {table} WHERE {WRITTEN[table][1]}", [references])  # noqa: S608
        with cursor.copy(f"COPY ({chosen}) TO STDOUT (FORMAT binary)") as out:
            return b"".join(out)


def _sums(references: list[Any]) -> list[list[Any]]:
    """Return what facts did to the accounts, as columns."""
    from django.db import connection

    with connection.connection.cursor() as cursor:
        cursor.execute(
            "SELECT holder_id, unit_id, sum(amount)::bigint, count(*), count(*) FILTER (WHERE kind = 'accrual')"
            " FROM points_entry WHERE reference = ANY(%s) GROUP BY holder_id, unit_id",
            [references],
        )
        return [list(column) for column in zip(*cursor.fetchall(), strict=True)]


def _copy(data: dict[str, bytes], moved: list[list[Any]]) -> int:
    """Copy the rows and move the accounts in one transaction; return how many rows."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.connection.cursor() as cursor:
        rows = 0
        for table, content in data.items():
            with cursor.copy(f"COPY bare.{table} FROM STDIN (FORMAT binary)") as into:
                into.write(content)
            rows += cursor.rowcount
        cursor.execute(
            "UPDATE bare.points_account AS account SET available = available + moved.points,"
            " entry_count = entry_count + moved.entries, lot_count = lot_count + moved.lots"
            " FROM unnest(%b::uuid[], %b::smallint[], %b::bigint[], %b::int[], %b::int[])"
            " AS moved (holder_id, unit_id, points, entries, lots)"
            " WHERE account.holder_id = moved.holder_id AND account.unit_id = moved.unit_id",
            moved,
        )
    return rows


def main() -> None:
    with opened("sandbox"):
        write("load", run())


if __name__ == "__main__":
    main()
