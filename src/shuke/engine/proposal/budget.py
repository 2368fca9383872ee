"""What a program may cost and whether it pays: the uplift that breaks even against the one that is plausible.

Plausible uplifts of what members spend are rules of thumb by how often they come, to be replaced by what is
measured once the program runs.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import floor

from shuke.engine.proposal.answers import Answers
from shuke.engine.proposal.shop import Shop
from shuke.engine.words import Words

USED = Fraction(3, 4)  # the share of points that is used, until the shop's own figures are there
# orders a year from which on: uplift of members' spend in percent, (careful, hopeful)
PLAUSIBLE = ((24, (2, 6)), (6, (3, 9)), (2, (2, 7)), (0, (0, 3)))
STEP = Fraction(1, 1_000)
MOST = Fraction(1, 10)
MOST_PER = 10**6
ROUND = tuple(Fraction(tenths, 10) for tenths in (10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100))

PAYS = Words(
    "It pays: {need}% more spend of the members covers the cost, and {low} to {high}% is plausible.",
    "划算：会员多消费 {need}% 就能覆盖成本，而 {low}%–{high}% 是合理预期。",
)
MAY_PAY = Words(
    "It may pay: {need}% more spend of the members is needed, {low} to {high}% is plausible. Begin small and measure "
    "against who has none.",
    "有可能划算：需要会员多消费 {need}%，合理预期是 {low}%–{high}%。建议小范围开始，与未参加者对比衡量。",
)
PAYS_NOT = Words(
    "A membership won't pay here: members would have to spend {need}% more to cover it, and {high}% at most is "
    "plausible. Spend the money on service, on recognising customers and on the second order.",
    "在这里做会员不划算：会员要多消费 {need}% 才能回本，而合理预期最多 {high}%。"
    "不如把钱花在服务、识别顾客和争取第二单上。",
)
NEVER_PAYS = Words(
    "A membership won't pay here: each sale earns less than what the members would get for it, so no uplift covers it.",
    "在这里做会员不划算：每笔销售的毛利低于要返给会员的价值，多卖也补不回来。",
)


@dataclass(frozen=True)
class Budget:
    """A year without uplift, in minor units, and the arithmetic of the verdict.

    `rate` is the share of sales that comes back as points at their value; `points_cost` the part that will be used.
    `uplift` u is where u · sales · margin = cost + u · points_cost, None where no uplift pays; `plausible` (low, high).
    """

    sales_minor: int
    margin: Fraction
    rate: Fraction
    points_cost_minor: int
    benefits_cost_minor: int
    running_cost_minor: int
    uplift: Fraction | None
    plausible: tuple[Fraction, Fraction]
    verdict: str  # "pays" | "may_pay" | "pays_not"
    words: Words

    @property
    def cost_minor(self) -> int:
        return self.points_cost_minor + self.benefits_cost_minor + self.running_cost_minor


def plausible_uplift(orders_a_year: Fraction) -> tuple[Fraction, Fraction]:
    """Return the careful and the hopeful uplift of members' spend."""
    low, high = next(percent for least, percent in PLAUSIBLE if orders_a_year >= least)
    return Fraction(low, 100), Fraction(high, 100)


def reward_rate(answers: Answers, shop: Shop) -> Fraction:
    """Return the share of sales that may come back: asked for, or what the margin pays for at a middling uplift.

    rate · USED = margin · u / (1 + u), in steps of a thousandth from one to MOST.
    """
    if answers.reward_rate is not None:
        return answers.reward_rate
    uplift = sum(plausible_uplift(shop.orders_a_year)) / 2
    rate = answers.gross_margin * uplift / (1 + uplift) / USED
    return max(STEP, min(MOST, floor(rate / STEP) * STEP))


def points_per(shop: Shop, answers: Answers) -> int:
    """Return for how many major units there is a point: a power of ten, so that orders earn a few hundred at most."""
    order = floor(shop.average_order_minor / 10**answers.digits)
    per: int = 10 ** max(0, len(str(order)) - 3)
    return min(per, MOST_PER)


def sayable_value(worth: Fraction) -> Fraction:
    """Return the round value of a point that is nearest to what it may be worth: 0.01, 0.012, 0.015, 0.02, 0.025, …"""
    places = 0
    while worth * 10**places < 1:
        places += 1
    while worth >= 10 ** (1 - places):
        places -= 1
    near = min(ROUND, key=lambda each: abs(each - worth * Fraction(10) ** places))
    return near / Fraction(10) ** places


def budget(answers: Answers, shop: Shop, rate: Fraction, benefits_minor: int = 0) -> Budget:
    """Return the yearly cost at a rate, benefits of levels besides, and whether a membership pays."""
    sales, margin = shop.sales_minor, answers.gross_margin
    points = round(sales * rate * USED)
    running = round(answers.running_cost * 10**answers.digits)
    left = sales * margin - points
    uplift = (points + benefits_minor + running) / left if left > 0 else None
    low, high = plausible_uplift(shop.orders_a_year)
    if uplift is None:
        verdict, words = "pays_not", NEVER_PAYS
    else:
        verdict, words = (
            ("pays", PAYS) if uplift <= low else ("may_pay", MAY_PAY) if uplift <= high else ("pays_not", PAYS_NOT)
        )
    figures = {"need": percent(uplift or Fraction(0)), "low": percent(low), "high": percent(high)}
    return Budget(
        sales, margin, rate, points, benefits_minor, running, uplift, (low, high), verdict, words.of(**figures)
    )


def percent(share: Fraction) -> str:
    """Write a share as percent, to a tenth where it is small, to a hundredth where it is very small."""
    value = float(share) * 100
    if 0.005 <= value < 0.1:
        return f"{value:.2f}"
    return f"{value:.1f}" if value < 10 and round(value, 1) != round(value) else f"{value:.0f}"
