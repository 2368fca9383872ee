"""The machines on cases worked by hand: what time does, in which order, and what a fact does."""

import datetime as dt
from fractions import Fraction

import pytest

from shuke.core.values.dates import NEVER, day_of
from shuke.core.values.errors import Refusal
from shuke.engine.compile import compile_program
from shuke.engine.online import Desk
from shuke.engine.schema import load_program
from shuke.engine.states import BehaviourFacts, OrderFacts, PastGrant, RefundFacts

UNIT = "expiry: {after: 12 months, end_of: month}"
MEASURE = "SPEND('this year')"
VALIDITY = "end of next calendar year"
LEVELS = """
    - {code: base, from: 0}
    - {code: silver, from: 500, multiplier: 1.25}
    - {code: gold, from: 1500, multiplier: 1.5}
"""


def program(
    *, unit=UNIT, measure=MEASURE, validity=VALIDITY, ladder="", levels=LEVELS, rule="", more="", more_units="", last=""
):
    return f"""
shuke: 1
program: test
currency: CNY
time_zone: Asia/Shanghai
{more}
units:
  points: {{round: floor{", " + unit if unit else ""}}}
{more_units}tiers:
  ladder: main
  measure: {measure}
  validity: {validity}
  {ladder}
  levels: {levels.rstrip()}
earn:
  - {{code: spend, unit: points, points: order.net * tier.multiplier{rule}}}
{last}
"""


def at(text: str) -> int:
    """UTC second of a Shanghai clock reading."""
    return int(dt.datetime.fromisoformat(text + "+08:00").timestamp())


def order(when: str, major: str) -> OrderFacts:
    minor = int(Fraction(major) * 100)
    return OrderFacts(occurred_at=at(when), net_minor=minor, gross_minor=minor)


def desk_and_member(joined="2017-01-01T09:00:00", **shape):
    desk = Desk(compile_program(load_program(program(**shape))))
    return desk, desk.fresh(at(joined))


def told(outcome):
    return [(e.kind, e.amount, e.lot) for e in outcome.entries]


def moves(outcome):
    return [(c.reason, c.before, c.after, c.until) for c in outcome.tier_changes]


def tier(member):
    return member.ladders[0].rank, member.ladders[0].until


# ---- earning and tiers


def test_points_are_exact_until_they_are_rounded_once():
    desk, member = desk_and_member()
    desk.order(member, order("2017-01-02T10:00:00", "500"))
    # silver by then: 0.79 × 1.25 = 0.9875
    assert told(desk.order(member, order("2017-01-03T10:00:00", "0.79"))) == []
    assert told(desk.order(member, order("2017-01-03T11:00:00", "0.80"))) == [("accrual", 1, 2)]


def test_the_tier_held_before_the_order_multiplies_it():
    desk, member = desk_and_member()
    first = desk.order(member, order("2017-03-01T10:00:00", "1500"))
    assert told(first) == [("accrual", 1500, 1)]
    assert moves(first) == [("qualified", 0, 2, day_of(2019, 1, 1))]
    assert told(desk.order(member, order("2017-03-01T10:00:01", "100"))) == [("accrual", 150, 2)]


def test_a_threshold_is_met_at_the_very_cent():
    desk, member = desk_and_member()
    desk.order(member, order("2017-03-01T10:00:00", "499.99"))
    assert tier(member) == (0, NEVER)
    desk.order(member, order("2017-03-01T10:00:01", "0.01"))
    assert tier(member) == (1, day_of(2019, 1, 1))


def test_a_calendar_tier_falls_to_what_its_last_year_earned():
    desk, member = desk_and_member()
    desk.order(member, order("2017-03-01T10:00:00", "1500"))
    desk.order(member, order("2018-03-01T10:00:00", "600"))
    assert moves(desk.advance(member, at("2019-01-01T00:00:00"))) == [("reviewed", 2, 1, day_of(2020, 1, 1))]


def test_a_calendar_tier_is_renewed_at_once_when_it_is_earned_again():
    desk, member = desk_and_member()
    desk.order(member, order("2017-03-01T10:00:00", "1500"))
    assert moves(desk.order(member, order("2018-03-01T10:00:00", "1500"))) == [("renewed", 2, 2, day_of(2020, 1, 1))]
    assert moves(desk.advance(member, at("2019-12-31T23:59:59"))) == []
    assert moves(desk.advance(member, at("2020-01-01T00:00:00"))) == [("reviewed", 2, 0, NEVER)]


def test_a_duration_is_reviewed_on_its_day_without_drift():
    desk, member = desk_and_member(measure="SPEND('12 months')", validity="12 months")
    desk.order(member, order("2017-03-10T10:00:00", "600"))
    assert tier(member) == (1, day_of(2018, 3, 10))
    desk.order(member, order("2018-03-09T10:00:00", "500"))
    # as of 9 March 2018 the last 12 months hold the 10th of March before
    desk.advance(member, at("2018-03-10T00:00:00"))
    assert tier(member) == (1, day_of(2019, 3, 10))
    desk.advance(member, at("2019-03-10T00:00:00"))
    assert tier(member) == (0, NEVER)


def test_a_grace_waits_before_the_fall_and_one_level_at_a_time():
    desk, member = desk_and_member(ladder="grace: 1 month\n  downgrade: one step")
    desk.order(member, order("2017-03-01T10:00:00", "1500"))
    assert moves(desk.advance(member, at("2019-01-01T00:00:00"))) == [("grace", 2, 2, day_of(2019, 2, 1))]
    # the new validity runs from 31 January, the last day of grace
    assert moves(desk.advance(member, at("2019-02-01T00:00:00"))) == [("reviewed", 2, 1, day_of(2021, 1, 1))]


def test_a_tier_given_by_hand_holds_a_floor_until_its_day():
    desk, member = desk_and_member()
    given = desk.assign(member, 0, 2, day_of(2017, 6, 1), at("2017-02-01T10:00:00"), exactly=False)
    assert moves(given) == [("assigned", 0, 2, day_of(2017, 6, 1))]
    desk.order(member, order("2017-03-01T10:00:00", "500"))
    assert tier(member) == (2, day_of(2017, 6, 1))
    # measured as of 31 May: 500 of this year keep silver, valid from 31 May to the end of the next year
    assert moves(desk.advance(member, at("2017-06-01T00:00:00"))) == [("reviewed", 2, 1, day_of(2019, 1, 1))]


# ---- expiry


def test_points_of_a_month_end_with_the_same_month_of_the_next_year():
    desk, member = desk_and_member()
    desk.order(member, order("2017-01-15T10:00:00", "10"))
    assert member.lots[0].ends == day_of(2018, 2, 1)
    assert told(desk.advance(member, at("2018-01-31T23:59:59"))) == []
    outcome = desk.advance(member, at("2018-02-01T00:00:00"))
    assert told(outcome) == [("expiry", 10, 1)]
    assert outcome.entries[0].at == at("2018-02-01T00:00:00")
    assert member.available == [0]


def test_expiry_is_booked_at_its_midnight_however_late_time_is_told():
    desk, member = desk_and_member()
    desk.order(member, order("2017-01-15T10:00:00", "10"))
    outcome = desk.order(member, order("2018-06-05T12:00:00", "7"))
    assert [(e.kind, e.amount, e.at) for e in outcome.entries] == [
        ("expiry", 10, at("2018-02-01T00:00:00")),
        ("accrual", 7, at("2018-06-05T12:00:00")),
    ]


@pytest.mark.parametrize(
    ("expiry", "ends"),
    [
        ("{after: 1 month}", day_of(2017, 2, 28)),
        ("{after: 30 days}", day_of(2017, 3, 2)),
        ("{after: 3 months, end_of: quarter}", day_of(2017, 7, 1)),
        ("{after: 12 months, end_of: year}", day_of(2019, 1, 1)),
        ("{dates: [06-30, 12-31]}", day_of(2017, 7, 1)),
        ("{dates: [01-31]}", day_of(2017, 2, 1)),
        ("none", NEVER),
    ],
)
def test_ends_of_points_credited_on_31_january_2017(expiry, ends):
    desk, member = desk_and_member(unit=f"expiry: {expiry}")
    desk.order(member, order("2017-01-31T10:00:00", "10"))
    assert member.lots[0].ends == ends


# ---- redemptions and holds


def test_a_lot_past_its_date_can_not_be_drawn():
    desk, member = desk_and_member()
    desk.order(member, order("2017-01-15T10:00:00", "10"))
    before = (member.available[:], [lot.left for lot in member.lots], member.standing_at)
    with pytest.raises(Refusal) as refusal:
        desk.redeem(member, 0, 1, at("2018-02-01T00:00:00"))
    assert (refusal.value.code, refusal.value.params) == ("insufficient_points", {"asked": "1", "usable": "0"})
    assert (member.available, [lot.left for lot in member.lots], member.standing_at) == before


def test_redemption_draws_what_ends_soonest_and_never_more():
    desk, member = desk_and_member()
    desk.order(member, order("2017-01-15T10:00:00", "10"))
    desk.order(member, order("2017-02-15T10:00:00", "20"))
    assert told(desk.redeem(member, 0, 15, at("2017-02-16T10:00:00"))) == [("redemption", 10, 1), ("redemption", 5, 2)]
    assert [(lot.number, lot.left) for lot in member.lots] == [(2, 15)]
    with pytest.raises(Refusal):
        desk.redeem(member, 0, 16, at("2017-02-16T10:00:01"))
    assert told(desk.redeem(member, 0, 15, at("2017-02-16T10:00:01"))) == [("redemption", 15, 2)]


def test_what_was_drawn_last_comes_back_first_and_into_its_lot():
    desk, member = desk_and_member()
    desk.order(member, order("2017-01-15T10:00:00", "10"))
    desk.order(member, order("2017-02-15T10:00:00", "20"))
    desk.redeem(member, 0, 15, at("2017-02-16T10:00:00"), cause=7)
    assert told(desk.give_back(member, 7, 8, at("2017-02-17T10:00:00"))) == [("return", 5, 2), ("return", 3, 1)]
    assert [(lot.number, lot.left) for lot in member.lots] == [(1, 3), (2, 20)]


def test_a_hold_lapses_at_its_instant_into_lots_that_still_live():
    desk, member = desk_and_member()
    desk.order(member, order("2017-01-15T10:00:00", "10"))
    desk.order(member, order("2017-02-15T10:00:00", "20"))
    desk.hold(member, 0, 15, at("2017-03-01T10:00:00"), until=at("2018-02-01T12:00:00"), cause=7)
    assert (member.available, member.held) == ([15], [15])
    outcome = desk.advance(member, at("2018-02-01T12:00:00"))
    assert told(outcome) == [("lapse", 10, 1), ("release", 5, 2)]
    assert [e.at for e in outcome.entries] == [at("2018-02-01T12:00:00")] * 2
    assert (member.available, member.held) == ([20], [0])


def test_nothing_falls_due_before_the_instant_at_which_a_hold_lapsed():
    desk, member = desk_and_member(
        unit="expiry: none, convert: {into: gift, dates: [03-01], step: 10, rate: 0.1}",
        more_units="  gift: {}\n",
    )
    desk.order(member, order("2017-01-15T10:00:00", "10"))
    desk.hold(member, 0, 10, at("2017-01-16T10:00:00"), until=at("2017-06-01T12:00:00"), cause=7)
    # on 1 March nothing was usable; on the next one it is
    outcome = desk.advance(member, at("2018-03-02T00:00:00"))
    days = [(e.kind, e.day) for e in outcome.entries]
    assert days[0] == ("release", day_of(2017, 6, 1))
    assert {day for _, day in days[1:]} == {day_of(2018, 3, 1)}
    assert (member.available, member.held) == ([0, 1], [0, 0])


# ---- pending, refunds, debt


def refund(member, outcome, when, left, *, back=0, gone=0):
    """A refund of the 100 that an order of `outcome` cost, down to `left`."""
    given = outcome.given[0]
    return RefundFacts(
        occurred_at=at(when),
        vector=outcome.vector,
        remains=OrderFacts(outcome.effective_at, left * 100, left * 100),
        grants=[PastGrant(0, given.points, back, given.lot, given.counted_day, gone)],
        net_off=10_000 - left * 100,
        whole=left == 0,
        counted_day=day_of(2017, 1, 15),
    )


def test_pending_points_are_usable_from_their_day_and_count_on_the_one_before():
    desk, member = desk_and_member(rule=", pending: {for: 7 days}", measure="EARNED('points', 'this month')")
    assert told(desk.order(member, order("2017-01-25T10:00:00", "600"))) == [("accrual_pending", 600, 1)]
    assert (member.available, member.pending) == ([0], [600])
    outcome = desk.advance(member, at("2017-02-01T00:00:00"))
    assert told(outcome) == [("activation", 600, 1)]
    assert moves(outcome) == [("qualified", 0, 1, day_of(2019, 1, 1))]
    assert (member.available, member.pending, member.windows) == ([600], [0], [0])


def test_a_refund_takes_back_from_its_lot_then_the_others_then_owes():
    desk, member = desk_and_member()
    first = desk.order(member, order("2017-01-15T10:00:00", "100"))
    desk.order(member, order("2017-02-15T10:00:00", "20"))
    desk.redeem(member, 0, 70, at("2017-02-16T10:00:00"))
    outcome = desk.refund(member, refund(member, first, "2017-03-01T10:00:00", 0))
    assert told(outcome) == [("clawback", 30, 1), ("clawback", 20, 2), ("owed", 50, 0)]
    assert (member.available, member.debt, member.orders) == ([0], [50], 1)
    assert told(desk.order(member, order("2017-03-02T10:00:00", "60"))) == [("accrual", 60, 3), ("repayment", 50, 3)]
    assert (member.available, member.debt) == ([10], [0])


def test_what_has_expired_is_forgiven_first():
    desk, member = desk_and_member()
    first = desk.order(member, order("2017-01-15T10:00:00", "100"))
    desk.redeem(member, 0, 70, at("2017-02-16T10:00:00"))
    desk.advance(member, at("2018-02-01T00:00:00"))
    outcome = desk.refund(member, refund(member, first, "2018-02-02T10:00:00", 60, gone=30))
    # 40 to take back, 30 of the lot have ended
    assert told(outcome) == [("owed", 10, 0)]


def test_a_refund_may_take_the_tier_at_once_where_the_program_says_so():
    desk, member = desk_and_member(
        ladder="refunds: at once", levels=LEVELS.replace("from: 500", "from: 50"), measure="SPEND('lifetime')"
    )
    first = desk.order(member, order("2017-01-15T10:00:00", "100"))
    assert tier(member)[0] == 1
    assert moves(desk.refund(member, refund(member, first, "2017-02-01T10:00:00", 40))) == [("refunded", 1, 0, NEVER)]


# ---- behaviours


def test_a_streak_breaks_on_the_day_after_the_one_left_out():
    desk, member = desk_and_member(
        more="behaviours: {check_in: check-in}",
        last="  - {code: in, unit: points, on: check_in, points: STREAK('check_in')}",
    )

    def check_in(day):
        return told(desk.behaviour(member, BehaviourFacts(at(f"2017-01-{day}T10:00:00"), "check_in")))

    assert [check_in(day) for day in ("02", "03", "03", "05")] == [
        [("accrual", 1, 1)],
        [("accrual", 2, 2)],
        [("accrual", 2, 3)],
        [("accrual", 1, 4)],
    ]


# ---- windows


@pytest.mark.parametrize(
    ("window", "leaves"),
    [
        ("this day", "2017-03-16"),
        ("this week", "2017-03-20"),
        ("this month", "2017-04-01"),
        ("this quarter", "2017-04-01"),
        ("this half year", "2017-07-01"),
        ("this year", "2018-01-01"),
        ("this year from April", "2017-04-01"),
        ("membership year", "2018-01-31"),
        ("30 days", "2017-04-14"),
        ("1 month", "2017-04-15"),
        ("last 2 months", "2017-06-01"),
    ],
)
def test_an_order_leaves_its_window_on_the_right_day(window, leaves):
    desk, member = desk_and_member(joined="2017-01-31T09:00:00", measure=f"SPEND('{window}')")
    desk.order(member, order("2017-03-15T12:00:00", "7"))
    day = dt.date.fromisoformat(leaves)
    desk.advance(member, at(f"{day - dt.timedelta(1)}T23:59:59"))
    assert member.windows == [700]
    desk.advance(member, at(f"{day}T00:00:00"))
    assert member.windows == [0]


def test_whole_months_count_only_once_they_have_ended():
    desk, member = desk_and_member(measure="SPEND('last 2 months')")
    desk.order(member, order("2017-03-15T12:00:00", "7"))
    desk.advance(member, at("2017-03-31T23:59:59"))
    assert member.windows == [0]
    desk.advance(member, at("2017-04-01T00:00:00"))
    assert member.windows == [700]


def test_a_late_fact_is_decided_as_of_where_the_member_stands():
    desk, member = desk_and_member()
    desk.order(member, order("2018-01-02T10:00:00", "10"))
    outcome = desk.order(member, order("2017-12-30T10:00:00", "600"))
    assert (outcome.late, outcome.effective_at) == (True, at("2018-01-02T10:00:00"))
    assert member.windows == [61000]
    assert tier(member) == (1, day_of(2020, 1, 1))


# ---- limits


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
