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
    a = answers
    most_order = AMOUNT_MAX // 10 ** CURRENCY_DIGITS.get(a.currency, 0)
    bounds: dict[str, tuple[bool, str]] = {
        "industry": (a.industry in INDUSTRIES, ", ".join(INDUSTRIES)),
        "currency": (a.currency in CURRENCY_DIGITS, "ISO 4217"),
        "time_zone": (a.time_zone in time_zones(), "Asia/Shanghai"),
        "language": (a.language in LANGUAGES, ", ".join(LANGUAGES)),
        "program": (re.fullmatch(CODE_PATTERN, a.program) is not None, "a-z 0-9 - _"),
        "name": (len(a.name) <= NAME_LIMIT and (a.name.isprintable()), f"0 - {NAME_LIMIT}"),
        "stores": (1 <= a.stores <= MOST_MEMBERS, f"1 - {MOST_MEMBERS}"),
        "members": (a.members is None or 1 <= a.members <= MOST_MEMBERS, f"1 - {MOST_MEMBERS}"),
        "orders_a_year": (a.orders_a_year is None or 0 < a.orders_a_year <= MOST_YEARLY, f"0 - {MOST_YEARLY}"),
        "average_order": (a.average_order is None or 0 < a.average_order <= most_order, f"0 - {most_order}"),
        "margin": (a.margin is None or 0 <= a.margin <= 1, "0 - 1"),
        "repeat_share": (a.repeat_share is None or 0 <= a.repeat_share <= 1, "0 - 1"),
        "anonymous": (0 <= a.anonymous <= 1, "0 - 1"),
        "running_cost": (a.running_cost >= 0, "0 -"),
        "levels": (LEVELS[0] <= a.levels <= LEVELS[1], f"{LEVELS[0]} - {LEVELS[1]}"),
        "benefits": (
            len(a.benefits) <= a.levels and all(0 <= each <= most_order for each in a.benefits),
            f"0 - {most_order}, {a.levels}",
        ),
        "reward_rate": (a.reward_rate is None or LEAST_RATE <= a.reward_rate <= MOST_RATE, "0.0001 - 0.5"),
        "model": (a.model is None or a.model in MODELS, ", ".join(MODELS)),
    }
    for field, (holds, allowed) in bounds.items():
        if not holds:
            detail = f"«{field}» is to be one of or within: {allowed}."
            raise Refusal("answer_wrong", detail, pointer=f"/{field}", params={"field": field, "allowed": allowed})
