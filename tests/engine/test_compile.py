"""What the compiler refuses, where it says so, and that numbers alone don't change a program's shape."""

import pytest

from shuke.core.values.errors import Refusal
from shuke.engine.compile import compile_program
from shuke.engine.online import Desk, OrderFacts
from shuke.engine.schema import load_program

FILE = """\
shuke: 1
program: made
currency: CNY
time_zone: Asia/Shanghai
units:
  points: {{scale: 0, round: floor, at: order, expiry: none}}
earn:
  - code: first
    unit: points
    points: {first}
  - code: second
    unit: points
    points: {second}
"""


def compiled(first="order.net", second="1"):
    return compile_program(load_program(FILE.format(first=first, second=second)))


def refused(**rules):
    with pytest.raises(Refusal) as refusal:
        compiled(**rules)
    return refusal.value


def test_a_rule_that_could_leave_64_bits_is_refused_where_it_stands():
    refusal = refused(second="SPEND('lifetime') * 1.0375 * 1.0375 * 1.0375 * 1.0375")
    assert (refusal.code, refusal.pointer) == ("may_overflow", "13:13")


def test_an_order_that_could_earn_too_much_is_refused():
    refusal = refused(first="order.net * 1000000")
    assert (refusal.code, refusal.pointer, refusal.params) == ("too_many_points", "10:13", {"limit": 10**12})


def test_programs_that_differ_in_numbers_alone_share_a_shape():
    one, other = compiled(first="order.net * 1.5"), compiled(first="order.net * 1.25")
    assert one.shape == other.shape
    assert one.numbers != other.numbers
    assert compiled(first="order.net / 2 + 1").shape != one.shape


def test_numbers_are_written_out_for_people():
    listing = compiled(first="order.net * 1.5").listing()
    assert "P[" not in listing
    assert "(order_net * 3)" in listing


def test_rules_of_a_unit_add_up_before_they_are_rounded():
    desk = Desk(compiled(first="order.net * 0.5", second="order.net * 0.25"))
    member = desk.fresh(0)
    outcome = desk.order(member, OrderFacts(1, 133, 133))
    # 0.665 + 0.3325 = 0.9975
    assert outcome.entries == ()
    assert [e.amount for e in desk.order(member, OrderFacts(2, 134, 134)).entries] == [1]


def test_what_would_be_negative_earns_nothing():
    desk = Desk(compiled(first="order.net - 50", second="0"))
    member = desk.fresh(0)
    assert desk.order(member, OrderFacts(1, 4_999, 4_999)).entries == ()
    assert (member.balances, member.orders) == ([0], 1)


@pytest.mark.parametrize(
    "points", ["order.net / 1000000007 / 1000000009", "ROUND_HALF_UP(order.lines / 999999999999 / 7000000) + 1"]
)
def test_a_denominator_beyond_half_of_64_bits_is_refused(points):
    assert refused(first=points).code == "may_overflow"


def test_a_balance_beyond_its_limit_refuses_the_order_and_changes_nothing():
    desk = Desk(compiled(first="order.net * 100000", second="0"))
    member = desk.fresh(0)
    desk.order(member, OrderFacts(1, 10**9, 10**9))
    with pytest.raises(Refusal) as refusal:
        desk.order(member, OrderFacts(2, 1, 1))
    assert (refusal.value.code, refusal.value.params) == ("balance_limit", {"limit": 10**12})
    assert (member.balances, member.orders, member.standing_at) == ([10**12], 1, 1)
