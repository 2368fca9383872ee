"""Puts a decision into short sentences, in Chinese and English. Owns the words only; the reasons are data."""

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from types import MappingProxyType

from shuke.core.program.explain import Decision, RuleReason, Text, UnitReason, written

_ROUNDINGS = {
    "en": {"floor": "rounded down", "ceil": "rounded up", "half_up": "rounded", "half_even": "rounded half to even"},
    "zh": {"floor": "向下取整", "ceil": "向上取整", "half_up": "四舍五入", "half_even": "四舍六入五取偶"},
}
_PHRASES = {
    "en": {
        "tier": "Tier before the order: {tier}.",
        "rule": "Rule {rule} (line {line}): {arithmetic} = {exact}.",
        "plain": "Rule {rule} (line {line}): {exact}.",
        "idle": "Rule {rule} (line {line}) does not apply.",
        "holds": "{condition}: yes",
        "fails": "{condition}: no",
        "total": "{unit}: {exact} in total, {rounding}: {points}.",
        "exact": "{unit}: {points} in total.",
        "nothing": "{unit}: {exact} in total; below zero nothing is granted.",
    },
    "zh": {
        "tier": "下单前等级：{tier}。",
        "rule": "规则 {rule}（第 {line} 行）：{arithmetic} = {exact}。",
        "plain": "规则 {rule}（第 {line} 行）：{exact}。",
        "idle": "规则 {rule}（第 {line} 行）不适用。",
        "holds": "{condition}：满足",
        "fails": "{condition}：不满足",
        "total": "{unit}：合计 {exact}，{rounding}为 {points}。",
        "exact": "{unit}：合计 {points}。",
        "nothing": "{unit}：合计 {exact}，小于零不发放。",
    },
}
_WINDOW = re.compile(r"(?P<measure>SPEND|ORDERS)\s*\(\s*'(?P<window>[^']*)'\s*\)", re.IGNORECASE)
_WINDOWS = {
    "lifetime": "累计",
    "this day": "当日",
    "this week": "本周",
    "this month": "本月",
    "this quarter": "本季度",
    "this year": "本年",
    "membership year": "本会籍年度",
}
_NO_LABELS: Mapping[str, str] = MappingProxyType({})


def render(decision: Decision, language: str, labels: Mapping[str, str] = _NO_LABELS) -> list[str]:
    """Return the sentences of a decision in "zh" or "en"; conditions are indented under their rule.

    `labels` names facts in that language (`engine.facts` has them); a fact without a label keeps its own name.
    """
    return list(_sentences(decision, language, labels))


def text_with(text: Text, labels: Mapping[str, str] = _NO_LABELS, language: str = "en") -> str:
    """Return a text with each fact as its label and its value: «net amount 86.00 ≥ 100»."""
    return "".join(
        _between(part, language) if isinstance(part, str) else f"{_label(part.name, labels, language)} {part.value}"
        for part in text
    )


def _label(name: str, labels: Mapping[str, str], language: str) -> str:
    """Return what a fact or a window is called; a window is written as `SPEND('30 days')` in the program."""
    if name in labels or language != "zh":
        return labels.get(name, name)
    window = _WINDOW.fullmatch(name)
    if window is None:
        return name
    said = " ".join(window["window"].lower().split())
    count, _, unit = said.removeprefix("last ").partition(" ")
    if said in _WINDOWS:
        when = _WINDOWS[said]
    elif said.startswith("last "):
        when = f"过去 {count} 个整月"
    else:
        when = f"近 {count} {'天' if unit.startswith('day') else '个月'}"
    return f"{when}{'消费' if window['measure'].upper() == 'SPEND' else '订单数'}"


def _between(part: str, language: str) -> str:
    """Return what stands between facts, enumerated as the language does it."""
    if language != "zh":
        return part
    return "，" if part == ", " else part.replace("», «", "»、«")


def _sentences(decision: Decision, language: str, labels: Mapping[str, str]) -> Iterator[str]:
    phrases = _PHRASES[language]
    if decision.tier is not None:
        yield phrases["tier"].format(tier=decision.tier)
    for rule in decision.rules:
        yield _rule(rule, language, labels)
        for condition in rule.conditions:
            phrase = phrases["holds" if condition.holds else "fails"]
            yield f"  {phrase.format(condition=text_with(condition.text, labels, language))}"
    for unit in decision.units:
        yield _unit(unit, phrases, _ROUNDINGS[language])


def _rule(rule: RuleReason, language: str, labels: Mapping[str, str]) -> str:
    arithmetic, exact = text_with(rule.arithmetic, labels, language), written(rule.exact)
    phrase = "idle" if not rule.matched else "plain" if arithmetic == exact else "rule"
    return _PHRASES[language][phrase].format(rule=rule.code, line=rule.line, arithmetic=arithmetic, exact=exact)


def _unit(unit: UnitReason, phrases: Mapping[str, str], roundings: Mapping[str, str]) -> str:
    points = written(Fraction(unit.points, 10**unit.scale))
    exact = written(unit.exact)
    phrase = "exact" if points == exact else "nothing" if unit.exact < 0 else "total"
    return phrases[phrase].format(unit=unit.unit, exact=exact, rounding=roundings[unit.rounding], points=points)
