"""The oracle's own reader of rules: a recursive-descent parser that makes closures over what is seen.

Must not know where what is seen comes from: facts are asked by name, the past by (measure, of, window).
"""

import math
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

Value = Callable[[Mapping[Any, Any]], Any]  # an expression, given what is seen

ROUND: Mapping[str, Callable[[Fraction], int]] = {
    "floor": math.floor,
    "ceil": math.ceil,
    "half_up": lambda x: math.floor(abs(x) + Fraction(1, 2)) * (1 if x >= 0 else -1),
    "half_even": round,
}
FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "FLOOR": math.floor,
    "CEIL": math.ceil,
    "ROUND_HALF_UP": ROUND["half_up"],
    "ROUND_HALF_EVEN": round,
    "ABS": abs,
    "LEAST": min,
    "GREATEST": max,
    "MOD": lambda x, n: x % n,
}
COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
OF_NOTHING = ("SPEND", "ORDERS")  # their one argument is the window
OF_SOMETHING = ("EARNED", "EVENTS")  # of what, then the window
OF_A_WORD = ("BALANCE", "STREAK", "TAGGED", "BIRTHDAY", "ANNIVERSARY")  # no window
WORD = re.compile(r"'(?:[^']|'')*'|[0-9]*\.?[0-9]+|[A-Za-z_][\w.]*|<>|<=|>=|[-+*/=<>(),]")


class Expression:
    """A rule's text as `value`, a function of what is seen; `asked` are the (measure, of, window) that it asks."""

    def __init__(self, text: str) -> None:
        self.asked: set[tuple[str, str, str]] = set()
        self.words = WORD.findall(text)
        self.value = self.either()
        assert not self.words, self.words

    def next_is(self, *words: str) -> bool:
        return bool(self.words) and self.words[0].upper() in words

    def take(self, *words: str) -> str:
        word = self.words.pop(0)
        assert not words or word.upper() in words, (word, words)
        return word

    def either(self) -> Value:
        left = self.both()
        while self.next_is("OR"):
            self.take()
            left = _pair(left, lambda a, b: a or b, self.both())
        return left

    def both(self) -> Value:
        left = self.denied()
        while self.next_is("AND"):
            self.take()
            left = _pair(left, lambda a, b: a and b, self.denied())
        return left

    def denied(self) -> Value:
        if self.next_is("NOT"):
            self.take()
            operand = self.denied()
            return lambda seen: not operand(seen)
        return self.compared()

    def compared(self) -> Value:
        left = self.summed()
        if self.next_is(*COMPARE):
            return _pair(left, COMPARE[self.take()], self.summed())
        negated = self.next_is("NOT")
        if negated:
            self.take()
        if self.next_is("BETWEEN"):
            self.take()
            low = self.summed()
            self.take("AND")
            high = self.summed()
            return lambda seen: (low(seen) <= left(seen) <= high(seen)) is not negated
        if self.next_is("IN"):
            self.take()
            choices = self.listed()
            return lambda seen: (left(seen) in [choice(seen) for choice in choices]) is not negated
        return left

    def summed(self) -> Value:
        left = self.multiplied()
        while self.next_is("+", "-"):
            left = _pair(left, (lambda a, b: a + b) if self.take() == "+" else (lambda a, b: a - b), self.multiplied())
        return left

    def multiplied(self) -> Value:
        left = self.signed()
        while self.next_is("*", "/"):
            left = _pair(left, (lambda a, b: a * b) if self.take() == "*" else (lambda a, b: a / b), self.signed())
        return left

    def signed(self) -> Value:
        if self.next_is("-"):
            self.take()
            operand = self.signed()
            return lambda seen: -operand(seen)
        return self.single()

    def single(self) -> Value:
        word = self.take()
        if word == "(":
            inside = self.either()
            self.take(")")
            return inside
        if word[0].isdigit() or word[0] == ".":
            number = Fraction(word)
            return lambda seen: number
        if word[0] == "'":
            text = _unquoted(word)
            return lambda seen: text
        if word.upper() in ("TRUE", "FALSE"):
            return lambda seen: word.upper() == "TRUE"
        if word.upper() == "CASE":
            return self.cases()
        return self.called(word.upper()) if self.next_is("(") else lambda seen: seen[word.lower()]

    def cases(self) -> Value:
        subject = None if self.next_is("WHEN") else self.summed()
        branches = []
        while self.next_is("WHEN"):
            self.take()
            condition = self.either()
            if subject is not None:
                condition = _pair(subject, COMPARE["="], condition)
            self.take("THEN")
            branches.append((condition, self.either()))
        self.take("ELSE")
        otherwise = self.either()
        self.take("END")
        return lambda seen: next((value for condition, value in branches if condition(seen)), otherwise)(seen)

    def called(self, name: str) -> Value:
        if name == "COUNT":
            for word in "(*)":
                self.take(word)
            return self.over_lines(lambda line: 1)
        if name in (*OF_NOTHING, *OF_SOMETHING, *OF_A_WORD):
            return self.past(name)
        arguments = self.listed()
        if name == "SUM":
            return self.over_lines(arguments[0])
        if name == "HAS":
            return lambda seen: bool(arguments[0](seen))
        return lambda seen: Fraction(FUNCTIONS[name](*(argument(seen) for argument in arguments)))

    def past(self, name: str) -> Value:
        """Read a call that names something in quotes; what is seen knows it by (measure, of, window)."""
        self.take("(")
        texts = [_unquoted(self.take())]
        if self.next_is(","):
            self.take()
            texts.append(_unquoted(self.take()))
        self.take(")")
        plain = " ".join(texts[-1].lower().split())
        of = "" if name in OF_NOTHING else texts[0]
        asked = (name, of, "" if name in OF_A_WORD else plain)
        self.asked.add(asked)
        return lambda seen: seen[asked]

    def over_lines(self, argument: Value) -> Value:
        condition: Value = lambda line: True  # noqa: E731 - the line that every filter replaces
        if self.next_is("FILTER"):
            for word in ("FILTER", "(", "WHERE"):
                self.take(word)
            condition = self.either()
            self.take(")")
        return lambda seen: sum((Fraction(argument(line)) for line in seen["lines"] if condition(line)), Fraction(0))

    def listed(self) -> list[Value]:
        self.take("(")
        values = [self.either()]
        while self.next_is(","):
            self.take()
            values.append(self.either())
        self.take(")")
        return values


def _unquoted(word: str) -> str:
    return word[1:-1].replace("''", "'")


def _pair(left: Value, join: Callable[[Any, Any], Any], right: Value) -> Value:
    return lambda seen: join(left(seen), right(seen))
