"""`shuke backtest`: a program over files of orders, with nothing kept, or over a history, with its result kept."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shuke.core.values.errors import Refusal
from shuke.surfaces.cli import programs, times
from shuke.surfaces.cli.study_lines import study_lines
from shuke.surfaces.cli.terminal import Exit, progress, result, words

if TYPE_CHECKING:
    from shuke.engine.compile import Compiled
    from shuke.engine.histories.building import Report
    from shuke.engine.orders_file import Orders

_EPOCH = date(1970, 1, 1)
_NOTES: Mapping[str, tuple[str, str]] = {
    "measured_rows": ("quantities that are no whole number, each one piece", "数量不是整数、算一件的行"),
    "skipped_times": (
        "times that clocks skipped, read with the offset before",
        "拨快时钟而不存在、按变更前时差读取的时间",
    ),
    "repeated_times": ("times that came twice, read as the first", "拨慢时钟而出现两次、取第一次的时间"),
    "repeated_lines": ("lines that say the same as another of their order", "与同一订单另一行相同的行"),
    "repeated_refunds": (
        "orders that say the same refunded amount in each of several rows, of which the sum came back",
        "各行已退金额相同、按各行之和退款的订单",
    ),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a backtest, as it was typed; `until` is the first day that counts no more."""

    since: str | None
    until: str | None
    policy: tuple[str, ...]
    uplift: tuple[str, ...]
    elasticity: str | None
    margin: str | None
    against: str | None

    def settings(self) -> dict[str, Any]:
        """Return the settings of a run.

        Raises: Refusal `date_invalid`, `mapping_invalid`, `policy_twice`.
        """
        since, until = times.day(self.since), times.day(self.until)
        return {
            "since": since.isoformat() if since else None,
            "until": (until - timedelta(days=1)).isoformat() if until else None,
            "policy": self._policy(),
            "assumptions": self._assumptions(),
        }

    def _policy(self) -> dict[str, Any]:
        said: dict[str, dict[str, Any]] = {}
        for each in self.policy:
            segment, _equals, told = each.rpartition("=")
            kind, _colon, number = told.partition(":")
            if segment in said:
                raise Refusal("policy_twice", f"{each} is a second policy for the same members.", params={"text": each})
            said[segment] = {"kind": kind} | ({"at" if kind == "greedy" else "share": number} if number else {})
        rest = said.pop("", {"kind": "observed"})
        return rest | ({"by_segment": said} if said else {})

    def _assumptions(self) -> dict[str, Any]:
        pairs = [each.rpartition("=") for each in self.uplift]
        for each, (tier, _equals, number) in zip(self.uplift, pairs, strict=True):
            if not (tier and number):
                raise Refusal("mapping_invalid", f"{each} is not TIER=PERCENT.", params={"text": each})
        said: dict[str, Any] = {"uplift": {tier: f"{number.rstrip('%')}%" for tier, _equals, number in pairs}}
        return said | {
            name: value
            for name, value in (("elasticity", self.elasticity), ("margin", self.margin))
            if value is not None
        }


@dataclass(frozen=True, slots=True)
class Files:
    """Files of orders and how they are read: the zone of their times, the statuses that count as sales."""

    paths: tuple[str, ...]
    timestamps_in: str | None
    statuses: tuple[str, ...] | None


def run(file: str, orders: Files | None, history: str | None, asked: Asked, *, as_json: bool) -> int:
    """Run a backtest over files of orders or over a history that was read.

    Raises: Refusal `orders_or_history`, and what reading, asking and the programs refuse.
    """
    if bool(orders) == (history is not None):
        raise Refusal("orders_or_history", "Say either --orders FILE or --history HISTORY.")
    if history is not None:
        from shuke.surfaces.cli import runs

        return runs.backtest(file, history, asked.against, asked.settings(), as_json=as_json)
    assert orders is not None
    return _of_files(file, orders, asked, as_json=as_json)


def _of_files(file: str, orders: Files, asked: Asked, *, as_json: bool) -> int:
    from shuke.engine.orders_file import orders_of

    settings = asked.settings()
    compiled = _compiled(file, as_json=as_json)
    other = _compiled(asked.against, as_json=as_json) if asked.against else None
    if compiled is None or (asked.against and other is None):
        return Exit.FAILED
    paths, program = [Path(each) for each in orders.paths], compiled.program
    with orders_of(paths, program, timestamps_in=orders.timestamps_in, statuses=orders.statuses) as found:
        data = _studied(compiled, other, found, settings)
        report = found.report
    data |= {"no_sale": report.no_sale if report.no_sale_rows else {}, "notes": report.notes}
    result(data, [*_told(report), *study_lines(data["study"])], as_json=as_json)
    return Exit.OK


def _told(report: "Report") -> Iterator[str]:
    """Say what the status of orders left out, and what of the rest was used as it is."""
    rows, orders = report.no_sale_rows, report.no_sale_orders
    if rows:
        yield words(
            f"left out by their status, as no sale: rows {rows:,}, orders {orders:,}",
            f"因订单状态未计入：{rows:,} 行，{orders:,} 单",
        )
    for code, count in report.notes.items():
        yield words(f"{_NOTES[code][0]}: {count:,}", f"{_NOTES[code][1]}：{count:,}")


def _compiled(file: str, *, as_json: bool) -> "Compiled | None":
    from shuke.engine.compile import compile_program
    from shuke.engine.schema import load_program

    return programs.judged(file, lambda: compile_program(load_program(programs.read(file))), as_json=as_json)


def _studied(
    compiled: "Compiled", other: "Compiled | None", orders: "Orders", settings: dict[str, Any]
) -> dict[str, Any]:
    """Return the study of a program over orders, under the sums that are looked for most."""
    from shuke.engine import zones
    from shuke.engine.study import study
    from shuke.engine.study_settings import assumptions_of, check_segments, policy_of

    program, zone = compiled.program, compiled.program.time_zone
    check_segments(settings["policy"], ())  # a file of orders says nothing of groups
    until = date.fromisoformat(settings["until"]) if settings["until"] else None
    end = (until - _EPOCH).days if until else zones.local_day(orders.last_at, zone)
    since = date.fromisoformat(settings["since"]) if settings["since"] else None
    with progress(None, "replayed", "已回放"):
        found = study(
            compiled,
            orders,
            zones.day_start(end + 1, zone) - (0 if until else 1),
            policy=policy_of(settings["policy"], program),
            assumptions=assumptions_of(settings["assumptions"], program),
            other=other,
            since_at=zones.day_start((since - _EPOCH).days, zone) if since else None,
        ).as_json()
    ends = [ladder["population"][-1]["members"] for ladder in found["ladders"] if ladder["population"]]
    codes = [ladder["code"] for ladder in found["ladders"]]
    tiers = {
        tier if number == 0 else f"{codes[number]}.{tier}": members
        for number, counts in enumerate(ends)
        for tier, members in counts.items()
    }
    return {
        "program": program.code,
        "members": found["members"],
        "orders": found["orders"],
        "lines": orders.lines,
        "net_minor": found["net_minor"],
        "points": {
            unit["code"]: {
                "issued": unit["issued"],
                "expired": unit["expired"],
                "outstanding": unit["outstanding"] - unit["debt"],
                "scale": unit["scale"],
            }
            for unit in found["units"]
        },
        "members_by_tier": tiers,
        "engine": found["engine"],
        "seconds": found["seconds"],
        "compile_seconds": found["compile_seconds"],
        "orders_per_second": round(found["orders"] / found["seconds"]) if found["seconds"] else 0,
        "study": found,
    }
