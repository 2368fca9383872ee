"""Lists arrive as psycopg's own arrays do."""

from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuke.foundation import sql
from shuke.foundation.lists import LISTS, array_of

pytestmark = pytest.mark.django_db

EAST = timezone(timedelta(hours=8))
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
DAWN = datetime(1, 1, 2, tzinfo=UTC)
INSTANTS = st.timedeltas(timedelta(0), timedelta(3_650_000)).map(lambda since: (DAWN + since).astimezone(EAST))
ELEMENTS = {
    "bigint": st.integers(-(2**63), 2**63 - 1),
    "boolean": st.booleans(),
    "text": TEXTS,
    "bytea": st.binary(),
    "uuid": st.uuids(),
    "timestamptz": INSTANTS,
}


@pytest.mark.parametrize("kind", ELEMENTS)
def test_a_list_comes_back_as_it_went(kind):
    @given(st.lists(st.none() | ELEMENTS[kind], min_size=1).filter(any_value))
    def check(values):
        assert type(array_of(values)) in LISTS.values()
        assert _echo(kind, values) == values

    check()


def any_value(values):
    return any(value is not None for value in values)


@pytest.mark.parametrize(
    ("kind", "values"),
    [("int", [2**31 - 1, None, -5]), ("smallint", [7]), ("int", [None]), ("int", []), ("date", [date(2026, 2, 28)])],
)
def test_narrower_and_other_types_come_back_too(kind, values):
    assert _echo(kind, values) == values


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1])
def test_an_integer_beyond_64_bits_is_an_overflow(number):
    with pytest.raises(OverflowError):
        _echo("bigint", [1, number])
    assert _echo("bigint", [1]) == [1]


def test_an_instant_before_the_epoch_keeps_its_microseconds():
    at = datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    assert _echo("timestamptz", [at]) == [at]


def test_a_statement_that_is_sent_often_is_prepared_and_still_right():
    for number in range(20):
        ids = [UUID(int=each) for each in range(number + 1)]
        assert sql.fetch("SELECT id FROM unnest(%(ids)b::uuid[]) AS id", {"ids": ids}) == [(id,) for id in ids]


def _echo(kind, values):
    rows = sql.fetch(
        f"SELECT value FROM unnest(%(values)b::{kind}[]) WITH ORDINALITY AS own (value, place) ORDER BY place",
        {"values": values},
    )
    return [value for (value,) in rows]
