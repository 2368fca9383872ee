"""Reads the functions of rules that name something in quotes: SPEND('12 months'), STREAK('check_in'), TAGGED('vip').

Owns what each may name; must not know how rules are parsed. Arguments come as operands that were read.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from shuke.core.program import ir
from shuke.core.program.ir import Kind, Node, Window
from shuke.core.values.errors import Refusal
from shuke.engine.facts import OCCASIONS, Vocabulary
from shuke.engine.kinds import Operand, TextLiteral
from shuke.engine.suggestions import nearest
from shuke.engine.tokens import RuleText
from shuke.engine.windows import WINDOW_EXAMPLES, read_window

TAG_LIMIT = 80  # characters

# Every function of the language that takes arguments of its own, as it is written.
EXAMPLES: Mapping[str, str] = MappingProxyType(
    {
        "SUM": "SUM(item.net)",
        "COUNT": "COUNT(*)",
        "SPEND": "SPEND('12 months')",
        "ORDERS": "ORDERS('12 months')",
        "EARNED": "EARNED('points', 'this year')",
        "EVENTS": "EVENTS('review', '7 days')",
        "BALANCE": "BALANCE('points')",
        "STREAK": "STREAK('check_in')",
        "TAGGED": "TAGGED('vip')",
        "BIRTHDAY": "BIRTHDAY('month')",
        "ANNIVERSARY": "ANNIVERSARY('day')",
        "MOD": "MOD(member.orders, 10)",
        "HAS": "HAS(member.birthday)",
    }
)


class Calls:
    """The functions of one rule, in the words of its program."""

    def __init__(self, rule: RuleText, vocabulary: Vocabulary) -> None:
        self._rule = rule
        self._units = vocabulary.units
        self._behaviours = tuple(behaviour.code for behaviour in vocabulary.behaviours)

    def read(self, name: str, arguments: Sequence[Operand], at: int) -> Node:
        """Read a call of a function of EXAMPLES whose arguments are quoted."""
        wanted = 2 if name in ("EARNED", "EVENTS") else 1
        if len(arguments) != wanted:
            raise self.wrong_arguments(name, at)
        match name:
            case "SPEND" | "ORDERS":
                kind = Kind.MONEY if name == "SPEND" else Kind.NUMBER
                window, text = self._window(arguments[0])
                return ir.Windowed(kind, f"{name}('{text}')", name, window)
            case "EARNED" | "EVENTS":
                of = self._unit(arguments[0]) if name == "EARNED" else self._behaviour(arguments[0])
                window, text = self._window(arguments[1])
                return ir.Windowed(Kind.NUMBER, f"{name}('{of}', '{text}')", name, window, of)
            case "BALANCE":
                of = self._unit(arguments[0])
                return ir.Balance(Kind.NUMBER, f"BALANCE('{of}')", of)
            case "STREAK":
                of = self._behaviour(arguments[0])
                return ir.Streak(Kind.NUMBER, f"STREAK('{of}')", of)
            case "TAGGED":
                return self._tagged(arguments[0], at)
        return self._occasion(name, arguments[0])

    def wrong_arguments(self, name: str, at: int) -> Refusal:
        """Make the refusal of a call that is written another way."""
        example = EXAMPLES.get(name, f"{name}(order.net)")
        detail = f"{name} is written {example}."
        return self._rule.refuse("wrong_arguments", detail, at, found=name, suggestion=example)

    def _window(self, argument: Operand) -> tuple[Window, str]:
        text = argument.node.value if isinstance(argument.node, TextLiteral) else None
        window = read_window(text) if text is not None else None
        if window is None or text is None:
            found = text if text is not None else argument.node.source
            suggestion = nearest(found, WINDOW_EXAMPLES).get("suggestion", "12 months")
            detail = f"«{found}» is not a window; a window is quoted, such as '12 months'."
            raise self._rule.refuse("unknown_window", detail, argument.at, found=found, suggestion=suggestion)
        return window, text

    def _unit(self, argument: Operand) -> str:
        return self._known(argument, self._units, "unknown_unit", "unit")

    def _behaviour(self, argument: Operand) -> str:
        return self._known(argument, self._behaviours, "unknown_behaviour", "behaviour")

    def _known(self, argument: Operand, known: Iterable[str], code: str, what: str) -> str:
        found = argument.node.value if isinstance(argument.node, TextLiteral) else argument.node.source
        if isinstance(argument.node, TextLiteral) and found in known:
            return found
        detail = f"The program has no {what} «{found}»."
        raise self._rule.refuse(code, detail, argument.at, found=found, **nearest(found, known))

    def _tagged(self, argument: Operand, at: int) -> Node:
        if not isinstance(argument.node, TextLiteral) or not argument.node.value.strip():
            raise self.wrong_arguments("TAGGED", at)
        tag = argument.node.value
        if len(tag) > TAG_LIMIT:
            detail = f"A tag has at most {TAG_LIMIT} characters."
            raise self._rule.refuse("text_too_long", detail, argument.at, limit=TAG_LIMIT)
        return ir.Tagged(Kind.CONDITION, f"TAGGED('{tag}')", tag)

    def _occasion(self, name: str, argument: Operand) -> Node:
        text = argument.node.value if isinstance(argument.node, TextLiteral) else argument.node.source
        source = f"{name}('{' '.join(text.lower().split())}')"
        if isinstance(argument.node, TextLiteral) and source in OCCASIONS:
            return ir.Fact(Kind.CONDITION, source, source)
        known = [known[len(name) + 2 : -2] for known in OCCASIONS if known.startswith(f"{name}(")]
        detail = f"{name} is asked for {', '.join(known)}; «{text}» is none of them."
        raise self._rule.refuse("unknown_occasion", detail, argument.at, found=text, **nearest(text, known))
