"""Laws of refunds that hold whatever the program is, told to the product as it runs."""

import datetime as dt

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shuke.rooms.programs import facade
from tests.parity.histories import Act, Newcomer
from tests.parity.live import ACTOR, Live, was_done
from tests.parity.made_programs import CATEGORIES, programs
from tests.parity.test_oracle import compiled_or_none

JOINED = dt.datetime(2017, 1, 5, 8, tzinfo=dt.UTC)
NOW = JOINED + dt.timedelta(days=20)
HOUR = dt.timedelta(hours=1)
UNTOLD = {"tax": 0, "shipping": 0, "points_paid": 0, "store": "S1", "channel": "", "brand": "", "attributes": {}}
HAS = ("available", "pending", "held", "debt")

amounts = st.sampled_from([100, 4_999, 5_000, 5_001, 9_999, 12_345, 50_001])
orders = st.lists(amounts, min_size=1, max_size=3)
lines = st.lists(st.tuples(amounts, st.integers(1, 4), st.sampled_from(CATEGORIES)), min_size=1, max_size=3)
quiet = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def _order(who: int, hour: int, key: str, some: list[tuple[int, int, str]]) -> Act:
    said = tuple((net, quantity, category, "A1", {}) for net, quantity, category in some)
    net = sum(line[0] for line in said)
    return Act(who, "order", JOINED + hour * HOUR, {**UNTOLD, "net": net, "gross": net, "lines": said, "key": key})


def _told(live: Live, acts: list[Act]) -> None:
    assert all(was_done(result) for result in live.tell(acts))


def _twins(text: str) -> Live:
    """Two members who joined together."""
    return Live(text, [Newcomer(JOINED, (3, 15), ()) for _ in range(2)], NOW)


def _balances(live: Live) -> list[dict]:
    return [{name: seen[name] for name in HAS} for seen in live.see()]


@quiet
@given(made=programs(), before=orders, some=lines, cuts=st.lists(st.integers(1, 99), max_size=4), data=st.data())
def test_any_split_of_a_refund_ends_in_the_same_balances(db, made, before, some, cuts, data):
    """I14, for amounts: one refund, or several that add up to it, at one instant."""
    if compiled_or_none(made.text) is None:
        return
    with transaction.atomic():
        live = _twins(made.text)
        net = sum(line[0] for line in some)
        back = data.draw(st.integers(1, net))
        marks = sorted({back * cut // 100 for cut in cuts} - {0, back})
        pieces = [high - low for low, high in zip([0, *marks], [*marks, back], strict=True)]
        for who in (0, 1):
            _told(live, [_order(who, hour, f"b{hour}", [(spent, 1, "")]) for hour, spent in enumerate(before)])
            _told(live, [_order(who, 5, "a", some)])
        at = JOINED + 30 * HOUR
        _told(live, [Act(0, "refund", at, {"key": "a", "net": back})])
        _told(live, [Act(1, "refund", at, {"key": "a", "net": piece}) for piece in pieces])
        once, often = _balances(live)
        assert once == often
        transaction.set_rollback(True)


@quiet
@given(made=programs(), some=lines, data=st.data())
def test_lines_may_come_back_in_any_order(db, made, some, data):
    """I14, for lines: together, or one after the other in any order, at one instant."""
    if compiled_or_none(made.text) is None:
        return
    with transaction.atomic():
        live = _twins(made.text)
        for who in (0, 1):
            _told(live, [_order(who, 5, "a", some)])
        at = JOINED + 30 * HOUR
        off = tuple((place, net, quantity) for place, (net, quantity, _) in enumerate(some))
        _told(live, [Act(0, "refund", at, {"key": "a", "lines": off})])
        _told(live, [Act(1, "refund", at, {"key": "a", "lines": (one,)}) for one in data.draw(st.permutations(off))])
        once, often = _balances(live)
        assert once == often
        transaction.set_rollback(True)


PLAIN = """\
shuke: 1
program: made
currency: CNY
time_zone: Asia/Shanghai
units:
  u0: {round: ROUND, expiry: {after: 1 month}}
  u1: {scale: 2, round: ROUND, spendable: no}
earn:
  - {code: spend, unit: u0, points: order.net * 1.3}
  - {code: grow, unit: u1, points: order.net / 7}
  - {code: bonus, unit: u0, when: "SPEND('this month') >= 100", points: 20}
"""


@quiet
@given(before=orders, net=amounts, rounding=st.sampled_from(["floor", "ceil", "half_up", "half_even"]))
def test_an_order_and_its_full_refund_leave_no_trace(db, before, net, rounding):
    """I15: balances are as without it, and so is what the next order earns."""
    with transaction.atomic():
        live = _twins(PLAIN.replace("ROUND", rounding))
        for who in (0, 1):
            _told(live, [_order(who, hour, f"b{hour}", [(spent, 1, "")]) for hour, spent in enumerate(before)])
        _told(live, [_order(1, 5, "a", [(net, 1, "")]), Act(1, "refund", JOINED + 6 * HOUR, {"key": "a", "net": net})])
        without, undone = _balances(live)
        assert without == undone
        for who in (0, 1):
            _told(live, [_order(who, 7, "next", [(5_000, 1, "")])])
        without, undone = _balances(live)
        assert without == undone
        transaction.set_rollback(True)


@quiet
@given(made=programs(), before=orders, some=lines)
def test_a_dry_run_says_what_happens_and_does_nothing(db, made, before, some):
    """I29: the same answer, and nothing written."""
    if compiled_or_none(made.text) is None:
        return
    with transaction.atomic():
        live = _twins(made.text)
        _told(live, [_order(0, hour, f"b{hour}", [(spent, 1, "")]) for hour, spent in enumerate(before)])
        facts = [live.fact(_order(0, 5, "a", some)), live.fact(Act(0, "refund", NOW, {"key": "a", "net": some[0][0]}))]
        was = live.see()
        tried = facade.record(facts, ACTOR, history=True, dry_run=True)
        assert live.see() == was
        done = facade.record(facts, ACTOR, history=True)
        told = [
            [(r.status, r.points, r.balances, r.owed, r.tier_before, r.tier_after) for r in x] for x in (tried, done)
        ]
        assert told[0] == told[1]
        transaction.set_rollback(True)
