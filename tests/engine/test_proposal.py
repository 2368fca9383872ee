"""What is proposed to a shop: figures reckoned by hand, honest verdicts, and files that can be published as they are."""

import datetime as dt
import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from benchmarks.forecast_lives import REGIMES, made, until
from hypothesis import given, settings
from hypothesis import strategies as st

from shuke.core.values.currencies import CURRENCY_DIGITS
from shuke.core.values.errors import Refusal
from shuke.engine.cautions import cautions
from shuke.engine.compile import compile_program
from shuke.engine.histories.stored import Meta
from shuke.engine.histories.storing import write_history
from shuke.engine.history import History
from shuke.engine.lives import HistoryWriter
from shuke.engine.proposal.answers import LANGUAGES, MODELS, Answers
from shuke.engine.proposal.budget import budget, percent, plausible_uplift, points_per, reward_rate, sayable_value
from shuke.engine.proposal.fitting import MIDDLE
from shuke.engine.proposal.industries import INDUSTRIES
from shuke.engine.proposal.ladder import sayable, thresholds, tiers
from shuke.engine.proposal.planning import EVALUATED
from shuke.engine.proposal.proposing import propose
from shuke.engine.proposal.shop import Shop, imagine, measure
from shuke.engine.schema import load_program
from shuke.engine.states import OrderFacts
from shuke.engine.study import Cancelled, One, study

BEGINS = dt.date(2027, 3, 1)
DAY = 86_400


def answers(**changes):
    return Answers(**{"industry": "cafe", "currency": "CNY", "time_zone": "Asia/Shanghai", "begins": BEGINS, **changes})


def shop(spend, orders):
    order = np.argsort(spend, kind="stable")
    return Shop(
        np.array(spend, np.int64)[order], np.array(orders, np.int64)[order], 365, dt.date(2026, 12, 31), measured=True
    )


# ---- the shop's quantities


def history(*lives) -> History:
    """Write members, each with orders (day, minor units) and, below 0, refunds of the order before."""
    writer = HistoryWriter()
    for number, life in enumerate(lives):
        writer.member(f"m{number}", 0)
        for place, (day, net) in enumerate(life):
            at = day * DAY + 43_200
            if net < 0:
                writer.refund(f"{number}-{place - 1}", at, amount=-net)
            else:
                writer.order(f"{number}-{place}", OrderFacts(at, net, net))
    return writer.history()


def test_a_year_is_measured_less_refunds_and_without_who_bought_nothing():
    told = measure(One(history([(0, 9_000), (400, 1_000), (700, 500)], [(0, 5_000)], [(500, 800), (501, -300)])), "UTC")
    assert told.spend_minor.tolist() == [500, 1_500]
    assert told.orders.tolist() == [1, 2]
    assert (told.days, told.members, told.sales_minor) == (365, 2, 2_000)
    assert told.average_order_minor == Fraction(2_000, 3)
    assert told.repeat_share == Fraction(1, 2)
    assert told.last_day == dt.date(1971, 12, 2)


def test_less_than_a_year_is_scaled_up_to_one_though_nobody_counts_as_coming_back_who_came_once():
    told = measure(One(history([(0, 1_000), (72, 1_000)], [(40, 500)])), "UTC")
    assert told.days == 73
    assert (told.spend_minor.tolist(), told.orders.tolist()) == ([2_500, 10_000], [1, 2])
    assert (told.sales_minor, told.orders_a_year) == (12_500, Fraction(15, 2))
    assert (told.average_order_minor, told.repeat_share) == (Fraction(2_500, 3), Fraction(1, 2))
    base, silver = tiers(told, (0, 50), answers(levels=2), Fraction(1, 100))
    assert (base.median_orders, silver.median_orders) == (5.0, 10.0)
    assert base.orders_to_next == 5  # 25 yuan more at 5 an order


def test_an_average_order_is_what_orders_cost_however_long_the_history():
    told = measure(One(history([(0, 10_000), (199, -1)], [(199, 10_000)], [(100, 10_000)])), "UTC")
    assert (told.days, told.orders_a_year) == (200, Fraction(365, 200))
    assert float(told.average_order_minor) == pytest.approx(10_000, rel=1e-4)


def test_the_days_of_a_history_of_these_years_are_its_own():
    told = measure(One(history([(20_000, 1_000), (20_072, 500)])), "UTC")
    assert (told.days, told.members, told.sales_minor) == (73, 1, 7_500)
    with pytest.raises(Refusal) as refused:
        measure(One(history([(20_000, 1_000), (20_026, 500)])), "UTC")
    assert (refused.value.code, refused.value.params) == ("history_too_short", {"days": 27, "least": 28})


def test_parts_are_measured_like_one():
    whole = made(REGIMES[0], 8, 2)

    class Halves:
        parts = 2

        def part(self, number, *, lines=True):
            return made(REGIMES[0], 8, 2) if number == 0 else history([(19_500, 700)])

    one, two = measure(One(whole), "UTC"), measure(Halves(), "UTC")
    assert two.members == one.members + 1
    assert two.sales_minor - one.sales_minor == 700 * 365 // one.days


def test_a_stored_history_is_measured_like_one_in_memory(tmp_path):
    lives = [made(REGIMES[0], 8, 2), history([(19_500, 700), (19_501, 300), (19_502, -100)])]
    stored = write_history(tmp_path / "history", lives, Meta("CNY", 2, "UTC"))

    class InMemory:
        parts = 2

        def part(self, number, *, lines=True):
            return lives[number]

    told, known = measure(stored, "UTC"), measure(InMemory(), "UTC")
    assert (told.spend_minor.tolist(), told.orders.tolist()) == (known.spend_minor.tolist(), known.orders.tolist())
    assert (told.days, told.last_day) == (known.days, known.last_day)


def test_measuring_stops_when_the_caller_says_so():
    with pytest.raises(Cancelled):
        measure(One(history([(0, 100), (60, 100)])), "UTC", cancelled=lambda: True)


def test_too_short_a_history_is_refused():
    nothing_kept = [[(0, 100), (1, -100)], [(40, 0)], [(0, 100), (390, 50), (391, -50)]]
    for lives, days in (([], 0), ([[(0, 100), (26, 100)]], 27), (nothing_kept, 0)):
        with pytest.raises(Refusal) as refusal:
            measure(One(history(*lives)), "UTC")
        assert (refusal.value.code, refusal.value.params["days"]) == ("history_too_short", days)


def test_a_shop_that_is_told_has_the_figures_that_were_told():
    told = imagine(5_000, Fraction(6), 4_000, Fraction(2, 5))
    assert (told.members, told.measured, told.average_order_minor) == (5_000, False, 4_000)
    assert told.repeat_share == Fraction(2, 5)
    for orders, repeat in (
        (1, None),
        (Fraction(6, 5), None),
        (2, None),
        (12, Fraction(1, 10)),
        (2, 1),
        (6, Fraction(2, 5)),
    ):
        told = imagine(50_000, Fraction(orders), 4_000, repeat and Fraction(repeat))
        assert (told.orders_a_year, told.average_order_minor) == (orders, 4_000)
        assert repeat is None or told.repeat_share == repeat
        assert told.sales_minor == 50_000 * orders * 4_000
        assert (np.diff(told.spend_minor) >= 0).all()
    assert imagine(1, Fraction(1, 2), 4_000, Fraction(0)).orders.tolist() == [1]


def test_what_is_told_of_a_shop_goes_before_what_was_measured():
    measured = measure(One(history([(0, 1_000), (72, 1_000)], [(40, 500)])), "UTC")
    said = {"members": 50, "orders_a_year": Fraction(15), "average_order": Fraction(20), "repeat_share": Fraction(1, 4)}
    told = propose(answers(time_zone="UTC", **said), measured).shop
    assert (told.members, told.orders_a_year, told.average_order_minor, told.repeat_share) == (50, 15, 2_000, 0.25)
    assert told.spend_minor.tolist() == [12_000, 48_000]  # a fifth of what is spent, and the rest
    assert told.sales_minor == 50 * 15 * 2_000
    one = propose(answers(time_zone="UTC", members=50), measured).shop
    assert (one.members, one.orders_a_year, one.repeat_share) == (50, Fraction(15, 2), Fraction(1, 2))
    assert one.spend_minor.tolist() == measured.spend_minor.tolist()
    assert propose(answers(time_zone="UTC"), measured).shop == measured


# ---- the ladder


def test_thresholds_are_sayable_and_near_the_quantiles():
    told = [sayable(amount) for amount in (3, 11, 1_240, 1_200, 620, 39, 4_100)]
    assert told == [10, 10, 1_500, 1_000, 500, 50, 5_000]
    even = shop(range(100, 1_000_100, 100), [10] * 10_000)  # 1 to 10,000 yuan, as many of each
    assert thresholds(even, answers()) == (0, 8_000, 10_000, 15_000)
    assert thresholds(even, answers(levels=2)) == (0, 8_000)


def test_thresholds_rise_even_where_all_spend_the_same():
    assert thresholds(shop([5_000] * 50, [5] * 50), answers(levels=6)) == (0, 80, 100, 150, 200, 300)


def test_tiers_tell_who_stands_where_and_how_far_the_next_is():
    spend = [10_000] * 6 + [40_000] * 3 + [100_000]
    orders = [5] * 6 + [10] * 3 + [20]
    base, silver, gold = tiers(shop(spend, orders), (0, 300, 800), answers(levels=3), Fraction(1, 100))
    assert (base.members, silver.members, gold.members) == (6, 3, 1)
    assert (base.share, silver.share) == (0.6, 0.3)
    assert base.sales_share == pytest.approx(60 / 280)
    assert base.orders_to_next == 10  # 200 yuan more at 20 an order
    assert silver.orders_to_next == 10  # 400 more at 40
    assert gold.orders_to_next is None
    assert (base.value_minor, silver.value_minor) == (100, 500)
    assert (base.step_minor, silver.step_minor, gold.step_minor) == (0, 75, 200)


def test_a_ladder_that_discourages_or_gives_nothing_is_warned_of():
    spend = [10_000] * 60 + [2_000_000] * 40
    rate = Fraction(1, 1_000)
    told = propose(answers(model="points", levels=3, reward_rate=rate), shop(spend, [4] * 60 + [40] * 40))
    assert [(tier.threshold, tier.members) for tier in told.tiers] == [(0, 60), (20_000, 40), (30_000, 0)]
    assert {(each.code, each.tier) for each in told.cautions} == {
        ("too_far", "base"),  # 796 orders of 25 yuan, and they make four a year
        ("too_little", "silver"),
        ("empty", "gold"),
        ("too_little", "gold"),
    }
    rich = propose(answers(model="points", levels=2, reward_rate=Fraction(1, 10)), shop(spend, [4] * 60 + [40] * 40))
    assert {(each.code, each.tier) for each in rich.cautions} == {("too_far", "base"), ("crowded", "silver")}


def test_benefits_of_a_level_are_part_of_what_it_gives_and_costs():
    spend = [10_000] * 60 + [50_000] * 40
    plain = propose(answers(model="points", levels=2), shop(spend, [4] * 60 + [10] * 40))
    told = propose(
        answers(model="points", levels=2, benefits=(Fraction(5), Fraction(30))), shop(spend, [4] * 60 + [10] * 40)
    )
    assert [tier.members for tier in told.tiers] == [60, 40]
    assert [after.value_minor - before.value_minor for before, after in zip(plain.tiers, told.tiers, strict=True)] == [
        500,
        3_000,
    ]
    assert told.tiers[1].step_minor - plain.tiers[1].step_minor == 2_500
    assert told.budget.benefits_cost_minor == 60 * 500 + 40 * 3_000
    assert told.budget.cost_minor == plain.budget.cost_minor + 150_000
    assert told.budget.uplift > plain.budget.uplift


def test_a_fair_ladder_is_not_warned_of_for_what_it_gives():
    told = propose(answers(model="points", average_order=Fraction(35)))
    assert not {"too_little", "too_much", "empty", "crowded"} & {each.code for each in told.cautions}


# ---- the money


def test_the_rate_is_what_the_margin_pays_for():
    told = shop([60_000] * 10, [12] * 10)
    assert plausible_uplift(told.orders_a_year) == (Fraction(3, 100), Fraction(9, 100))
    # 0.4 · 0.06 / 1.06 / 0.75 = 3.018 %
    assert reward_rate(answers(margin=Fraction(2, 5)), told) == Fraction(30, 1_000)
    assert reward_rate(answers(margin=Fraction(0)), told) == Fraction(1, 1_000)
    assert reward_rate(answers(reward_rate=Fraction(7, 100)), told) == Fraction(7, 100)


def test_the_verdict_is_the_uplift_that_breaks_even_against_the_plausible_one():
    told = shop([100_000] * 100, [12] * 100)  # 100,000 yuan a year
    fair = budget(answers(margin=Fraction(2, 5)), told, Fraction(2, 100))
    # cost 1.5 % of sales: u = 0.015 / (0.4 − 0.015)
    assert (fair.points_cost_minor, fair.uplift) == (150_000, Fraction(15, 385))
    assert (fair.verdict, fair.words.en.split(":")[0]) == ("may_pay", "It may pay")
    assert budget(answers(margin=Fraction(2, 5)), told, Fraction(1, 100)).verdict == "pays"
    dear = budget(answers(margin=Fraction(2, 5), running_cost=Fraction(5_000)), told, Fraction(2, 100))
    assert (dear.running_cost_minor, dear.uplift) == (500_000, Fraction(65, 385))
    assert dear.verdict == "pays_not"
    assert dear.words.en.startswith("A membership won't pay here: members would have to spend 17% more")
    assert dear.words.zh.startswith("在这里做会员不划算：会员要多消费 17% 才能回本，而合理预期最多 9%。")
    never = budget(answers(margin=Fraction(1, 100)), told, Fraction(2, 100))
    assert (never.uplift, never.verdict) == (None, "pays_not")


def test_a_point_is_of_a_round_value():
    assert [sayable_value(Fraction(text)) for text in ("0.0084", "0.024", "0.5", "1.3", "17", "0.00033")] == [
        Fraction(text) for text in ("0.008", "0.025", "0.5", "1.2", "15", "0.0003")
    ]
    assert points_per(shop([3_200], [1]), answers()) == 1
    assert points_per(shop([800_000], [1]), answers()) == 10
    assert points_per(shop([250_000], [1]), answers(currency="VND", time_zone="Asia/Ho_Chi_Minh")) == 1_000


def test_a_share_is_written_so_that_something_is_not_nothing():
    shares = (0, 1e-9, 0.0001, 0.0004, 0.001, 0.0104, 0.02, 0.0997, 0.17, 12)
    told = ["0", "0", "0.01", "0.04", "0.1", "1", "2", "10", "17", "1200"]
    assert [percent(Fraction(each)) for each in shares] == told


# ---- which model


def test_a_score_is_what_its_reasons_add_up_to_and_all_six_are_judged():
    for industry in INDUSTRIES:
        told = propose(answers(industry=industry))
        assert {fit.model for fit in told.fits} == set(MODELS)
        scores = [fit.score for fit in told.fits]
        assert scores == sorted(scores, reverse=True)
        for fit in told.fits:
            assert fit.score == min(100, max(0, MIDDLE + sum(reason.points for reason in fit.reasons)))
            assert all(reason.words.en and reason.words.zh and reason.points for reason in fit.reasons)


@pytest.mark.parametrize(
    ("industry", "changes", "model"),
    [
        ("grocery", {}, "points"),
        ("fitness", {"service": True}, "paid"),
        ("content", {"service": True}, "paid"),
        ("books", {"cause": True, "orders_a_year": Fraction(3), "repeat_share": Fraction(3, 10)}, "charity"),
        ("furniture", {"partners": True}, "shared"),
        ("mother_baby", {"hosts": True, "orders_a_year": Fraction(3)}, "community"),
    ],
)
def test_shops_that_are_made_for_a_model_are_told_so(industry, changes, model):
    assert propose(answers(industry=industry, **changes)).fits[0].model == model


def test_who_sells_rarely_at_little_margin_is_told_that_it_wont_pay():
    told = propose(
        answers(industry="electronics", running_cost=Fraction(100_000), members=1_000, average_order=Fraction(1_000))
    )
    assert told.budget.verdict == "pays_not"
    assert (
        "# A membership won't pay here"
        in propose(
            answers(
                industry="electronics", running_cost=Fraction(100_000), average_order=Fraction(1_000), language="en"
            )
        ).text
    )


# ---- goals and plan


def test_goals_have_a_figure_a_target_and_a_day():
    told = propose(answers(model="points", repeat_share=Fraction(1, 2), anonymous=Fraction(3, 5)))
    goals = {goal.code: goal for goal in told.goals}
    assert set(goals) == {"recognised", "repeat", "orders", "used", "above_base"}
    assert (goals["recognised"].baseline, goals["recognised"].target) == pytest.approx((0.4, 0.7))
    assert goals["recognised"].by == BEGINS + dt.timedelta(days=180)
    assert goals["repeat"].target == pytest.approx(0.5 * 1.04)
    assert (goals["used"].baseline, goals["used"].target) == (None, 0.75)


def test_the_plan_evaluates_after_thirty_ninety_half_a_year_and_a_year():
    steps = propose(answers()).plan
    assert [step.day for step in steps] == sorted(step.day for step in steps)
    days = {step.code: (step.day - BEGINS).days for step in steps}
    assert days["launch"] == 0
    assert [days[f"evaluate_{after}"] for after in EVALUATED] == list(EVALUATED)
    assert [code for code, day in days.items() if day < 0] == ["backtest", "approve", "train", "invite"]


# ---- the file


def words():
    return st.text(st.characters(blacklist_categories=("Cs",)), max_size=80).filter(str.isprintable)


def shares(least=0):
    return st.fractions(least, 1, max_denominator=10_000)


CHOSEN = st.builds(
    Answers,
    industry=st.sampled_from(sorted(INDUSTRIES)),
    currency=st.sampled_from(["CNY", "USD", "JPY", "VND", "KWD", "EUR"]),
    time_zone=st.sampled_from(["Asia/Shanghai", "America/New_York", "UTC"]),
    begins=st.dates(dt.date(2020, 1, 1), dt.date(2090, 1, 1)),
    language=st.sampled_from(LANGUAGES),
    program=st.from_regex(r"[a-z][a-z0-9_-]{0,39}", fullmatch=True),
    name=words(),
    stores=st.integers(1, 10_000),
    members=st.none() | st.integers(1, 10**7),
    orders_a_year=st.none() | st.fractions(Fraction(1, 100), 10_000, max_denominator=100),
    average_order=st.none() | st.fractions(Fraction(1, 1_000), 10**6, max_denominator=1_000),
    margin=st.none() | shares(),
    repeat_share=st.none() | shares(),
    anonymous=shares(),
    running_cost=st.fractions(0, 10**9, max_denominator=100),
    partners=st.booleans(),
    cause=st.booleans(),
    hosts=st.booleans(),
    service=st.booleans(),
    levels=st.integers(2, 6),
    reward_rate=st.none() | st.fractions(Fraction(1, 10_000), Fraction(1, 2), max_denominator=10_000),
    model=st.none() | st.sampled_from(MODELS),
)


@pytest.mark.parametrize("page", ["new-program.md", "new-program.zh-CN.md"])
def test_every_name_of_the_json_and_every_warning_is_documented(page):
    text = (Path(__file__).parents[2] / "docs" / page).read_text()
    names = {*propose(answers()).as_json(), "empty", "too_far", "too_little", "too_much", "crowded"}
    assert {name for name in names - {"currency", "digits"} if f"`{name}`" not in text} == set()


@settings(max_examples=150, deadline=None)
@given(CHOSEN)
def test_whatever_is_answered_the_file_can_be_published(chosen):
    told = propose(chosen)
    program = load_program(told.text)
    assert (program.code, program.currency, program.time_zone) == (chosen.program, chosen.currency, chosen.time_zone)
    assert program.name == (chosen.name.strip() or chosen.program)
    assert cautions(program) == ()
    compile_program(program)
    if told.tiers:
        levels = program.ladders[0].levels
        assert [(level.code, level.threshold, level.multiplier) for level in levels] == [
            (tier.code, tier.threshold, tier.multiplier) for tier in told.tiers
        ]
        assert sum(tier.members for tier in told.tiers) == pytest.approx(told.shop.members, abs=len(told.tiers))
    json.dumps(told.as_json())


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 10**9), st.integers(1, 500)), min_size=1, max_size=60),
    st.integers(2, 6),
    st.sampled_from(sorted(CURRENCY_DIGITS)),
)
def test_whatever_was_sold_the_file_can_be_published(members, levels, currency):
    spend, orders = zip(*members, strict=True)
    told = propose(answers(levels=levels, currency=currency, model="points"), shop(spend, orders))
    assert compile_program(load_program(told.text)).program.ladders[0].levels[-1].threshold == told.tiers[-1].threshold


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("industry", "mining"), ("currency", "ABC"), ("time_zone", "Mars/Base"), ("language", "fr"), ("program", "Big Club"),
        ("name", "two\nlines"), ("stores", 0), ("members", 0), ("orders_a_year", Fraction(0)), ("margin", Fraction(2)),
        ("average_order", Fraction(10**8)), ("repeat_share", Fraction(-1)), ("anonymous", Fraction(3, 2)),
        ("running_cost", Fraction(-1)), ("levels", 7), ("reward_rate", Fraction(3, 4)), ("benefits", (Fraction(-1),)), ("benefits", (Fraction(1),) * 5), ("model", "pyramid"),
    ],
)  # fmt: skip
def test_what_no_proposal_can_be_made_of_is_refused_at_its_field(field, value):
    with pytest.raises(Refusal) as refusal:
        propose(answers(**{field: value}))
    assert (refusal.value.code, refusal.value.pointer) == ("answer_wrong", f"/{field}")


def test_the_study_of_the_file_gives_what_was_proposed():
    """The measured year itself, run through the file: rate and tiers are as told, up to who climbs within the year."""
    lives = One(made(REGIMES[0], 12, 5))
    told = propose(answers(model="points", time_zone="UTC"), measure(lives, "UTC"))
    done = study(compile_program(load_program(told.text)), lives, until(12)).as_json()
    assert (told.shop.days, told.shop.members) == (354, 894)
    sold = Fraction(
        told.shop.sales_minor * told.shop.days, 365
    )  # what is told is of a whole year, of each rounded down
    assert 0 <= done["net_minor"] - sold < told.shop.members
    value = Fraction(done["units"][0]["value"])
    given_back = done["units"][0]["issued"] * value * 100 / done["net_minor"]
    # points round down, a member earns more only from the order after the threshold on, and these are not whole years
    assert 0.87 * told.budget.rate < given_back < 0.88 * told.budget.rate
    population = done["ladders"][0]["population"][-1]["members"]
    # a few are short of a threshold that they reach in a whole year
    assert [(tier.members, population[tier.code]) for tier in told.tiers] == [(634, 652), (170, 167), (90, 83), (0, 0)]
