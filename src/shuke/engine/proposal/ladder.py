"""A ladder from the shop's own quantiles: sayable thresholds, who would stand where, and how far the next level is."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

import numpy as np

from shuke.engine.history import Column
from shuke.engine.proposal.answers import Answers
from shuke.engine.proposal.shop import Shop
from shuke.engine.words import Words

# the share of members that should reach each level above the first, by the number of levels
SHARES = {
    2: (0.2,),
    3: (0.25, 0.07),
    4: (0.3, 0.1, 0.03),
    5: (0.4, 0.15, 0.05, 0.015),
    6: (0.5, 0.25, 0.1, 0.03, 0.01),
}
LEVELS = (
    ("base", Words("Member", "普通会员"), Fraction(1)),
    ("silver", Words("Silver", "银卡"), Fraction(5, 4)),
    ("gold", Words("Gold", "金卡"), Fraction(3, 2)),
    ("platinum", Words("Platinum", "铂金卡"), Fraction(2)),
    ("diamond", Words("Diamond", "钻石卡"), Fraction(5, 2)),
    ("black", Words("Black", "黑卡"), Fraction(3)),
)
SAYABLE = tuple(int(m * 10**k) for k in range(1, 9) for m in (Fraction(1), Fraction(3, 2), 2, 3, 5, 8))
LEAST_STEP = Fraction(1, 10)  # of an average order: what a level should give a year beyond the one below
MOST_STEP = 5  # times what the level below gives beyond its own
CROWDED = 0.25  # the share of members above which a top level is nothing special


@dataclass(frozen=True)
class Tier:
    """A level: who would have stood on it in the last year, and what it gives.

    `threshold` is in major units. `orders_to_next` is within how many average orders of its members half of them reach
    the next level (None: there is none, or nobody is here). `value_minor` is what points and benefits give the median
    member a year, `step_minor` what the level gives a year at its threshold beyond the level below.
    """

    code: str
    name: Words
    threshold: int
    multiplier: Fraction
    members: int
    share: float
    sales_share: float
    median_minor: int
    median_orders: float
    orders_to_next: int | None
    value_minor: int
    step_minor: int


@dataclass(frozen=True)
class Caution:
    """What of a ladder discourages, or gives no reason to climb."""

    code: str
    tier: str
    words: Words


def sayable(amount: float) -> int:
    """Return the round amount nearest in proportion: 10, 15, 20, 30, 50, 80, 100, … to what a ladder may ask for."""
    amount = max(amount, 1.0)
    place = bisect_left(SAYABLE, amount)
    near = SAYABLE[max(0, place - 1) : place + 1] or SAYABLE[-1:]
    return min(near, key=lambda each: max(each / amount, amount / each))


def thresholds(shop: Shop, answers: Answers) -> tuple[int, ...]:
    """Return rising thresholds in major units, 0 first, near the quantiles that SHARES asks for."""
    minor = 10**answers.digits
    found = [0]
    above = float(np.median(shop.spend_minor)) / minor  # half of the members stay on the first level at least
    shares = SHARES[answers.levels]
    for level, share in enumerate(shares):
        made = sayable(float(np.quantile(shop.spend_minor, 1 - share)) / minor)
        if made <= above:
            made = next((each for each in SAYABLE if each > above), made)
        made = min(made, SAYABLE[level - len(shares)])  # room for those above
        found.append(made)
        above = made
    return tuple(found)


def mean_multiplier(shop: Shop, starts: tuple[int, ...], answers: Answers) -> Fraction:
    """Return the mean multiplier of sales: a rate of the first level comes to so many times that of all sales."""
    levels = _level_of(shop, starts, answers)
    spend = [int(shop.spend_minor[levels == level].sum()) for level in range(len(starts))]
    return sum((LEVELS[level][2] * amount for level, amount in enumerate(spend)), Fraction(0)) / sum(spend)


def tiers(shop: Shop, starts: tuple[int, ...], answers: Answers, first_rate: Fraction) -> tuple[Tier, ...]:
    """Return the levels with their members, as of the year that was measured."""
    minor = 10**answers.digits
    levels = _level_of(shop, starts, answers)
    total = int(shop.spend_minor.sum())
    found = []
    for level, start in enumerate(starts):
        code, name, multiplier = LEVELS[level]
        here = levels == level
        spend, orders = shop.spend_minor[here], shop.orders[here]
        median = int(np.median(spend)) if len(spend) else 0
        to_next = None
        if level + 1 < len(starts) and len(spend):
            average = int(spend.sum()) / (int(orders.sum()) * shop.times)
            to_next = max(1, ceil((starts[level + 1] * minor - median) / average))
        gained = multiplier - (LEVELS[level - 1][2] if level else multiplier)
        more = answers.benefit_minor(level) - answers.benefit_minor(level - 1) if level else 0
        found.append(
            Tier(
                code=code,
                name=name,
                threshold=start,
                multiplier=multiplier,
                members=round(len(spend) * shop.stands_for),
                share=len(spend) / len(shop.spend_minor),
                sales_share=int(spend.sum()) / total,
                median_minor=median,
                median_orders=float(np.median(orders)) * float(shop.times) if len(orders) else 0.0,
                orders_to_next=to_next,
                value_minor=round(median * first_rate * multiplier) + answers.benefit_minor(level),
                step_minor=round(start * minor * first_rate * gained) + more,
            )
        )
    return tuple(found)


def _level_of(shop: Shop, starts: tuple[int, ...], answers: Answers) -> Column:
    edges = np.array([start * 10**answers.digits for start in starts], np.int64)
    levels: Column = np.searchsorted(edges, shop.spend_minor, side="right") - 1
    return levels


EMPTY = Words("Nobody would have reached {tier} last year.", "去年没有人能达到{tier}。")
TOO_FAR = Words(
    "Half of the members on {tier} need {n} orders or more to reach the next level, and order {have} times a year: "
    "too far to try.",
    "{tier}有一半人还要 {n} 单或更多才能升级，而他们一年只下 {have} 单，太远了，激励不起来。",
)
TOO_LITTLE = Words(
    "{tier} gives little more than the level below: {step} a year at its threshold. Give it a benefit that is felt.",
    "{tier}比下一级多得不多：刚达标的人一年只多 {step}。请加一项感受得到的权益。",
)
TOO_MUCH = Words(
    "The step to {tier} is worth {times} times the one before it: those below may feel left out.",
    "升到{tier}得到的是上一步的 {times} 倍，下面的人会觉得被落下。",
)
TOO_CROWDED = Words(
    "{share}% would stand on {tier}: too many for a top level.", "有 {share}% 的人会在{tier}，作为最高级人太多。"
)


def cautions(found: tuple[Tier, ...], shop: Shop, answers: Answers) -> tuple[Caution, ...]:
    """Return what to look at again before the ladder is published."""
    return tuple(_cautions(found, shop, answers))


def _cautions(found: tuple[Tier, ...], shop: Shop, answers: Answers) -> Iterator[Caution]:
    def caution(code: str, words: Words, tier: Tier, **figures: object) -> Caution:
        told = Words(words.en.format(tier=tier.name.en, **figures), words.zh.format(tier=tier.name.zh, **figures))
        return Caution(code, tier.code, told)

    least = shop.average_order_minor * LEAST_STEP
    for below, tier in zip((None, *found), found, strict=False):
        if not tier.members:
            yield caution("empty", EMPTY, tier)
        if tier.orders_to_next is not None and tier.orders_to_next > max(1.0, tier.median_orders):
            yield caution("too_far", TOO_FAR, tier, n=tier.orders_to_next, have=f"{tier.median_orders:g}")
        if below is None:
            continue
        if tier.step_minor < least:
            step = f"{tier.step_minor / 10**answers.digits:.2f} {answers.currency}"
            yield caution("too_little", TOO_LITTLE, tier, step=step)
        elif below.step_minor > 0 and tier.step_minor > MOST_STEP * below.step_minor:
            yield caution("too_much", TOO_MUCH, tier, times=f"{tier.step_minor / below.step_minor:.1f}")
    if found[-1].share > CROWDED:
        yield caution("crowded", TOO_CROWDED, found[-1], share=f"{found[-1].share * 100:.0f}")
