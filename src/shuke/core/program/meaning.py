"""What one program says otherwise than another: compared by values and codes, told in Chinese and English.

Order, comments and formatting of the file are not seen, unless the order decides something. What has no sentence of its
own is told by its path, with before and after: nothing is silent.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from fractions import Fraction
from typing import Any

from shuke.core.offers.model import Minimum
from shuke.core.program.case_words import story
from shuke.core.program.cases import Case, about, earnings
from shuke.core.program.ir import Node, Window
from shuke.core.program.meaning_words import EFFECTS, LABELS, NOUNS, Words
from shuke.core.program.model import (
    Cap,
    Choice,
    Duration,
    EarnRule,
    Expiry,
    OfferCap,
    Pending,
    Program,
    Validity,
)

_LEAVES = (Node, Window, Duration, Expiry, Pending, Validity, Minimum, *EFFECTS)
_NOT_SAID = {"code", "line", "place", "levels", "attributes", "caps"}  # told elsewhere, or of the file alone
_POINTS = {  # whole numbers that count the smallest fraction of their part's unit
    *("unit.supply", "unit.redeem_least", "unit.redeem_step", "unit.transfer.least", "unit.transfer.most"),
    *("unit.pay.least", "unit.pay.block", "unit.pay.most", "unit.convert.least", "unit.convert.step"),
    *("milestone.points", "cap.limit"),
}
_MINOR = {f"stored_value.{name}" for name in ("least", "most", "named", "unnamed")}
POINTS_TIMES = "points_times"  # what engine.points_times calls the attribute and rules that stand for promises
_SELF_TOLD = ("cap", "offer_cap")  # parts that say one thing only
_PROGRAM = ("name", "currency", "time_zone", "country", "brands", "stores", "base")


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a program says otherwise, at a path of codes; `before` or `after` None: it was not there, or is
    not any more. `en` and `zh` are the sentence.
    """

    path: str
    before: str | None
    after: str | None
    en: str
    zh: str


@dataclass(frozen=True)
class _Part:
    """A part of a program that has a code: what it is, how it is called, and its values by field."""

    noun: str
    code: str
    says: Mapping[str, Any]
    scale: int = 0
    called: tuple[str, str] | None = None


def changes(old: Program, new: Program) -> tuple[Change, ...]:
    """Return all that `new` says otherwise than `old`, in the order of the new program and then of the old one."""
    return tuple(_changes(old, new))


def _changes(old: Program, new: Program) -> Iterator[Change]:
    before, after = dict(_parts(old)), dict(_parts(new))
    teller = _Teller(old, new)
    gone = [path for path in before if path not in after and path != "changes"]  # they were of that version alone
    for path in [*after, *gone]:
        if path not in before:
            yield teller.added(path, after[path])
        elif path not in after:
            yield teller.removed(path, before[path])
        else:
            yield from teller.changed(path, before[path], after[path])
    yield from teller.orders()


def _parts(program: Program) -> Iterator[tuple[str, _Part]]:
    """Yield the parts of a program by path."""
    scales = {unit.code: unit.scale for unit in program.units}
    yield "", _Part("program", "", {name: _plain(getattr(program, name)) for name in _PROGRAM})
    yield from _parts_of_facts(program)
    for unit in program.units:
        yield f"units.{unit.code}", _Part("unit", unit.code, _said(unit), unit.scale)
    for cap in program.caps:
        scale = 0 if cap.times else scales.get(cap.unit, 0)
        yield _cap_path(cap), _Part("cap", "", {"limit": cap.limit}, scale, _cap_names(cap))
    for ladder in program.ladders:
        yield f"tiers.{ladder.code}", _Part("ladder", ladder.code, _said(ladder))
        for level in ladder.levels:
            code = level.code if ladder is program.ladders[0] else f"{ladder.code}.{level.code}"
            yield f"tiers.{ladder.code}.{level.code}", _Part("level", code, _said(level))
    for noun, place, listed in (("group", "groups", program.groups), ("rule", "earn", _rules(program))):
        for each in listed:
            yield f"{place}.{each.code}", _Part(noun, each.code, _said(each))
    for milestone in program.milestones:
        scale = scales.get(milestone.unit, 0)
        yield f"milestones.{milestone.code}", _Part("milestone", milestone.code, _said(milestone), scale)
    yield from _parts_of_money(program)
    for case in program.cases:
        said = {"facts": about(case), "earns": earnings(case, scales), "tier": case.tier}
        yield f"cases.{case.code}", _Part("case", case.code, {name: value or None for name, value in said.items()})
    if program.migration:
        yield "changes", _Part("changes", "", dict(program.migration))


def _parts_of_facts(program: Program) -> Iterator[tuple[str, _Part]]:
    """Yield attributes and behaviours, without the attribute that stands for promises of offers."""
    for scope, attributes in (("order", program.order_attributes), ("line", program.line_attributes)):
        for each in attributes:
            if each.code != POINTS_TIMES:
                yield f"attributes.{scope}.{each.code}", _Part("attribute", f"{scope}.{each.code}", _said(each))
    for behaviour in program.behaviours:
        yield f"behaviours.{behaviour.code}", _Part("behaviour", behaviour.code, _said(behaviour))
        for each in behaviour.attributes:
            code = f"{behaviour.code}.{each.code}"
            yield f"behaviours.{code}", _Part("attribute", code, _said(each))


def _parts_of_money(program: Program) -> Iterator[tuple[str, _Part]]:
    """Yield offers and stored value."""
    for code, mode in program.offer_groups:
        yield f"offer_groups.{code}", _Part("offer_group", code, {"mode": mode})
    for offer in program.offers:
        yield f"offers.{offer.code}", _Part("offer", offer.code, _said(offer))
        for limit in offer.caps:
            path, part = _offer_cap(offer.code, limit)
            yield f"offers.{offer.code}.{path}", part
    if program.stored_value is not None:
        yield "stored_value", _Part("stored_value", "", _said(program.stored_value))


def _rules(program: Program) -> list[EarnRule]:
    """Return the rules of the file, without those that stand for promises of offers."""
    return [rule for rule in program.earn if not rule.code.startswith(f"{POINTS_TIMES}:")]


def _said(part: Any) -> dict[str, Any]:
    """Return by field what a part says; what is only its place in the file is left out."""
    told: dict[str, Any] = {}
    for each in fields(part):
        if each.name not in _NOT_SAID:
            told |= _spread(each.name, getattr(part, each.name))
    return told


def _spread(name: str, value: Any) -> dict[str, Any]:
    """Return a value by name; one without words of its own by the names of its parts."""
    if is_dataclass(value) and not isinstance(value, _LEAVES):
        inner: dict[str, Any] = {}
        for each in fields(value):
            inner |= _spread(f"{name}.{each.name}", getattr(value, each.name))
        return inner
    if isinstance(value, tuple) and value and all(_is_pair(each) for each in value):
        return {f"{name}.{code}": _plain(each) for code, each in value}
    return {name: _plain(value)}


def _is_pair(value: Any) -> bool:
    return isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], str)


def _plain(value: Any) -> Any:
    """Return a value in which expressions that mean the same are equal, however they are spaced; nothing is None."""
    return _Expression(value) if isinstance(value, Node) else None if value in ("", ()) else value


class _Expression:
    """An expression that equals every other one with the same tree."""

    def __init__(self, node: Node) -> None:
        self.node, self._tree = node, _bare(node)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Expression) and self._tree == other._tree

    def __hash__(self) -> int:
        return hash(self._tree)


def _bare(value: Any) -> Any:
    """Return a tree without the texts that it was written as."""
    if isinstance(value, Node):
        return replace(value, **{f.name: _bare(getattr(value, f.name)) for f in fields(value)} | {"source": ""})
    return tuple(_bare(each) for each in value) if isinstance(value, tuple) else value


def _cap_path(cap: Cap) -> str:
    scope = "balance" if cap.balance else "transaction" if cap.window is None else _key(cap.window)
    whose = f"{cap.unit}.{cap.rule}" if cap.rule else cap.unit
    return f"caps.{whose}.{cap.of.name.lower()}.{scope}{'.times' if cap.times else ''}"


def _cap_names(cap: Cap) -> tuple[str, str]:
    """Return how a cap is called: «points of rule spend a day»."""
    told = []
    for language in ("en", "zh"):
        words = Words(language, "")
        of = {
            "EARNED": words("earned", "获得"),
            "REDEEMED": words("redeemed", "使用"),
            "TRANSFERRED": words("given away", "转赠"),
        }[cap.of.name]
        per = words("in the balance", "余额") if cap.balance else words("at once", "单次")
        if cap.window is not None:
            per = words.window(cap.window)
        whose = cap.unit + (words(f" by rule {cap.rule}", f"（规则 {cap.rule}）") if cap.rule else "")
        times = words(", times", "（次数）") if cap.times else ""
        told.append(words(f"{whose} {of}, {per}{times}", f"{whose} {per}{of}{times}"))
    return told[0], told[1]


def _offer_cap(code: str, cap: OfferCap) -> tuple[str, _Part]:
    whose = "each" if cap.each_member else "all"
    path = f"caps.{whose}.{_key(cap.window)}.{'times' if cap.times else 'amount'}"
    told = []
    for language in ("en", "zh"):
        words = Words(language, "")
        whom = words("each member", "每位会员") if cap.each_member else words("all", "全部")
        what = words("times", "次数") if cap.times else words("amount", "金额")
        told.append(words(f"{code}, {whom}, {words.window(cap.window)}, {what}",
                          f"{code} {whom}{words.window(cap.window)}{what}"))  # fmt: skip
    return path, _Part("offer_cap", code, {"limit": cap.limit}, called=(told[0], told[1]))


def _key(window: Window) -> str:
    numbers = (window.length, window.step, window.shift, window.offset)
    return "-".join([window.kind.name.lower(), *(str(number) for number in numbers if number)])


class _Teller:
    """Puts what differs into sentences."""

    def __init__(self, old: Program, new: Program) -> None:
        self._old, self._new = old, new
        self._en = Words("en", new.currency)
        self._zh = Words("zh", new.currency)

    def added(self, path: str, part: _Part) -> Change:
        who, wen = self._who(part)
        en, zh = (self._summed(words, part, place) for place, words in enumerate((self._en, self._zh)))
        return Change(path, None, en, f"new {who}: {en}".removesuffix(": "), f"新增{wen}：{zh}".removesuffix("："))

    def removed(self, path: str, part: _Part) -> Change:
        who, wen = self._who(part)
        return Change(path, self._summed(self._en, part, 0), None, f"{who} is gone", f"取消{wen}")

    def changed(self, path: str, before: _Part, after: _Part) -> Iterator[Change]:
        for name in dict.fromkeys((*after.says, *before.says)):
            old, new = before.says.get(name), after.says.get(name)
            if old != new:
                yield from self._field(path, name, before, after, old, new)

    def orders(self) -> Iterator[Change]:
        """Tell where the order of parts decides something and is another one."""
        old, new = self._old, self._new
        yield from self._order(
            "earn", ("rules of groups", "规则"), *(_ordered_rules(program) for program in (old, new))
        )
        yield from self._order(
            "offer_groups", ("groups of offers", "优惠组"), *([c for c, _ in p.offer_groups] for p in (old, new))
        )
        yield from self._order("offers", ("offers", "优惠"), *([o.code for o in p.offers] for p in (old, new)))
        ladders = {ladder.code: ladder for ladder in old.ladders}
        for ladder in new.ladders:
            if ladder.code in ladders:
                listed = ([level.code for level in each.levels] for each in (ladders[ladder.code], ladder))
                names = (f"tiers of {ladder.code}", f"{ladder.code} 的等级")
                yield from self._order(f"tiers.{ladder.code}.levels", names, *listed)

    def _order(self, path: str, names: tuple[str, str], old: list[str], new: list[str]) -> Iterator[Change]:
        before, after = [code for code in old if code in new], [code for code in new if code in old]
        if before != after:
            was, now = ", ".join(before), ", ".join(after)
            yield Change(path, was, now, f"order of {names[0]}: {was} → {now}", f"{names[1]}的顺序：{was} → {now}")

    def _field(self, path: str, name: str, before: _Part, after: _Part, old: Any, new: Any) -> Iterator[Change]:
        en = [self._value(self._en, part, name, value) for part, value in ((before, old), (after, new))]
        zh = [self._value(self._zh, part, name, value) for part, value in ((before, old), (after, new))]
        at = f"{path}.{name}".lstrip(".")
        if en[0] == en[1]:  # words that leave out what differs: told field by field
            inner = [_inside(name, value) for value in (old, new)]
            for each in dict.fromkeys((*inner[1], *inner[0])):
                if inner[0].get(each) != inner[1].get(each):
                    was, now = (repr(values.get(each)) for values in inner)
                    yield self._by_path(f"{path}.{each}".lstrip("."), was, now)
            return
        label, who = LABELS.get(f"{after.noun}.{name}"), self._who(after)
        if after.noun in _SELF_TOLD:
            label = ("", "")
        if label is None:
            yield self._by_path(at, en[0], en[1])
            return
        of = f"{label[0]} of {who[0]}" if label[0] else who[0]
        of_it = f"{who[1]} 的" if after.code else f"{who[1]}的"
        wen = f"{of_it}{label[1]}" if label[1] else who[1]
        yield Change(at, en[0], en[1], f"{of}: {en[0]} → {en[1]}", f"{wen}：{zh[0]} → {zh[1]}")

    def _by_path(self, path: str, before: str, after: str) -> Change:
        told = f"{path}: {before} → {after}"
        return Change(path, before, after, told, told)

    def _value(self, words: Words, part: _Part, name: str, value: Any) -> str:
        if isinstance(value, _Expression):
            return words.value(value.node)
        if isinstance(value, Case):
            return story(value, words)
        if isinstance(value, int) and not isinstance(value, bool):
            if f"{part.noun}.{name}" in _POINTS:
                return words.value(Fraction(value, 10**part.scale))
            if f"{part.noun}.{name}" in _MINOR:
                return words.money(value)
        return words.value(value)

    def _summed(self, words: Words, part: _Part, language: int) -> str:
        """Return in one line all that a part says."""
        told = []
        for name, value in part.says.items():
            if value not in (None, 0, False) or (name == "threshold" and value is not None):
                label = LABELS.get(f"{part.noun}.{name}", (name, name))[language]
                written = self._value(words, part, name, value)
                told.append(written if part.noun in _SELF_TOLD or not label else f"{label} {written}")
        return words("; ", "；").join(told)

    def _who(self, part: _Part) -> tuple[str, str]:
        english, chinese = NOUNS[part.noun]
        codes = part.called or (part.code, part.code)
        return f"{english} {codes[0]}".strip(), f"{chinese} {codes[1]}".strip()


def _ordered_rules(program: Program) -> list[str]:
    """Return the rules whose place decides: those of groups of which the first counts."""
    firsts = {group.code for group in program.groups if group.choice is Choice.FIRST}
    return [rule.code for rule in _rules(program) if rule.group in firsts]


def _inside(name: str, value: Any) -> dict[str, Any]:
    """Return by field what a value with words of its own says."""
    if isinstance(value, _Expression):
        return {name: value.node}
    return {f"{name}.{each.name}": getattr(value, each.name) for each in fields(value)} if is_dataclass(value) else {
        name: value
    }  # fmt: skip


def lines(found: Iterable[Change], language: str) -> list[str]:
    """Return the sentences of changes in "zh" or "en"; one that says so where nothing means anything else."""
    told = [each.zh if language == "zh" else each.en for each in found]
    return told or ["含义无变化。" if language == "zh" else "No change of meaning."]
