"""The proposed program as a file, with comments that say why each number stands there.

Owns the text alone; every number comes from the proposal. Six models, one shape: units, tiers, rules.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from shuke.engine.proposal.answers import Answers
from shuke.engine.proposal.budget import Budget, percent
from shuke.engine.proposal.ladder import Tier
from shuke.engine.proposal.shop import Shop
from shuke.engine.words import Words

RARE = 2  # orders a year below which points live for two years
PAID_TIMES = 2  # as many points for who pays


@dataclass(frozen=True)
class Written:
    """What the text is made of: a point for each `per` major units, worth `point` major units."""

    answers: Answers
    shop: Shop
    budget: Budget
    tiers: tuple[Tier, ...]
    per: int
    point: Fraction

    @property
    def value(self) -> str:
        """What a point is worth, in major units."""
        return f"{float(self.point):.8f}".rstrip("0").rstrip(".")

    def tell(self, en: str, zh: str) -> str:
        """Return the text in the language that was asked for."""
        return Words(en, zh).tell(self.answers.language)


def write(model: str, made: Written) -> str:
    """Return the file of a model."""
    a = made.answers
    head = [f"# {line}" for line in _about(made)]
    name = a.name.strip()
    named = [f"name: {json.dumps(name, ensure_ascii=False)}"] if name else []
    country = ["country: CN"] if a.time_zone == "Asia/Shanghai" and a.currency == "CNY" else []
    return "\n".join(
        [
            *head,
            "shuke: 1",
            f"program: {a.program}",
            *named,
            f"currency: {a.currency}",
            f"time_zone: {a.time_zone}",
            *country,
            *_BODIES[model](made),
            "",
        ]
    )


def _about(w: Written) -> list[str]:
    b, shop = w.budget, w.shop
    sales = f"{shop.sales_minor / 10**w.answers.digits:,.0f} {w.answers.currency}"
    cost = f"{b.cost_minor / 10**w.answers.digits:,.0f} {w.answers.currency}"
    source = (
        w.tell(f"the last {shop.days} days of orders", f"最近 {shop.days} 天的订单")
        if shop.measured
        else w.tell("answers and what is usual in the trade", "所填答案与行业常见值")
    )
    return [
        w.tell(
            "A proposal to begin with; check it by a backtest before it is published.",
            "这是一份起点方案，发布前请先回测。",
        ),
        w.tell(
            f"Made from {source}: {shop.members:,} members, sales of {sales} a year.",
            f"依据{source}：{shop.members:,} 位会员，年销售 {sales}。",
        ),
        w.tell(
            f"{percent(b.rate)}% of sales come back as points. With three quarters of them used, and what benefits "
            f"and running it cost, that is {cost} a year.",
            f"销售额的 {percent(b.rate)}% 以积分返还；按四分之三会被使用计，连同权益与运营，一年成本约 {cost}。",
        ),
        b.words.tell(w.answers.language),
    ]


def _unit(w: Written, code: str, name: Words, *more: str) -> str:
    months = 24 if w.shop.orders_a_year < RARE else 12
    said = [f"name: {name.tell(w.answers.language)}", "round: floor", f"value: {w.value}",
            f"expiry: {{after: {months} months, end_of: month}}", *more]  # fmt: skip
    return f"  {code}: {{{', '.join(said)}}}"


POINTS = Words("Points", "积分")


def _spend(w: Written) -> str:
    """Return the points of an order on the first level."""
    return "order.net" if w.per == 1 else f"order.net / {w.per}"


def _units(w: Written) -> str:
    each = f"{w.per:,} {w.answers.currency}"
    return w.tell(
        f"# A point for each {each}, worth {w.value} {w.answers.currency}, so that members can see what they get.",
        f"# 每消费 {each} 得 1 分，1 分值 {w.value} {w.answers.currency}，会员算得清自己得到什么。",
    )


def _ladder(w: Written, measure: str, comment: str) -> list[str]:
    levels = []
    for tier in w.tiers:
        note = w.tell(
            f"{tier.members:,} members ({tier.share * 100:.1f}%)", f"{tier.members:,} 人（{tier.share * 100:.1f}%）"
        )
        if tier.orders_to_next is not None:
            note += w.tell(
                f", half of them at most {tier.orders_to_next} orders from the next level",
                f"，其中一半再下 {tier.orders_to_next} 单以内可升级",
            )
        name = tier.name.tell(w.answers.language)
        multiplier = f"{float(tier.multiplier):g}"
        levels.append(
            f"    - {{code: {tier.code}, name: {name}, from: {tier.threshold}, multiplier: {multiplier}}} # {note}"
        )
    return [
        f"# {comment}",
        "tiers:",
        "  ladder: main",
        f"  measure: {measure}",
        "  validity: 12 months",
        "  downgrade: one step",
        "  levels:",
        *levels,
    ]


def _quantiles(w: Written) -> str:
    return w.tell(
        "By what was spent within twelve months; thresholds are round amounts near the shop's own quantiles.",
        "按 12 个月内的消费分级，门槛取自本店消费分布并取整。",
    )


def _points(w: Written) -> list[str]:
    return [
        _units(w),
        "units:",
        _unit(w, "points", POINTS),
        *_ladder(w, "SPEND('12 months')", _quantiles(w)),
        "earn:",
        f"  - {{code: spend, unit: points, points: {_spend(w)} * tier.multiplier}}",
    ]


def _paid(w: Written) -> list[str]:
    member, plus = w.tell("Member", "普通会员"), w.tell("Plus", "付费会员")
    return [
        _units(w),
        "units:",
        _unit(w, "points", POINTS),
        w.tell(
            "# The plan, its price and its services are set up under paid plans; who has it carries the tag «plus».",
            "# 付费方案、价格与服务在“付费方案”中设置；持有者带有标签 plus。",
        ),
        "tiers:",
        "  ladder: main",
        "  validity: as measured",
        "  evaluate: daily",
        "  levels:",
        f"    - {{code: base, name: {member}}}",
        f"    - {{code: plus, name: {plus}, when: TAGGED('plus'), multiplier: {PAID_TIMES}}}",
        "earn:",
        f"  - {{code: spend, unit: points, points: {_spend(w)} * tier.multiplier}}",
    ]


def _charity(w: Written) -> list[str]:
    hearts, volunteer, bag = (
        w.tell("Hearts", "爱心值"),
        w.tell("Volunteering", "志愿服务"),
        w.tell("Own bag", "自带购物袋"),
    )
    return [
        w.tell(
            f"# Hearts are given to a cause: put the cause into the mall as a reward, each heart being {w.value} "
            f"{w.answers.currency}.",
            f"# 爱心值用于捐赠：在礼品商城中上架公益项目，每点值 {w.value} {w.answers.currency}。",
        ),
        f"behaviours: {{volunteering: {volunteer}, own_bag: {bag}}}",
        "units:",
        _unit(w, "hearts", Words(hearts, hearts)),
        "earn:",
        f"  - {{code: spend, unit: hearts, points: {_spend(w)}}}",
        "  - {code: volunteering, unit: hearts, on: volunteering, points: 50, caps: {per: month, times: 4}}",
        "  - {code: own-bag, unit: hearts, on: own_bag, points: 1, caps: {per: day, times: 1}}",
    ]


def _shared(w: Written) -> list[str]:
    return [
        w.tell(
            "# Partners send their orders under their own brand; agree with each what a point is settled at.",
            "# 合作商户以各自的品牌上报订单，请与每家约定积分的结算价。",
        ),
        _units(w),
        "units:",
        _unit(w, "points", POINTS, "transfer: {least: 1, cool_down: 30 days}"),
        *_ladder(w, "SPEND('12 months')", _quantiles(w)),
        "earn:",
        f"  - {{code: spend, unit: points, points: {_spend(w)} * tier.multiplier}}",
    ]


def _community(w: Written) -> list[str]:
    names = {
        "check_in": w.tell("Check-in", "签到"),
        "share": w.tell("Share", "分享"),
        "answer": w.tell("Answer", "解答"),
    }
    review = w.tell("Review", "评价")
    behaviours = ", ".join(f"{code}: {name}" for code, name in names.items())
    growth = w.tell("Growth", "成长值")
    return [
        w.tell(
            "# What members do for one another counts for their level, within caps; points come from what they buy.",
            "# 会员之间的贡献在上限内计入成长值；积分来自消费。",
        ),
        f"behaviours: {{{behaviours}, review: {{name: {review}, photo: flag}}}}",
        "units:",
        _unit(w, "points", POINTS),
        f"  growth: {{name: {growth}, spendable: no}}",
        *_ladder(
            w,
            "EARNED('growth', '12 months')",
            w.tell(
                "By growth within twelve months: what was spent, and what was done.",
                "按 12 个月内的成长值分级：消费与贡献都算。",
            ),
        ),
        "earn:",
        f"  - {{code: spend, unit: points, points: {_spend(w)} * tier.multiplier}}",
        "  - {code: growth, unit: growth, points: order.net}",
        "  - {code: check-in, unit: growth, on: check_in, points: 1, caps: {per: day, times: 1}}",
        "  - {code: share, unit: growth, on: share, points: 2, caps: {per: week, times: 3}}",
        "  - {code: answer, unit: growth, on: answer, points: 5, caps: {per: week, times: 5}}",
        "  - code: review",
        "    unit: growth",
        "    on: review",
        "    points: CASE WHEN event.photo THEN 10 ELSE 5 END",
        "    caps: {per: week, times: 5}",
    ]


def _token(w: Written) -> list[str]:
    token, contribution = w.tell("Token", "通证"), w.tell("Contribution", "贡献")
    return [
        w.tell(
            "# Near to money: ask for law, tax and books first. The supply is bounded, and so is what one may hold.",
            "# 性质接近货币，请先咨询法律、税务与会计。总量与单人持有量都有上限。",
        ),
        f"behaviours: {{contribution: {{name: {contribution}, size: {{type: number, from: 1, to: 100}}}}}}",
        "units:",
        "  token:",
        f"    name: {token}",
        f"    scale: {4 if w.answers.digits else 2}",
        "    round: floor",
        f"    value: {w.value}",
        "    expiry: none",
        "    supply: 100000000",
        "    transfer: {least: 1, cool_down: 30 days}",
        "    caps:",
        "      - {per: balance, points: 1000000}",
        "      - {of: transfer, per: day, points: 10000}",
        "    refunds: within_balance",
        "earn:",
        f"  - {{code: spend, unit: token, points: {_spend(w)}}}",
        "  - {code: contribution, unit: token, on: contribution, points: event.size, pending: {for: 14 days}}",
    ]


_BODIES: Mapping[str, Callable[[Written], list[str]]] = MappingProxyType(
    {
        "points": _points,
        "paid": _paid,
        "charity": _charity,
        "shared": _shared,
        "community": _community,
        "token": _token,
    }
)
