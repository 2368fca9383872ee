"""What a shop is asked before a program is proposed, checked."""

import datetime as dt
import re
from dataclasses import dataclass
from fractions import Fraction

from shuke.core.state.slots import AMOUNT_MAX
from shuke.core.values.currencies import CURRENCY_DIGITS
from shuke.core.values.errors import Refusal
from shuke.engine.fields import CODE_PATTERN, NAME_LIMIT
from shuke.engine.proposal.industries import INDUSTRIES, Industry
from shuke.engine.schema import time_zones
from shuke.engine.words import Words

MODELS = ("points", "paid", "charity", "shared", "community", "token")
LANGUAGES = ("zh", "en")
LEVELS = (2, 6)
MOST_MEMBERS = 10**7
LEAST_RATE, MOST_RATE = Fraction(1, 10_000), Fraction(1, 2)
MOST_YEARLY = 10**4  # orders of a member a year


@dataclass(frozen=True)
class Answers:
    """What is known of a shop. None: take it from the history, or from what is usual in the trade.

    `average_order` and `running_cost` (of a year: people, system, messages) are in major units; shares are from 0 to 1.
    `anonymous` is the share of sales whose customer is not known at the till today; `reward_rate` the share of sales
    that is to come back as points; `benefits` what everything else of each level, from the first, costs and is worth to
    one member a year, in major units. `begins` is the day of the launch.
    """

    industry: str
    currency: str
    time_zone: str
    begins: dt.date
    language: str = "zh"
    program: str = "members"
    name: str = ""
    stores: int = 1
    members: int | None = None
    orders_a_year: Fraction | None = None
    average_order: Fraction | None = None
    margin: Fraction | None = None
    repeat_share: Fraction | None = None
    anonymous: Fraction = Fraction(1, 2)
    running_cost: Fraction = Fraction(0)
    partners: bool = False  # other merchants would join in
    cause: bool = False  # customers care for a cause that the shop stands for
    hosts: bool = False  # there are people who look after a community
    service: bool = False  # there is a service that a fee could be asked for: delivery, care, priority
    levels: int = 4
    benefits: tuple[Fraction, ...] = ()
    reward_rate: Fraction | None = None
    model: str | None = None

    @property
    def trade(self) -> Industry:
        return INDUSTRIES[self.industry]

    @property
    def digits(self) -> int:
        return CURRENCY_DIGITS[self.currency]

    def benefit_minor(self, level: int) -> int:
        """What the benefits of a level are worth to one member a year, in minor units."""
        return round(self.benefits[level] * 10**self.digits) if level < len(self.benefits) else 0

    @property
    def gross_margin(self) -> Fraction:
        """The margin told, or what is usual in the trade."""
        return self.margin if self.margin is not None else self.trade.usual_margin


def check(answers: Answers) -> None:
    """Refuse what no proposal can be made of.

    Raises:
        Refusal: `answer_wrong`, with the field and what it may be.
    """
    for field, (holds, allowed) in _bounds(answers).items():
        if not holds:
            raise Refusal("answer_wrong", allowed.en, pointer=f"/{field}", params={"field": field, "zh": allowed.zh})


def _bounds(a: Answers) -> dict[str, tuple[bool, Words]]:
    """Return of each answer whether it holds, and what it may be."""
    most_order = AMOUNT_MAX // 10 ** CURRENCY_DIGITS.get(a.currency, 0)
    trades = Words(", ".join(INDUSTRIES), "、".join(f"{code}（{each.name.zh}）" for code, each in INDUSTRIES.items()))
    return {
        "industry": (a.industry in INDUSTRIES, Words(f"The trade is one of {trades.en}.", f"行业须为：{trades.zh}。")),
        "currency": (
            a.currency in CURRENCY_DIGITS,
            Words("A currency is written by its three letters, such as CNY.", "币种须为三位字母代码，例如 CNY。"),
        ),
        "time_zone": (
            a.time_zone in time_zones(),
            Words(
                "A time zone is named by region and city, such as Asia/Shanghai.",
                "时区须写作“地区/城市”，例如 Asia/Shanghai。",
            ),
        ),
        "language": (
            a.language in LANGUAGES,
            Words("The language is zh or en.", "语言须为 zh（中文）或 en（英文）。"),
        ),
        "program": (
            re.fullmatch(CODE_PATTERN, a.program) is not None,
            Words(
                "A code has lower-case letters, digits, - and _, and begins with a letter.",
                "代码由小写字母、数字、- 与 _ 组成，以字母开头。",
            ),
        ),
        "name": (
            len(a.name) <= NAME_LIMIT and a.name.isprintable(),
            Words(
                f"A name has at most {NAME_LIMIT} characters on one line.", f"名称为一行，至多 {NAME_LIMIT} 个字符。"
            ),
        ),
        "stores": (1 <= a.stores <= MOST_MEMBERS, _between("The number of stores", "门店数", 1, MOST_MEMBERS)),
        "members": (
            a.members is None or 1 <= a.members <= MOST_MEMBERS,
            _between("The number of customers", "顾客数", 1, MOST_MEMBERS),
        ),
        "orders_a_year": (
            a.orders_a_year is None or 0 < a.orders_a_year <= MOST_YEARLY,
            _above("Orders of a customer a year", "每位顾客每年的订单数", MOST_YEARLY),
        ),
        "average_order": (
            a.average_order is None or 0 < a.average_order <= most_order,
            _above("The average order", "客单价", most_order),
        ),
        "margin": (a.margin is None or 0 <= a.margin <= 1, _share("The gross margin", "毛利率")),
        "repeat_share": (
            a.repeat_share is None or 0 <= a.repeat_share <= 1,
            _share("The share of customers who come again", "复购顾客的占比"),
        ),
        "anonymous": (
            0 <= a.anonymous <= 1,
            _share("The share of sales whose customer is unknown", "不知道是谁买的销售额占比"),
        ),
        "running_cost": (
            a.running_cost >= 0,
            Words("What running it costs is 0 or more.", "每年运营成本须大于或等于 0。"),
        ),
        "levels": (LEVELS[0] <= a.levels <= LEVELS[1], _between("The number of tiers", "等级数", *LEVELS)),
        "benefits": (
            len(a.benefits) <= a.levels and all(0 <= each <= most_order for each in a.benefits),
            Words(
                f"The worth of benefits is one amount a tier from the lowest, at most {a.levels}, each "
                f"0 to {most_order:,}.",
                f"权益价值从最低等级起每级一个金额，至多 {a.levels} 个，每个为 0 至 {most_order:,}。",
            ),
        ),
        "reward_rate": (
            a.reward_rate is None or LEAST_RATE <= a.reward_rate <= MOST_RATE,
            Words("What comes back lies between 0.01% and 50% of sales.", "返还比例须为销售额的 0.01% 至 50%。"),
        ),
        "model": (
            a.model is None or a.model in MODELS,
            Words(f"The model is one of {', '.join(MODELS)}.", f"会员模式须为：{'、'.join(MODELS)}。"),
        ),
    }


def _between(en: str, zh: str, least: int, most: int) -> Words:
    return Words(f"{en} is {least} to {most:,}.", f"{zh}须为 {least} 至 {most:,}。")


def _above(en: str, zh: str, most: int) -> Words:
    return Words(f"{en}: more than 0, at most {most:,}.", f"{zh}须大于 0，至多 {most:,}。")


def _share(en: str, zh: str) -> Words:
    return Words(f"{en} lies between 0% and 100%.", f"{zh}须为 0% 至 100%。")
