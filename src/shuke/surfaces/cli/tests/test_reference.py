"""The pages of the command line say what the commands say, and say it in Chinese too."""

import re
from pathlib import Path

import pytest

from shuke.surfaces.cli import reference

PAGES = Path(__file__).parents[5] / "docs" / "reference"


@pytest.mark.parametrize("name", ["cli.md", "cli.zh-CN.md"])
def test_the_committed_page_is_what_the_commands_say(name):
    committed = (PAGES / name).read_text(encoding="utf-8")
    assert committed == reference.files()[name], "write it anew: python -m shuke.surfaces.cli.reference docs/reference"


def test_every_command_and_flag_is_told_in_chinese():
    told = [
        line for line in reference.files()["cli.zh-CN.md"].splitlines() if line and not line.startswith(("#", "[", "|"))
    ]
    assert [line for line in told if not re.search(r"[\u4e00-\u9fff]", line)] == []
