"""A machine that does to a few members whatever can be done, in any order, to the product and to the oracle alike.

After each rule the ledger, the tiers and the balances of every member are those of the oracle. What is refused, said
twice, tried as a dry run or carried out by a job that has nothing to do changes nothing.
"""

import copy
import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from shuke.core.values.errors import Refusal
from shuke.engine.compile import compile_program
from shuke.engine.schema import load_program
from shuke.foundation import clock
from shuke.rooms.programs import facade, queries
from shuke.rooms.programs.contracts import BehaviourFact, Fact, OrderFact, Result, Status, Undecided
from tests.parity.histories import AMOUNTS, Act, Newcomer, perform
from tests.parity.live import ACTOR, Live, by_part, was_done
from tests.parity.made_programs import CATEGORIES, Made, programs
from tests.parity.oracle import Oracle
from tests.parity.oracle_ledger import Person
from tests.parity.test_oracle import of_person

START = dt.datetime(2017, 1, 30, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
STEPS = (
    *(dt.timedelta(seconds=s) for s in (1, 60, 3_600, 86_399)),
    *(days * DAY for days in (1, 2, 7, 29, 31, 92, 400)),
)
UNTOLD: Mapping[str, Any] = {"tax": 0, "shipping": 0, "points_paid": 0, "store": "", "channel": "", "brand": ""}

shares = st.sampled_from([1, 2, 3])  # a half, a third … or all
amounts = st.one_of(st.sampled_from(AMOUNTS), st.integers(1, 30_000))
picks = st.integers(0, 10**6)  # one of what there is, by remainder
lines = st.lists(st.tuples(amounts, st.integers(0, 3), st.sampled_from(CATEGORIES)), min_size=1, max_size=3)


class LedgerMachine(RuleBasedStateMachine):
    """The product and the oracle side by side."""

    steps = 0  # of all machines so far

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.now = START
        self.told: list[tuple[Fact, Result]] = []
        self.keys = 0
        self.people: list[Person] = []

    def teardown(self) -> None:
        try:
            if self.people:
                assert not [found for check in facade.verify_all() for found in check.violations]
        finally:
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)

    @initialize(made=programs())
    def publish(self, made: Made) -> None:
        text = made.text if _compiles(made.text) else PLAIN
        self.oracle = Oracle(text)
        self.live = Live(text, (), self.now)
        self.enrol((2, 29), ())

    @invariant()
    def the_product_says_what_the_oracle_says(self) -> None:
        LedgerMachine.steps += 1
        for person, seen in zip(self.people, self.live.see() if self.people else (), strict=True):
            stored = by_part(of_person(person, len(self.oracle.units)))
            read = by_part(of_person(self.by_now(person), len(self.oracle.units)))
            balances = ("available", "pending", "held", "debt")
            assert seen == stored | {name: read[name] for name in balances}
            assert all(amount >= 0 for name in balances for amount in seen[name])

    # ---- how a rule speaks

    def key(self) -> str:
        self.keys += 1
        return f"k{self.keys}"

    def who(self, pick: int) -> int:
        return pick % len(self.people)

    def tell(self, who: int, verb: str, at: dt.datetime | None = None, **arguments: Any) -> bool:
        """Tell both of one act; they agree on whether it was done."""
        act = Act(who, verb, self.now if at is None else at, arguments)
        fact = self.live.fact(act)
        (result,) = facade.record([fact], ACTOR, history=True)
        done = perform(self.oracle, self.people, act)
        assert was_done(result) == done, (act, result)
        if result.refusal is None:
            self.told.append((fact, result))
        return done

    def by_now(self, person: Person) -> Person:
        """Return somebody as they stand now, with what time alone has brought and taken since their last act."""
        moved = copy.deepcopy(person)
        self.oracle.advance(moved, self.now)
        return moved

    def one_of(self, pick: int, what: Mapping[Any, Any]) -> Any:
        return list(what)[pick % len(what)]

    def unit(self, pick: int) -> int:
        """Return a unit, one of which somebody has something where there is one."""
        units = range(len(self.oracle.units))
        rich = [unit for unit in units if any(person.available(unit) for person in self.people)]
        return (rich or list(units))[pick % len(rich or units)]

    def buy(self, who: int, net: int, key: str, at: dt.datetime | None = None, **more: Any) -> bool:
        said = {**UNTOLD, "gross": net, "attributes": {}, "lines": (), **more}
        return self.tell(who, "order", at, net=net, key=key, **said)

    # ---- members and orders

    @rule(birthday=st.sampled_from([(0, 0), (2, 29), (12, 31)]), tags=st.sampled_from([(), ("vip",)]))
    @precondition(lambda self: len(self.people) < 3)
    def enrol(self, birthday: tuple[int, int], tags: tuple[str, ...]) -> None:
        newcomer = Newcomer(self.now, birthday, tags)
        self.live.enrol(newcomer)
        self.people.append(self.oracle.enrol(self.now, birthday, tags))

    @rule(pick=picks, net=amounts)
    def order(self, pick: int, net: int) -> None:
        self.buy(self.who(pick), net, self.key())

    @rule(pick=picks, some=lines, store=st.sampled_from(["", "S1", "S2"]))
    def order_with_lines(self, pick: int, some: list[tuple[int, int, str]], store: str) -> None:
        said = tuple((net, quantity, category, "A1", {}) for net, quantity, category in some)
        self.buy(self.who(pick), sum(net for net, _, _ in some), self.key(), lines=said, store=store)

    @rule(pick=picks, net=amounts, late=st.sampled_from(STEPS))
    def order_told_late(self, pick: int, net: int, late: dt.timedelta) -> None:
        self.buy(self.who(pick), net, self.key(), self.now - late)

    @rule(pick=picks, net=amounts, share=shares)
    def order_paid_with_points(self, pick: int, net: int, share: int) -> None:
        key, who, unit = self.key(), self.who(pick), self.unit(pick)
        points = max(1, self.people[who].available(unit) // share)
        self.tell(who, "redeem", unit=unit, points=points, key=self.key(), order_key=key)
        self.buy(who, net, key, points_paid=net // 2)

    @rule(pick=picks, kind=st.sampled_from(["review", "check_in"]), stars=st.integers(1, 5))
    def behaviour(self, pick: int, kind: str, stars: int) -> None:
        said = {"stars": stars} if kind == "review" else {}
        places = dict.fromkeys(("store", "channel", "brand"), "")
        self.tell(self.who(pick), "behaviour", kind=kind, attributes=said, order_key=None, **places)

    @rule(pick=picks)
    def delivery(self, pick: int) -> None:
        who = self.who(pick)
        if self.people[who].deeds:
            key = self.one_of(pick, self.people[who].deeds)
            places = dict.fromkeys(("store", "channel", "brand"), "")
            self.tell(who, "behaviour", kind="delivered", attributes={}, order_key=key, **places)

    # ---- refunds

    @rule(pick=picks, share=shares)
    def refund_an_amount(self, pick: int, share: int) -> None:
        who = self.who(pick)
        if self.people[who].deeds:
            key = self.one_of(pick, self.people[who].deeds)
            deed = self.people[who].deeds[key]
            left = deed.amounts["net"] - deed.taken
            if left:
                self.tell(who, "refund", key=key, net=max(1, left // share))

    @rule(pick=picks, share=shares)
    def refund_a_line(self, pick: int, share: int) -> None:
        who = self.who(pick)
        for key, deed in self.people[who].deeds.items():
            if deed.lines and not deed.over:
                place = pick % len(deed.lines)
                net_off, off = deed.by_lines.get(place, (0, 0))
                net, quantity = deed.lines[place][0] - net_off, deed.lines[place][1] - off
                if net // share + quantity // share:
                    self.tell(who, "refund", key=key, lines=((place, net // share, quantity // share),))
                return

    @rule(pick=picks)
    def refund_too_much(self, pick: int) -> None:
        who = self.who(pick)
        if self.people[who].deeds:
            key = self.one_of(pick, self.people[who].deeds)
            deed = self.people[who].deeds[key]
            assert not self.tell(who, "refund", key=key, net=deed.amounts["net"] - deed.taken + 1)

    @rule(pick=picks, net=amounts)
    def refund_before_its_order(self, pick: int, net: int) -> None:
        who, key, net = self.who(pick), self.key(), max(net, 2)
        act = Act(who, "refund", self.now, {"key": key, "net": net // 2})
        (parked,) = self.live.tell([act])
        assert (parked.status, parked.undecided) == (Status.RECORDED, Undecided.PARKED)
        self.the_product_says_what_the_oracle_says()
        said = {**UNTOLD, "gross": net, "attributes": {}, "lines": (), "key": key, "net": net}
        order = Act(who, "order", self.now, said)
        assert was_done(self.live.tell([order])[0])
        assert perform(self.oracle, self.people, order)
        assert perform(self.oracle, self.people, act)

    # ---- points

    @rule(pick=picks, share=shares)
    def redeem(self, pick: int, share: int) -> None:
        who, unit = self.who(pick), self.unit(pick)
        points = max(1, self.people[who].available(unit) // share)
        self.tell(who, "redeem", unit=unit, points=points, key=self.key(), order_key=None)

    @rule(pick=picks)
    def redeem_too_much(self, pick: int) -> None:
        who, unit = self.who(pick), self.unit(pick)
        points = self.by_now(self.people[who]).available(unit) + 1
        assert not self.tell(who, "redeem", unit=unit, points=points, key=self.key(), order_key=None)

    @rule(pick=picks, share=shares)
    def give_back(self, pick: int, share: int) -> None:
        who = self.who(pick)
        spent = {key: each.used for key, each in self.people[who].spendings.items() if each.used}
        if spent:
            key = self.one_of(pick, spent)
            self.tell(who, "give_back", key=key, points=max(1, spent[key] // share))
            left = self.people[who].spendings[key].used
            assert not self.tell(who, "give_back", key=key, points=left + 1)

    @rule(pick=picks, share=shares, lasts=st.sampled_from(STEPS))
    def hold(self, pick: int, share: int, lasts: dt.timedelta) -> None:
        who, unit = self.who(pick), self.unit(pick)
        points = max(1, self.people[who].available(unit) // share)
        self.tell(who, "hold", key=self.key(), unit=unit, points=points, until=self.now + lasts)

    def _holds(self, who: int) -> dict[Any, int]:
        return {key: each.held for key, each in self.people[who].spendings.items() if each.until is not None}

    @rule(pick=picks, share=shares)
    def capture(self, pick: int, share: int) -> None:
        who = self.who(pick)
        if holds := self._holds(who):
            key = self.one_of(pick, holds)
            self.tell(who, "capture", key=key, points=max(1, holds[key] // share))

    @rule(pick=picks)
    def capture_too_much(self, pick: int) -> None:
        who = self.who(pick)
        if holds := self._holds(who):
            key = self.one_of(pick, holds)
            assert not self.tell(who, "capture", key=key, points=holds[key] + 1)

    @rule(pick=picks)
    def release(self, pick: int) -> None:
        who = self.who(pick)
        if holds := self._holds(who):
            self.tell(who, "release", key=self.one_of(pick, holds))

    @rule(pick=picks, points=st.integers(1, 500))
    def adjust_up(self, pick: int, points: int) -> None:
        self.tell(self.who(pick), "adjust", unit=pick % len(self.oracle.units), points=points)

    @rule(pick=picks, share=shares)
    def adjust_down(self, pick: int, share: int) -> None:
        who, unit = self.who(pick), self.unit(pick)
        self.tell(who, "adjust", unit=unit, points=-max(1, self.people[who].available(unit) // share))

    @rule(pick=picks, days=st.sampled_from([1, 30, 400]), before=st.sampled_from([0, 1, 40]))
    def opening(self, pick: int, days: int, before: int) -> None:
        who = self.who(pick)
        today = max(self.oracle.today(self.people[who]), self.oracle.local_day(self.now))
        ends, earned = today + days * DAY, today - before * DAY
        unit = pick % len(self.oracle.units)
        idle = "inactive" in (self.oracle.units[unit][1].get("expiry") or {})
        self.tell(who, "open_lot", unit=unit, points=40, ends=None if idle else ends, earned=earned)

    @rule(pick=picks, share=shares)
    @precondition(lambda self: len(self.people) > 1)
    def transfer(self, pick: int, share: int) -> None:
        who, unit = self.who(pick), self.unit(pick)
        points = max(1, self.people[who].available(unit) // share)
        self.tell(who, "transfer", to=(who + 1) % len(self.people), unit=unit, points=points)

    @rule(pick=picks, days=st.sampled_from([1, 40, None]), exactly=st.booleans())
    @precondition(lambda self: self.oracle.ladders)
    def tier_by_hand(self, pick: int, days: int | None, exactly: bool) -> None:
        who, ladder = self.who(pick), pick % len(self.oracle.ladders)
        today = max(self.oracle.today(self.people[who]), self.oracle.local_day(self.now))
        until = None if days is None else today + days * DAY
        self.tell(who, "assign", ladder=ladder, level=pick % 3, until=until, exactly=exactly)

    # ---- time

    @rule(step=st.sampled_from(STEPS))
    @precondition(lambda self: self.now.year < 2022)
    def time_passes(self, step: dt.timedelta) -> None:
        self.now += step
        clock.set_business_clock(self.now)

    @rule()
    def the_nightly_job_runs_twice(self) -> None:
        facade.advance_due()
        rows = queries.memberships(self.live.version.program_id, self.live.members)
        for person, member in zip(self.people, self.live.members, strict=True):
            self.oracle.advance(person, rows[member].standing_at)
        before = self.live.see()
        again = facade.advance_due()
        assert (again.entries, again.tier_changes) == (0, 0)
        assert self.live.see() == before

    # ---- what changes nothing

    @rule(pick=picks)
    @precondition(lambda self: self.told)
    def anything_told_again(self, pick: int) -> None:
        fact, first = self.told[pick % len(self.told)]
        before = self.live.see()
        (again,) = facade.record([fact], ACTOR, history=True)
        assert again.status is Status.REPEATED
        assert again.reference == first.reference
        if isinstance(fact, OrderFact | BehaviourFact):
            answers = [(x.points, x.balances, x.effective_at, x.tier_before, x.tier_after) for x in (first, again)]
            assert answers[0] == answers[1]
        assert self.live.see() == before

    @rule(pick=picks, net=amounts)
    def the_same_key_with_other_content(self, pick: int, net: int) -> None:
        who = self.who(pick)
        if self.people[who].deeds:
            key = self.one_of(pick, self.people[who].deeds)
            other = self.people[who].deeds[key].amounts["net"] + net + 1
            before = self.live.see()
            assert not self.buy(who, other, key)
            assert self.live.see() == before

    @rule(pick=picks, net=amounts)
    def a_dry_run_and_then_the_real_one(self, pick: int, net: int) -> None:
        who = self.who(pick)
        said = {**UNTOLD, "gross": net, "attributes": {}, "lines": (), "key": self.key(), "net": net}
        act = Act(who, "order", self.now, said)
        before = self.live.see()
        (tried,) = self.live.tell([act], dry_run=True)
        assert self.live.see() == before
        (real,) = self.live.tell([act])
        assert perform(self.oracle, self.people, act)
        told = [(r.status, r.points, r.balances, r.owed, r.tier_before, r.tier_after) for r in (tried, real)]
        assert told[0] == told[1]


def _compiles(text: str) -> bool:
    try:
        compile_program(load_program(text))
    except Refusal:
        return False
    return True


PLAIN = """\
shuke: 1
program: made
currency: CNY
time_zone: Asia/Shanghai
behaviours: {review: {stars: {type: number, from: 1, to: 5}}, check_in: 签到, delivered: 签收}
units: {u0: {expiry: {after: 1 month}}}
earn: [{code: spend, unit: u0, points: order.net}]
"""
