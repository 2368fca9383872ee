"""The reference of the program file shows what loads, and names every key, fact, function and window."""

import re
from pathlib import Path

import pytest

from shuke.engine import (
    file_changes,
    file_earning,
    file_facts,
    file_ladders,
    file_offers,
    file_units,
    file_value,
    lifetimes,
    schema,
)
from shuke.engine.calls import EXAMPLES
from shuke.engine.compile import compile_program
from shuke.engine.facts import FACTS, OCCASIONS
from shuke.engine.schema import load_program
from shuke.engine.spans import DURATION_EXAMPLES, PER_EXAMPLES, VALIDITY_EXAMPLES
from shuke.engine.windows import WINDOW_EXAMPLES

PAGES = sorted((Path(__file__).parents[2] / "docs/reference").glob("program*.md"))
KEYS = (
    schema.PROGRAM_KEYS,
    file_facts.SCOPE_KEYS,
    file_facts.ATTRIBUTES_KEYS,
    file_facts.ATTRIBUTE_KEYS,
    file_units.UNIT_KEYS,
    file_units.TRANSFER_KEYS,
    file_units.REDEEM_KEYS,
    file_units.PAY_KEYS,
    file_units.CONVERT_KEYS,
    file_units.CAP_KEYS,
    lifetimes.EXPIRY_KEYS,
    lifetimes.PENDING_KEYS,
    file_ladders.LADDER_KEYS,
    file_ladders.LEVEL_KEYS,
    file_earning.RULE_KEYS,
    file_earning.MILESTONE_KEYS,
    file_changes.CHANGES_KEYS,
    file_offers.OFFER_KEYS,
    file_offers.PARTS_KEYS,
    file_value.VALUE_KEYS,
    file_value.TOP_UP_KEYS,
    file_value.STEP_KEYS,
    file_value.LIMIT_KEYS,
    file_value.REFUND_KEYS,
)
CHOICES = (
    file_units.ROUNDINGS,
    file_units.LEVELS_OF_ROUNDING,
    file_units.REFUNDS,
    file_units.MULTIPLIERS,
    file_units.TRANSFER_EXPIRIES,
    file_units.CAPS_OF,
    file_ladders.EVALUATIONS,
    file_ladders.DOWNGRADES,
    file_ladders.RESETS,
    file_ladders.UPGRADES,
    file_ladders.FALLS,
    file_earning.CHOICES,
    file_facts.TYPES,
    file_changes.UPGRADES,
    file_changes.DOWNGRADES,
    file_offers.BASES,
    file_offers.PICKS,
    file_offers.MODES,
    file_offers.STACKINGS,
    file_offers.MEASURES,
    file_value.USES,
    file_value.BONUSES,
    file_value.OVERS,
    DURATION_EXAMPLES,
    PER_EXAMPLES,
    VALIDITY_EXAMPLES,
    WINDOW_EXAMPLES,
)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_example_loads_and_compiles(page):
    [text] = re.findall(r"```yaml\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    program = load_program(text)
    assert [rule.code for rule in program.earn] == ["spend", "growth", "wine", "member-day", "review"]
    assert "def rules(" in compile_program(program).source


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_word_of_a_program_is_named(page):
    text = page.read_text("utf-8")
    named = {*FACTS, *OCCASIONS, *(word for words in CHOICES for word in words)}
    assert [word for word in sorted(named) if f"`{word}`" not in text] == []
    assert [name for name in EXAMPLES if f"`{name}" not in text] == []
    keys = {key for known in KEYS for key in known}
    assert [key for key in sorted(keys) if not re.search(rf"`(?:[^`]*[{{ ,])?{key}(?:`|:)", text)] == []
