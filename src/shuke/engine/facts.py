"""The fact catalogue: what rules may ask about an order, its lines, its member and the member's tier.

Owns names, kinds, bounds and the value of «missing»; must not know how a fact is loaded or how rules are written.
Facts are total: each has a value for every order, so rules know no NULL. Intake enforces the bounds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from shuke.core.program.ir import Kind
from shuke.core.state.slots import AMOUNT_MAX, LINES_MAX, ORDERS_MAX

Scope = Literal["order", "member", "item", "tier"]

MONEY_LIMIT_MINOR = AMOUNT_MAX  # largest amount of one order or line, in minor units
LINES_LIMIT = LINES_MAX  # most lines of one order
QUANTITY_LIMIT = 10**6
DAYS_LIMIT = 100_000
MULTIPLIER_LIMIT = 1_000
TEXT_LIMIT = 200  # characters of a text fact


@dataclass(frozen=True, slots=True)
class FactSpec:
    """A fact of the catalogue.

    `lo` and `hi` bound the stored integer: minor units for money, the number itself otherwise; for text they
    bound its length. `missing` is the value where the source says nothing. `tier.multiplier` is the only fact that
    may be fractional; its values stand in the program.
    """

    name: str
    kind: Kind
    lo: int
    hi: int
    scope: Scope
    missing: int | str
    zh: str
    en: str


def _order(name: str, kind: Kind, lo: int, hi: int, zh: str, en: str) -> FactSpec:
    return FactSpec(f"order.{name}", kind, lo, hi, "order", "" if kind is Kind.TEXT else lo, zh, en)


def _member(name: str, kind: Kind, lo: int, hi: int, zh: str, en: str) -> FactSpec:
    return FactSpec(f"member.{name}", kind, lo, hi, "member", "" if kind is Kind.TEXT else lo, zh, en)


def _item(name: str, kind: Kind, lo: int, hi: int, zh: str, en: str) -> FactSpec:
    return FactSpec(f"item.{name}", kind, lo, hi, "item", "" if kind is Kind.TEXT else lo, zh, en)


_CATALOGUE = (
    _order("net", Kind.MONEY, 0, MONEY_LIMIT_MINOR, "实付金额", "net amount of the order"),
    _order("gross", Kind.MONEY, 0, MONEY_LIMIT_MINOR, "原价金额", "gross amount of the order"),
    _order("lines", Kind.NUMBER, 0, LINES_LIMIT, "商品行数", "number of lines of the order"),
    _order("hour", Kind.NUMBER, 0, 23, "下单时刻（时）", "local hour of the order"),
    _order("weekday", Kind.NUMBER, 1, 7, "下单星期", "local weekday of the order, 1 is Monday"),
    _order("month", Kind.NUMBER, 1, 12, "下单月份", "local month of the order"),
    _order("day", Kind.NUMBER, 1, 31, "下单日（几号）", "local day of the month of the order"),
    _order("store", Kind.TEXT, 0, TEXT_LIMIT, "门店", "store of the order"),
    _order("channel", Kind.TEXT, 0, TEXT_LIMIT, "渠道", "channel of the order"),
    _member("tier", Kind.TEXT, 0, TEXT_LIMIT, "会员等级", "tier held before the order"),
    _member("orders", Kind.NUMBER, 0, ORDERS_MAX, "此前订单数", "orders before this one"),
    _member("days", Kind.NUMBER, 0, DAYS_LIMIT, "入会天数", "whole local days since joining"),
    _member("birth_month", Kind.NUMBER, 0, 12, "生日月份", "month of birth, 0 if unknown"),
    _member("birth_day", Kind.NUMBER, 0, 31, "生日（几号）", "day of the month of birth, 0 if unknown"),
    FactSpec(
        "tier.multiplier", Kind.NUMBER, 0, MULTIPLIER_LIMIT, "tier", 1, "等级倍率", "multiplier of the tier held before"
    ),
    _item("net", Kind.MONEY, 0, MONEY_LIMIT_MINOR, "商品行金额", "net amount of the line"),
    _item("quantity", Kind.NUMBER, 0, QUANTITY_LIMIT, "商品件数", "quantity of the line"),
    _item("category", Kind.TEXT, 0, TEXT_LIMIT, "商品类目", "category of the line"),
    _item("sku", Kind.TEXT, 0, TEXT_LIMIT, "商品编码", "article of the line"),
)

FACTS: Mapping[str, FactSpec] = MappingProxyType({fact.name: fact for fact in _CATALOGUE})

# What HAS(x) may ask: the name asked for, and the fact that differs from its `missing` where x is present.
PRESENCE: Mapping[str, str] = MappingProxyType(
    {
        "member.birthday": "member.birth_month",
        "order.store": "order.store",
        "order.channel": "order.channel",
        "item.category": "item.category",
    }
)
