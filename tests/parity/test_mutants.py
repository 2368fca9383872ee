"""Is the oracle's net fine enough? One token of the machines or of the generated text is changed; a case must notice."""

from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from shuke.core.state import machine
from shuke.engine import online as engine
from tests.parity.engines import online
from tests.parity.oracle import Oracle
from tests.parity.test_engines import UNTIL, cases, compiled_or_none
from tests.parity.test_oracle import lived, of_engine, of_person

pytestmark = pytest.mark.long

MACHINE = Path(machine.__file__).read_text("utf-8")
IN_MACHINE = [
    ("value < P[P_LEVEL + rank]", "value <= P[P_LEVEL + rank]"),
    ("if until > m[UNTIL]", "if until >= m[UNTIL]"),
    ("if rank > m[TIER]:", "if rank >= m[TIER]:"),
    ("rank == m[TIER] and rank > 0", "rank == m[TIER] and rank > 1"),
    ("rank = min(rank_of(m, P), m[TIER])", "rank = rank_of(m, P)"),
    ("slide(m, B, P, day if new_year else day - 1)", "slide(m, B, P, day)"),
    ("validity_end(P, day - 1 if from_last_day else day)", "validity_end(P, day)"),
    ("start = day - length + 1", "start = day - length"),
    ("add_months(day, -length) + 1", "add_months(day, -length)"),
    ("day - weekday_of(day) + 1", "day - weekday_of(day)"),
    ("month_of(day) - length)", "month_of(day) - length + 1)"),
    ("B[m[s + W_LAST] * DAY_ROW] < end", "B[m[s + W_LAST] * DAY_ROW] <= end"),
    ("B[m[s + W_FIRST] * DAY_ROW] < start", "B[m[s + W_FIRST] * DAY_ROW] <= start"),
    ("while due <= day:", "while due < day:"),
    ("points > m[BALANCE + unit]", "points >= m[BALANCE + unit]"),
    (
        "points = out[P[P_RULES] + unit]\n        if points > 0",
        "points = out[P[P_RULES] + unit]\n        if points > 1",
    ),
    ("month // period * period + period", "month // period * period + 1"),
    (
        "count_order(m, B, P, o[k + O_NET])\n    qualify(m, e, P)",
        "qualify(m, e, P)\n    count_order(m, B, P, o[k + O_NET])",
    ),
]
IN_GENERATED = [
    (" >= ", " > "),
    (" < ", " <= "),
    (" or ", " and "),
    ("not ", ""),
    ("floor_of(", "ceil_of("),
    ("half_up_of(", "half_even_of("),
    ("half_even_of(", "half_up_of("),
    ("min(", "max("),
    ("abs(", "("),
    (" != -1", " != 0"),
    ("- first_day(month) + 1", "- first_day(month)"),
    ("// 3_600", "// 3_601"),
]


@pytest.fixture(scope="module")
def stories():
    """Compiled programs with their lives and what the oracle tells of each."""
    told = []

    @seed(20170101)
    @settings(
        max_examples=1_500,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases())
    def collect(case):
        text, people = case
        compiled = compiled_or_none(text)
        if compiled is not None:
            oracle = Oracle(text)
            told.extend((compiled, life, of_person(lived(oracle, life)[0], len(oracle.units))) for life in people)

    collect()
    return told


def noticed(stories, change=lambda compiled: compiled):
    """Tell whether any life goes otherwise than the oracle says; a crash is noticed too."""
    for compiled, life, expected in stories:
        changed = change(compiled)
        try:
            if changed is not None and of_engine(online(changed, life, UNTIL)) != expected:
                return True
        except (IndexError, AssertionError):
            return True
    return False


def test_without_a_change_nothing_is_noticed(stories):
    assert not noticed(stories)


@pytest.mark.parametrize(("old", "new"), IN_MACHINE)
def test_a_change_of_the_machines_is_noticed(stories, monkeypatch, old, new):
    assert MACHINE.count(old) == 1
    mutant = ModuleType("mutant")
    exec(compile(MACHINE.replace(old, new), "mutant", "exec"), mutant.__dict__)  # noqa: S102 - our own text
    monkeypatch.setattr(engine, "machine", mutant)
    assert noticed(stories)


@pytest.mark.parametrize(("old", "new"), IN_GENERATED)
def test_a_change_of_the_generated_text_is_noticed(stories, old, new):
    def change(compiled):
        text = compiled.executable.replace(old, new, 1)
        return replace(compiled, source=text) if old in compiled.executable else None

    assert noticed(stories, change)
