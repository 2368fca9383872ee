"""Goals with figure, baseline, target and date, and the plan of a launch with the days on which it is evaluated."""

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction

from shuke.engine.proposal.answers import Answers
from shuke.engine.proposal.budget import USED, Budget
from shuke.engine.proposal.ladder import Tier
from shuke.engine.proposal.shop import Shop
from shuke.engine.words import Words

EVALUATED = (30, 90, 180, 365)  # days after the launch
RECOGNISED = Fraction(1, 2)  # of the sales whose customer is unknown today, how much should be known in half a year


@dataclass(frozen=True)
class Goal:
    """What is to be reached by a day. Shares are from 0 to 1, `orders` are of a member a year."""

    code: str
    words: Words
    kind: str  # "share" | "orders"
    baseline: float | None
    target: float
    by: dt.date


@dataclass(frozen=True)
class Step:
    """What is done on a day of the launch."""

    code: str
    day: dt.date
    words: Words


def goals(answers: Answers, shop: Shop, budget: Budget, found: tuple[Tier, ...]) -> tuple[Goal, ...]:
    """Return the goals: what the program changes, each from the shop's own figure today."""
    middle = sum(budget.plausible, Fraction(0)) / 2
    known = 1 - answers.anonymous

    def by(days: int) -> dt.date:
        return answers.begins + dt.timedelta(days=days)

    orders, repeat = shop.orders_a_year, shop.repeat_share
    made = [
        Goal("recognised", Words("Share of sales whose customer is known", "可识别会员的销售占比"), "share",
             float(known), float(known + answers.anonymous * RECOGNISED), by(180)),
        Goal("repeat", Words("Share of members who buy again within a year", "一年内复购的会员占比"), "share",
             float(repeat), float(min(Fraction(1), repeat * (1 + middle))), by(365)),
        Goal("orders", Words("Orders of a member a year", "会员年均订单数"), "orders",
             float(orders), float(orders * (1 + middle)), by(365)),
        Goal("used", Words("Share of the points issued that are used", "已发积分的使用率"), "share",
             None, float(USED), by(365)),
    ]  # fmt: skip
    if len(found) > 1:
        above = 1 - found[0].share
        made.append(
            Goal("above_base", Words("Share of members above the first level", "升到首级以上的会员占比"), "share",
                 above, min(1.0, above * (1 + float(middle))), by(365))
        )  # fmt: skip
    return tuple(made)


_STEPS = (
    (
        "backtest",
        -35,
        Words(
            "Run the file over last year's orders; read the cost and the tiers, and adjust.",
            "用去年的订单回测，查看成本与等级分布并调整。",
        ),
    ),
    (
        "approve",
        -21,
        Words(
            "Let a second person approve it with the forecast; agree on the goals below.",
            "连同预测一起交由第二人审批，并就下列目标达成一致。",
        ),
    ),
    (
        "train",
        -14,
        Words(
            "Warm-up: train the staff, put up signs, prepare texts and the first questions.",
            "预热：培训员工，布置物料，准备说明与常见问题。",
        ),
    ),
    (
        "invite",
        -7,
        Words(
            "Warm-up: invite the best customers first and let them try; mend what they stumble over.",
            "预热：先邀请最好的顾客体验，修正他们遇到的问题。",
        ),
    ),
    (
        "launch",
        0,
        Words(
            "Launch; with several stores begin in some of them, so that the others show how it goes without.",
            "上线；若有多家门店，先在部分门店开始，其余门店作为对照。",
        ),
    ),
    (
        "evaluate_30",
        30,
        Words(
            "Evaluate: are customers recognised and does the till work? Faults and questions only.",
            "评估：识别率与收银是否顺畅，只处理故障与疑问。",
        ),
    ),
    (
        "evaluate_90",
        90,
        Words(
            "Evaluate: points issued and used against the forecast, first promotions, cost so far.",
            "评估：积分发放与使用对照预测，首批升级与已发生的成本。",
        ),
    ),
    (
        "evaluate_180",
        180,
        Words(
            "Evaluate: orders and spend against stores without it, or last year; change numbers, not the idea.",
            "评估：订单与消费，对照未上线门店或去年同期；只调数字，不换思路。",
        ),
    ),
    (
        "evaluate_365",
        365,
        Words(
            "Evaluate: every goal, the liability and the uplift; keep, change or end the program.",
            "评估：全部目标、积分负债与提升幅度，决定保留、调整或结束。",
        ),
    ),
)


def plan(begins: dt.date) -> tuple[Step, ...]:
    """Return the steps in their order."""
    return tuple(Step(code, begins + dt.timedelta(days=days), words) for code, days, words in _STEPS)
