"""Puts a condition into words, in Chinese and English, for who never wrote one: «category is COFFEE or TEA».

Owns the sentence only; what facts, tiers, stores and amounts are called is the caller's to say.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from shuke.core.program import ir
from shuke.core.program.ir import Node

_SIGNS = {
    "=": (" is ", "为"),
    "<>": (" is not ", "不是"),
    "<": (" is less than ", "小于"),
    "<=": (" is at most ", "最多为"),
    ">": (" is more than ", "大于"),
    ">=": (" is at least ", "至少为"),
}
_OPPOSITE = {"=": "<>", "<>": "=", "<": ">=", ">=": "<", "<=": ">", ">": "<="}
_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_HAS = {True: ("{name} is known", "有{name}"), False: ("{name} is not known", "没有{name}")}
_TAGGED = {
    True: ("the member has the tag {tag}", "会员有标签「{tag}」"),
    False: ("the member does not have the tag {tag}", "会员没有标签「{tag}」"),
}
_TRUTH = {True: ("always", "任何情况"), False: ("never", "从不")}
_ARITHMETIC = {ir.Add: " + ", ir.Subtract: " − ", ir.Multiply: " × ", ir.Divide: " ÷ "}


@dataclass(frozen=True, slots=True)
class Naming:
    """What things are called in one language, "zh" or "en".

    `fact` names what a node observes, `flag` says whether one that is a condition holds, `text` names a text of a fact
    (the tier «gold» of «member.tier»), and `number` writes a number beside what it is compared with.
    """

    language: str
    fact: Callable[[str], str]
    flag: Callable[[str, bool], str]
    text: Callable[[str, str], str]
    number: Callable[[Node, Fraction], str]


def beside(*parts: str) -> str:
    """Join parts of a Chinese sentence: a space stands between an ideograph and a letter, digit or sign of money."""
    told = ""
    for part in filter(None, parts):
        edge = {_is_ideograph(told[-1:]), _is_ideograph(part[0])} == {True, False}
        plain = all(_is_ideograph(each) or each.isascii() or each == "¥" for each in (told[-1:], part[0]))
        told += f" {part}" if told and edge and plain else part
    return told


def _is_ideograph(letter: str) -> bool:
    return "\u4e00" <= letter <= "\u9fff"


def condition(said: Node, naming: Naming) -> str:
    """Return a condition in words."""
    return _Words(naming).said(said, yes=True)


class _Words:
    """The sentence of one condition. What is denied is turned into its opposite, so that nobody reads «not (not …)»."""

    def __init__(self, naming: Naming) -> None:
        self._naming, self._chinese = naming, naming.language == "zh"

    def _pick(self, words: tuple[str, str]) -> str:
        return words[self._chinese]

    def said(self, node: Node, *, yes: bool) -> str:
        match node:
            case ir.Not(operand=operand):
                return self.said(operand, yes=not yes)
            case ir.And() | ir.Or():
                every = isinstance(node, ir.And) is yes
                parts = [self._part(part, every=every, yes=yes) for part in _flat(node, type(node))]
                between = self._pick((" and ", "且") if every else (" or ", "或"))
                return self._set(*[each for part in parts for each in (between, part)][1:])
            case ir.Compare(operator=operator, left=left, right=right):
                return self._compared(operator if yes else _OPPOSITE[operator], left, right)
            case ir.OneOf(fact=fact, texts=texts, negated=negated):
                name = self._naming.fact(fact.name)
                verb = (" is ", "为") if negated is not yes else (" is not ", "不是")
                listed = self._listed([self._naming.text(fact.name, text) for text in texts])
                return self._set(name, self._pick(verb), listed)
            case ir.Has(name=name):
                return self._pick(_HAS[yes]).format(name=self._naming.fact(name))
            case ir.Tagged(tag=tag):
                return self._pick(_TAGGED[yes]).format(tag=tag)
            case ir.Truth(value=value):
                return self._pick(_TRUTH[value is yes])
            case ir.Fact(name=name):
                return self._naming.flag(name, yes)
        raise AssertionError(node)

    def _part(self, node: Node, *, every: bool, yes: bool) -> str:
        """Return a part of several, joined by «and» where `every`; in brackets where it is several of the other."""
        inside, said = node, self.said(node, yes=yes)
        while isinstance(inside, ir.Not):
            inside, yes = inside.operand, not yes
        mixed = isinstance(inside, ir.And | ir.Or) and (isinstance(inside, ir.And) is yes) is not every
        return self._pick(("({})", "（{}）")).format(said) if mixed else said

    def _compared(self, operator: str, left: Node, right: Node) -> str:
        if isinstance(left, ir.Constant):
            left, right, operator = right, left, _TURNED.get(operator, operator)
        told = self._naming.number(left, right.value) if isinstance(right, ir.Constant) else self._number(right)
        return self._set(self._number(left), self._pick(_SIGNS[operator]), told)

    def _number(self, node: Node) -> str:
        match node:
            case ir.Constant(value=value):
                return self._naming.number(node, value)
            case ir.Fact(name=name):
                return self._naming.fact(name)
            case ir.Add() | ir.Subtract() | ir.Multiply() | ir.Divide():
                return f"{self._term(node.left)}{_ARITHMETIC[type(node)]}{self._term(node.right)}"
            case ir.Aggregate(argument=argument, where=where):
                which = self.said(where, yes=True) if where else ""
                whose = f" whose {which}" if which else ""
                items = beside(which, "的商品") if which else "商品"
                if argument is None:
                    return self._pick((f"the number of items{whose}", f"{items}行数"))
                name = self._number(argument)
                return self._pick((f"the {name} of items{whose} together", beside(items, name, "合计")))
        return self._naming.fact(node.source)

    def _term(self, node: Node) -> str:
        told = self._number(node)
        return self._pick(("({})", "（{}）")).format(told) if type(node) in _ARITHMETIC else told

    def _set(self, *parts: str) -> str:
        return beside(*parts) if self._chinese else "".join(parts)

    def _listed(self, texts: Sequence[str]) -> str:
        quoted = [self._pick((text, f"「{text}」")) if text else self._pick(("empty", "空")) for text in texts]
        commas, last = self._pick((", ", "、")), self._pick((" or ", "或"))
        return commas.join(quoted[:-1]) + last + quoted[-1] if len(quoted) > 1 else quoted[0]


def _flat(node: Node, kind: type[Node]) -> list[Node]:
    """Return the parts of a chain of one kind, however it was bracketed."""
    if not isinstance(node, kind) or not isinstance(node, ir.And | ir.Or):
        return [node]
    return _flat(node.left, kind) + _flat(node.right, kind)
