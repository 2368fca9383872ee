"""Conditions of a program in words, for every surface: facts by short names, tiers and stores by theirs."""

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType

from django.utils.translation import get_language, gettext

from shuke.core.program import ir, observing
from shuke.core.program.condition_wording import Naming, beside, condition
from shuke.core.program.explain import names_of
from shuke.core.program.model import Program
from shuke.core.program.tracing import written
from shuke.engine.explanation import EN_LABELS, ZH_LABELS
from shuke.engine.facts import BIRTHDAY
from shuke.surfaces.wording import figures
from shuke.surfaces.wording.running import store_called, tier_name

# What is short or said otherwise inside a sentence than beside a number: English, Chinese.
_SHORT: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "item.category": ("category", "类目"),
        "item.sku": ("SKU", "编码"),
        "item.net": ("amount", "金额"),
        "item.quantity": ("quantity", "件数"),
        "member.tier": ("the member's tier", "会员等级"),
        "member.orders": ("the number of earlier orders", "此前订单数"),
        BIRTHDAY: ("the birthday", "生日"),
        "order.net": ("the order's amount", "订单金额"),
        "order.store": ("the store", "下单门店"),
        "order.channel": ("the channel", "下单渠道"),
        "order.weekday": ("the day of the week", "下单日"),
        "order.day": ("the day of the month", "下单日"),
        "order.month": ("the month", "下单月份"),
        "order.hour": ("the hour", "下单时刻"),
    }
)
# What «it is» or «it is not»; in Chinese the time of which this is said, and what it is.
_FLAGS: Mapping[str, tuple[str, tuple[str, str]]] = MappingProxyType(
    {
        "order.workday": ("a working day", ("当天", "工作日")),
        "event.workday": ("a working day", ("当天", "工作日")),
        "BIRTHDAY('day')": ("the member's birthday", ("当天", "会员生日")),
        "BIRTHDAY('week')": ("the week of the member's birthday", ("当周", "会员生日周")),
        "BIRTHDAY('month')": ("the member's month of birth", ("当月", "会员生日月")),
        "BIRTHDAY('lunar day')": ("the member's birthday by the Chinese calendar", ("当天", "会员农历生日")),
        "ANNIVERSARY('day')": ("the anniversary of joining", ("当天", "入会周年日")),
        "ANNIVERSARY('month')": ("the month of the anniversary of joining", ("当月", "入会周年月")),
    }
)
_WEEKDAYS = (
    ("Monday", "周一"),
    ("Tuesday", "周二"),
    ("Wednesday", "周三"),
    ("Thursday", "周四"),
    ("Friday", "周五"),
    ("Saturday", "周六"),
    ("Sunday", "周日"),
)
_STORES = frozenset({"order.store", "event.store"})


def in_words(said: ir.Node, program: Program) -> str:
    """Return a condition of a program in words."""
    words = _Words(program, chinese=not _is_english())
    return condition(said, Naming("zh" if words.chinese else "en", words.fact, words.flag, words.text, words.number))


def only_items(said: ir.Node, program: Program) -> str:
    """Return that an offer is for some lines only, by the condition that these meet."""
    told = in_words(said, program)
    if not _is_english():
        told = beside("限", told, "的")[1:-1]  # with the spaces that it needs between these
    return gettext("only items whose %(condition)s") % {"condition": told}


def reduced_items(said: ir.Node, program: Program) -> str:
    """Return which lines a deal makes cheaper, by the condition that these meet."""
    if said == ir.Truth(True):
        return gettext("reduces any item")
    return gettext("reduces items whose %(condition)s") % {"condition": in_words(said, program)}


def _is_english() -> bool:
    return get_language() == "en"


class _Words:
    """What a program's facts, tiers, stores and amounts are called in one language."""

    def __init__(self, program: Program, *, chinese: bool) -> None:
        self.chinese, self._program = chinese, program
        self._tiers = {"member.tier", *(f"{ladder.code}.tier" for ladder in program.ladders)}
        self._labels = {**(ZH_LABELS if chinese else EN_LABELS), **names_of(program)}

    def fact(self, name: str) -> str:
        if name in _SHORT:
            return _SHORT[name][self.chinese]
        owner, _, attribute = name.partition(".")
        if owner in {"order", "item", "event"} and name not in self._labels and attribute.isidentifier():
            return attribute  # of the program's own
        return observing.in_words(name, self._labels, "zh" if self.chinese else "en")

    def flag(self, name: str, yes: bool) -> str:  # noqa: FBT001  # as the grammar asks for it
        verb = ("是" if yes else "不是") if self.chinese else ("is" if yes else "is not")
        if name in _FLAGS:
            english, (when, chinese) = _FLAGS[name]
            return f"{when}{verb}{chinese}" if self.chinese else f"it {verb} {english}"
        told = ("是" if yes else "否") if self.chinese else ("yes" if yes else "no")
        return beside(self.fact(name), "为", told) if self.chinese else f"{self.fact(name)} is {told}"

    def text(self, fact: str, text: str) -> str:
        if fact in self._tiers:
            return tier_name(self._program, text)
        return store_called(text) if text and fact in _STORES else text

    def number(self, beside: ir.Node, value: Fraction) -> str:
        if beside.kind is ir.Kind.MONEY:
            minor = value * 10**self._program.currency_digits
            return figures.short_money(round(minor), self._program.currency)
        if value.denominator != 1:
            return written(value)
        match beside:
            case ir.Fact(name="order.weekday" | "event.weekday") if 1 <= value <= 7:
                return _WEEKDAYS[int(value) - 1][self.chinese]
            case ir.Fact(name="order.day" | "event.day") if self.chinese:
                return f"{value} 号"
            case ir.Fact(name="order.hour" | "event.hour"):
                return f"{value}:00"
        return figures.number(int(value))
