"""Made programs on made lives: the desk, the columns in CPython and the columns in numba tell one story."""

import datetime as dt

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shuke.core.values.errors import Refusal
from shuke.engine.compile import compile_program
from shuke.engine.schema import load_program
from tests.parity.engines import columns, online
from tests.parity.histories import Life, lives, programs

UNTIL = int(dt.datetime(2021, 6, 1, tzinfo=dt.UTC).timestamp())


@st.composite
def cases(draw, members=3):
    text, zone, units = draw(programs())
    return text, [draw(lives(zone, units)) for _ in range(draw(st.integers(1, members)))]


def compiled_or_none(text):
    try:
        return compile_program(load_program(text))
    except Refusal as refusal:
        if refusal.code not in ("may_overflow", "too_many_points"):
            raise
        return None


def agree(case, engine):
    text, people = case
    compiled = compiled_or_none(text)
    if compiled is None:
        return
    told = [online(compiled, life, UNTIL) for life in people]
    accepted = [Life(p.joined_at, p.birth_md, tuple(t.accepted)) for p, t in zip(people, told, strict=True)]
    for mine, theirs in zip(told, columns(compiled, accepted, UNTIL, engine), strict=True):
        assert mine == theirs


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases())
def test_the_desk_and_the_columns_agree(case):
    agree(case, "cpython")


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases(members=40))
def test_numba_and_the_desk_agree(case):
    """A few shapes on many lives each, because compiling a shape takes a second."""
    agree(case, "numba")
