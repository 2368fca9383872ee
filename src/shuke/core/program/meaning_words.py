"""How the values of a program are written, and what its parts and fields are called, in Chinese and English."""

from collections.abc import Mapping
from enum import Enum
from fractions import Fraction
from types import MappingProxyType
from typing import get_args

from shuke.core.offers.model import Effect, Minimum, Stacking
from shuke.core.program import offer_wording
from shuke.core.program.ir import Node, Window, WindowKind
from shuke.core.program.model import (
    Duration,
    Expiry,
    ExpiryKind,
    Pending,
    PendingKind,
    Validity,
    ValidityKind,
)
from shuke.core.program.tracing import written
from shuke.core.values.currencies import money

EFFECTS = get_args(Effect)

NOUNS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "program": ("the program", "会员计划"),
        "stored_value": ("stored value", "储值"),
        "unit": ("unit", "积分单位"),
        "ladder": ("ladder", "等级体系"),
        "level": ("tier", "等级"),
        "group": ("group", "规则组"),
        "rule": ("rule", "规则"),
        "milestone": ("milestone", "里程碑"),
        "offer_group": ("group of offers", "优惠组"),
        "offer": ("offer", "优惠"),
        "cap": ("cap on", "上限"),
        "offer_cap": ("cap of offer", "优惠上限"),
        "behaviour": ("behaviour", "行为"),
        "attribute": ("attribute", "属性"),
        "case": ("test case", "用例"),
        "changes": ("changes", "变更约定"),
    }
)
LABELS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "program.name": ("name", "名称"),
        "program.currency": ("currency", "币种"),
        "program.time_zone": ("time zone", "时区"),
        "program.country": ("country of holidays", "节假日所属国家"),
        "program.brands": ("brands", "适用品牌"),
        "program.stores": ("stores", "适用门店"),
        "program.base": ("base amount of an order", "订单计分基数"),
        "unit.name": ("name", "名称"),
        "unit.scale": ("decimal places", "小数位数"),
        "unit.rounding": ("rounding", "取整方式"),
        "unit.at_line": ("rounding of each line", "按行取整"),
        "unit.value": ("value of one", "每分价值"),
        "unit.expiry": ("expiry", "有效期"),
        "unit.pending": ("waiting time", "待生效期"),
        "unit.spendable": ("can be spent", "可否使用"),
        "unit.refunds": ("what refunds take back", "退款时的处理"),
        "unit.reinstate": ("life of returned points", "退回积分的有效期"),
        "unit.adds_multipliers": ("multipliers add up", "倍率相加"),
        "unit.supply": ("most that may be issued", "发放总量上限"),
        "unit.redeem_least": ("least of one redemption", "单次最少使用"),
        "unit.redeem_step": ("step of redemptions", "使用步长"),
        "unit.pay.value": ("what a point pays", "每分抵扣"),
        "unit.pay.percent": ("most share of an order that points pay", "积分抵扣比例上限"),
        "unit.transfer": ("giving points away", "转赠"),
        "unit.convert": ("conversion", "转换"),
        "ladder.name": ("name", "名称"),
        "ladder.measure": ("measure", "衡量口径"),
        "ladder.keep_measure": ("measure for keeping", "保级口径"),
        "ladder.evaluation": ("time of evaluation", "评定时机"),
        "ladder.validity": ("validity", "有效期"),
        "ladder.downgrade": ("way down", "降级方式"),
        "ladder.grace": ("grace", "降级宽限期"),
        "ladder.resets": ("counting anew with every step up", "升级后重新计数"),
        "ladder.one_step": ("one step up at a time", "逐级升级"),
        "ladder.falls_at_once": ("fall by refunds at once", "退款即时降级"),
        "level.name": ("name", "名称"),
        "level.colour": ("colour", "颜色"),
        "level.threshold": ("threshold", "门槛"),
        "level.when": ("condition", "条件"),
        "level.keep": ("threshold to keep it", "保级门槛"),
        "level.keep_when": ("condition to keep it", "保级条件"),
        "level.multiplier": ("multiplier", "倍率"),
        "level.holds": ("never down", "永不降级"),
        "level.expiry": ("expiry of points", "积分有效期"),
        "group.choice": ("rules that count", "计入方式"),
        "rule.unit": ("unit", "积分单位"),
        "rule.on": ("behaviours", "适用行为"),
        "rule.when": ("condition", "条件"),
        "rule.points": ("points", "积分"),
        "rule.multiply": ("factor", "倍数"),
        "rule.of": ("multiplied rules", "作用的规则"),
        "rule.group": ("group", "规则组"),
        "rule.priority": ("priority", "优先级"),
        "rule.expiry": ("expiry", "有效期"),
        "rule.pending": ("waiting time", "待生效期"),
        "milestone.unit": ("unit", "积分单位"),
        "milestone.measure": ("measure", "衡量口径"),
        "milestone.window": ("window", "统计周期"),
        "milestone.at": ("reached at", "达成值"),
        "milestone.every": ("again at each further", "每再达到"),
        "milestone.most": ("most times", "最多次数"),
        "milestone.points": ("points", "积分"),
        "offer_group.mode": ("offers that apply", "适用方式"),
        "offer.name": ("name", "名称"),
        "offer.when": ("condition", "条件"),
        "offer.lines": ("lines", "适用商品"),
        "offer.gets": ("lines that are reduced", "优惠商品"),
        "offer.effect": ("effect", "优惠内容"),
        "offer.minimum": ("minimum", "使用门槛"),
        "offer.stacking": ("stacking", "同享"),
        "offer.group": ("group", "优惠组"),
        "offer.whole_order": ("discount of the whole order", "整单优惠"),
        "offer.on": ("behaviours", "适用行为"),
        "case.facts": ("", ""),
        "case.earns": ("what it earns", "应得"),
        "case.tier": ("tier afterwards", "之后的等级"),
        "behaviour.name": ("name", "名称"),
        "attribute.type": ("type", "类型"),
        "attribute.texts": ("values", "取值"),
        "stored_value.use": ("what pays first", "使用顺序"),
        "stored_value.least": ("least top-up", "单笔最低充值"),
        "stored_value.most": ("most of a top-up", "单笔最高充值"),
        "stored_value.steps": ("bonus by steps", "阶梯赠送"),
        "stored_value.named": ("limit of a balance", "记名余额上限"),
        "stored_value.unnamed": ("limit of a card", "不记名卡上限"),
        "stored_value.fee_percent": ("fee of refunds, %", "退款手续费（%）"),
        "stored_value.bonus_back": ("bonus at refunds", "退款时的赠金"),
    }
)
_PERIODS = {1: ("month", "月"), 3: ("quarter", "季度"), 6: ("half-year", "半年"), 12: ("year", "年")}
_WINDOWS = {
    WindowKind.LIFETIME: ("in all", "累计"),
    WindowKind.DAY: ("a day", "每天"),
    WindowKind.WEEK: ("a week", "每周"),
    WindowKind.MEMBERSHIP_YEAR: ("a membership year", "每会籍年度"),
    WindowKind.TIER: ("since the tier was set", "自定级起"),
}


class Words:
    """Writes values of one program: points in the scale of their unit, amounts in its currency."""

    def __init__(self, language: str, currency: str) -> None:
        self._chinese, self._currency = language == "zh", currency

    def __call__(self, english: str, chinese: str) -> str:
        return chinese if self._chinese else english

    def value(self, value: object) -> str:
        """Write any value of a program; what has no words of its own is told field by field elsewhere."""
        if value in (None, "", ()):
            return self("none", "无")
        if isinstance(value, bool):
            return self("yes", "是") if value else self("no", "否")
        if isinstance(value, EFFECTS):
            return offer_wording.effect(value, self.money, self("en", "zh"))
        if isinstance(value, tuple):
            return ", ".join(self.value(part) for part in value)
        if isinstance(value, Fraction):
            return written(value)
        if isinstance(value, Enum):
            return str(value.value if isinstance(value.value, str) else value.name.lower().replace("_", " "))
        return self._made(value)

    def _made(self, value: object) -> str:
        """Write what is made of several values."""
        match value:
            case Node():
                return " ".join(value.source.split())
            case Duration():
                return self._duration(value)
            case Expiry():
                return self._expiry(value)
            case Pending():
                return self._pending(value)
            case Validity():
                return self._validity(value)
            case Window():
                return self.window(value)
            case Minimum():
                return ", ".join(offer_wording.terms(value, Stacking.COMMON, self.money, self("en", "zh")))
            case _:
                return str(value)

    def money(self, minor: int) -> str:
        """Write an amount in minor units."""
        return money(minor, self._currency)

    def window(self, window: Window) -> str:
        """Say of which days a window is."""
        if window.kind in _WINDOWS:
            return self(*_WINDOWS[window.kind])
        if window.kind is WindowKind.DAYS:
            return self(f"{window.length} days", f"{window.length} 天内")
        if window.kind is WindowKind.MONTHS:
            return self(f"{window.length} months", f"{window.length} 个月内")
        english, chinese = _PERIODS.get(window.step, (f"{window.step} months", f" {window.step} 个月"))
        if window.kind is WindowKind.PERIOD:
            return self(f"a {english}", f"每{chinese}")
        ended = window.kind is WindowKind.ENDED
        which = self("ended", "已结束") if ended else self("running", "含本期")
        return self(f"{window.length} {which} periods of a {english}", f"{window.length} 个{which}的{chinese}")

    def _duration(self, length: Duration) -> str:
        told = self(f"{length.days} days", f"{length.days} 天")
        if length.months or not length.days:
            told = self(f"{length.months} months", f"{length.months} 个月")
        if not length.step:
            return told
        english, chinese = _PERIODS.get(length.step, (f"{length.step} months", f"{length.step} 个月"))
        shifted = self(f", shifted by {length.shift} months", f"（错开 {length.shift} 个月）") if length.shift else ""
        return self(f"{told}, to the end of the {english}", f"{told}，至{chinese}末") + shifted

    def _expiry(self, expiry: Expiry) -> str:
        if expiry.kind is ExpiryKind.NEVER:
            return self("never", "永久有效")
        after = self._duration(expiry.after)
        if expiry.kind is ExpiryKind.IDLE:
            activities = ", ".join(expiry.activities)
            return self(f"{after} after the last activity ({activities})", f"最后活跃（{activities}）后 {after}")
        if expiry.kind is ExpiryKind.DATES:
            days = ", ".join(f"{day // 100:02}-{day % 100:02}" for day in expiry.dates)
            return self(f"on the next {days} after {after}", f"{after}后的下一个 {days}")
        return after

    def _pending(self, pending: Pending) -> str:
        if pending.kind is PendingKind.NONE:
            return self("usable at once", "立即可用")
        within = ""
        if pending.within is not None:
            limit = self._duration(pending.within)
            within = self(f", within {limit}", f"，{limit}内")
        if pending.kind is PendingKind.EVENT:
            return self(f"until {pending.event}", f"至发生 {pending.event}") + within
        if pending.kind is PendingKind.DATE:
            return self(f"until day {pending.day}", f"至第 {pending.day} 日")
        days = ", ".join(f"{day // 100:02}-{day % 100:02}" for day in pending.dates)
        after = self._duration(pending.after)
        if pending.workdays:
            after = self(f"{pending.workdays} working days", f"{pending.workdays} 个工作日")
        return after + (self(f", then until {days}", f"，再至 {days}") if days else "")

    def _validity(self, validity: Validity) -> str:
        count = validity.length
        more = self(f", and {validity.more} months", f"，另加 {validity.more} 个月") if validity.more else ""
        english, chinese = _PERIODS.get(validity.step, (f"{validity.step} months", f"{validity.step} 个月"))
        shifted = self(f", shifted by {validity.shift} months", f"（错开 {validity.shift} 个月）")
        told = {
            ValidityKind.FOREVER: ("for ever", "永久"),
            ValidityKind.END_OF: (f"to the end of the {english}, and {count} more", f"至{chinese}末，再加 {count} 个"),
            ValidityKind.MONTHS: (f"{count} months", f"{count} 个月"),
            ValidityKind.DAYS: (f"{count} days", f"{count} 天"),
            ValidityKind.ANNIVERSARY: (
                f"to the end of the membership year, and {count} more",
                f"至会籍年度末，再加 {count} 个",
            ),
            ValidityKind.MEASURED: ("as measured", "随衡量值"),
        }[validity.kind]
        return self(*told) + more + (shifted if validity.shift else "")
