"""`shuke program` and `shuke backtest`: program files checked, published, shown, and replayed over a history."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

from shuke.core.values.errors import Refusal
from shuke.surfaces.cli import times
from shuke.surfaces.cli.terminal import Exit, in_chinese, result, scaled, table, words

if TYPE_CHECKING:
    from shuke.core.program.model import Program
    from shuke.engine.backtest import BacktestResult
    from shuke.rooms.programs.contracts import Comparison, VersionView

T = TypeVar("T")


def validate(file: str, *, as_json: bool) -> int:
    """Check a file without a deployment."""

    def check() -> "Program":
        from shuke.engine.compile import compile_program
        from shuke.engine.schema import load_program

        return compile_program(load_program(read(file))).program

    program = judged(file, check, as_json=as_json)
    if program is None:
        return Exit.FAILED
    told = _worded(program)
    lines = [words(f"{file}: good", f"{file}：正确"), *told]
    result({"valid": True, "program": program.code, "errors": [], "warnings": told}, lines, as_json=as_json)
    return Exit.OK


def publish(file: str, *, effective_from: str | None, as_json: bool) -> int:
    """Publish a file as a version."""
    from shuke.surfaces.cli import session
    from shuke.surfaces.cli.people import actor

    text = read(file)
    with session.opened():
        from shuke.rooms.programs import facade

        def put() -> "VersionView":
            starts = times.instant(effective_from, _zone_of(text)) if effective_from else None
            return facade.publish(text, actor(), starts)

        version = judged(file, put, as_json=as_json)
        if version is None:
            return Exit.FAILED
        at = version.effective_from.isoformat()
        local = _locally(version.effective_from, version.text)
        line = words(
            f"{version.program}: version {version.number}, in force from {local}",
            f"{version.program}：第 {version.number} 版，自 {local} 起生效",
        )
        told = _warnings(version.text)
        data = {"program": version.program, "version": version.number, "effective_from": at, "shape": version.shape}
        result(data | {"warnings": told}, [line, *told], as_json=as_json)
    return Exit.OK


def _warnings(text: str) -> list[str]:
    """Return what of a good file deserves a second look."""
    from shuke.engine.schema import load_program

    return _worded(load_program(text))


def _worded(program: "Program") -> list[str]:
    from shuke.engine.cautions import cautions, sentences

    return sentences(cautions(program), words("en", "zh"))


def withdraw(number: int, *, as_json: bool) -> None:
    """Withdraw a planned version of the program.

    Raises: Refusal as `programs.facade.withdraw`.
    """
    from shuke.surfaces.cli import session
    from shuke.surfaces.cli.people import actor

    with session.opened():
        from shuke.rooms.programs import facade

        running = facade.current()
        version = facade.withdraw(running.program, number, actor())
        line = words(
            f"{version.program}: version {number} is withdrawn; version {running.number} is in force",
            f"{version.program}：第 {number} 版已撤回；生效中的是第 {running.number} 版",
        )
        data = {
            "program": version.program,
            "version": number,
            "effective_from": version.effective_from.isoformat(),
            "withdrawn_at": version.withdrawn_at.isoformat() if version.withdrawn_at else None,
            "in_force": running.number,
        }
        result(data, [line], as_json=as_json)


def _locally(at: datetime, text: str) -> str:
    """Return an instant in the time zone of a program file."""
    return at.astimezone(_zone_of(text)).isoformat(sep=" ", timespec="seconds")


def _zone_of(text: str) -> ZoneInfo:
    from shuke.engine.schema import load_program

    return ZoneInfo(load_program(text).time_zone)


def show(slug: str | None, *, source: bool, as_json: bool) -> None:
    """Print the file, or the generated source, of the version in force.

    Raises: Refusal `no_program`.
    """
    from shuke.surfaces.cli import session

    with session.opened():
        from shuke.rooms.programs import facade

        version = facade.current(slug)
        data = {
            "program": version.program,
            "version": version.number,
            "effective_from": version.effective_from.isoformat(),
            "published_at": version.published_at.isoformat(),
            "published_by": version.published_by,
            "text": version.text,
            "source": version.source,
        }
        result(data, [version.source if source else version.text], as_json=as_json)


def diff(file: str, *, effective_from: str | None, as_json: bool) -> int:
    """Print what publishing a program file would change: against the newest version, and for its members.

    Raises: Refusal `no_program`, `file_not_found`, `file_unreadable`, `version_planned`, `effective_too_late`.
    """
    from shuke.surfaces.cli import session

    text = read(file)
    with session.opened():
        from shuke.rooms.programs import facade

        def compare() -> "Comparison":
            starts = times.instant(effective_from, _zone_of(text)) if effective_from else None
            return facade.compare(text, starts)

        found = judged(file, compare, as_json=as_json)
        if found is None:
            return Exit.FAILED
        data = {
            "against": found.number,
            "effective_from": found.at.isoformat(),
            "differences": [asdict(each) for each in found.differences],
            "moves": [asdict(each) for each in found.moves],
            "reviews": [asdict(each) for each in found.reviews],
            "looked_at": found.looked_at,
            "members": found.members,
        }
        lines = [f"{each.path}: {each.before or '–'} → {each.after or '–'}" for each in found.differences]
        result(data, [*lines, *_of_members(found, _locally(found.at, text))], as_json=as_json)
        return Exit.OK


def _of_members(found: "Comparison", at: str) -> list[str]:
    """Return what publishing does to members' tiers, what reviews come to after it, and who was looked at."""
    lines = [words(f"In force from {at}:", f"自 {at} 起生效时：")]
    lines += [
        words(
            f"  {each.ladder}: {each.members:,} go from {each.before} to {each.after}",
            f"  {each.ladder}：{each.members:,} 人由 {each.before} 变为 {each.after}",
        )
        for each in found.moves
    ] or [words("  nobody's tier changes", "  没有会员的等级会变化")]
    if found.reviews:
        lines.append(
            words(
                "At the next review, or fact that moves up, as of that day:", "其后首次评定或升级（按当日情形试算）："
            )
        )
    lines += [
        words(
            f"  {each.ladder}: {each.members:,} who hold {each.held} come to {each.after}, not to {each.before}",
            f"  {each.ladder}：持有 {each.held} 的 {each.members:,} 人将为 {each.after}，而不是 {each.before}",
        )
        for each in found.reviews
    ]
    lines.append(
        words(
            f"Against version {found.number}; {found.looked_at:,} of {found.members:,} members looked at.",
            f"与第 {found.number} 版相比；查看了 {found.members:,} 名会员中的 {found.looked_at:,} 名。",
        )
    )
    return lines


def backtest(file: str, orders: str, *, timestamps_in: str | None, until: str | None, as_json: bool) -> int:
    """Replay a file of orders through a program file, and let time pass to the start of the day `until`."""
    from shuke.engine import zones
    from shuke.engine.backtest import backtest as replay
    from shuke.engine.compile import compile_program
    from shuke.engine.orders_file import read_orders
    from shuke.engine.schema import load_program

    compiled = judged(file, lambda: compile_program(load_program(read(file))), as_json=as_json)
    if compiled is None:
        return Exit.FAILED
    program = compiled.program
    history = read_orders(
        Path(orders),
        currency=program.currency,
        currency_digits=program.currency_digits,
        timestamps_in=timestamps_in,
    )
    zone = program.time_zone
    last = int(history.order_at.max()) if history.order_count else 0
    asked = times.day(until)
    end = (asked - date(1970, 1, 1)).days if asked else zones.local_day(last, zone) + 1
    data = _summary(replay(compiled, history, zones.day_start(end, zone)))
    result(data, _lines(data), as_json=as_json)
    return Exit.OK


def _summary(done: "BacktestResult") -> dict[str, Any]:
    import numpy as np

    from shuke.core.state.slots import EXPIRY

    program, history = done.compiled.program, done.history
    tiers = {}
    for number, ladder in enumerate(program.ladders):
        counts = np.bincount(done.tiers(number), minlength=len(ladder.levels)).tolist()
        names = [level.code if number == 0 else f"{ladder.code}.{level.code}" for level in ladder.levels]
        tiers |= dict(zip(names, counts, strict=True))
    units = {
        unit.code: {"issued": issued, "expired": expired, "outstanding": left, "scale": unit.scale}
        for unit, issued, expired, left in zip(
            program.units, done.issued, done.total_of(EXPIRY), done.outstanding, strict=True
        )
    }
    return {
        "program": program.code,
        "members": history.member_count,
        "orders": history.order_count,
        "lines": history.line_count,
        "net_minor": int(history.facts.net_minor[history.order_rows].sum()),
        "points": units,
        "members_by_tier": tiers,
        "engine": done.engine,
        "seconds": round(done.seconds, 3),
        "compile_seconds": round(done.compile_seconds, 3),
        "orders_per_second": round(history.order_count / done.seconds) if done.seconds else 0,
    }


def _lines(data: dict[str, Any]) -> list[str]:
    rows: list[tuple[str, object]] = [
        (words("members", "会员"), data["members"]),
        (words("orders", "订单"), data["orders"]),
        (words("lines", "订单行"), data["lines"]),
    ]
    for unit, sums in data["points"].items():
        rows += [
            (words(f"{unit} issued", f"{unit} 发放"), scaled(sums["issued"], sums["scale"])),
            (words(f"{unit} expired", f"{unit} 过期"), scaled(sums["expired"], sums["scale"])),
            (words(f"{unit} outstanding", f"{unit} 结余"), scaled(sums["outstanding"], sums["scale"])),
        ]
    rows += [(words(f"tier {code}", f"等级 {code}"), count) for code, count in data["members_by_tier"].items()]
    took = f"{data['seconds']} s, {data['engine']}, {data['orders_per_second']:,}/s"
    return [*table((data["program"], ""), rows), words(f"replayed in {took}", f"回放用时 {took}")]


def judged(file: str, work: Callable[[], T], *, as_json: bool) -> T | None:
    """Return what `work` makes of a program file, or print everything that is wrong with the file."""
    from shuke.engine.fault_words import CHINESE, sentence
    from shuke.engine.schema import ProgramErrors

    try:
        return work()
    except ProgramErrors as errors:
        refusals = errors.refusals
    except Refusal as refusal:
        if refusal.code not in CHINESE:  # nothing about the file
            raise
        refusals = (refusal,)  # what only compiling or publishing finds
    data = [
        {"code": each.code, "pointer": each.pointer, "detail": each.detail, "params": each.params} for each in refusals
    ]
    language = "zh" if in_chinese() else "en"
    lines = [f"{file}:{each.pointer or '1:1'}: {sentence(each, language)}" for each in refusals]
    result({"valid": False, "errors": data}, lines, as_json=as_json)
    return None


def read(file: str) -> str:
    """Return the text of a file.

    Raises: Refusal `file_not_found`, `file_unreadable`.
    """
    try:
        return Path(file).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise Refusal("file_not_found", f"There is no file {file}.", params={"path": file}) from error
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise Refusal("file_unreadable", f"{file} can't be read: {why}", params={"path": file}) from error
