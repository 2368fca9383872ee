"""The reference of the command line: every command with what it takes, as `--help` says it, in English and Chinese.

`python -m shuke.surfaces.cli.reference docs/reference` writes it anew.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from shuke.surfaces.cli import help_words
from shuke.surfaces.cli.main import app

_EVERYWHERE = {"help", "install_completion", "show_completion"}
_ENGLISH = """\
# The command line

[简体中文](cli.zh-CN.md)

`shuke` with no arguments lists its commands, `shuke COMMAND --help` says what one takes. Results stand on stdout, talk
and refusals on stderr; `--json` prints one JSON value. `--lang zh` or `--lang en` before the command chooses
the language.

| exit code | |
|---|---|
| 0 | done |
| 1 | refused or failed, in one sentence |
| 2 | used wrongly |
| 3 | done in part |
| 4 | an invariant of the ledger is violated |
"""
_CHINESE = """\
# 命令行

[English](cli.md)

不带参数的 `shuke` 列出全部命令，`shuke 命令 --help` 说明其参数。结果写到标准输出，提示与拒绝写到标准错误；\
`--json` 打印一个 JSON 值。在命令之前用 `--lang zh` 或 `--lang en` 选择语言。

| 退出码 | |
|---|---|
| 0 | 完成 |
| 1 | 被拒绝或失败，以一句话说明 |
| 2 | 用法有误 |
| 3 | 部分完成 |
| 4 | 违反了台账的约束 |
"""


def files() -> dict[str, str]:
    """Return the pages by their names."""
    english, chinese = typer.main.get_command(app), typer.main.get_command(app)
    help_words.translate(chinese)
    return {"cli.md": _page(_ENGLISH, english), "cli.zh-CN.md": _page(_CHINESE, chinese)}


def _page(head: str, command: Any) -> str:
    return "\n".join([head, *_sections(command, ["shuke"])])


def _sections(command: Any, names: list[str]) -> Iterator[str]:
    for name, sub in sorted(command.commands.items()):
        if getattr(sub, "commands", None):
            yield from _sections(sub, [*names, name])
        else:
            yield from _section(sub, [*names, name])


def _section(command: Any, names: list[str]) -> Iterator[str]:
    parameters = [parameter for parameter in command.params if parameter.name not in _EVERYWHERE]
    needed = [_needed(each) for each in parameters if each.required or each.param_type_name == "argument"]
    yield f"## {' '.join([*names, *needed])}"
    yield " ".join(command.help.split())
    yield ""
    told = [(_name(parameter), parameter.help) for parameter in parameters if parameter.help]
    yield from (f"- `{name}` {' '.join(text.split())}" for name, text in told)
    if told:
        yield ""


def _needed(parameter: Any) -> str:
    return _name(parameter) if parameter.required else f"[{_name(parameter)}]"


def _name(parameter: Any) -> str:
    """Return how a parameter is written."""
    if parameter.param_type_name == "argument":
        return str(parameter.metavar or parameter.name).upper()
    flag = parameter.opts[0] + (f" / {parameter.secondary_opts[0]}" if parameter.secondary_opts else "")
    return flag if parameter.is_flag else f"{flag} {parameter.name.upper()}"


if __name__ == "__main__":
    for page, text in files().items():
        Path(sys.argv[1], page).write_text(text, encoding="utf-8")
