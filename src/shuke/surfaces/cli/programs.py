"""`shuke program` and `shuke backtest`: program files checked, published, shown, and replayed over a history."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from shuke.core.values.errors import Refusal
from shuke.surfaces.cli import times
from shuke.surfaces.cli.terminal import Exit, in_chinese, result, words

if TYPE_CHECKING:
    from shuke.core.program.model import Program
    from shuke.rooms.programs.contracts import VersionView

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
            starts = times.instant(effective_from, zone_of(text)) if effective_from else None
            return facade.publish(text, actor(), starts)

        version = judged(file, put, as_json=as_json)
        if version is None:
            return Exit.FAILED
        at = version.effective_from.isoformat()
        local = locally(version.effective_from, version.text)
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


def locally(at: datetime, text: str) -> str:
    """Return an instant in the time zone of a program file."""
    return at.astimezone(zone_of(text)).isoformat(sep=" ", timespec="seconds")


def zone_of(text: str) -> ZoneInfo:
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
