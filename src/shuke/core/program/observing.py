"""Names what a rule observes in the reader's language: facts by their labels, windows, balances, streaks and tags.

Owns the words only. In English what has no label stays as it is written in the program.
"""

import re
from collections.abc import Mapping

from shuke.core.values.months import MONTHS

_CALL = re.compile(r"(?P<name>[A-Z]+)\s*\(\s*'(?P<first>[^']*)'\s*(?:,\s*'(?P<second>[^']*)'\s*)?\)", re.IGNORECASE)
_OBSERVED = re.compile(rf"{_CALL.pattern}|\b[a-z]+\.[a-z_]+\b", re.IGNORECASE)
_WINDOWED = {"SPEND": "{when}消费", "ORDERS": "{when}订单数", "EARNED": "{when}获得 {of}", "EVENTS": "{when} {of} 次数"}
_NAMED = {"BALANCE": "{of} 余额", "STREAK": "{of} 连续天数", "TAGGED": "标签「{of}」"}
_WHENS = {
    "lifetime": "累计",
    "this day": "当日",
    "this week": "本周",
    "this month": "本月",
    "this quarter": "本季度",
    "this half year": "本半年",
    "this year": "本年",
    "this tier": "本等级期内",
    "membership year": "本会籍年度",
}
_IN_ENGLISH = {
    "SPEND": "spend, {when}",
    "ORDERS": "number of orders, {when}",
    "EARNED": "{of} earned, {when}",
    "EVENTS": "number of times {of}, {when}",
    "BALANCE": "balance of {of}",
    "STREAK": "days of {of} in a row",
    "TAGGED": "tag {of}",
}
_OWNERS = {"order": "订单", "item": "商品行", "event": "行为"}
_UNITS = {"day": "天", "month": "个月", "quarter": "个季度", "half year": "个半年", "year": "年"}
_WHOLE = {**_UNITS, "month": "个整月", "quarter": "个整季度", "half year": "个整半年", "year": "个整年"}
_RUNNING = {"month": "个自然月", "quarter": "个自然季度", "half year": "个自然半年", "year": "个自然年"}
_SPAN = re.compile(
    r"(?P<last>last )?(?:(?P<count>\d+) )?(?P<running>calendar )?(?P<unit>day|month|quarter|half year|year)s?"
    r"(?: from (?P<month>[a-z]+))?(?: ending (?P<ago>\d+) (?P<step>month|quarter|half year|year)s? ago)?"
)


def label(name: str, labels: Mapping[str, str], language: str) -> str:
    """Return what a fact, a window or another call is named in "zh" or "en"; `labels` also name codes in quotes."""
    if name in labels or language != "zh":
        return labels.get(name, name)
    call = _CALL.fullmatch(name)
    if call is None:
        owner, _, attribute = name.partition(".")
        return f"{_OWNERS[owner]} {attribute}" if owner in _OWNERS else name
    function, first, second = call["name"].upper(), call["first"], call["second"]
    of = labels.get(f"'{first}'", first)
    if function in _NAMED:
        return _NAMED[function].format(of=first if function == "TAGGED" else of)
    if function not in _WINDOWED:
        return name
    return _WINDOWED[function].format(when=_when(second or first), of=of)


def in_words(source: str, labels: Mapping[str, str], language: str) -> str:
    """Return an expression with all that it observes named: for who never wrote one."""

    def named(found: re.Match[str]) -> str:
        if language == "zh" or found[0] in labels or found["name"] is None:
            return label(found[0], labels, language)
        first, second = found["first"], found["second"]
        words = _IN_ENGLISH.get(found["name"].upper(), found[0])
        return words.format(of=labels.get(f"'{first}'", first), when=(second or first).lower())

    return _OBSERVED.sub(named, source)


def _when(window: str) -> str:
    """Return a window in Chinese."""
    said = " ".join(window.lower().split())
    if said in _WHENS:
        return _WHENS[said]
    this, _, start = said.partition(" from ")
    if this in _WHENS:
        return f"{_WHENS[this]}（自 {MONTHS.index(start) + 1} 月起算）"
    span = _SPAN.fullmatch(said)
    if span is None:
        return f"「{window}」"
    count = span["count"] or "1"
    if not span["last"] and not span["running"]:
        return f"近 {count} {_UNITS[span['unit']]}"
    when = f"过去 {count} {_WHOLE[span['unit']]}" if span["last"] else f"含当期连续 {count} {_RUNNING[span['unit']]}"
    details = []
    if span["month"]:
        details.append(f"自 {MONTHS.index(span['month']) + 1} 月起算")
    if span["ago"]:
        details.append(f"截至 {span['ago']} {_UNITS[span['step']]}前")
    return f"{when}（{'，'.join(details)}）" if details else when
