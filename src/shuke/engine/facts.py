"""The fact catalogue: what rules may ask about an order, its lines, a behaviour, the member and the tiers.

Owns names, kinds, bounds and the value of «missing»; must not know how a fact is loaded or how rules are written.
Facts are total: each has a value for every order, so rules know no NULL. Intake enforces the bounds.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from shuke.core.program.ir import Kind, Node
from shuke.core.program.model import Attribute, Behaviour, Program
from shuke.core.state.slots import AMOUNT_MAX, LINES_MAX, ORDERS_MAX
from shuke.core.values.dates import UNKNOWN_DAYS

# "moment" is what orders and behaviours share: when and where. "past" is what is known of the member without either.
Scope = Literal["order", "moment", "event", "item", "member", "tier"]

MONEY_LIMIT_MINOR = AMOUNT_MAX  # largest amount of one order or line, in minor units
LINES_LIMIT = LINES_MAX  # most lines of one order
QUANTITY_LIMIT = 10**6
DAYS_LIMIT = 100_000
MULTIPLIER_LIMIT = 1_000
EARNED_LIMIT = 10**15  # of one unit in one window, in its smallest fraction
TEXT_LIMIT = 200  # characters of a text fact
EARLIEST = dt.datetime(1970, 1, 2, tzinfo=dt.UTC)  # of every instant; zones are known from 1970 to 2099
LATEST = dt.datetime(2099, 12, 30, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a program gives to its rules; `ladders` are (code, codes of the levels from the lowest).

    `base` is what `order.base` stands for (None: the net amount). `texts` are the declared values of facts by name, and
    `country` whose calendar there is ("": none).
    """

    currency_digits: int
    units: tuple[str, ...] = ()
    ladders: tuple[tuple[str, tuple[str, ...]], ...] = ()
    order_attributes: tuple[Attribute, ...] = ()
    line_attributes: tuple[Attribute, ...] = ()
    behaviours: tuple[Behaviour, ...] = ()
    base: Node | None = None
    texts: tuple[tuple[str, tuple[str, ...]], ...] = ()
    country: str = ""

    @classmethod
    def of(cls, program: Program) -> "Vocabulary":
        """Return what a program gives to its rules."""
        return cls(
            program.currency_digits,
            tuple(unit.code for unit in program.units),
            tuple((ladder.code, tuple(level.code for level in ladder.levels)) for ladder in program.ladders),
            program.order_attributes,
            program.line_attributes,
            program.behaviours,
            program.base,
            program.texts,
            program.country,
        )


@dataclass(frozen=True, slots=True)
class FactSpec:
    """A fact of the catalogue.

    `lo` and `hi` bound the stored integer: minor units for money, the number itself otherwise; for text they
    bound its length, and `texts` are the only ones it has besides '' (none: any). `missing` is the value where the
    source says nothing. Multipliers of tiers are the only facts that may be fractional; their values stand in the
    program. A fact that is a condition is stored as 0 or 1.
    """

    name: str
    kind: Kind
    lo: int
    hi: int
    scope: Scope
    missing: int | str
    zh: str
    en: str
    texts: tuple[str, ...] = ()


def _fact(name: str, kind: Kind, bounds: tuple[int, int], scope: Scope, zh: str, en: str) -> FactSpec:
    return FactSpec(name, kind, *bounds, scope, "" if kind is Kind.TEXT else max(0, bounds[0]), zh, en)


_TEXT = (0, TEXT_LIMIT)
_MONEY = (0, MONEY_LIMIT_MINOR)
_FLAG = (0, 1)

# The amounts of an order; a refund or a till may take the net above the gross amount by a tax, so the difference may
# be negative.
_AMOUNTS = (
    _fact("order.net", Kind.MONEY, _MONEY, "order", "实付金额", "net amount of the order"),
    _fact("order.gross", Kind.MONEY, _MONEY, "order", "原价金额", "gross amount of the order"),
    _fact("order.tax", Kind.MONEY, _MONEY, "order", "税额", "tax within the net amount"),
    _fact("order.shipping", Kind.MONEY, _MONEY, "order", "运费", "shipping within the net amount"),
    _fact("order.points_paid", Kind.MONEY, _MONEY, "order", "积分抵扣金额", "amount paid with points"),
    _fact(
        "order.discount",
        Kind.MONEY,
        (-MONEY_LIMIT_MINOR, MONEY_LIMIT_MINOR),
        "order",
        "优惠金额",
        "gross less net amount of the order",
    ),
    _fact("order.lines", Kind.NUMBER, (0, LINES_LIMIT), "order", "商品行数", "number of lines of the order"),
)
# When and where: name, kind, bounds, Chinese, English; of orders as order.*, of behaviours also as event.*
_MOMENT = (
    ("store", Kind.TEXT, _TEXT, "门店", "store"),
    ("brand", Kind.TEXT, _TEXT, "品牌", "brand"),
    ("channel", Kind.TEXT, _TEXT, "渠道", "channel"),
    ("date", Kind.NUMBER, (19_700_101, 21_001_231), "日期（如 20240108）", "local date, such as 20240108"),
    ("year", Kind.NUMBER, (1970, 2100), "年份", "local year"),
    ("hour", Kind.NUMBER, (0, 23), "时刻（时）", "local hour"),
    ("weekday", Kind.NUMBER, (1, 7), "星期", "local weekday, 1 is Monday"),
    ("month", Kind.NUMBER, (1, 12), "月份", "local month"),
    ("day", Kind.NUMBER, (1, 31), "日（几号）", "local day of the month"),
    ("holiday", Kind.TEXT, _TEXT, "节假日", "public holiday"),
    ("workday", Kind.CONDITION, _FLAG, "工作日", "working day"),
    ("lunar_month", Kind.NUMBER, (0, 12), "农历月份", "month of the Chinese calendar"),
    ("lunar_day", Kind.NUMBER, (0, 30), "农历日", "day of the month of the Chinese calendar"),
)
_SCOPES: tuple[tuple[Literal["order", "event"], Scope, str, str], ...] = (
    ("order", "moment", "下单", "of the order"),
    ("event", "event", "行为", "of the behaviour"),
)
_MOMENTS = tuple(
    _fact(f"{owner}.{name}", kind, bounds, scope, f"{zh_of}{zh}", f"{en} {en_of}")
    for owner, scope, zh_of, en_of in _SCOPES
    for name, kind, bounds, zh, en in _MOMENT
)
_DAYS = (0, UNKNOWN_DAYS)
_MEMBER = (
    _fact("member.orders", Kind.NUMBER, (0, ORDERS_MAX), "member", "此前订单数", "orders before this one"),
    _fact("member.days", Kind.NUMBER, (0, DAYS_LIMIT), "member", "入会天数", "whole local days since joining"),
    _fact("member.months", Kind.NUMBER, (0, DAYS_LIMIT), "member", "入会月数", "whole months since joining"),
    _fact("member.years", Kind.NUMBER, (0, DAYS_LIMIT), "member", "入会年数", "whole years since joining"),
    _fact("member.birth_month", Kind.NUMBER, (0, 12), "member", "生日月份", "month of birth, 0 if unknown"),
    _fact(
        "member.birth_day", Kind.NUMBER, (0, 31), "member", "生日（几号）", "day of the month of birth, 0 if unknown"
    ),
    _fact("member.days_to_birthday", Kind.NUMBER, _DAYS, "member", "距下次生日天数", "days to the next birthday"),
    _fact("member.days_from_birthday", Kind.NUMBER, _DAYS, "member", "距上次生日天数", "days since the last birthday"),
    _fact(
        "member.days_to_anniversary",
        Kind.NUMBER,
        _DAYS,
        "member",
        "距下个入会周年天数",
        "days to the next anniversary of joining",
    ),
    _fact(
        "member.days_from_anniversary",
        Kind.NUMBER,
        _DAYS,
        "member",
        "距上个入会周年天数",
        "days since the last anniversary of joining",
    ),
)
_ITEM = (
    _fact("item.net", Kind.MONEY, _MONEY, "item", "商品行金额", "net amount of the line"),
    _fact("item.quantity", Kind.NUMBER, (0, QUANTITY_LIMIT), "item", "商品件数", "quantity of the line"),
    _fact("item.category", Kind.TEXT, _TEXT, "item", "商品类目", "category of the line"),
    _fact("item.sku", Kind.TEXT, _TEXT, "item", "商品编码", "article of the line"),
)
_TIER = (
    _fact("member.tier", Kind.TEXT, _TEXT, "tier", "会员等级", "tier held before the order"),
    FactSpec("tier.multiplier", Kind.NUMBER, 0, MULTIPLIER_LIMIT, "tier", 1, "等级倍率", "tier multiplier"),
)

FACTS: Mapping[str, FactSpec] = MappingProxyType(
    {fact.name: fact for fact in (*_AMOUNTS, *_MOMENTS, *_MEMBER, *_TIER, *_ITEM)}
)

# What BIRTHDAY('day') and ANNIVERSARY('month') ask: facts that have no other name.
OCCASIONS: Mapping[str, FactSpec] = MappingProxyType(
    {
        fact.name: fact
        for fact in (
            _fact("BIRTHDAY('day')", Kind.CONDITION, _FLAG, "moment", "生日当天", "birthday"),
            _fact("BIRTHDAY('week')", Kind.CONDITION, _FLAG, "moment", "生日当周", "week of the birthday"),
            _fact("BIRTHDAY('month')", Kind.CONDITION, _FLAG, "moment", "生日当月", "month of birth"),
            _fact(
                "BIRTHDAY('lunar day')",
                Kind.CONDITION,
                _FLAG,
                "moment",
                "农历生日当天",
                "birthday by the Chinese calendar",
            ),
            _fact("ANNIVERSARY('day')", Kind.CONDITION, _FLAG, "moment", "入会周年当天", "anniversary of joining"),
            _fact("ANNIVERSARY('month')", Kind.CONDITION, _FLAG, "moment", "入会周年当月", "month of the anniversary"),
        )
    }
)

RESERVED_LADDERS = frozenset({"order", "item", "event", "member", "tier"})
_SPOKEN_FOR = ("order.base", "order.points_times")
RESERVED_ATTRIBUTES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        owner: frozenset(name.partition(".")[2] for name in (*FACTS, *_SPOKEN_FOR) if name.startswith(f"{owner}."))
        for owner in ("order", "item", "event")
    }
)

BIRTHDAY = "member.birthday"  # only HAS may ask for it


def facts_of(vocabulary: Vocabulary, on: tuple[str, ...] = ()) -> dict[str, FactSpec]:
    """Return by name every fact of a program: of orders, or of the behaviours `on`, which must all have it."""
    facts = dict(FACTS)
    facts |= _attributes("order", vocabulary.order_attributes) | _attributes("item", vocabulary.line_attributes)
    behaviours = [behaviour.attributes for behaviour in vocabulary.behaviours if behaviour.code in on]
    if behaviours:
        facts |= _shared([_attributes("event", attributes) for attributes in behaviours])
    for code, _ in vocabulary.ladders:
        tier, multiplier = _TIER
        facts[f"{code}.tier"] = _renamed(tier, f"{code}.tier")
        facts[f"{code}.multiplier"] = _renamed(multiplier, f"{code}.multiplier")
    for name, texts in vocabulary.texts:
        facts |= {name: replace(facts[name], texts=texts)} if name in facts else {}
    return facts


def present_names(facts: Mapping[str, FactSpec]) -> Iterable[str]:
    """Return what HAS(x) may ask for: texts and the birthday."""
    texts = (name for name, fact in facts.items() if fact.kind is Kind.TEXT and fact.scope != "tier")
    return (BIRTHDAY, *texts)


def _renamed(fact: FactSpec, name: str) -> FactSpec:
    code = name.partition(".")[0]
    return FactSpec(
        name, fact.kind, fact.lo, fact.hi, fact.scope, fact.missing, f"{fact.zh} {code}", f"{fact.en} ({code})"
    )


def _attributes(owner: Scope, attributes: tuple[Attribute, ...]) -> dict[str, FactSpec]:
    """Return the facts of declared attributes; a number that is missing is 0, so 0 is always within its bounds."""
    facts = {}
    for attribute in attributes:
        name = f"{owner}.{attribute.code}"
        kind, bounds = {
            "number": (Kind.NUMBER, (min(0, attribute.lo), max(0, attribute.hi))),
            "text": (Kind.TEXT, _TEXT),
            "flag": (Kind.CONDITION, _FLAG),
        }[attribute.type]
        missing = "" if kind is Kind.TEXT else 0
        facts[name] = FactSpec(name, kind, *bounds, owner, missing, name, name, attribute.texts)
    return facts


def _shared(behaviours: list[dict[str, FactSpec]]) -> dict[str, FactSpec]:
    """Return the attributes that several behaviours have in common, in the widest of their bounds."""
    shared = {}
    for name, first in behaviours[0].items():
        found = [facts[name] for facts in behaviours if name in facts]
        if len(found) == len(behaviours) and all(fact.kind is first.kind for fact in found):
            lo, hi = min(fact.lo for fact in found), max(fact.hi for fact in found)
            texts = tuple(dict.fromkeys(text for fact in found for text in fact.texts))
            shared[name] = replace(first, lo=lo, hi=hi, texts=texts if all(fact.texts for fact in found) else ())
    return shared
