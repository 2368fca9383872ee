"""`shuke program diff`: what one program says otherwise than another, and what that does to the members there are."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from shuke.core.values.errors import Refusal
from shuke.surfaces.cli import session, terminal, times
from shuke.surfaces.cli.programs import judged, locally, read, zone_of
from shuke.surfaces.cli.terminal import Exit, in_chinese, result, words

if TYPE_CHECKING:
    from shuke.core.program.meaning import Change
    from shuke.rooms.programs.contracts import Comparison


def diff(first: str, second: str | None, *, effective_from: str | None, as_json: bool) -> int:
    """Print what `second` says otherwise than `first`, or `first` otherwise than the newest version.

    Each is a file or the number of a version; two files are compared without a deployment, too.

    Raises: Refusal `no_deployment`, `no_program`, `version_not_found`, `file_not_found`, `file_unreadable`; with one
        file what `programs.facade.compare` refuses.
    """
    with _deployment(needed=second is None or first.isdecimal() or second.isdecimal()) as there:
        old, new = (None, text_of(first)) if second is None else (text_of(first), text_of(second))
        found = judged(second or first, lambda: _meaning(old, new), as_json=as_json)
        if found is None:
            return Exit.FAILED
        data: dict[str, Any] = {"meaning": [asdict(each) for each in found]}
        lines = _sentences(found)
        if there:
            compared = _compared(new, old, effective_from)
            if isinstance(compared, Refusal):
                if old is None:
                    raise compared
                lines.append(terminal.explain(compared))
            else:
                data |= _data(compared)
                lines += _of_members(compared, locally(compared.at, new))
        else:
            lines.append(words("No deployment here: nothing is said of members.", "此处没有部署：不涉及会员影响。"))
        result(data, lines, as_json=as_json)
    return Exit.OK


@contextmanager
def _deployment(*, needed: bool) -> Iterator[bool]:
    """Open the deployment, where there is one or it is needed."""
    from shuke.foundation import home as homes

    if not needed and homes.current().kind is None:
        yield False
        return
    with session.opened():
        from shuke.rooms.programs import facade

        yield needed or bool(facade.programs())


def text_of(name: str) -> str:
    """Return the text of a file or of a version."""
    if not name.isdecimal():
        return read(name)
    from shuke.rooms.programs import facade

    versions = facade.versions(facade.current().program)
    found = next((each for each in versions if each.number == int(name)), None)
    if found is None:
        raise Refusal("version_not_found", "There is no such version.", params={"version": int(name)})
    return found.text


def _meaning(old: str | None, new: str) -> "tuple[Change, ...]":
    from shuke.core.program.meaning import changes
    from shuke.engine.compile import compile_program
    from shuke.engine.schema import load_program

    if old is None:
        from shuke.rooms.programs import facade

        old = facade.versions(facade.current().program)[0].text
    before, after = (compile_program(load_program(text)).program for text in (old, new))
    return changes(before, after)


def _sentences(found: "tuple[Change, ...]") -> list[str]:
    from shuke.core.program.meaning import lines

    return lines(found, "zh" if in_chinese() else "en")


def _compared(new: str, old: str | None, effective_from: str | None) -> "Comparison | Refusal":
    """Return what publishing `new` does to members, or why it could not be published."""
    from shuke.rooms.programs import facade

    starts = times.instant(effective_from, zone_of(new)) if effective_from else None
    try:
        return facade.compare(new, starts, old)
    except Refusal as refused:
        return refused


def _data(found: "Comparison") -> dict[str, Any]:
    from shuke.rooms.programs.contracts import comparison_json

    return comparison_json(found) | {
        "differences": [asdict(each) for each in found.differences],
        "moves": [asdict(each) for each in found.moves],
        "reviews": [asdict(each) for each in found.reviews],
    }


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
    from shuke.rooms.programs.contracts import comparison_json
    from shuke.surfaces.wording import effect_words

    return lines + effect_words.lines(comparison_json(found), "zh" if in_chinese() else "en")
