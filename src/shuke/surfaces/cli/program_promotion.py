"""`shuke program promote`: the same file in another deployment, after a look at what it changes there."""

import os
import sys
from typing import TYPE_CHECKING

import typer

from shuke.surfaces.cli import session
from shuke.surfaces.cli.people import actor
from shuke.surfaces.cli.program_diff import text_of
from shuke.surfaces.cli.programs import judged
from shuke.surfaces.cli.terminal import Exit, in_chinese, result, words

if TYPE_CHECKING:
    from shuke.rooms.programs.contracts import Preview

_KEY = "SHUKE_PROMOTION_KEY"


def promote(source: str | None, url: str, key: str | None, *, yes: bool, as_json: bool) -> int:
    """Show what a file changes in another deployment, and publish it there once somebody says yes.

    Raises: Refusal as `programs.facade.preview_promotion`, `no_program`, `version_not_found`, `file_not_found`.
    """
    with session.opened():
        from shuke.rooms.programs import facade
        from shuke.rooms.programs.contracts import Target

        text = text_of(source) if source else facade.versions(facade.current().program)[0].text
        secret = (
            key
            or os.environ.get(_KEY)
            or str(typer.prompt(words("Key of the other deployment", "对方部署的密钥"), hide_input=True, err=True))
        )
        target = Target(url, secret)
        seen = judged(source or "", lambda: facade.preview_promotion(text, target), as_json=as_json)
        if seen is None:
            return Exit.FAILED
        if not yes:
            print("\n".join(_lines(seen)), file=sys.stderr)
            if not typer.confirm(words("Publish it there?", "在对方部署发布？"), err=True):
                return Exit.FAILED
        done = facade.promote(text, target, seen, actor())
        line = (
            words(
                f"{done.program}: version {done.version} there", f"{done.program}：已在对方发布为第 {done.version} 版"
            )
            if done.version
            else words(
                f"{done.program}: waits there for {done.approval}", f"{done.program}：在对方等待审批 {done.approval}"
            )
        )
        data = {"program": done.program, "version": done.version, "approval": done.approval, "changes": seen.comparison}
        result(data, [line], as_json=as_json)
    return Exit.OK


def _lines(seen: "Preview") -> list[str]:
    """Return what the file changes there."""
    if seen.comparison is None:
        return [words("Nothing is published there yet.", "对方尚未发布会员计划。")]
    from shuke.surfaces.wording import effect_words

    language, told = words("en", "zh"), seen.comparison
    meaning = [each[language] for each in told["meaning"]] or [words("No change of meaning.", "含义无变化。")]
    return [*meaning, *effect_words.lines(told["effect"], "zh" if in_chinese() else "en")]
