"""Which of the six models fits a shop, each with reasons for and against, and whether a membership pays at all.

A score begins at 50; every reason says how many points it gives or takes. The weights are ours: they order what is
worth talking about and prove nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from shuke.engine.proposal.answers import MODELS, Answers
from shuke.engine.proposal.shop import Shop
from shuke.engine.words import Words

MIDDLE = 50

NAMES: Mapping[str, Words] = MappingProxyType(
    {
        "points": Words("Points and tiers", "积分与等级"),
        "paid": Words("Paid membership", "付费会员"),
        "charity": Words("Charity", "公益会员"),
        "shared": Words("Shared with partners", "共享会员"),
        "community": Words("Community", "社群会员"),
        "token": Words("Token", "通证会员"),
    }
)


@dataclass(frozen=True)
class Reason:
    """Why a model fits (`points` above 0) or does not (below)."""

    points: int
    words: Words


@dataclass(frozen=True)
class Fit:
    """A model with its score from 0 to 100 and the reasons that add up to it, the weightiest first."""

    model: str
    name: Words
    score: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Seen:
    """What the reasons look at."""

    answers: Answers
    shop: Shop
    orders: float
    margin: float
    repeat: float


def fits(answers: Answers, shop: Shop) -> tuple[Fit, ...]:
    """Return the six models, the best first."""
    seen = Seen(answers, shop, float(shop.orders_a_year), float(answers.gross_margin), float(shop.repeat_share))
    found = []
    for model in MODELS:
        reasons = sorted(_REASONS[model](seen), key=lambda reason: -abs(reason.points))
        score = min(100, max(0, MIDDLE + sum(reason.points for reason in reasons)))
        found.append(Fit(model, NAMES[model], score, tuple(reasons)))
    return tuple(sorted(found, key=lambda fit: -fit.score))


def _points(s: Seen) -> Iterator[Reason]:
    often = f"{s.orders:.1f}"
    if s.orders >= 12:
        yield Reason(
            20,
            Words(
                "Members come {n} times a year: points add up to something soon.",
                "会员一年来 {n} 次，积分很快攒得起来。",
            ).of(n=often),
        )
    elif s.orders >= 4:
        yield Reason(
            10,
            Words(
                "With {n} orders a year, points reach a reward within the year.", "一年 {n} 单，一年内攒得够一次兑换。"
            ).of(n=often),
        )
    elif s.orders < 2:
        yield Reason(
            -30,
            Words(
                "With {n} orders a year, points end before they are worth anything.",
                "一年只有 {n} 单，积分还没攒够就过期了。",
            ).of(n=often),
        )
    yield from _by_margin(s, (0.4, 15), (0.1, -25))
    if s.repeat >= 0.5:
        yield Reason(
            10,
            Words(
                "Half of the members come back already: tiers reward what they do.",
                "半数以上会员会复购，等级奖励的正是这种行为。",
            ),
        )
    elif s.repeat < 0.2:
        yield Reason(
            -10,
            Words("Only one in five comes back: win the second order first.", "五个人里不到一个复购，应先争取第二单。"),
        )
    if s.answers.anonymous > Fraction(1, 2):
        yield Reason(
            -10,
            Words(
                "Most customers are not known at the till: recognise them first, or nobody earns anything.",
                "多数顾客在收银时无法识别，要先解决识别，否则没有人能累积。",
            ),
        )


def _paid(s: Seen) -> Iterator[Reason]:
    if s.orders >= 12:
        yield Reason(
            20,
            Words("Who comes {n} times a year earns a fee back.", "一年来 {n} 次的人，会费赚得回来。").of(
                n=f"{s.orders:.1f}"
            ),
        )
    elif s.orders < 4:
        yield Reason(
            -25,
            Words("With {n} orders a year few would earn a fee back.", "一年只有 {n} 单，会费很难赚回来。").of(
                n=f"{s.orders:.1f}"
            ),
        )
    if s.answers.service:
        yield Reason(20, Words("There is a service that a fee can be asked for.", "有值得为之付费的服务。"))
    else:
        yield Reason(
            -15,
            Words(
                "There is no service yet that a fee could be asked for; a discount alone is paid for by the margin.",
                "还没有值得付费的服务，只靠折扣就要由毛利承担。",
            ),
        )
    if s.answers.trade.by_term:
        yield Reason(20, Words("The trade can be sold by the month or year.", "这个行业可以按月或按年售卖。"))
    if s.margin < 0.2 and s.orders >= 12:
        yield Reason(
            10, Words("At a low margin a fee can carry what prices can't.", "毛利低时，会费能承担价格让不出的部分。")
        )
    if s.shop.members < 1_000:
        yield Reason(-10, Words("With fewer than 1,000 members few will buy a plan.", "会员不足一千，买的人会很少。"))


def _charity(s: Seen) -> Iterator[Reason]:
    if s.answers.cause:
        yield Reason(25, Words("Customers care for a cause that the shop stands for.", "顾客认同门店所支持的公益。"))
    else:
        yield Reason(
            -20,
            Words(
                "Without a cause that customers know the shop for, giving does not bind.",
                "没有顾客认可的公益主张，捐赠留不住人。",
            ),
        )
    yield from _by_margin(s, (0.4, 5), (0.15, -10))
    if s.answers.anonymous > Fraction(1, 2):
        yield Reason(
            5,
            Words(
                "Giving asks for little data: it suits customers who stay unknown.",
                "公益对个人信息要求低，适合不愿留名的顾客。",
            ),
        )


def _shared(s: Seen) -> Iterator[Reason]:
    if s.answers.partners:
        yield Reason(
            25,
            Words(
                "Partners would join: points are earned and used in more places.",
                "有商户愿意加入，积分在更多地方能攒能用。",
            ),
        )
    else:
        yield Reason(-25, Words("There is no partner yet.", "目前还没有合作商户。"))
    if s.orders < 4:
        yield Reason(
            10,
            Words(
                "One shop alone is visited {n} times a year; together you are often there.",
                "单独一家店一年只来 {n} 次，联合起来才够频繁。",
            ).of(n=f"{s.orders:.1f}"),
        )
    if s.answers.partners and s.answers.stores == 1:
        yield Reason(
            5,
            Words(
                "A single store carries half the cost of a programme with partners.", "单店与伙伴一起做，成本可以分摊。"
            ),
        )


def _community(s: Seen) -> Iterator[Reason]:
    if s.answers.trade.together:
        yield Reason(
            20, Words("Members of this trade have something to tell one another.", "这个行业的会员彼此有话可说。")
        )
    else:
        yield Reason(-10, Words("What is bought here is seldom talked about.", "这里买的东西，平时很少被谈论。"))
    if s.answers.hosts:
        yield Reason(15, Words("There are people who look after it.", "有人专门运营社群。"))
    else:
        yield Reason(
            -20, Words("Nobody would look after it; a community left alone goes quiet.", "没有人运营，社群很快会沉寂。")
        )
    if s.repeat >= 0.4:
        yield Reason(5, Words("Enough members come back to know the shop.", "回头客够多，聊得起来。"))


def _token(s: Seen) -> Iterator[Reason]:
    yield Reason(
        -25,
        Words(
            "What can be given on and held is near to money: law, tax and books are to be asked first.",
            "可转让、可持有的权益接近货币，须先问清法律、税务与会计。",
        ),
    )
    if s.answers.partners:
        yield Reason(10, Words("Partners would take it, so it is worth holding.", "有伙伴愿意接受，才值得持有。"))
    if s.answers.trade.together and s.answers.hosts:
        yield Reason(
            10, Words("Members do things for the shop that can be paid in it.", "会员会为门店做事，可以用它来酬谢。")
        )
    if s.shop.members < 100_000:
        yield Reason(
            -10, Words("With fewer than 100,000 members nobody is there to give it to.", "会员不足十万，流通不起来。")
        )


def _by_margin(s: Seen, high: tuple[float, int], low: tuple[float, int]) -> Iterator[Reason]:
    percent = f"{s.margin * 100:.0f}"
    if s.margin >= high[0]:
        yield Reason(
            high[1], Words("A margin of {m}% leaves room for rewards.", "毛利 {m}%，让利有空间。").of(m=percent)
        )
    elif s.margin < low[0]:
        yield Reason(
            low[1],
            Words("A margin of {m}% leaves next to nothing to give.", "毛利只有 {m}%，几乎没有让利空间。").of(
                m=percent
            ),
        )


_REASONS = MappingProxyType(
    {
        "points": _points,
        "paid": _paid,
        "charity": _charity,
        "shared": _shared,
        "community": _community,
        "token": _token,
    }
)
