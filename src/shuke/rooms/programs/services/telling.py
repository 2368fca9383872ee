"""Puts explanations into sentences, in Chinese and English: what every kind of entry did, why, and to which lots."""

from collections.abc import Mapping
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from shuke.core.program import wording
from shuke.core.values.currencies import CURRENCY_DIGITS
from shuke.core.values.dates import NEVER
from shuke.core.values.points import written
from shuke.engine.explanation import EN_LABELS, ZH_LABELS
from shuke.rooms.points.contracts import Lot
from shuke.rooms.programs.contracts import Cause, Explanation
from shuke.rooms.programs.services.timeline import timeline
from shuke.rooms.tiers.contracts import Reason, TierChange

_KINDS: Mapping[str, tuple[str, str]] = {
    "accrual": ("{points} {unit} were earned.", "获得 {points} {unit}。"),
    "accrual_pending": ("{points} {unit} were earned, to be usable later.", "获得 {points} {unit}，待生效。"),
    "activation": ("{points} {unit} became usable.", "{points} {unit} 生效。"),
    "cancellation": (
        "{points} {unit} were cancelled: what they waited for did not come in time.",
        "{points} {unit} 已取消：所等待的事件未按时发生。",
    ),
    "redemption": ("{points} {unit} were used.", "使用 {points} {unit}。"),
    "return": ("{points} used {unit} came back.", "退回已使用的 {points} {unit}。"),
    "expiry": ("{points} {unit} reached their date.", "{points} {unit} 到期。"),
    "holding": ("{points} {unit} were set aside.", "预占 {points} {unit}。"),
    "capture": ("{points} {unit} of a hold were used.", "扣收预占的 {points} {unit}。"),
    "release": ("{points} {unit} of a hold came back.", "释放预占的 {points} {unit}。"),
    "lapse": (
        "{points} {unit} of a hold went: their lot had ended when the hold did.",
        "预占结束时批次已到期，{points} {unit} 失效。",
    ),
    "clawback": (
        "{points} {unit} were taken back: what is left of the order earns less.",
        "追回 {points} {unit}：退款后的订单应得较少。",
    ),
    "clawback_pending": (
        "{points} {unit} that were not usable yet were taken back: what is left of the order earns less.",
        "追回待生效的 {points} {unit}：退款后的订单应得较少。",
    ),
    "owed": (
        "{points} {unit} are owed: the balance did not cover what a refund takes back.",
        "欠 {points} {unit}：余额不足以追回退款应追回的部分。",
    ),
    "repayment": ("{points} {unit} repaid what was owed.", "{points} {unit} 用于抵还欠分。"),
    "credit": ("{points} {unit} were given by hand.", "人工增加 {points} {unit}。"),
    "debit": ("{points} {unit} were taken by hand.", "人工扣减 {points} {unit}。"),
    "transfer_out": ("{points} {unit} were given to another member.", "转赠他人 {points} {unit}。"),
    "transfer_in": ("{points} {unit} came from another member.", "获赠 {points} {unit}。"),
    "opening": ("{points} {unit} were brought from elsewhere.", "期初带入 {points} {unit}。"),
    "deposit": ("{points} {unit} were topped up.", "储值充入 {points} {unit}。"),
    "withdrawal": ("{points} {unit} went as stored value was refunded.", "储值退款，扣减 {points} {unit}。"),
    "merge_out": ("{points} {unit} went to the record that lives on.", "{points} {unit} 并入合并后的会员。"),
    "merge_in": ("{points} {unit} came from the record that was merged.", "由被合并的会员转入 {points} {unit}。"),
    "conversion_out": ("{points} {unit} were converted.", "{points} {unit} 已转换。"),
    "conversion_in": ("{points} {unit} came of a conversion.", "由转换获得 {points} {unit}。"),
}
_CAUSES: Mapping[str, tuple[str, str]] = {
    "order": ("order", "订单"),
    "behaviour": ("behaviour", "行为"),
    "refund": ("refund", "退款"),
    "redemption": ("redemption", "兑换"),
    "return": ("return", "退回"),
    "hold": ("hold", "预占"),
    "capture": ("capture", "扣收"),
    "release": ("release", "释放"),
    "adjustment": ("adjustment", "调整"),
    "transfer": ("transfer", "转赠"),
    "opening": ("opening balance", "期初余额"),
    "deposit": ("top-up", "储值"),
    "withdrawal": ("refund of stored value", "储值退款"),
    "merge": ("merge", "合并"),
}
_BECAUSE = ("By {what}.", "由{what}引起。")
_STAND_IN = ":"  # with which a source begins that stands in for the API key whose request had no name of its own
_BY_TIME = ("Time alone did this.", "由时间推移引起。")
_NOTE = ("Reason given: {note}", "填写的原因：{note}")
_PAID_BACK = (
    "{paid} {unit} had paid for the order, of which {due} are to be back by its refunds so far.",
    "该订单曾用 {paid} {unit} 抵扣，按累计退款应退回 {due}。",
)
_LATE = ("It came late and was decided as of {at}.", "迟到上报，按 {at} 判定。")
_UNDECIDED = ("It was stored without a decision.", "已存储，未作判定。")
_LOT = ("{points} of the lot of {earned}, {end}.", "涉及 {earned} 的批次：{points}，{end}。")
_ENDS = (("which ends on {day}", "{day} 到期"), ("without end", "不到期"))

_UNFIT = (
    "The refund {source}/{external_id}, which came before the order, was not carried out: {because}.",
    "先于订单到达的退款 {source}/{external_id} 未生效：{because}。",
)
_UNFIT_BECAUSE = {
    "already_refunded": ("nothing of the order was left", "订单已无可退"),
    "more_than_left": ("it takes off more than was left", "超出订单剩余"),
    "unknown_line": ("the order has no such line", "订单没有该明细"),
}

_REASONS: Mapping[Reason, tuple[str, str]] = {
    Reason.ENROLLED: ("Every member begins in {after}.", "入会即为{after}。"),
    Reason.QUALIFIED: ("What {after} asks for was reached.", "已达到{after}的条件。"),
    Reason.REVIEWED: (
        "The validity had ended: what was measured then makes it {after}.",
        "有效期届满，按当时的统计为{after}。",
    ),
    Reason.RENEWED: ("What {after} asks for was reached again before its end.", "届满前再次达到{after}的条件。"),
    Reason.VERSION_CHANGED: ("A new version of the program gives this place.", "会员计划新版本生效后的等级。"),
    Reason.GRACE: ("What keeps {after} was not reached; it stays for a grace.", "未达到{after}的保级条件，宽限中。"),
    Reason.ASSIGNED: ("{after} was given by hand.", "人工授予{after}。"),
    Reason.REFUNDED: ("After a refund the condition of {before} is not met any more.", "退款后不满足{before}的条件。"),
}


_OFFER = ("The offer «{name}» took {off} off the cart.", "优惠“{name}”减 {off}。")
_OFFER_BESIDE = ("The offer «{name}» applied to the cart.", "优惠“{name}”已生效。")


def told(explained: Explanation, language: str) -> list[str]:
    """Return the sentences of an explanation in "zh" or "en"."""
    at = _at(language)
    lines = _offers(explained, at)
    if explained.decision is not None:
        lines += wording.render(explained.decision, language, ZH_LABELS if at else EN_LABELS)
    elif explained.entry is None or explained.undecided is not None:
        lines.append(_UNDECIDED[at])
    if explained.entry is not None:
        amount = written(abs(explained.entry.amount), explained.scale)
        lines.append(_KINDS[explained.entry.kind][at].format(points=amount, unit=explained.unit))
        lines += _because(explained.cause, at)
        if explained.paid_back is not None:
            paid, due = (written(each, explained.scale) for each in (explained.paid_back.paid, explained.paid_back.due))
            lines.append(_PAID_BACK[at].format(paid=paid, due=due, unit=explained.unit))
        lines += [_of_lot(story.lot, written(story.points, explained.scale), at) for story in explained.lots]
    if explained.late and explained.effective_at is not None:
        zone = _zone()
        lines.append(_LATE[at].format(at=f"{explained.effective_at.astimezone(zone):%Y-%m-%d %H:%M:%S} {zone.key}"))
    for refund in explained.unfit:
        because = _UNFIT_BECAUSE[refund.refused_because or "more_than_left"][at]
        lines.append(_UNFIT[at].format(source=refund.source, external_id=refund.external_id, because=because))
    return lines


def _offers(explained: Explanation, at: int) -> list[str]:
    """Return what offers did to the cart that became the order."""
    if explained.order is None:
        return []
    currency = explained.order.currency
    return [
        _OFFER[at].format(name=each.name, off=f"{currency} {written(each.off_minor, CURRENCY_DIGITS[currency])}")
        if each.off_minor
        else _OFFER_BESIDE[at].format(name=each.name)
        for each in explained.offers
    ]


def why(change: TierChange, language: str) -> str:
    """Return why a tier was set, in "zh" or "en"."""
    before = change.before.code if change.before else ""
    sentence = _REASONS[change.reason][_at(language)].format(before=before, after=change.after.code)
    return f"{sentence} {change.note}".rstrip()


def _because(cause: Cause | None, at: int) -> list[str]:
    if cause is None:
        return [_BY_TIME[at]]
    named = cause.source and not cause.source.startswith(_STAND_IN)
    what = _CAUSES[cause.kind][at] + (f" {cause.source}/{cause.external_id}" if named else "")
    lines = [_BECAUSE[at].format(what=what)]
    return lines + ([_NOTE[at].format(note=cause.note)] if cause.note else [])


def _zone() -> ZoneInfo:
    """Return the program's time zone, which its days are of."""
    plan = timeline()
    return ZoneInfo(plan.latest.program.time_zone if plan else "UTC")


def _of_lot(lot: Lot, points: str, at: int) -> str:
    ending = _ENDS[lot.expires_day >= NEVER][at]
    if lot.expires_day < NEVER:
        ending = ending.format(day=(date(1970, 1, 1) + timedelta(days=lot.expires_day - 1)).isoformat())
    return _LOT[at].format(points=points, earned=lot.earned_at.astimezone(_zone()).date(), end=ending)


def _at(language: str) -> int:
    return int(language == "zh")
