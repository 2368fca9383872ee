"""Made programs on made stories: the desk, the columns in CPython and the columns in numba tell one story."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.parity.at_desk import told_by_desk
from tests.parity.engines import VERBS_ALONE, history_of, of_desk, told_by_columns
from tests.parity.histories import END, stories
from tests.parity.made_programs import programs
from tests.parity.test_oracle import compiled_or_none


@st.composite
def cases(draw, most=1):
    """Up to `most` stories of one program."""
    made = draw(programs())
    count = draw(st.integers(1, most))
    return [draw(stories(made=made, verbs=VERBS_ALONE)) for _ in range(count)]


def agree(told, engine, threads=1):
    compiled = compiled_or_none(told[0].text)
    if compiled is None:
        return
    at_desk = [of_desk(member) for story in told for member in told_by_desk(compiled, story, END).members]
    in_columns = told_by_columns(compiled, history_of(told), engine, threads)
    for mine, theirs in zip(at_desk, in_columns, strict=True):
        assert mine == theirs


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases())
def test_the_desk_and_the_columns_agree(case):
    agree(case, "cpython")


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases(most=12))
def test_numba_and_the_desk_agree(case):
    """A few shapes on many members each, because compiling a shape takes a second."""
    agree(case, "numba", threads=2)
