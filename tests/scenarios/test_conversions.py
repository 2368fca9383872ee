"""Balances that become another unit on days of the year: what is taken, when, and what it does to the other unit."""

import pytest

from tests.scenarios.guests import Guest, program


def parts(points="", vouchers="scale: 2", terms="dates: 03-01, step: 100, rate: 0.05"):
    return (
        f"units:\n  points: {{convert: {{into: vouchers, {terms}}}{points}}}\n  vouchers: {{{vouchers}}}\n"
        "earn: [{code: a, unit: points, points: order.net}]\n"
    )


def kinds(guest):
    return [(entry.kind, entry.unit, entry.amount) for entry in guest.entries]


def test_whole_steps_are_converted_as_the_day_begins_and_the_rest_stays():
    guest = Guest(program(parts()), "2026-01-01")
    guest.buys("2026-01-02", 250)
    assert guest.waits_until("2026-02-28 23:59").has("points") == 250
    guest.waits_until("2026-03-01 00:00")
    assert (guest.has("points"), guest.has("vouchers")) == (50, "10.00")
    assert kinds(guest)[1:] == [("conversion_out", 0, 200), ("conversion_in", 1, 1000)]
    guest.waits_until("2027-03-02")
    assert (guest.has("points"), guest.has("vouchers")) == (50, "10.00")


@pytest.mark.parametrize(("points", "left"), [(499, 499), (500, 0), (550, 50)])
def test_less_than_the_least_is_carried_over(points, left):
    guest = Guest(program(parts(terms="dates: 03-01, least: 500, step: 100, rate: 1")), "2026-01-01")
    guest.buys("2026-01-02", points)
    assert guest.waits_until("2026-03-01").has("points") == left


def test_points_earned_on_the_day_itself_wait_for_the_next_one():
    guest = Guest(program(parts(terms="dates: [03-01, 09-01], rate: 1")), "2026-01-01")
    guest.buys("2026-03-01", 10)
    assert guest.waits_until("2026-08-31").has("points") == 10
    assert guest.waits_until("2026-09-01").has("points") == 0


def test_points_that_end_that_midnight_are_converted_and_those_that_become_usable_then_too():
    guest = Guest(program(parts(", expiry: {dates: 02-28}")), "2026-01-01")
    guest.buys("2026-01-02", 100)
    assert guest.last_days("points") == ["2026-02-28"]
    assert guest.waits_until("2026-03-01").has("vouchers") == "5.00"

    waiting = Guest(program(parts(", pending: {until: 2026-03-01}")), "2026-01-01")
    waiting.buys("2026-01-02", 100)
    waiting.waits_until("2026-03-01")
    assert (waiting.has("points"), waiting.waits_for("points"), waiting.has("vouchers")) == (0, 0, "5.00")


def test_the_lot_that_ends_first_is_taken_first_and_the_new_one_ends_as_its_unit_says():
    guest = Guest(
        program(parts(vouchers="expiry: {after: 1 month, end_of: month}", terms="dates: 03-01, step: 50, rate: 1")),
        "2026-01-01",
    )
    guest.opens("points", 40, "2026-12-31", "2026-01-01")
    guest.opens("points", 40, "2026-06-30", "2026-01-01")
    guest.waits_until("2026-03-01")
    assert kinds(guest)[2:] == [("conversion_out", 0, 40), ("conversion_out", 0, 10), ("conversion_in", 1, 50)]
    assert guest.last_days("points") == ["2026-12-31"]
    assert guest.last_days("vouchers") == ["2026-04-30"]


def test_a_conversion_repays_what_is_owed_and_counts_as_nothing_earned():
    text = program(
        "units:\n  points: {convert: {into: vouchers, dates: 03-01, rate: 1}}\n  vouchers: {}\n"
        "tiers: {ladder: main, measure: \"EARNED('vouchers', 'lifetime')\", validity: forever, levels: "
        "[{code: base, from: 0}, {code: gold, from: 50}]}\n"
        "earn: [{code: a, unit: points, points: order.net, when: order.channel = 'shop'}, "
        "{code: b, unit: vouchers, points: 30, when: order.channel = 'app'}]\n"
    )
    guest = Guest(text, "2026-01-01")
    guest.buys("2026-01-02", 1, channel="app")
    guest.redeems("2026-01-03", "vouchers", 30)
    guest.refunds("2026-01-04", 0)
    assert guest.owes("vouchers") == 30
    guest.buys("2026-01-05", 100, channel="shop")
    guest.waits_until("2026-03-01")
    assert (guest.has("points"), guest.has("vouchers"), guest.owes("vouchers")) == (0, 70, 0)
    assert kinds(guest)[-2:] == [("conversion_in", 1, 100), ("repayment", 1, 30)]
    guest.buys("2026-03-02", 1, channel="shop")
    assert guest.tier() == "base"


def test_a_tier_by_balance_looks_again():
    text = program(
        "units:\n  points: {convert: {into: vouchers, dates: 03-01, rate: 1}}\n  vouchers: {}\n"
        "tiers: {ladder: main, measure: BALANCE('points'), validity: as measured, levels: "
        "[{code: base, from: 0}, {code: gold, from: 50}]}\n"
        "earn: [{code: a, unit: points, points: order.net}]\n"
    )
    guest = Guest(text, "2026-01-01")
    guest.buys("2026-01-02", 60)
    assert guest.waits_until("2026-02-28").tier() == "gold"
    assert guest.waits_until("2026-03-01").tier() == "base"
