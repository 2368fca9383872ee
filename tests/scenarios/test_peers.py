"""Scenarios of other products' test suites about points, tiers, refunds and expiry, each as a program that does the same.

Where products differ by choice, the choice is a key of the file; what an invariant of the ledger forbids is refused.
"""

import pytest

from shuke.core.values.errors import Refusal
from shuke.engine.schema import ProgramErrors, load_program
from shuke.engine.states import LineFacts
from tests.scenarios.guests import Guest, program

ONE_PER_YUAN = "units: {points: }\nearn: [{code: spend, unit: points, points: order.net}]\n"


def kinds(guest):
    return [entry.kind for entry in guest.entries]


# Earning


def test_odoo_007_points_on_one_category_after_its_discount():
    food = "units: {points: }\nearn: [{code: food, unit: points, points: SUM(item.net) FILTER (WHERE item.category = 'Food')}]\n"
    guest = Guest(program(food), "2026-01-01")
    guest.buys("2026-01-02", 140, [("Food", 90), ("other", 50)])
    assert guest.has("points") == 90


def test_odoo_points_on_what_a_category_is_listed_at_whatever_a_discount_of_the_order_takes_off():
    listed = (
        "attributes: {item: {listed: number}}\nunits: {points: }\n"
        "earn: [{code: food, unit: points, points: SUM(item.listed) FILTER (WHERE item.category = 'Food')}]\n"
    )
    guest = Guest(program(listed), "2026-01-01")
    lines = [LineFacts(9000, 1, "Food", "", {"listed": 100}), LineFacts(4500, 1, "other", "", {"listed": 50})]
    guest.buys("2026-01-02", 135, lines)
    assert guest.has("points") == 100


def test_odoo_011_half_points_are_spent_where_the_unit_has_decimals():
    guest = Guest(program("units: {points: {scale: 1}}\nearn: [{code: each, unit: points, points: 1}]\n"), "2026-01-01")
    guest.buys("2026-01-02", 100)
    guest.redeems("2026-01-02", "points", 0.5)
    guest.redeems("2026-01-02", "points", 0.5)
    assert guest.has("points") == "0.0"


def test_odoo_023_points_only_with_a_code():
    coded = (
        "attributes: {order: {promo_code: text}}\nunits: {points: }\n"
        "earn: [{code: promo, unit: points, when: order.promo_code = 'PROMO10', points: 10}]\n"
    )
    guest = Guest(program(coded), "2026-01-01")
    guest.buys("2026-01-02", 100)
    assert guest.has("points") == 0
    guest.buys("2026-01-02", 100, attributes={"promo_code": "PROMO10"})
    assert guest.has("points") == 10


BASKET = [
    LineFacts(1200, 1, "", "123", {"colour": "red"}),
    LineFacts(10_000, 1, "", "000", {"colour": "blue"}),
    LineFacts(4000, 1, "", "0001", {"colour": "blue"}),
]


@pytest.mark.parametrize(
    ("rules", "points"),
    [
        ("{code: a, unit: points, points: SUM(item.net) FILTER (WHERE item.sku <> '000') * 4}", 208),  # openloyalty-002
        (
            "{code: a, unit: points, points: order.net * 10}, {code: b, unit: points, points: order.net * 4}",
            2128,
        ),  # 006
        (
            "{code: a, unit: points, points: SUM(item.net * CASE WHEN item.colour = 'red' THEN 3 ELSE 1 END) * 4}",
            704,
        ),  # 010
    ],
)
def test_openloyalty_exclusions_sums_and_multipliers_of_lines(rules, points):
    parts = f"attributes: {{item: {{colour: text}}}}\nunits: {{points: }}\nearn: [{rules}]\n"
    guest = Guest(program(parts), "2026-01-01")
    guest.buys("2026-01-02", 152, BASKET)
    assert guest.has("points") == points


def test_setono_032_the_first_rule_of_a_group_by_priority():
    rules = (
        "units: {points: }\ngroups: {fixed: first}\nearn:\n"
        "  - {code: small, unit: points, group: fixed, priority: 5, points: 50}\n"
        "  - {code: large, unit: points, group: fixed, priority: 20, points: 200}\n"
    )
    guest = Guest(program(rules), "2026-01-01")
    guest.buys("2026-06-01", 19.99)
    assert guest.has("points") == 200


@pytest.mark.parametrize(
    ("points", "amount", "lines", "earned"),
    [
        ("order.net", 19.99, [], 19),
        ("order.net * 3", 40, [], 120),
        ("SUM(item.quantity) FILTER (WHERE item.category = 'A') * 100", 30, [("A", 30, 3)], 300),
    ],
)
def test_setono_036_amounts_are_truncated(points, amount, lines, earned):
    rule = f"units: {{points: }}\nearn: [{{code: a, unit: points, points: {points}}}]\n"
    guest = Guest(program(rule), "2026-01-01")
    guest.buys("2026-01-02", amount, lines)
    assert guest.has("points") == earned


def test_setono_036_a_divisor_of_0_is_refused():
    with pytest.raises(ProgramErrors) as caught:
        load_program(program("units: {points: }\nearn: [{code: a, unit: points, points: order.net / 0}]\n"))
    assert [refusal.code for refusal in caught.value.refusals] == ["division_by_zero"]


@pytest.mark.parametrize(
    ("when", "earned"),
    [("order.weekday = 4", 1), ("order.weekday IN (1, 4)", 1), ("order.weekday IN (5, 6)", 0), ("FALSE", 0)],
)
def test_setono_040_weekdays(when, earned):
    rule = f'units: {{points: }}\nearn: [{{code: a, unit: points, when: "{when}", points: 1}}]\n'
    guest = Guest(program(rule), "2025-12-01")
    guest.buys("2026-01-01", 10)  # a Thursday
    assert guest.has("points") == earned


# Lots and expiry


def test_odoo_019_orders_and_redemptions_over_two_lots():
    parts = "units: {points: {expiry: {after: 90 days}}}\nearn: [{code: a, unit: points, points: order.net * 5}]\n"
    guest = Guest(program(parts), "2026-01-01")
    guest.buys("2026-01-02", 115)
    guest.redeems("2026-01-02", "points", 500)
    assert [lot.left for lot in guest.state.lots] == [75]
    guest.buys("2026-01-03", 161)
    guest.redeems("2026-01-03", "points", 500)
    assert [lot.left for lot in guest.state.lots if lot.left] == [380]
    assert guest.waits_until("2026-04-02").has("points") == 380
    assert guest.waits_until("2026-04-03").has("points") == 0
    assert kinds(guest)[-1] == "expiry"


def test_setono_004_a_debit_drains_the_lot_that_ends_first():
    guest = Guest(program(ONE_PER_YUAN), "2026-01-01")
    guest.opens("points", 50, "2027-01-31", "2026-01-01")
    guest.opens("points", 50, "2026-12-31", "2026-01-01")
    guest.redeems("2026-02-01", "points", 70)
    assert guest.has("points") == 30
    assert guest.last_days("points") == ["2027-01-31"]


def test_setono_016_expiry_is_booked_once():
    guest = Guest(program(ONE_PER_YUAN), "2026-01-01")
    guest.opens("points", 150, "2026-01-01", "2026-01-01")
    guest.waits_until("2026-01-02").waits_until("2026-01-02").waits_until("2026-01-03")
    assert kinds(guest) == ["opening", "expiry"]


def test_setono_020_a_redemption():
    guest = Guest(program(ONE_PER_YUAN), "2026-01-01")
    guest.opens("points", 1000, "2026-12-31", "2026-01-01")
    guest.redeems("2026-01-02", "points", 300)
    assert guest.has("points") == 700


@pytest.mark.parametrize(
    ("points", "code"), [(400, "redeem_bounds"), (550, "redeem_bounds"), (500, None), (1000, None)]
)
def test_setono_028_nothing_below_the_least_of_a_redemption(points, code):
    parts = ONE_PER_YUAN.replace("points: }", "points: {redeem: {least: 500, step: 100}}}")
    guest = Guest(program(parts), "2026-01-01")
    guest.opens("points", 5000, "2026-12-31", "2026-01-01")
    before = len(guest.entries)
    if code is None:
        guest.redeems("2026-01-02", "points", points)
        assert guest.has("points") == 5000 - points
    else:
        with pytest.raises(Refusal) as caught:
            guest.redeems("2026-01-02", "points", points)
        assert caught.value.code == code
        assert (guest.has("points"), len(guest.entries)) == (5000, before)


def test_formance_005_nobody_spends_what_is_not_there():
    guest = Guest(program(ONE_PER_YUAN), "2026-01-01")
    guest.buys("2026-01-02", 90)
    before = len(guest.entries)
    with pytest.raises(Refusal) as caught:
        guest.redeems("2026-01-02", "points", 100)
    assert caught.value.code == "insufficient_points"
    assert (guest.has("points"), len(guest.entries)) == (90, before)


@pytest.mark.parametrize(("expiry", "last"), [("reset", "2026-02-24"), ("keep", "2026-02-09")])
def test_voucherify_004_transferred_points_are_dated_anew_or_keep_their_date(expiry, last):
    parts = (
        f"units: {{points: {{expiry: {{after: 1 month}}, transfer: {{expiry: {expiry}}}}}}}\n"
        "earn: [{code: a, unit: points, points: order.net}]\n"
    )
    giver, other = Guest(program(parts), "2026-01-01"), Guest(program(parts), "2026-01-01")
    giver.buys("2026-01-10", 100)
    giver.gives("2026-01-25", "points", 100, other)
    assert (giver.has("points"), other.has("points")) == (0, 100)
    assert other.last_days("points") == [last]


def test_voucherify_004_pending_and_expired_points_are_not_transferred():
    parts = (
        "units: {points: {expiry: {after: 1 month}, pending: {for: 7 days}, transfer: yes}}\n"
        "earn: [{code: a, unit: points, points: order.net}]\n"
    )
    giver, other = Guest(program(parts), "2026-01-01"), Guest(program(parts), "2026-01-01")
    giver.buys("2026-01-10", 100)
    for when in ("2026-01-16", "2026-02-17"):  # usable from 17 January to 16 February
        with pytest.raises(Refusal) as caught:
            giver.gives(when, "points", 100, other)
        assert caught.value.code == "insufficient_points"
    assert (giver.has("points"), other.has("points")) == (0, 0)


# Refunds


def test_odoo_027_a_refund_takes_its_share_of_the_points():
    guest = Guest(program(ONE_PER_YUAN), "2026-01-01")
    guest.buys("2026-01-02", 100, [("a", 100, 2)])
    assert guest.has("points") == 100
    guest.refunds("2026-01-03", 50, [("a", 50, 1)])
    assert guest.has("points") == 50
    assert (guest.entries[-1].kind, guest.entries[-1].amount) == ("clawback", 50)


def test_erpnext_003_a_return_of_one_of_two():
    parts = "units: {points: {value: 1, expiry: {after: 10 days}}}\nearn: [{code: a, unit: points, points: order.net / 1000}]\n"
    guest = Guest(program(parts, "INR", "Asia/Kolkata"), "2026-01-01")
    guest.buys("2026-01-02", 20_000, [("a", 20_000, 2)])
    assert guest.has("points") == 20
    guest.refunds("2026-01-02", 10_000, [("a", 10_000, 1)])
    assert guest.has("points") == 10


def test_setono_008_and_012_a_refund_takes_back_what_was_earned_and_never_more():
    guest = Guest(program(ONE_PER_YUAN), "2026-01-01")
    guest.buys("2026-01-02", 150)
    guest.refunds("2026-01-03", 0)
    assert (guest.has("points"), guest.owes("points")) == (0, 0)
    assert [(entry.kind, entry.amount) for entry in guest.entries] == [("accrual", 150), ("clawback", 150)]
    guest.refunds("2026-01-03", 0)
    assert len(guest.entries) == 2


@pytest.mark.parametrize(
    ("policy", "has", "owes"), [("debt", 0, 60), ("within_balance", 0, 0), ("only_pending", 40, 0), ("keep", 40, 0)]
)
def test_what_a_refund_does_where_the_points_are_spent(policy, has, owes):
    parts = f"units: {{points: {{refunds: {policy}}}}}\nearn: [{{code: a, unit: points, points: order.net}}]\n"
    guest = Guest(program(parts), "2026-01-01")
    guest.buys("2026-01-02", 100)
    guest.redeems("2026-01-03", "points", 60)
    guest.refunds("2026-01-04", 0)
    assert (guest.has("points"), guest.owes("points")) == (has, owes)
    guest.buys("2026-01-05", 80)
    assert (guest.has("points"), guest.owes("points")) == (has + 80 - owes, 0)


# Tiers


LEVELS = (
    "units: {points: {value: 1}}\n"
    "tiers: {ladder: main, measure: BALANCE('points'), validity: as measured, levels: "
    "[{code: l0, from: 0}, {code: l20, from: 20}, {code: l30, from: 30}]}\n"
    "earn: [{code: a, unit: points, points: order.net}]\n"
)


@pytest.mark.parametrize(
    ("manual", "value", "tier"), [("l20", 40, "l30"), ("l20", 0, "l20"), ("l20", 21, "l20"), ("l0", 21, "l20")]
)
def test_openloyalty_014_a_tier_given_by_hand_is_a_floor(manual, value, tier):
    guest = Guest(program(LEVELS), "2026-01-01")
    guest.buys("2026-01-02", 40)
    if manual != "l0":
        guest.is_made("2026-01-03", manual, "2026-12-31")
    assert guest.tier() == "l30"
    if value < 40:
        guest.redeems("2026-01-04", "points", 40 - value)
    guest.buys("2026-01-05", 0)
    assert guest.tier() == tier


@pytest.mark.parametrize(
    ("before", "now", "tier"),
    [(0, 6000, "bronze"), (0, 15_000, "silver"), (0, 25_000, "gold"), (4000, 500, "bronze"), (8000, 3000, "silver"),
     (18_000, 3000, "gold"), (22_000, 5000, "gold")],
)  # fmt: skip
def test_erpnext_an_invoice_counts_toward_its_own_tier_and_may_earn_by_it(before, now, tier):
    factor = "CASE WHEN SPEND('lifetime') + order.net >= 20000 THEN 3 ELSE 1 END"
    parts = (
        "units: {points: }\n"
        "tiers: {ladder: main, measure: SPEND('lifetime'), validity: as measured, levels: "
        "[{code: bronze, from: 0}, {code: silver, from: 10000}, {code: gold, from: 20000}]}\n"
        f"earn: [{{code: a, unit: points, points: order.net / 1000 * {factor}}}]\n"
    )
    guest = Guest(program(parts), "2026-01-01")
    if before:
        guest.buys("2026-01-02", before)
    had = guest.has("points")
    guest.buys("2026-01-03", now)
    assert (guest.tier(), guest.has("points") - had) == (tier, now // 1000 * (3 if tier == "gold" else 1))


def test_voucherify_008_the_order_of_a_night():
    parts = (
        "units: {points: {expiry: {after: 1 month}, pending: {for: 31 days}}}\n"
        "tiers: {ladder: main, measure: \"EARNED('points', '31 days')\", validity: 31 days, levels: "
        "[{code: base, from: 0}, {code: gold, from: 100}]}\n"
        "earn: [{code: a, unit: points, points: order.net}, "
        "{code: b, unit: points, when: order.channel = 'app', points: order.net, pending: none}]\n"
    )
    guest = Guest(program(parts), "2026-01-01")
    guest.buys("2026-01-01", 100, channel="app")  # 100 at once, to 31 January; 100 from 1 February on
    assert guest.tier() == "gold"
    guest.waits_until("2026-02-01 00:00")
    told = [(entry.at, entry.kind) for entry in guest.entries] + [
        (change.at, change.reason) for change in guest.changes
    ]
    midnight = max(at for at, _ in told)
    assert [kind for at, kind in told if at == midnight] == ["activation", "expiry", "reviewed"]
    assert (guest.has("points"), guest.tier()) == (100, "gold")  # what became usable counted before the review


def test_voucherify_012_one_level_at_a_time_down():
    parts = (
        "units: {points: }\n"
        "tiers: {ladder: main, measure: SPEND('12 months'), validity: 12 months, downgrade: one step, levels: "
        "[{code: bronze, from: 0}, {code: silver, from: 500}, {code: gold, from: 1000}]}\n"
        "earn: [{code: a, unit: points, points: order.net}]\n"
    )
    guest = Guest(program(parts), "2025-01-01")
    guest.buys("2025-03-10", 1000)
    assert guest.tier() == "gold"
    assert guest.waits_until("2026-03-10").tier() == "gold"  # the day itself still counts on the last day
    assert guest.waits_until("2027-03-10").tier() == "silver"
    assert guest.waits_until("2028-03-10").tier() == "bronze"


def test_voucherify_grace_ends_with_the_month_in_which_it_lies():
    parts = (
        "units: {points: }\n"
        "tiers: {ladder: main, measure: SPEND('this month'), validity: end of next month, "
        "grace: {after: 1 month, end_of: month}, levels: [{code: base, from: 0}, {code: gold, from: 100}]}\n"
        "earn: [{code: a, unit: points, points: order.net}]\n"
    )
    guest = Guest(program(parts), "2026-01-01")
    guest.buys("2026-03-10", 100)
    assert guest.tier_ends() == "2026-04-30"  # met in March: valid to the end of the next month
    guest.waits_until("2026-05-01")
    assert (guest.tier(), guest.tier_ends()) == ("gold", "2026-05-31")
    assert guest.waits_until("2026-06-01").tier() == "base"
