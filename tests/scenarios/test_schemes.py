"""Published schemes as program files: the worked examples of each, as printed by its source or computed from its rules."""

import datetime as dt

import pytest

from tests.scenarios.guests import Guest, example


def months(year, count=12, day=15):
    return [f"{year + i // 12}-{i % 12 + 1:02}-{day:02}" for i in range(count)]


# Starbucks Rewards, US, 2026


@pytest.mark.parametrize(
    ("spent", "tier", "stars"), [(0, "green", "40.00"), (500, "gold", "48.00"), (2167, "reserve", "68.00")]
)
def test_starbucks_gives_stars_by_level(spent, tier, stars):
    guest = Guest(example("starbucks-us"), "2026-04-01")
    if spent:
        guest.buys("2026-05-01", min(spent, 500))
    if spent > 500:
        guest.buys("2026-05-01", spent - 500)
    assert guest.tier() == tier
    before = float(guest.has("stars"))
    guest.buys("2026-05-02", 40)
    assert f"{float(guest.has('stars')) - before:.2f}" == stars


def test_starbucks_gold_at_500_dollars_and_reserve_past_2166_66():
    guest = Guest(example("starbucks-us"), "2026-04-01")
    guest.buys("2026-05-01", 499.99)
    assert guest.tier() == "green"
    guest.buys("2026-05-01", 0.01)
    assert (guest.tier(), guest.has("stars")) == ("gold", "500.00")
    guest.buys("2026-05-02", 1666.66)
    assert (guest.tier(), guest.has("stars")) == ("gold", "2499.99")
    guest.buys("2026-05-03", 0.01)
    assert (guest.tier(), guest.has("stars")) == ("reserve", "2500.00")


@pytest.mark.parametrize(("spent", "tier"), [(415.83, "green"), (416.67, "gold")])
def test_starbucks_status_needs_its_own_threshold_again(spent, tier):
    guest = Guest(example("starbucks-us"), "2026-04-01")
    guest.buys("2026-05-01", 500)
    assert guest.tier_ends() == "2027-04-30"
    guest.buys("2027-01-10", spent)  # 499 or 500 stars at 1.2
    guest.waits_until("2027-04-30")
    assert guest.tier() == "gold"
    guest.waits_until("2027-05-01")
    assert guest.tier() == tier


def test_starbucks_stars_of_green_end_after_half_a_year_without_activity_those_of_gold_never():
    guest = Guest(example("starbucks-us"), "2026-04-01")
    guest.buys("2026-04-10", 100)
    guest.buys("2026-08-20", 100)
    guest.waits_until("2027-02-19")
    assert guest.has("stars") == "200.00"
    guest.waits_until("2027-02-20")
    assert guest.has("stars") == "0.00"

    gold = Guest(example("starbucks-us"), "2026-04-01")
    gold.buys("2026-04-10", 600)
    assert gold.waits_until("2027-04-01").has("stars") == "600.00"


# Sephora Beauty Insider, US


def test_sephora_status_lasts_to_the_end_of_the_next_year():
    guest = Guest(example("sephora-us"), "2021-06-01")
    guest.buys("2022-01-20", 350)
    assert (guest.tier(), guest.tier_ends()) == ("vib", "2023-12-31")

    late = Guest(example("sephora-us"), "2017-01-01")
    late.buys("2017-12-31", 350)
    assert late.tier_ends() == "2018-12-31"


def test_sephora_rates():
    vib = Guest(example("sephora-us"), "2022-01-01")
    vib.buys("2022-01-20", 350)
    vib.buys("2022-01-21", 100)
    assert vib.has("points") == 350 + 125

    rouge = Guest(example("sephora-us"), "2022-01-01")
    rouge.buys("2022-01-20", 1000)
    rouge.buys("2022-02-20", 1000)
    assert rouge.has("points") == 1000 + 1500


@pytest.mark.parametrize(("spent", "tier"), [(349.99, "insider"), (350, "vib")])
def test_sephora_requalifies_in_the_second_year_or_falls(spent, tier):
    guest = Guest(example("sephora-us"), "2022-01-01")
    guest.buys("2022-01-20", 350)
    guest.buys("2023-03-01", spent)
    guest.waits_until("2023-12-31 23:59")
    assert guest.tier() == "vib"
    guest.waits_until("2024-01-01 00:00")
    assert guest.tier() == tier


# Costco Executive, US


@pytest.mark.parametrize(
    ("monthly", "cap", "reward"),
    [(250, 1250, "60.00"), (2500, 1250, "600.00"), (4170, 1000, "1000.00"), (4170, 1250, "1000.80")],
)
def test_costco_gives_two_percent_up_to_the_cap(monthly, cap, reward):
    text = example("costco-executive").replace("points: 1250}", f"points: {cap}}}")
    guest = Guest(text, "2026-01-01", tags=["executive"])
    guest.waits_until("2026-01-02")
    assert guest.tier() == "executive"
    for day in months(2026):
        guest.buys(day, monthly, [("grocery", monthly)])
    assert guest.has("reward") == reward


def test_costco_reaches_the_cap_at_62500_dollars_and_begins_anew_with_the_membership_year():
    guest = Guest(example("costco-executive"), "2026-03-10", tags=["executive"])
    guest.buys("2026-03-11", 62_500, [("grocery", 62_500)])
    assert guest.has("reward") == "1250.00"
    guest.buys("2027-03-09", 100, [("grocery", 100)])
    assert guest.has("reward") == "1250.00"
    guest.buys("2027-03-10", 100, [("grocery", 100)])
    assert guest.has("reward") == "1252.00"


def test_costco_excludes_tobacco_fuel_and_pharmacy_and_gives_gold_star_nothing():
    guest = Guest(example("costco-executive"), "2026-01-01", tags=["executive"])
    guest.buys("2026-01-02", 100, [("grocery", 50), ("fuel", 25), ("tobacco", 15), ("pharmacy", 10)])
    assert guest.has("reward") == "1.00"
    other = Guest(example("costco-executive"), "2026-01-01")
    other.buys("2026-01-02", 100, [("grocery", 100)])
    assert (other.tier(), other.has("reward")) == ("gold-star", "0.00")


# Hilton Honors, to 2025


def stays(guest, count, amount, nights=1, year=2024, brand=""):
    for i in range(count):
        day = dt.date(year, 1, 1) + dt.timedelta(days=i)
        guest.buys(day.isoformat(), amount, attributes={"nights": nights}, brand=brand)


def test_hilton_gold_at_a_tru_and_diamond_elsewhere():
    gold = Guest(example("hilton"), "2023-12-01")
    stays(gold, 20, 1)
    assert gold.tier() == "gold"
    before = gold.has("points")
    gold.buys("2024-03-01", 150, attributes={"nights": 1}, brand="tru")
    assert gold.has("points") - before == 1350

    diamond = Guest(example("hilton"), "2023-12-01")
    stays(diamond, 30, 1)
    assert diamond.tier() == "diamond"
    before = diamond.has("points")
    diamond.buys("2024-03-01", 150, attributes={"nights": 1})
    assert diamond.has("points") - before == 3000


@pytest.mark.parametrize(("nights", "points"), [(39, 0), (40, 10_000), (60, 60_000), (75, 70_000), (365, 360_000)])
def test_hilton_milestones(nights, points):
    guest = Guest(example("hilton"), "2023-12-01")
    stays(guest, nights, 0, year=2025)
    assert guest.has("points") == points


def test_hilton_milestones_in_one_stay():
    guest = Guest(example("hilton"), "2023-12-01")
    stays(guest, 1, 0, nights=75)
    assert guest.has("points") == 70_000


def test_hilton_silver_by_four_stays_of_three_nights_in_all():
    guest = Guest(example("hilton"), "2023-12-01")
    stays(guest, 3, 100)
    assert guest.tier() == "member"
    guest.buys("2024-02-01", 100, attributes={"nights": 0})
    assert (guest.tier(), guest.tier_ends()) == ("silver", "2025-12-31")


# 东方航空, standards of 2024 and 2025


@pytest.mark.parametrize(
    ("year", "segments", "miles", "spent", "tier"),
    [
        (2025, 13, 9_000, 20_000, "silver"),
        (2025, 12, 14_999, 60_000, "star-6"),
        (2025, 45, 60_000, 99_999, "gold"),
        (2025, 2, 4_500, 3_000, "star-2"),
        (2024, 35, 0, 75_000, "platinum"),
        (2025, 35, 0, 75_000, "gold"),
    ],
)
def test_ceair_needs_the_spend_and_segments_or_miles(year, segments, miles, spent, tier):
    guest = Guest(example(f"ceair-{year}"), "2025-01-01")
    for i in range(3):  # in three trips
        share = [n // 3 + (i < n % 3) for n in (segments, miles, spent)]
        guest.buys(f"2025-0{i + 1}-10", share[2], attributes={"segments": share[0], "miles": share[1]})
    assert guest.tier() == tier


# 海底捞


@pytest.mark.parametrize(
    ("visits", "amount", "tier"), [(10, 350, "silver"), (20, 500, "black"), (20, 100, "silver"), (19, 100, "red")]
)
def test_haidilao_counts_coins_and_visits_above_100(visits, amount, tier):
    guest = Guest(example("haidilao"), "2021-01-01")
    for i in range(visits):
        guest.buys(f"2021-{i // 2 + 1:02}-{10 + i % 2}", amount)
    guest.waits_until("2021-12-31")
    guest.waits_until("2022-01-01")
    assert guest.tier() == tier


def test_haidilao_looks_on_the_first_of_the_month():
    guest = Guest(example("haidilao"), "2021-01-01")
    guest.buys("2021-03-10", 2_000)
    assert guest.tier() == "red"
    assert guest.waits_until("2021-03-31").tier() == "red"
    assert guest.waits_until("2021-04-01").tier() == "silver"
    assert guest.waits_until("2022-03-31").tier() == "silver"
    assert guest.waits_until("2022-04-01").tier() == "red"


def test_haidilao_coins_of_a_year_lapse_at_the_end_of_the_next():
    guest = Guest(example("haidilao"), "2020-12-01")
    guest.buys("2021-01-01", 1)
    guest.buys("2021-12-31", 1)
    assert guest.last_days("coins") == ["2022-12-31", "2022-12-31"]
    assert guest.waits_until("2022-12-31 23:59").has("coins") == 2
    assert guest.waits_until("2023-01-01 00:00").has("coins") == 0


# 首旅如家


def test_btg_counts_nights_from_0_with_every_step():
    guest = Guest(example("btg-homeinns"), "2025-01-01")
    reached = []
    for night in range(1, 9):
        guest.buys(f"2025-02-{night:02}", 200, attributes={"nights": 1})
        reached.append(guest.tier())
    assert reached == ["e", "e", "silver", "silver", "silver", "silver", "silver", "gold"]


def test_btg_silver_can_be_bought():
    guest = Guest(example("btg-homeinns"), "2025-01-01")
    guest.does("2025-01-02", "bought_silver")
    assert guest.tier() == "silver"


def test_btg_gold_with_14_nights_and_9999_stays_gold():
    guest = Guest(example("btg-homeinns"), "2025-01-01")
    guest.does("2025-01-02", "bought_silver")
    guest.does("2025-01-03", "bought_gold")
    assert guest.tier() == "gold"
    guest.buys("2025-02-01", 9_999, attributes={"nights": 14})
    assert guest.tier() == "gold"
    guest.buys("2025-02-02", 1, attributes={"nights": 0})
    assert guest.tier() == "platinum"


def test_btg_silver_never_goes_straight_to_platinum():
    guest = Guest(example("btg-homeinns"), "2025-01-01")
    guest.does("2025-01-02", "bought_silver")
    guest.buys("2025-02-01", 30_000, attributes={"nights": 40})
    assert guest.tier() == "gold"


def test_btg_points_arrive_three_working_days_after_the_stay():
    guest = Guest(example("btg-homeinns"), "2025-01-01")
    guest.buys("2025-02-01", 200, attributes={"nights": 1})
    assert (guest.has("points"), guest.waits_for("points")) == (0, 200)
    assert guest.waits_until("2025-02-06 23:59").has("points") == 0  # spring festival to the 4th
    assert guest.waits_until("2025-02-07 00:00").has("points") == 200
    assert guest.last_days("points") == ["2027-02-06"]


# Tesco Clubcard, UK


@pytest.mark.parametrize(
    ("when", "lines", "points"),
    [
        ("2023-06-13", [("fuel", 60, 40)], 30),
        ("2023-06-14", [("fuel", 60, 40)], 20),
        ("2024-02-25", [("groceries", 85)], 170),
        ("2024-02-26", [("groceries", 85)], 85),
        ("2024-02-25", [("groceries", 9.99), ("fuel", 60, 41)], 18 + 20),
    ],
)
def test_tesco_groceries_fuel_and_double_points(when, lines, points):
    guest = Guest(example("tesco"), "2023-06-01")
    guest.waits_until("2024-02-16" if when > "2024" else "2023-06-02")
    guest.buys(when, sum(line[1] for line in lines), lines)
    assert guest.has("points") == points


def test_tesco_150_points_become_a_voucher_at_the_statement_and_149_are_carried_over():
    guest = Guest(example("tesco"), "2021-01-01")
    guest.buys("2021-01-10", 149, [("groceries", 149)])
    guest.waits_until("2021-02-15")
    assert (guest.has("points"), guest.has("vouchers")) == (149, "0.00")
    guest.buys("2021-02-16", 1, [("groceries", 1)])
    assert guest.waits_until("2021-05-14 23:59").has("points") == 150
    guest.waits_until("2021-05-15 00:00")
    assert (guest.has("points"), guest.has("vouchers")) == (0, "1.50")
    told = [(entry.kind, guest.program.units[entry.unit].code, entry.amount) for entry in guest.entries[-3:]]
    assert told == [
        ("conversion_out", "points", 149),
        ("conversion_out", "points", 1),
        ("conversion_in", "vouchers", 150),
    ]


@pytest.mark.parametrize(("year", "last"), [(2021, "2023-02-28"), (2022, "2024-02-29")])
def test_tesco_vouchers_of_february_live_to_the_end_of_february_two_years_on(year, last):
    guest = Guest(example("tesco"), f"{year}-01-01")
    guest.buys(f"{year}-01-10", 200, [("groceries", 200)])
    guest.waits_until(f"{year}-02-15")
    assert guest.last_days("vouchers") == [last]
    assert guest.waits_until(f"{last} 23:59").has("vouchers") == "2.00"
    day_after = dt.date.fromisoformat(last) + dt.timedelta(days=1)
    assert guest.waits_until(f"{day_after} 00:00").has("vouchers") == "0.00"
