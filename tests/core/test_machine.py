"""The machines on cases worked by hand: what time does, in which order, and what a fact does."""

import datetime as dt
from fractions import Fraction

import pytest

from shuke.core.program.ir import Fact, Kind, Multiply, Window, Windowed, WindowKind
from shuke.core.program.model import EarnRule, Expiry, Ladder, Level, Period, Program, Unit, Validity, ValidityKind
from shuke.core.values.dates import NEVER, day_of
from shuke.core.values.errors import Refusal
from shuke.engine.compile import compile_program
from shuke.engine.online import Desk, OrderFacts

NET = Fact(Kind.MONEY, "order.net", "order.net")
MULTIPLIER = Fact(Kind.NUMBER, "tier.multiplier", "tier.multiplier")
TIMES = Multiply(Kind.MONEY, "order.net * tier.multiplier", NET, MULTIPLIER)


def program(
    window=WindowKind.THIS_YEAR, length=0, validity=(ValidityKind.END_OF_YEAR, 1), expiry=(12, 0, Period.MONTH)
):
    measure = Windowed(Kind.MONEY, "SPEND", "SPEND", Window(window, length))
    levels = [("base", 0, 1), ("silver", 500, Fraction(5, 4)), ("gold", 1500, Fraction(3, 2))]
    return Program(
        code="test",
        name="test",
        currency="CNY",
        currency_digits=2,
        time_zone="Asia/Shanghai",
        units=(Unit("points", 0, "floor", None, Expiry(*expiry) if expiry else None),),
        ladder=Ladder(
            "main", measure, Validity(*validity), tuple(Level(c, c, Fraction(t), Fraction(m)) for c, t, m in levels)
        ),
        earn=(EarnRule("spend", "points", None, TIMES, 1, "1:1"),),
    )


def at(text: str) -> int:
    """UTC second of a Shanghai clock reading."""
    return int(dt.datetime.fromisoformat(text + "+08:00").timestamp())


def order(when: str, major: str) -> OrderFacts:
    minor = int(Fraction(major) * 100)
    return OrderFacts(occurred_at=at(when), net_minor=minor, gross_minor=minor)


def desk_and_member(joined="2017-01-01T09:00:00", **shape):
    desk = Desk(compile_program(program(**shape)))
    return desk, desk.fresh(at(joined))


def told(outcome):
    return [(e.kind, e.amount, e.lot) for e in outcome.entries]


def test_points_are_exact_until_they_are_rounded_once():
    desk, member = desk_and_member()
    desk.order(member, order("2017-01-02T10:00:00", "500"))
    outcome = desk.order(member, order("2017-01-03T10:00:00", "0.79"))
    # silver by then: 0.79 × 1.25 = 0.9875
    assert told(outcome) == []
    assert member.tier == 1
    assert told(desk.order(member, order("2017-01-03T11:00:00", "0.80"))) == [("accrual", 1, 2)]


def test_the_tier_held_before_the_order_multiplies_it():
    desk, member = desk_and_member()
    first = desk.order(member, order("2017-03-01T10:00:00", "1500"))
    assert told(first) == [("accrual", 1500, 1)]
    assert [(c.before, c.after, c.reason, c.until) for c in first.tier_changes] == [
        (0, 2, "qualified", day_of(2019, 1, 1))
    ]
    assert told(desk.order(member, order("2017-03-01T10:00:01", "100"))) == [("accrual", 150, 2)]


def test_a_threshold_is_met_at_the_very_cent():
    desk, member = desk_and_member()
    desk.order(member, order("2017-03-01T10:00:00", "499.99"))
    assert member.tier == 0
    desk.order(member, order("2017-03-01T10:00:01", "0.01"))
    assert member.tier == 1


def test_points_of_a_month_end_with_the_same_month_of_the_next_year():
    desk, member = desk_and_member()
    desk.order(member, order("2017-01-15T10:00:00", "10"))
    assert member.lots[0].expires_day == day_of(2018, 2, 1)
    assert told(desk.advance(member, at("2018-01-31T23:59:59"))) == []
    outcome = desk.advance(member, at("2018-02-01T00:00:00"))
    assert told(outcome) == [("expiry", 10, 1)]
    assert outcome.entries[0].at == at("2018-02-01T00:00:00")
    assert member.balances == [0]


def test_expiry_is_booked_at_its_midnight_however_late_time_is_told():
    desk, member = desk_and_member()
    desk.order(member, order("2017-01-15T10:00:00", "10"))
    outcome = desk.order(member, order("2018-06-05T12:00:00", "7"))
    assert [(e.kind, e.amount, e.at) for e in outcome.entries] == [
        ("expiry", 10, at("2018-02-01T00:00:00")),
        ("accrual", 7, at("2018-06-05T12:00:00")),
    ]


def test_a_lot_past_its_date_can_not_be_drawn():
    desk, member = desk_and_member()
    desk.order(member, order("2017-01-15T10:00:00", "10"))
    before = (member.balances[:], [lot.remaining for lot in member.lots], member.standing_at)
    with pytest.raises(Refusal) as refusal:
        desk.redeem(member, 0, 1, at("2018-02-01T00:00:00"))
    assert (refusal.value.code, refusal.value.params) == ("insufficient_points", {"asked": 1, "usable": 0})
    assert (member.balances, [lot.remaining for lot in member.lots], member.standing_at) == before


def test_redemption_draws_what_ends_soonest_and_never_more():
    desk, member = desk_and_member()
    desk.order(member, order("2017-01-15T10:00:00", "10"))
    desk.order(member, order("2017-02-15T10:00:00", "20"))
    assert told(desk.redeem(member, 0, 15, at("2017-02-16T10:00:00"))) == [("redemption", 10, 1), ("redemption", 5, 2)]
    assert [(lot.number, lot.remaining) for lot in member.lots] == [(2, 15)]
    with pytest.raises(Refusal):
        desk.redeem(member, 0, 16, at("2017-02-16T10:00:01"))
    assert told(desk.redeem(member, 0, 15, at("2017-02-16T10:00:01"))) == [("redemption", 15, 2)]


def test_a_calendar_tier_falls_to_what_its_last_year_earned():
    desk, member = desk_and_member()
    desk.order(member, order("2017-03-01T10:00:00", "1500"))
    desk.order(member, order("2018-03-01T10:00:00", "600"))
    outcome = desk.advance(member, at("2019-01-01T00:00:00"))
    assert [(c.before, c.after, c.reason, c.until) for c in outcome.tier_changes] == [
        (2, 1, "reviewed", day_of(2020, 1, 1))
    ]


def test_a_calendar_tier_is_renewed_at_once_when_it_is_earned_again():
    desk, member = desk_and_member()
    desk.order(member, order("2017-03-01T10:00:00", "1500"))
    outcome = desk.order(member, order("2018-03-01T10:00:00", "1500"))
    assert [(c.reason, c.until) for c in outcome.tier_changes] == [("renewed", day_of(2020, 1, 1))]
    assert [c.reason for c in desk.advance(member, at("2019-12-31T23:59:59")).tier_changes] == []
    assert [(c.after, c.until) for c in desk.advance(member, at("2020-01-01T00:00:00")).tier_changes] == [(0, NEVER)]


def test_a_duration_is_reviewed_on_its_day_without_drift():
    shape = {"window": WindowKind.MONTHS, "length": 12, "validity": (ValidityKind.MONTHS, 12)}
    desk, member = desk_and_member(**shape)
    desk.order(member, order("2017-03-10T10:00:00", "600"))
    assert member.tier_until == day_of(2018, 3, 10)
    desk.order(member, order("2018-03-09T10:00:00", "500"))
    # as of 9 March 2018 the last 12 months hold the 10th of March before
    desk.advance(member, at("2018-03-10T00:00:00"))
    assert (member.tier, member.tier_until) == (1, day_of(2019, 3, 10))
    desk.advance(member, at("2019-03-10T00:00:00"))
    assert (member.tier, member.tier_until) == (0, NEVER)


@pytest.mark.parametrize(
    ("window", "length", "leaves"),
    [
        (WindowKind.THIS_DAY, 0, "2017-03-16"),
        (WindowKind.THIS_WEEK, 0, "2017-03-20"),
        (WindowKind.THIS_MONTH, 0, "2017-04-01"),
        (WindowKind.THIS_QUARTER, 0, "2017-04-01"),
        (WindowKind.THIS_YEAR, 0, "2018-01-01"),
        (WindowKind.MEMBERSHIP_YEAR, 0, "2018-01-31"),
        (WindowKind.DAYS, 30, "2017-04-14"),
        (WindowKind.MONTHS, 1, "2017-04-15"),
        (WindowKind.LAST_MONTHS, 2, "2017-06-01"),
    ],
)
def test_an_order_leaves_its_window_on_the_right_day(window, length, leaves):
    desk, member = desk_and_member(joined="2017-01-31T09:00:00", window=window, length=length)
    desk.order(member, order("2017-03-15T12:00:00", "7"))
    day = dt.date.fromisoformat(leaves)
    desk.advance(member, at(f"{day - dt.timedelta(1)}T23:59:59"))
    assert member.windows == [700, 1]
    desk.advance(member, at(f"{day}T00:00:00"))
    assert member.windows == [0, 0]


def test_whole_months_count_only_once_they_have_ended():
    desk, member = desk_and_member(window=WindowKind.LAST_MONTHS, length=2)
    desk.order(member, order("2017-03-15T12:00:00", "7"))
    desk.advance(member, at("2017-03-31T23:59:59"))
    assert member.windows == [0, 0]
    desk.advance(member, at("2017-04-01T00:00:00"))
    assert member.windows == [700, 1]


def test_a_late_fact_is_decided_as_of_where_the_member_stands():
    desk, member = desk_and_member()
    desk.order(member, order("2018-01-02T10:00:00", "10"))
    outcome = desk.order(member, order("2017-12-30T10:00:00", "600"))
    assert (outcome.late, outcome.effective_at) == (True, at("2018-01-02T10:00:00"))
    assert member.windows == [61000, 2]
    assert member.tier_until == day_of(2020, 1, 1)


def test_points_without_expiry_stay():
    desk, member = desk_and_member(expiry=None)
    desk.order(member, order("2017-01-15T10:00:00", "10"))
    desk.advance(member, at("2060-01-01T00:00:00"))
    assert (member.balances, member.lots[0].expires_day) == ([10], NEVER)


@pytest.mark.parametrize(
    ("expiry", "expires"),
    [
        ((1, 0, Period.NONE), day_of(2017, 2, 28)),
        ((0, 30, Period.NONE), day_of(2017, 3, 2)),
        ((3, 0, Period.QUARTER), day_of(2017, 7, 1)),
        ((12, 0, Period.YEAR), day_of(2019, 1, 1)),
    ],
)
def test_ends_of_points_credited_on_31_january_2017(expiry, expires):
    desk, member = desk_and_member(expiry=expiry)
    desk.order(member, order("2017-01-31T10:00:00", "10"))
    assert member.lots[0].expires_day == expires


@pytest.mark.parametrize("minor", [-1, 10**9 + 1])
def test_amounts_out_of_range_change_nothing(minor):
    desk, member = desk_and_member()
    with pytest.raises(Refusal) as refusal:
        desk.order(member, OrderFacts(at("2017-01-02T10:00:00"), minor, 0))
    assert refusal.value.code == "amount_out_of_range"
    assert (member.orders, member.standing_at) == (0, at("2017-01-01T09:00:00"))


@pytest.mark.parametrize("points", [0, -1, 10**12 + 1])
def test_points_out_of_range_are_refused(points):
    desk, member = desk_and_member()
    with pytest.raises(Refusal) as refusal:
        desk.redeem(member, 0, points, at("2017-01-02T10:00:00"))
    assert refusal.value.code == "points_out_of_range"
