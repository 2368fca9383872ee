"""Units of a program file: how long points live, what they wait for, what caps them, and what is refused."""

from fractions import Fraction

import pytest

from shuke.core.offers.paying import PointsPayment
from shuke.core.program.ir import Window, WindowKind
from shuke.core.program.model import (
    NO_EXPIRY,
    Cap,
    CapOf,
    Conversion,
    Duration,
    Expiry,
    ExpiryKind,
    Pending,
    PendingKind,
    Refunds,
    Transfer,
)
from shuke.engine.schema import load_program
from tests.engine.program_files import changed, faults, loaded

DECEMBER_2026 = 20_788  # days from 1970-01-01 to 2026-12-01


def unit(written):
    return loaded("points: {}", f"points: {written}").units[0]


@pytest.mark.parametrize(
    ("written", "expiry"),
    [
        ("none", NO_EXPIRY),
        ("{after: 12 months}", Expiry(ExpiryKind.AFTER, Duration(12))),
        ("{after: 90 days}", Expiry(ExpiryKind.AFTER, Duration(0, 90))),
        ("{after: 2 weeks}", Expiry(ExpiryKind.AFTER, Duration(0, 14))),
        ("{end_of: year, dates: 03-31}", Expiry(ExpiryKind.DATES, Duration(0, 0, 12), (331,))),
        ("{after: 6 months, dates: [06-30, 03-31]}", Expiry(ExpiryKind.DATES, Duration(6), (331, 630))),
        ("{after: 1 half year, end_of: quarter}", Expiry(ExpiryKind.AFTER, Duration(6, 0, 3))),
        ("{after: 2 years, end_of: half year}", Expiry(ExpiryKind.AFTER, Duration(24, 0, 6))),
        ("{after: 2 years, end_of: half_year}", Expiry(ExpiryKind.AFTER, Duration(24, 0, 6))),
        ("{after: 6 months, end_of: march}", Expiry(ExpiryKind.AFTER, Duration(6, 0, 12, 3))),
        ("{after: 6 months, end_of: december}", Expiry(ExpiryKind.AFTER, Duration(6, 0, 12, 0))),
        ("{end_of: year from April}", Expiry(ExpiryKind.AFTER, Duration(0, 0, 12, 3))),
        ("{end_of: quarter from February}", Expiry(ExpiryKind.AFTER, Duration(0, 0, 3, 1))),
        ("{dates: [12-31, 03-31]}", Expiry(ExpiryKind.DATES, dates=(331, 1231))),
        ("{dates: 02-29}", Expiry(ExpiryKind.DATES, dates=(229,))),
        ("{inactive: 18 months}", Expiry(ExpiryKind.IDLE, Duration(18), activities=("earn", "redeem"))),
        (
            "{inactive: 6 months, end_of: month, activities: [redeem, check_in]}",
            Expiry(ExpiryKind.IDLE, Duration(6, 0, 1), activities=("redeem", "check_in")),
        ),
    ],
)
def test_expiries(written, expiry):
    assert unit(f"{{expiry: {written}}}").expiry == expiry


@pytest.mark.parametrize(
    ("written", "pending"),
    [
        ("none", Pending(PendingKind.NONE)),
        ("{for: 7 days}", Pending(PendingKind.PERIOD, Duration(0, 7))),
        ("{for: 1 month, end_of: month}", Pending(PendingKind.PERIOD, Duration(1, 0, 1))),
        ("{end_of: month}", Pending(PendingKind.PERIOD, Duration(0, 0, 1))),
        ("{end_of: month, dates: [06-15, 01-15]}", Pending(PendingKind.PERIOD, Duration(step=1), dates=(115, 615))),
        ("{dates: 03-15}", Pending(PendingKind.PERIOD, dates=(315,))),
        ("{until: 2026-12-01}", Pending(PendingKind.DATE, day=DECEMBER_2026)),
        ("{until: delivered}", Pending(PendingKind.EVENT, event="delivered")),
        ("{until: delivered, within: 30 days}", Pending(PendingKind.EVENT, event="delivered", within=Duration(0, 30))),
    ],
)
def test_pending_points(written, pending):
    assert unit(f"{{pending: {written}}}").pending == pending


def test_pending_points_wait_for_the_working_days_of_a_country():
    text = changed("points: {}", "points: {pending: {for: 3 working days}}").replace("units:", "country: CN\nunits:", 1)
    assert load_program(text).units[0].pending == Pending(PendingKind.PERIOD, workdays=3)
    rounded = changed("working days", "working days, end_of: month", text)
    assert faults(rounded) == [("not_beside", "end_of", "for")]


def test_every_other_key_of_a_unit():
    found = unit(
        "{name: 积分, scale: 2, round: half_up, at: line, value: 0.05, refunds: only_pending, reinstate: 30 days,"
        " multipliers: add, supply: 1000000.5}"
    )
    assert (found.name, found.scale, found.rounding, found.at_line, found.value) == (
        "积分",
        2,
        "half_up",
        True,
        Fraction(1, 20),
    )
    assert (found.refunds, found.reinstate, found.adds_multipliers) == (Refunds.ONLY_PENDING, Duration(0, 30), True)
    assert found.supply == 100_000_050
    assert unit("{reinstate: {after: 1 month, end_of: month}}").reinstate == Duration(1, 0, 1)


def test_growth_value_is_never_spent():
    assert [(found.code, found.spendable) for found in loaded("{}", "{}").units] == [
        ("points", True),
        ("growth", False),
    ]


@pytest.mark.parametrize(
    ("written", "transfer"),
    [
        ("no", None),
        ("yes", Transfer(1, None, 0, keeps_expiry=True, regift=False)),
        ("{}", Transfer(1, None, 0, keeps_expiry=True, regift=False)),
        (
            "{least: 1.5, most: 50, cool_down: 2 weeks, expiry: reset, regift: yes}",
            Transfer(15, 500, 14, keeps_expiry=False, regift=True),
        ),
    ],
)
def test_transfers(written, transfer):
    assert unit(f"{{scale: 1, transfer: {written}}}").transfer == transfer


@pytest.mark.parametrize(
    ("written", "cap"),
    [
        ("{per: day, points: 500}", (CapOf.EARNED, Window(WindowKind.DAY), False, False, 5_000)),
        ("{per: this week, times: 3}", (CapOf.EARNED, Window(WindowKind.WEEK), False, True, 3)),
        ("{per: month, points: 0.5}", (CapOf.EARNED, Window(WindowKind.PERIOD, step=1), False, False, 5)),
        ("{per: year from April, points: 1}", (CapOf.EARNED, Window(WindowKind.PERIOD, 0, 12, 3), False, False, 10)),
        ("{per: membership year, points: 1}", (CapOf.EARNED, Window(WindowKind.MEMBERSHIP_YEAR), False, False, 10)),
        ("{per: lifetime, times: 1}", (CapOf.EARNED, Window(WindowKind.LIFETIME), False, True, 1)),
        ("{per: transaction, points: 1000}", (CapOf.EARNED, None, False, False, 10_000)),
        ("{per: balance, points: 1000}", (CapOf.EARNED, None, True, False, 10_000)),
        ("{of: redeem, per: transaction, points: 20}", (CapOf.REDEEMED, None, False, False, 200)),
        (
            "{of: transfer, per: quarter, points: 20}",
            (CapOf.TRANSFERRED, Window(WindowKind.PERIOD, step=3), False, False, 200),
        ),
    ],
)
def test_caps(written, cap):
    of, window, balance, times, limit = cap
    for listed in (written, f"[{written}]"):
        program = loaded("points: {}", f"points: {{scale: 1, transfer: yes, caps: {listed}}}")
        assert program.caps == (Cap(of, "points", None, window, balance, times, limit),)


def test_caps_stand_in_the_order_of_the_file_with_those_of_rules_last():
    text = changed("points: order.net", "points: order.net, caps: {per: day, times: 1}")
    text = changed("points: {}", "points: {caps: [{per: day, points: 2}, {per: balance, points: 3}]}", text)
    program = loaded("growth: {spendable: no}", "growth: {spendable: no, caps: {per: day, points: 4}}", text)
    assert [(cap.unit, cap.rule, cap.limit) for cap in program.caps] == [
        ("points", None, 2),
        ("points", None, 3),
        ("growth", None, 4),
        ("points", "spend", 1),
    ]


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("expiry: {after: 12 mont}", ("bad_duration", "12 mont", "12 months")),
        ("expiry: {after: 700 months}", ("bad_duration", "700 months", "12 months")),
        ("expiry: {after: 1 year, end_of: weak}", ("unknown_period", "weak", "year")),
        ("expiry: {dates: [13-01]}", ("bad_date", "13-01", "12-31")),
        ("expiry: {dates: [02-30]}", ("bad_date", "02-30", "12-31")),
        ("expiry: {dates: []}", ("wrong_count", "[", None)),
        ("expiry: {}", ("one_of_these", "{", "after: 12 months")),
        ("expiry: {dates: [03-31], inactive: 1 year}", ("one_of_these", "inactive", "after: 12 months")),
        ("expiry: {after: 1 year, activities: [earn]}", ("not_beside", "activities", "inactive")),
        ("expiry: {inactive: 1 year, activities: [chekin]}", ("unknown_behaviour", "chekin", "check_in")),
        ("pending: {}", ("one_of_these", "{", "for: 7 days")),
        ("pending: {until: 2026-02-30}", ("bad_date", "2026-02-30", "2026-12-01")),
        ("pending: {until: 2026-12-01, within: 3 days}", ("bad_date", "2026-12-01", "2026-12-01")),
        ("pending: {until: delivery}", ("unknown_behaviour", "delivery", "delivered")),
        ("pending: {until: delivered, end_of: month}", ("not_beside", "end_of", "for")),
        ("pending: {for: 3 working days}", ("no_country", "3 working days", "country: CN")),
        ("pending: {for: 61 working days}", ("bad_duration", "61 working days", "12 months")),
        ("pending: {until: delivered, dates: 03-15}", ("not_beside", "dates", "for")),
        ("pending: {for: 7 days, within: 3 days}", ("not_beside", "within", "until")),
        ("refunds: dept", ("unknown_choice", "dept", "debt")),
        ("spendable: maybe", ("unknown_choice", "maybe", "yes")),
        ("multipliers: multiplied", ("unknown_choice", "multiplied", "multiply")),
        ("at: lines", ("unknown_level_of_rounding", "lines", "line")),
        ("supply: 0", ("number_too_small", "0", "1")),
        ("transfer: {least: 10, most: 5}", ("number_too_small", "5", "10")),
        ("transfer: {cool_down: 1 month}", ("bad_duration", "1 month", "7 days")),
        ("spendable: no, transfer: yes", ("not_transferable", "transfer", "spendable: yes")),
        ("caps: {per: 30 days, points: 1}", ("unknown_window", "30 days", "day")),
        ("caps: {per: day}", ("one_of_these", "{per", "points: 500")),
        ("caps: {per: day, points: 1, times: 1}", ("one_of_these", "times", "points: 500")),
        ("caps: {per: day, points: 0}", ("number_too_small", "0", "1")),
        ("caps: {per: balance, times: 1}", ("wrong_cap", "{per", "{per: day, points: 500}")),
        ("caps: {per: balance, of: redeem, points: 1}", ("wrong_cap", "{per", "{per: day, points: 500}")),
        ("caps: {per: day, of: transfer, points: 1}", ("wrong_cap", "{per", "{per: day, points: 500}")),
    ],
)
def test_what_a_unit_is_refused_for(written, fault):
    assert faults(changed("points: {}", f"points: {{{written}}}")) == [fault]


VOUCHERS = changed("growth:", "vouchers: {scale: 2}\n  growth:")


@pytest.mark.parametrize(
    ("written", "conversion"),
    [
        ("dates: [08-15, 02-15], least: 150, rate: 0.01", Conversion("vouchers", (215, 815), None, 150, 1, 1)),
        ("dates: 12-31, rate: 0.005, step: 2", Conversion("vouchers", (1231,), None, 2, 2, 1)),
        ("dates: 03-01, rate: 1.5", Conversion("vouchers", (301,), None, 1, 1, 150)),
        ("every: day, rate: 1", Conversion("vouchers", (), Duration(days=1), 1, 1, 100)),
        ("every: quarter, rate: 1", Conversion("vouchers", (), Duration(step=3), 1, 1, 100)),
        ("every: year from April, rate: 1", Conversion("vouchers", (), Duration(step=12, shift=3), 1, 1, 100)),
    ],
)
def test_conversions(written, conversion):
    text = changed("points: {}", f"points: {{convert: {{into: vouchers, {written}}}}}", VOUCHERS)
    assert load_program(text).units[0].convert == conversion


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("into: points, dates: 12-31, rate: 1", ("unknown_unit", "points", None)),
        ("into: vouchers, dates: 12-31, rate: 0.005", ("too_many_digits", "rate", "step: 2")),
        ("into: vouchers, dates: 12-31, rate: 0", ("number_too_small", "0", "0.000001")),
        ("into: vouchers, dates: 02-29, rate: 1", ("bad_date", "dates", "02-28")),
        ("into: vouchers, dates: 12-31, rate: 1, step: 100, least: 50", ("number_too_small", "50", "100")),
        ("into: vouchers, rate: 1", ("one_of_these", "{into", "dates: [02-15, 08-15]")),
        ("into: vouchers, rate: 1, dates: 12-31, every: day", ("one_of_these", "every", "dates: [02-15, 08-15]")),
        ("into: vouchers, rate: 1, every: monht", ("unknown_period", "monht", "month")),
        ("into: vouchers, rate: 1, every: march", ("unknown_period", "march", None)),
        ("into: vouchers, dates: 12-31", ("missing_key", "{into", "rate: 0.01")),
    ],
)
def test_what_a_conversion_is_refused_for(written, fault):
    [(code, word, suggestion)] = faults(changed("points: {}", f"points: {{convert: {{{written}}}}}", VOUCHERS))
    assert (code, word) == fault[:2]
    assert fault[2] is None or suggestion == fault[2]


def test_the_least_of_a_redemption():
    assert (unit("{scale: 1}").redeem_least, unit("{scale: 1}").redeem_step) == (1, 1)
    found = unit("{scale: 1, redeem: {least: 500, step: 100}}")
    assert (found.redeem_least, found.redeem_step) == (5_000, 1_000)
    [fault] = faults(changed("spendable: no", "spendable: no, redeem: {least: 5}"))
    assert fault == ("not_beside", "redeem", "spendable")


def test_a_growth_value_is_not_converted():
    text = changed("spendable: no", "spendable: no, convert: {into: points, dates: 12-31, rate: 1}")
    assert faults(text) == [("not_transferable", "convert", "spendable: yes")]


def test_points_that_would_go_round_are_refused():
    there, back = (f"{{convert: {{into: {into}, every: day, rate: 2}}}}" for into in ("vouchers", "points"))
    both = f"points: {there}\n  vouchers: {back}"
    assert faults(changed("points: {}", both)) == [("not_beside", "convert", "into"), ("not_beside", "convert", "into")]


def test_a_program_has_24_caps_at_most():
    caps = ", ".join(["{per: day, points: 1}"] * 13)
    text = changed("points: {}", f"points: {{caps: [{caps}]}}")
    text = changed("spendable: no", f"spendable: no, caps: [{caps}]", text)
    assert faults(text) == [("too_many_caps", "shuke", None)]


def test_a_step_that_gives_no_whole_fraction_is_quoted_as_a_decimal():
    convert = "{scale: 2, convert: {into: vouchers, dates: 12-31, rate: 0.01, step: 0.5}}"
    [(code, _, suggestion)] = faults(changed("points: {}", f"points: {convert}", VOUCHERS))
    assert (code, suggestion) == ("too_many_digits", "step: 1")


def test_what_pays_for_carts_is_said_once():
    paid = unit("{value: 0.01, redeem: {least: 500, step: 100}, pay: {percent: 50, most: 20000}}").pay
    assert paid == PointsPayment(Fraction(1), least=500, block=100, percent=Fraction(50), most=20000)
    assert unit("{value: 0.5, scale: 2, pay: yes}").pay == PointsPayment(Fraction(1, 2))
    assert unit("{value: 0.5, pay: no}").pay is None


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("{pay: yes}", ("not_beside", "pay", "value: 0.01")),
        ("{spendable: no, value: 1, pay: yes}", ("not_beside", "pay", "spendable")),
        ("{value: 1, pay: {percent: 101}}", ("number_too_large", "101", "100")),
        ("{value: 1, pay: half}", ("wrong_type", "half", "{percent: 50, most: 20000}")),
        ("{value: 1, pay: {share: 5}}", ("unknown_key", "share", None)),
    ],
)
def test_what_can_not_pay(written, found):
    assert faults(changed("points: {}", f"points: {written}")) == [found]
