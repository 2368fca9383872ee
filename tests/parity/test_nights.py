"""A night in columns leaves every row as the same night at the desk does, on made programs and made stories."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shuke.core.state import replay
from shuke.engine import nights as engine
from shuke.rooms.programs import facade
from shuke.rooms.programs.services import advancing
from tests.parity.histories import END, stories
from tests.parity.live import Live
from tests.parity.test_oracle import compiled_or_none

TABLES = (
    "points_holder", "points_account", "points_lot", "points_entry", "points_hold", "points_take",
    "tiers_state", "tiers_change", "programs_membership",
)  # fmt: skip


@pytest.fixture
def in_cpython(monkeypatch):
    """Run the loop as it stands: compiling a made program takes longer than all its nights."""

    def functions(executable):
        module = {}
        exec(executable, module)  # noqa: S102  # our own text
        return module["prepare"], module["rules"], module["tiers"]

    monkeypatch.setattr(engine, "kernel", SimpleNamespace(kernel=lambda: replay, program_functions=functions))


def _rows():
    """Return every row that time could touch."""
    rows = {}
    for table in TABLES:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {table} AS row ORDER BY row::text")  # names of our own list
            rows[table] = cursor.fetchall()
    return rows


def _night(until, many, *, keep):
    """Let a night pass, in columns from `many` members on; return what it says and the rows after it."""
    before, advancing.MANY = advancing.MANY, many
    try:
        with transaction.atomic():
            advanced, rows = facade.advance_due(until), _rows()
            transaction.set_rollback(not keep)
    finally:
        advancing.MANY = before
    return advanced, rows


def _agree(until):
    """Let a night pass both ways, and again."""
    at_desk = _night(until, 10**9, keep=False)
    in_columns = _night(until, 1, keep=True)
    assert in_columns == at_desk
    assert _night(until, 1, keep=True) == (advancing.NOTHING, in_columns[1])


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(story=stories(members=4), days=st.lists(st.sampled_from([1, 2, 10, 31, 100]), min_size=3, max_size=3))
def test_made_programs_on_made_stories(db, in_cpython, story, days):
    if compiled_or_none(story.text) is None:
        return
    with transaction.atomic():
        live = Live(story.text, story.newcomers, END)
        live.tell(story.acts)
        until = max([act.at for act in story.acts], default=END)
        for more in days:
            until += dt.timedelta(days=more, seconds=more)
            _agree(until)
        assert not [found for check in facade.verify_all() for found in check.violations]
        transaction.set_rollback(True)
