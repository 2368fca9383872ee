"""`--help` is quick: it imports nothing that costs time."""

import subprocess
import sys

import typer

from shuke.surfaces.cli import help_words
from shuke.surfaces.cli.main import app

HEAVY = {"django", "duckdb", "granian", "numba", "numpy", "procrastinate", "psycopg", "sqlglot"}


def test_help_imports_nothing_heavy(empty):
    code = (
        "import sys\n"
        "from shuke.surfaces.cli.main import app\n"
        "app(['--help'], standalone_mode=False)\n"
        f"print('heavy:', sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=empty.environment(), capture_output=True, text=True, check=True
    )
    assert done.stderr.splitlines()[-1] == "heavy: []"
    for command in ("init", "serve", "worker", "migrate", "doctor", "clock", "program", "backtest", "explain",
                    "verify-ledger", "keys", "staff", "approvals", "demo"):  # fmt: skip
        assert command in done.stdout
    assert not empty.home.exists()


def test_a_wrong_flag_is_a_usage_error(empty):
    empty("serve", "--nonsense", code=2)


def test_what_nobody_foresaw_is_one_sentence(empty):
    said = empty.both("program", "validate", "examples", code=1)[1]
    assert said.count("\n") == 1


def test_help_speaks_the_readers_language(empty):
    assert "提供后台与 API" in empty("--lang", "zh", "--help")
    assert "提供后台与 API" in empty("--help", environment={"LANG": "zh_CN.UTF-8"})
    told = empty("--lang=zh", "serve", "--help")
    assert "访问地址" in told
    assert "显示帮助并退出。" in told
    assert "选项" in told
    assert "Serve console and API" in empty("--help")


def test_every_help_has_its_chinese():
    untold, commands = set(), [typer.main.get_command(app)]
    while commands:
        command = commands.pop()
        commands += getattr(command, "commands", {}).values()
        texts = {command.help, *(getattr(each, "help", None) for each in command.params)} - {None}
        untold |= {text for text in texts if help_words.worded(text) == text}
    assert untold == set()
