"""What may meet what in a rule: kinds of values, amounts of money and their digits, arithmetic on constants.

Owns the type rules of the language and their sentences; must not know how rules are written or parsed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from shuke.core.program import ir
from shuke.core.program.ir import Kind, Node
from shuke.core.values.errors import Refusal
from shuke.engine.domains import Domains
from shuke.engine.facts import TEXT_LIMIT, FactSpec
from shuke.engine.suggestions import decimal_text, nearest
from shuke.engine.tokens import RuleText

_WORDS = {
    Kind.MONEY: "an amount of money",
    Kind.NUMBER: "a number",
    Kind.TEXT: "a text",
    Kind.CONDITION: "a condition",
}
_COUNTABLE = (Kind.MONEY, Kind.NUMBER)
_COMPARISONS = frozenset({"=", "<>", "<", "<=", ">", ">="})


@dataclass(frozen=True, slots=True)
class TextLiteral(Node):
    """A text of the rule. It meets a text fact and never leaves the reader."""

    value: str


@dataclass(frozen=True, slots=True)
class Operand:
    """A part of a rule that was read, and the offset where it begins."""

    node: Node
    at: int


class Kinds:
    """The type rules for one rule, in a currency of `digits` digits.

    `tiers` maps each fact that is a tier to the codes of its ladder; `facts` say which values the others have.
    """

    def __init__(
        self, rule: RuleText, digits: int, tiers: Mapping[str, Sequence[str]], facts: Mapping[str, FactSpec]
    ) -> None:
        self._rule = rule
        self._digits = digits
        self._tiers = tiers
        self._domains = Domains(rule, digits, facts)

    def condition(self, operand: Operand) -> Node:
        """Return the operand's node if it is a condition."""
        if operand.node.kind is Kind.CONDITION:
            return operand.node
        source = operand.node.source
        suggestion = f"{source} = 'A'" if operand.node.kind is Kind.TEXT else f"{source} > 0"
        raise self._wrong_type(operand, "a condition", suggestion)

    def number(self, operand: Operand) -> Node:
        """Return the operand's node if it is a number or an amount of money."""
        if operand.node.kind in _COUNTABLE:
            return operand.node
        node = operand.node
        if isinstance(node, TextLiteral):
            raise self._wrong_type(operand, "a number", node.value if _is_numeral(node.value) else "100")
        condition = f"{node.source} = 'A'" if node.kind is Kind.TEXT else node.source
        raise self._wrong_type(operand, "a number", f"CASE WHEN {condition} THEN 1 ELSE 0 END")

    def alike(self, operands: Sequence[Operand], sign: str = ",") -> tuple[Node, ...]:
        """Return numbers of one kind: a plain number beside an amount of money is an amount in major units."""
        nodes = [self.number(operand) for operand in operands]
        kinds = {node.kind for node in nodes}
        if len(kinds) == 1:
            return tuple(nodes)
        amount = next((node for node in nodes if node.kind is Kind.MONEY), None)
        if amount is None:
            raise self._mixed(operands[0], operands[-1])
        # Only a comparison is mended by another number; in a sum or list it would be another rule.
        example = f"{amount.source} {sign} 100" if sign in _COMPARISONS else ""
        return tuple(self._as_money(operand.node, operand, (amount, example)) for operand in operands)

    def arithmetic(self, sign: str, left: Operand, right: Operand) -> Node:
        """Add, subtract, multiply or divide; constants are worked out at once."""
        first, second = self.number(left), self.number(right)
        source = f"{first.source} {sign} {second.source}"
        if sign == "/":
            return self._divide(first, second, right, source)
        if isinstance(first, ir.Constant) and isinstance(second, ir.Constant):
            pairs = {"+": first.value + second.value, "-": first.value - second.value, "*": first.value * second.value}
            return ir.Constant(Kind.NUMBER, source, pairs[sign])
        if sign == "*":
            return self._multiply(first, second, right, source)
        first, second = self.alike((left, right), sign)
        make = ir.Add if sign == "+" else ir.Subtract
        return make(first.kind, source, first, second)

    def _multiply(self, first: Node, second: Node, right: Operand, source: str) -> Node:
        if first.kind is not Kind.NUMBER and second.kind is not Kind.NUMBER:
            detail = f"{first.source} and {second.source} are both {_WORDS[first.kind]}; they can't be multiplied."
            raise self._rule.refuse(
                "wrong_type",
                detail,
                right.at,
                found=second.kind.value,
                wanted=Kind.NUMBER.value,
                source=second.source,
                suggestion=f"{first.source} * 2",
            )
        return ir.Multiply(second.kind if first.kind is Kind.NUMBER else first.kind, source, first, second)

    def _divide(self, first: Node, second: Node, right: Operand, source: str) -> Node:
        suggestion = f"{first.source} / 10"
        if not isinstance(second, ir.Constant):
            detail = f"Only a constant may divide; {second.source} is none."
            raise self._rule.refuse(
                "division_by_variable", detail, right.at, found=second.source, suggestion=suggestion
            )
        if second.value == 0:
            raise self._rule.refuse("division_by_zero", "Nothing can be divided by 0.", right.at, suggestion=suggestion)
        if isinstance(first, ir.Constant):
            return ir.Constant(Kind.NUMBER, source, first.value / second.value)
        return ir.Divide(first.kind, source, first, second)

    def modulo(self, left: Operand, right: Operand) -> Node:
        """Return what is left of a whole number divided by a positive whole constant."""
        operand = self.number(left)
        if not _is_whole(operand):
            raise self._wrong_type(left, "a whole number", f"FLOOR({operand.source})")
        by = right.node
        if not (isinstance(by, ir.Constant) and by.value.denominator == 1 and by.value > 0):
            raise self._wrong_type(right, "a whole number", "10")
        return ir.Modulo(operand.kind, f"MOD({operand.source}, {by.source})", operand, int(by.value))

    def compare(self, sign: str, left: Operand, right: Operand) -> Node:
        """Compare two numbers of one kind, or a text fact with a text."""
        source = f"{left.node.source} {sign} {right.node.source}"
        if isinstance(left.node, TextLiteral) and not isinstance(right.node, TextLiteral):
            left, right = right, left
            sign = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(sign, sign)
        if isinstance(left.node, ir.Fact) and left.node.kind is Kind.TEXT:
            return self._compare_text(sign, left, right, source)
        if isinstance(left.node, ir.Fact) and left.node.kind in _COUNTABLE and isinstance(right.node, TextLiteral):
            number = right.node.value if _is_numeral(right.node.value) else "100"
            raise self._wrong_type(right, _WORDS[left.node.kind], f"{left.node.source} {sign} {number}")
        first, second = self.alike((left, right), sign)
        compared = ir.Compare(Kind.CONDITION, source, sign, first, second)
        self._domains.check_number(compared, right.at if isinstance(second, ir.Constant) else left.at)
        return compared

    def both(self, left: Node, right: Operand, source: str) -> Node:
        """Join two conditions that must both hold."""
        joined = ir.And(Kind.CONDITION, source, left, right.node)
        self._domains.check_together(joined, right.at)
        return joined

    def _compare_text(self, sign: str, left: Operand, right: Operand, source: str) -> Node:
        fact, text = left.node, right.node
        example = (self._tiers.get(fact.source) or ("A",))[-1]
        if not isinstance(text, TextLiteral):
            quoted = f"'{text.source}'" if isinstance(text, ir.Constant) else f"'{example}'"
            raise self._wrong_type(right, "a text", f"{fact.source} = {quoted}")
        if sign not in ("=", "<>"):
            raise self._wrong_type(left, "a number", f"{fact.source} = '{text.value}'")
        return self.one_of(left, (right,), negated=sign == "<>", source=source)

    def one_of(self, left: Operand, choices: Sequence[Operand], *, negated: bool, source: str) -> Node:
        """Tell whether a text fact is one of some texts, or a number one of some numbers."""
        fact = left.node
        if not (isinstance(fact, ir.Fact) and fact.kind is Kind.TEXT):
            equal = [replace_source(self.compare("=", left, choice), source) for choice in choices]
            return _any_of(equal)
        texts = tuple(self._text(fact, choice) for choice in choices)
        return ir.OneOf(Kind.CONDITION, source, fact, texts, negated)

    def _text(self, fact: ir.Fact, choice: Operand) -> str:
        if not isinstance(choice.node, TextLiteral):
            raise self._wrong_type(choice, "a text", f"'{choice.node.source}'")
        value = choice.node.value
        tiers = self._tiers.get(fact.name)
        if tiers is not None and value not in tiers:
            detail = f"The ladder has no tier «{value}»."
            raise self._rule.refuse("unknown_tier", detail, choice.at, found=value, **nearest(value, tiers))
        if len(value) > TEXT_LIMIT:
            detail = f"A text has at most {TEXT_LIMIT} characters."
            raise self._rule.refuse("text_too_long", detail, choice.at, limit=TEXT_LIMIT)
        self._domains.check_text(fact, value, choice.at)
        return value

    def _as_money(self, node: Node, operand: Operand, beside: tuple[Node, str]) -> Node:
        """Read a plain number as an amount of money, wherever it is made of constants only."""
        if node.kind is Kind.MONEY:
            return node

        def read(part: Node) -> Node:
            return self._as_money(part, operand, beside)

        match node:
            case ir.Constant():
                return self._constant_as_money(node, operand)
            case ir.Negate() | ir.Absolute() | ir.Round():
                return replace(node, kind=Kind.MONEY, operand=read(node.operand))
            case ir.Add() | ir.Subtract():
                return replace(node, kind=Kind.MONEY, left=read(node.left), right=read(node.right))
            case ir.Least() | ir.Greatest():
                return replace(node, kind=Kind.MONEY, operands=tuple(map(read, node.operands)))
            case ir.Case():
                branches = tuple((condition, read(value)) for condition, value in node.branches)
                return replace(node, kind=Kind.MONEY, branches=branches, otherwise=read(node.otherwise))
        amount, suggestion = beside
        raise self._mixed(Operand(amount, operand.at), operand, suggestion)

    def _constant_as_money(self, node: ir.Constant, operand: Operand) -> Node:
        scale: int = 10**self._digits
        if (node.value * scale).denominator != 1:
            cut = Fraction(int(node.value * scale), scale)
            detail = f"{node.source} has more digits than the currency, which has {self._digits}."
            raise self._rule.refuse(
                "too_many_money_digits",
                detail,
                operand.at,
                found=node.source,
                digits=self._digits,
                suggestion=f"{'-' if cut < 0 else ''}{decimal_text(abs(cut), self._digits)}",
            )
        return replace(node, kind=Kind.MONEY)

    def _mixed(self, left: Operand, right: Operand, suggestion: str = "") -> Refusal:
        asked = {"suggestion": suggestion} if suggestion else {}
        detail = f"{left.node.source} is {_WORDS[left.node.kind]}, {right.node.source} is {_WORDS[right.node.kind]}."
        return self._rule.refuse(
            "wrong_type",
            detail,
            right.at,
            found=right.node.kind.value,
            wanted=left.node.kind.value,
            source=right.node.source,
            **asked,
        )

    def _wrong_type(self, operand: Operand, wanted: str, suggestion: str) -> Refusal:
        node = operand.node
        detail = f"Here {wanted} must stand; {node.source} is {_WORDS[node.kind]}."
        word = next((kind.value for kind, words in _WORDS.items() if words == wanted), Kind.NUMBER.value)
        return self._rule.refuse(
            "wrong_type",
            detail,
            operand.at,
            found=node.kind.value,
            wanted=word,
            source=node.source,
            suggestion=suggestion,
        )


def replace_source(node: Node, source: str) -> Node:
    """Return the node with the text that it was written as."""
    return replace(node, source=source)


def _is_whole(node: Node) -> bool:
    """Tell whether a number never has anything after the point."""
    match node:
        case ir.Constant(value=value):
            return value.denominator == 1
        case ir.Fact(kind=kind, name=name):
            return kind is Kind.NUMBER and not name.endswith(".multiplier")
        case ir.Windowed(measure=measure):
            return measure in ("ORDERS", "EVENTS")
        case ir.Round() | ir.Modulo() | ir.Streak():
            return True
        case ir.Aggregate(argument=argument):
            parts: tuple[Node, ...] = () if argument is None else (argument,)
        case ir.Negate(operand=operand) | ir.Absolute(operand=operand):
            parts = (operand,)
        case ir.Add(left=left, right=right) | ir.Subtract(left=left, right=right) | ir.Multiply(left=left, right=right):
            parts = (left, right)
        case ir.Least(operands=operands) | ir.Greatest(operands=operands):
            parts = operands
        case ir.Case(branches=branches, otherwise=otherwise):
            parts = (otherwise, *(value for _, value in branches))
        case _:
            return False
    return all(map(_is_whole, parts))


def _any_of(conditions: Sequence[Node]) -> Node:
    """Join conditions by OR as a balanced tree, so that a long list does not become a deep one."""
    if len(conditions) == 1:
        return conditions[0]
    half = len(conditions) // 2
    left, right = _any_of(conditions[:half]), _any_of(conditions[half:])
    return ir.Or(Kind.CONDITION, left.source, left, right)


def _is_numeral(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal()
