"""The reference of the program file shows what loads, and names every fact and window."""

import re
from pathlib import Path

import pytest

from shuke.engine.compile import compile_program
from shuke.engine.facts import FACTS, PRESENCE
from shuke.engine.schema import load_program
from shuke.engine.spans import WINDOW_EXAMPLES

PAGES = sorted((Path(__file__).parents[2] / "docs/reference").glob("program*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_example_loads_and_compiles(page):
    [text] = re.findall(r"```yaml\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    program = load_program(text)
    assert [rule.code for rule in program.earn] == ["spend", "wine"]
    assert "def rules(" in compile_program(program).source


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_fact_and_window_is_named(page):
    text = page.read_text("utf-8")
    named = {*FACTS, *(f"HAS({name})" for name in PRESENCE), *WINDOW_EXAMPLES}
    assert [name for name in sorted(named) if f"`{name}`" not in text] == []
