"""Puts decisions and standings into short sentences, in Chinese and English. Owns the words only; reasons are data."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from types import MappingProxyType

from shuke.core.program.explain import CapReason, Decision, MilestoneReason, RuleReason, UnitReason
from shuke.core.program.ir import Window, WindowKind
from shuke.core.program.model import Cap
from shuke.core.program.observing import label
from shuke.core.program.progress import Hurdle, LadderReason
from shuke.core.program.tracing import Text, written

_ROUNDINGS = {
    "en": {"floor": "rounded down", "ceil": "rounded up", "half_up": "rounded", "half_even": "rounded half to even"},
    "zh": {"floor": "向下取整", "ceil": "向上取整", "half_up": "四舍五入", "half_even": "四舍六入五取偶"},
}
_PHRASES = {
    "en": {
        "tier": "Tier before the order: {tier}.",
        "tier_on": "Tier before: {tier}.",
        "rule": "Rule {rule} (line {line}): {arithmetic} = {exact}.",
        "plain": "Rule {rule} (line {line}): {exact}.",
        "idle": "Rule {rule} (line {line}) does not apply.",
        "factor": "Rule {rule} (line {line}) multiplies by {arithmetic} = {exact}.",
        "plain_factor": "Rule {rule} (line {line}) multiplies by {exact}.",
        "left_out": "Rule {rule} (line {line}): {sum}, left out: another rule of {group} counts.",
        "times": "times {factor} by rule {rule}",
        "holds": "{condition}: yes",
        "fails": "{condition}: no",
        "total": "{unit}: {exact} in total, {rounding}: {points}.",
        "lines": "{unit}: {exact} in total, every line {rounding}: {points}.",
        "exact": "{unit}: {points} in total.",
        "nothing": "{unit}: {exact} in total; below zero nothing is granted.",
        "granted": "{unit}: {granted} granted of {points}.",
        "cap": "{whose}: at most {limit}{what}{per}; {used} before, {wanted} more asked for, {granted} granted.",
        "points": "",
        "counted": " times",
        "milestone": "Milestone {code} (line {line}): {measured}, {points} {unit}{times}.",
        "again": " {times} times",
        "measure": "{ladder}: {measured}.",
        "reached": "{level}: reached.",
        "missing": "{level}: {missing} of {threshold} missing.",
        "not_reached": "{level}: not reached.",
        "kept": "{level}: would be kept.",
        "keep_missing": "{level}: {missing} of {threshold} missing to keep it.",
        "not_kept": "{level}: would not be kept.",
    },
    "zh": {
        "tier": "下单前等级：{tier}。",
        "tier_on": "此前等级：{tier}。",
        "rule": "规则 {rule}（第 {line} 行）：{arithmetic} = {exact}。",
        "plain": "规则 {rule}（第 {line} 行）：{exact}。",
        "idle": "规则 {rule}（第 {line} 行）不适用。",
        "factor": "规则 {rule}（第 {line} 行）倍率：{arithmetic} = {exact}。",
        "plain_factor": "规则 {rule}（第 {line} 行）倍率：{exact}。",
        "left_out": "规则 {rule}（第 {line} 行）：{sum}，未计入：{group} 组取另一规则。",
        "times": "按规则 {rule} 乘以 {factor}",
        "holds": "{condition}：满足",
        "fails": "{condition}：不满足",
        "total": "{unit}：合计 {exact}，{rounding}为 {points}。",
        "lines": "{unit}：合计 {exact}，逐行{rounding}后为 {points}。",
        "exact": "{unit}：合计 {points}。",
        "nothing": "{unit}：合计 {exact}，小于零不发放。",
        "granted": "{unit}：应得 {points}，实得 {granted}。",
        "cap": "{whose}：{per}最多 {limit}{what}；此前 {used}，本次 {wanted}，实得 {granted}。",
        "points": "",
        "counted": " 次",
        "milestone": "里程碑 {code}（第 {line} 行）：{measured}，{unit} {points}{times}。",
        "again": " × {times}",
        "measure": "{ladder}：{measured}。",
        "reached": "{level}：已达到。",
        "missing": "{level}：距 {threshold} 还差 {missing}。",
        "not_reached": "{level}：未达到。",
        "kept": "{level}：可保级。",
        "keep_missing": "{level}：保级需 {threshold}，还差 {missing}。",
        "not_kept": "{level}：不能保级。",
    },
}
_PERIODS = {
    "en": {1: " in a month", 3: " in a quarter", 6: " in half a year", 12: " in a year"},
    "zh": {1: "每月", 3: "每季度", 6: "每半年", 12: "每年"},
}
_WINDOWS = {
    "en": {
        WindowKind.LIFETIME: " in all",
        WindowKind.DAY: " in a day",
        WindowKind.WEEK: " in a week",
        WindowKind.MEMBERSHIP_YEAR: " in a membership year",
    },
    "zh": {
        WindowKind.LIFETIME: "累计",
        WindowKind.DAY: "每天",
        WindowKind.WEEK: "每周",
        WindowKind.MEMBERSHIP_YEAR: "每会籍年度",
    },
}
_NO_LABELS: Mapping[str, str] = MappingProxyType({})


def render(decision: Decision, language: str, labels: Mapping[str, str] = _NO_LABELS) -> list[str]:
    """Return the sentences of a decision in "zh" or "en"; conditions are indented under their rule.

    `labels` names facts in that language (`engine.facts` has them); a fact without a label keeps its own name.
    """
    return list(_Sentences(language, {**labels, **decision.names}).decision(decision))


def render_ladder(ladder: LadderReason, language: str, labels: Mapping[str, str] = _NO_LABELS) -> list[str]:
    """Return the sentences of a ladder's standing: the measure, then what each level but the lowest asks for."""
    return list(_Sentences(language, {**labels, **ladder.names}).ladder(ladder))


def text_with(text: Text, labels: Mapping[str, str] = _NO_LABELS, language: str = "en") -> str:
    """Return a text with each fact as its label and its value: «net amount 86.00 ≥ 100»."""
    return "".join(
        _between(part, language) if isinstance(part, str) else f"{label(part.name, labels, language)} {part.value}"
        for part in text
    )


def _between(part: str, language: str) -> str:
    """Return what stands between facts, enumerated as the language does it."""
    if language != "zh":
        return part
    return "，" if part == ", " else part.replace("», «", "»、«")


class _Sentences:
    """The sentences of one language."""

    def __init__(self, language: str, labels: Mapping[str, str]) -> None:
        self._language = language
        self._labels = labels
        self._phrases = _PHRASES[language]

    def _say(self, phrase: str, **words: object) -> str:
        return self._phrases[phrase].format(**words)

    def _called(self, unit: str) -> str:
        return self._labels.get(f"'{unit}'", unit)

    def _text(self, text: Text) -> str:
        return text_with(text, self._labels, self._language)

    # ---- decisions

    def decision(self, decision: Decision) -> Iterator[str]:
        if decision.tier is not None:
            yield self._say("tier_on" if decision.on else "tier", tier=decision.tier)
        for rule in decision.rules:
            yield self._rule(rule)
            for condition in rule.conditions:
                phrase = "holds" if condition.holds else "fails"
                yield f"  {self._say(phrase, condition=self._text(condition.text))}"
            if not rule.left_out:
                yield from (f"  {self._say('times', rule=code, factor=written(each))}" for code, each in rule.times)
        for unit in decision.units:
            yield self._unit(unit)
        for cap in decision.caps:
            yield self._cap(cap)
        for unit in decision.units:
            if unit.granted != unit.points:
                points, granted = (_points(each, unit.scale) for each in (unit.points, unit.granted))
                yield self._say("granted", unit=self._called(unit.unit), points=points, granted=granted)
        yield from map(self._milestone, decision.milestones)

    def _rule(self, rule: RuleReason) -> str:
        arithmetic, exact = self._text(rule.arithmetic), written(rule.exact)
        plain = arithmetic == exact
        if not rule.matched:
            phrase = "idle"
        elif rule.left_out:
            phrase = "left_out"
        elif rule.multiplies:
            phrase = "plain_factor" if plain else "factor"
        else:
            phrase = "plain" if plain else "rule"
        words = {"rule": rule.code, "line": rule.line, "group": rule.group}
        summed = exact if plain else f"{arithmetic} = {exact}"
        return self._say(phrase, **words, arithmetic=arithmetic, exact=exact, sum=summed)

    def _unit(self, unit: UnitReason) -> str:
        points, exact = _points(unit.points, unit.scale), written(unit.exact)
        phrase = "exact" if points == exact else "nothing" if unit.exact < 0 else "lines" if unit.at_line else "total"
        rounding = _ROUNDINGS[self._language][unit.rounding]
        return self._say(phrase, unit=self._called(unit.unit), exact=exact, rounding=rounding, points=points)

    def _cap(self, reason: CapReason) -> str:
        cap, scale = reason.cap, 0 if reason.cap.times else reason.scale
        used, wanted, granted = (_points(each, scale) for each in (reason.used, reason.wanted, reason.granted))
        return self._say(
            "cap",
            whose=cap.rule or self._called(cap.unit),
            limit=_points(cap.limit, scale),
            what=self._phrases["counted" if cap.times else "points"],
            per=self._per(cap),
            used=used,
            wanted=wanted,
            granted=granted,
        )

    def _per(self, cap: Cap) -> str:
        if cap.balance:
            return {"en": " in the balance", "zh": "余额"}[self._language]
        if cap.window is None:
            return {"en": " at once", "zh": "单次"}[self._language]
        return self._window(cap.window)

    def _window(self, window: Window) -> str:
        if window.kind is WindowKind.PERIOD:
            return _PERIODS[self._language][window.step]
        return _WINDOWS[self._language][window.kind]

    def _milestone(self, reason: MilestoneReason) -> str:
        return self._say(
            "milestone",
            code=reason.code,
            line=reason.line,
            measured=self._measured(reason.arithmetic, reason.value),
            points=_points(reason.points, reason.scale),
            unit=self._called(reason.unit),
            times=self._say("again", times=reason.times) if reason.times > 1 else "",
        )

    # ---- ladders

    def ladder(self, ladder: LadderReason) -> Iterator[str]:
        if ladder.measure:
            yield self._say("measure", ladder=ladder.name, measured=self._measured(ladder.measure, ladder.value))
        if ladder.keep_measure != ladder.measure:
            measured = self._measured(ladder.keep_measure, ladder.keep_value)
            yield self._say("measure", ladder=ladder.name, measured=measured)
        for level in ladder.levels[1:]:
            yield from self._hurdle(level.name, level.reach, ("reached", "missing", "not_reached"))
            if level.reach != level.keep or ladder.keep_measure != ladder.measure:
                yield from self._hurdle(level.name, level.keep, ("kept", "keep_missing", "not_kept"))

    def _measured(self, text: Text, value: Fraction) -> str:
        """Return a measure with its value, which a single fact says already."""
        return self._text(text) if len(text) == 1 else f"{self._text(text)} = {written(value)}"

    def _hurdle(self, level: str, hurdle: Hurdle, phrases: tuple[str, str, str]) -> Iterator[str]:
        met, missing, not_met = phrases
        phrase = met if hurdle.met else not_met if hurdle.threshold is None else missing
        threshold = written(hurdle.threshold or Fraction(0))
        yield self._say(phrase, level=level, missing=written(hurdle.missing), threshold=threshold)
        for condition in hurdle.conditions:
            said = self._say("holds" if condition.holds else "fails", condition=self._text(condition.text))
            yield f"  {said}"


def _points(points: int, scale: int) -> str:
    return written(Fraction(points, 10**scale))
