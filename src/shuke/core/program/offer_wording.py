"""Offers in words, in Chinese and English: what one takes off, on what terms, and why one does nothing."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import assert_never

from shuke.core.offers.model import (
    Amount,
    Base,
    Bundle,
    Deal,
    EachPiece,
    Effect,
    Gift,
    Grain,
    Measure,
    Minimum,
    Percent,
    Pick,
    PointsTimes,
    Prices,
    Reason,
    Shipping,
    Single,
    Stacking,
    Steps,
)
from shuke.core.program.ir import WindowKind
from shuke.core.program.model import OfferCap

_PERIODS = {
    (WindowKind.LIFETIME, 0): ("ever", "累计"),
    (WindowKind.DAY, 0): ("a day", "每天"),
    (WindowKind.WEEK, 0): ("a week", "每周"),
    (WindowKind.PERIOD, 1): ("a month", "每月"),
    (WindowKind.PERIOD, 3): ("a quarter", "每季"),
    (WindowKind.PERIOD, 6): ("a half year", "每半年"),
    (WindowKind.PERIOD, 12): ("a year", "每年"),
}
Money = Callable[[int], str]  # minor units as people read them

REASONS: Mapping[Reason, tuple[str, str]] = MappingProxyType(
    {
        Reason.EXPIRED: ("It has expired.", "已过期"),
        Reason.NOT_STARTED: ("It has not begun yet.", "尚未生效"),
        Reason.NOT_USABLE: ("It is used, frozen, recalled or locked.", "已使用、已冻结、已收回或被占用"),
        Reason.NOT_THIS_MEMBER: ("It is not for this member.", "不适用于该会员"),
        Reason.CONDITION: ("Its condition is not met.", "不满足使用条件"),
        Reason.LIMIT_REACHED: ("It has been used as often as it may be.", "已达使用次数上限"),
        Reason.BUDGET_REACHED: ("What is left of its budget is not enough.", "剩余优惠额度不足"),
        Reason.NO_MATCHING_LINES: ("Nothing in the cart is of its goods.", "购物车中没有适用商品"),
        Reason.MINIMUM_NOT_MET: ("The minimum is not reached.", "未达门槛"),
        Reason.MINIMUM_LOST: ("The minimum would no longer be reached afterwards.", "使用后将不足门槛"),
        Reason.NOT_STACKABLE: ("It does not stand beside an offer that applies.", "不能与已生效的优惠同享"),
        Reason.OTHER_CHOSEN: ("Another one was chosen instead.", "已选用其他更优的优惠"),
        Reason.TOO_MANY: ("The order has as many offers as it may have.", "优惠数量已达上限"),
        Reason.NO_EFFECT: ("There is nothing that it could take off.", "没有可优惠的金额"),
    }
)  # fmt: skip
_STACKINGS = {
    Stacking.COMMON: ("", ""),
    Stacking.NEVER: ("not beside common offers", "不与普通优惠同享"),
    Stacking.ALWAYS: ("beside every other offer", "可与任何优惠同享"),
}
_PICKS = {
    Pick.CHEAPEST: ("the cheapest {n}", "价格最低的 {n} 件"),
    Pick.DEAREST: ("the dearest {n}", "价格最高的 {n} 件"),
}
_GRAINS = {
    Grain.ORDER: ("", ""),
    Grain.LINE: ("rounded line by line", "按行取整"),
    Grain.PIECE: ("rounded piece by piece", "按件取整"),
}
_MEASURES = {
    Measure.MONEY: ("for {n} or more of its goods", "适用商品满 {n}"),
    Measure.PIECES: ("for {n} or more pieces of its goods", "适用商品满 {n} 件"),
    Measure.KINDS: ("for {n} or more different of its goods", "适用商品满 {n} 种"),
    Measure.CART_MONEY: ("for {n} or more in the cart", "购物车满 {n}"),
    Measure.CART_PIECES: ("for {n} or more pieces in the cart", "购物车满 {n} 件"),
    Measure.CART_KINDS: ("for {n} or more different goods in the cart", "购物车满 {n} 种商品"),
}
_EVERY = {
    Measure.MONEY: ("every {n}", "每满 {n} "),
    Measure.PIECES: ("every {n} pieces", "每满 {n} 件"),
    Measure.KINDS: ("every {n} different goods", "每满 {n} 种"),
    Measure.CART_MONEY: ("every {n} in the cart", "购物车每满 {n} "),
    Measure.CART_PIECES: ("every {n} pieces in the cart", "购物车每满 {n} 件"),
    Measure.CART_KINDS: ("every {n} different goods in the cart", "购物车每满 {n} 种"),
}


def reason(why: Reason, language: str) -> str:
    """Return in "zh" or "en" why an offer does nothing."""
    return REASONS[why][language == "zh"]


def effect(said: Effect, money: Money, language: str, *, gets: bool = False) -> str:
    """Return in "zh" or "en" what an offer takes off, in one line; `gets`: a deal reduces others than are bought."""
    words = _Words(money, language, gets=gets)
    if not isinstance(said, Steps):
        return words.single(said)
    steps = [words.listed([words.least(said.measure, least), words.single(each)]) for least, each in said.steps]
    return words("; ", "；").join(steps)


def terms(minimum: Minimum | None, stacking: Stacking, money: Money, language: str) -> list[str]:
    """Return in "zh" or "en" what must be reached and beside what an offer stands; nothing where there are no terms."""
    words = _Words(money, language)
    told = [words.least(minimum.measure, minimum.least)] if minimum else []
    if minimum and minimum.after:
        told.append(words("also once it is taken off", "使用后仍须满足"))
    beside = words(*_STACKINGS[stacking])
    return [*told, *([beside] if beside else [])]


def cap(said: OfferCap, money: Money, language: str) -> str:
    """Return in "zh" or "en" how often an offer applies at most, or for how much."""
    words = _Words(money, language)
    times = words("once" if said.limit == 1 else f"{said.limit} times", f"{said.limit} 次")
    most = times if said.times else money(said.limit)
    period = words(*_PERIODS.get((said.window.kind, said.window.step), ("in a period", "每周期")))
    whose = words("for each member", "每位会员") if said.each_member else words("in all", "全部")
    return words(f"at most {most} {period} {whose}", f"{whose}{period}至多 {most}")


class _Words:
    """Words in one language, money as its readers write it."""

    def __init__(self, money: Money, language: str, *, gets: bool = False) -> None:
        self._money, self._chinese, self._gets = money, language == "zh", gets

    def __call__(self, english: str, chinese: str) -> str:
        return chinese if self._chinese else english

    def listed(self, parts: list[str]) -> str:
        return self(", ", "，").join(part for part in parts if part)

    def least(self, measure: Measure, least: int) -> str:
        return self(*_MEASURES[measure]).format(n=self._number_of(measure, least))

    def _number_of(self, measure: Measure, number: int) -> str:
        return self._money(number) if measure.is_money else str(number)

    def single(self, said: Single) -> str:
        """Return what a single effect takes off."""
        money = self._money
        match said:
            case Percent(off, cap, base, pieces, pick, most, at):
                listed = self("of listed prices", "按标价计") if base is Base.INITIAL else ""
                picked = self._picked(pieces, pick) or self._of_line(most)
                parts = [self._percent(off), picked, self._cap(cap), listed, self(*_GRAINS[at])]
            case Amount(minor, pieces, pick, every, times, by):
                told = self(f"{money(minor)} off", f"减 {money(minor)}")
                parts = [self._every(told, every, by, ""), self._picked(pieces, pick), self._times(times)]
            case EachPiece(most=most, pieces=pieces, pick=pick):
                parts = [self._each(said), self._picked(pieces, pick), self._of_line(most)]
            case Prices(minors):
                parts = [self._prices(minors)]
            case Bundle(count, minor, times, different):
                told = self(f"any {count} for {money(minor)}", f"任选 {count} 件 {money(minor)}")
                if different:
                    told = self(f"any {count} different for {money(minor)}", f"{count} 件不同商品 {money(minor)}")
                parts = [told, self._times(times)]
            case Deal():
                parts = [self._deal(said), self._times(said.times)]
            case Shipping(off, cap, price):
                parts = [self._shipping(off, price), self._cap(cap)]
            case Gift(sku, quantity, every, times, by):
                told = self(f"with {quantity} × {sku}", f"赠 {sku} × {quantity}")
                parts = [self._every(told, every, by, "for "), self._times(times)]
            case PointsTimes(factor):
                parts = [self(f"points ×{_number(factor)}", f"积分 {_number(factor)} 倍")]
            case _:
                assert_never(said)
        return self.listed(parts)

    def _every(self, told: str, every: int | None, by: Measure, joined: str) -> str:
        """Return an effect with for each full how much it is repeated; `joined` stands between them in English."""
        if every is None:
            return told
        english, chinese = (each.format(n=self._number_of(by, every)) for each in _EVERY[by])
        return self(f"{told} {joined}{english}", f"{chinese}{told}")

    def _percent(self, off: Fraction) -> str:
        return self(f"{_number(off)}% off", f"减 {_number(off)}%")

    def _shipping(self, off: Fraction, price: int) -> str:
        if off != 100:
            above = self(f" above {self._money(price)}", f"超出 {self._money(price)} 的部分") if price else ""
            return self(f"{self._percent(off)} shipping{above}", f"运费{above}{self._percent(off)}")
        if price:
            return self(f"shipping for {self._money(price)}", f"运费只收 {self._money(price)}")
        return self("free shipping", "免运费")

    def _prices(self, minors: Mapping[str, int]) -> str:
        shown = [f"{sku or self('others', '其他')} {self._money(minor)}" for sku, minor in minors.items()]
        rest = [self(f"{len(shown) - 3} more", f"等 {len(shown)} 种")] if len(shown) > 3 else []
        return self("priced at ", "优惠价 ") + self(", ", "、").join([*shown[:3], *rest])

    def _each(self, said: EachPiece) -> str:
        first = self._money(said.minor)
        if said.further is None:
            return self(f"{first} off each piece", f"每件减 {first}")
        if said.further == 0:
            return self(f"{first} off each kind", f"每种减 {first}")
        other = self._money(said.further)
        return self(
            f"{first} off the first piece of a kind, {other} off each other", f"每种首件减 {first}，其余每件减 {other}"
        )

    def _deal(self, said: Deal) -> str:
        pieces, reduced, lower = said.pieces, said.reduced, self._lower(said)
        kinds = self(" different", "不同商品") if said.different else ""
        if self._gets:
            return self(
                f"buy {pieces}{kinds}, and {reduced} more {lower}", f"买 {pieces} 件{kinds}，另 {reduced} 件{lower}"
            )
        return self(f"of {pieces}{kinds}, {reduced} {lower}", f"每 {pieces} 件{kinds}，{reduced} 件{lower}")

    def _lower(self, said: Deal) -> str:
        """Return how much cheaper a deal makes pieces."""
        each, each_zh = (" each", "各") if said.reduced > 1 else ("", "")
        if said.price is not None:
            return self(f"for {self._money(said.price)}{each}", f"{each_zh} {self._money(said.price)}")
        if said.minor is not None:
            return self(f"at {self._money(said.minor)} off{each}", f"{each_zh}减 {self._money(said.minor)}")
        if said.percent == 100:
            return self("free", "免费")
        return self(f"at {_number(said.percent)}% off", f"减 {_number(said.percent)}%")

    def _cap(self, cap: int | None) -> str:
        return "" if cap is None else self(f"at most {self._money(cap)}", f"至多减 {self._money(cap)}")

    def _picked(self, pieces: int | None, pick: Pick) -> str:
        return "" if pieces is None else self(*_PICKS[pick]).format(n=pieces)

    def _of_line(self, most: int | None) -> str:
        return "" if most is None else self(f"at most {most} of a kind", f"每种至多 {most} 件")

    def _times(self, times: int | None) -> str:
        if times is None:
            return ""
        return self("at most once" if times == 1 else f"at most {times} times", f"至多 {times} 次")


def _number(value: Fraction) -> str:
    whole, part = divmod(value * 10_000 // 1, 10_000)
    return f"{whole}.{part:04d}".rstrip("0").rstrip(".")
