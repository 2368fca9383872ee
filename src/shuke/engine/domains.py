"""Which values a part of a rule can have: refuses what is compared with a value that it never has.

Owns the domains and their sentences; must not know how rules are written or parsed. A condition that could
never hold is a slip of the pen, so it is refused where it is cheap to see: one comparison, or several joined by AND.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from shuke.core.program import ir
from shuke.core.program.ir import Kind, Node
from shuke.engine.facts import FactSpec
from shuke.engine.suggestions import decimal_text, nearest
from shuke.engine.tokens import RuleText

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_DIGITS = 9


@dataclass(frozen=True, slots=True)
class _Domain:
    """The numbers from `lo` to `hi` (None: no end) that a value can be, all of them or (`whole`) whole ones."""

    lo: Fraction
    hi: Fraction | None
    whole: bool


@dataclass(slots=True)
class _Left:
    """What conditions that stand beside one another leave of one value."""

    lo: Fraction | None = None
    hi: Fraction | None = None
    open_lo: bool = False
    open_hi: bool = False
    texts: frozenset[str] | None = None
    without: frozenset[str] = frozenset()

    @property
    def empty(self) -> bool:
        if self.texts is not None and not self.texts - self.without:
            return True
        if self.lo is None or self.hi is None:
            return False
        return self.lo > self.hi or (self.lo == self.hi and (self.open_lo or self.open_hi))


class Domains:
    """The domains of one rule's facts, in a currency of `digits` digits."""

    def __init__(self, rule: RuleText, digits: int, facts: Mapping[str, FactSpec]) -> None:
        self._rule = rule
        self._digits = digits
        self._facts = facts

    def check_number(self, compared: ir.Compare, at: int) -> None:
        """Refuse a comparison with a constant that the other side never is.

        Raises:
            Refusal: out_of_domain.
        """
        sides = _sides(compared)
        domain = self._domain(sides[0]) if sides else None
        if sides is None or domain is None:
            return
        node, sign, value = sides
        allowed = self._nearest(domain, node, value)
        if allowed == value and _may_hold(domain, sign, value):
            return
        if sign in ("<", ">") and value == _next(domain, sign):  # order.hour < 24 says nothing new, yet is no slip
            return
        if allowed == value:
            allowed = _inside(domain, sign)
        bounds = f"at least {_plain(domain.lo)}" if domain.hi is None else f"{_plain(domain.lo)} to {_plain(domain.hi)}"
        what = "a date such as 20260131" if _is_date(node) else f"a whole number, {bounds}" if domain.whole else bounds
        detail = f"{node.source} is {what}; «{compared.source}» asks for something else."
        raise self._rule.refuse(
            "out_of_domain", detail, at, found=compared.source, suggestion=f"{node.source} {sign} {_plain(allowed)}"
        )

    def check_text(self, fact: ir.Fact, value: str, at: int) -> None:
        """Refuse a text that a fact with declared texts never is; a missing one is ''.

        Raises:
            Refusal: out_of_domain.
        """
        texts = self._facts[fact.name].texts if fact.name in self._facts else ()
        if texts and value and value not in texts:
            some = ", ".join(texts[:8]) + (", …" if len(texts) > 8 else "")
            detail = f"{fact.source} is never «{value}»; it is one of {some}."
            raise self._rule.refuse("out_of_domain", detail, at, found=value, **nearest(value, texts))

    def check_together(self, node: ir.And, at: int) -> None:
        """Refuse conditions joined by AND that contradict one another.

        Raises:
            Refusal: never_true.
        """
        left: dict[Node, _Left] = {}
        asked: set[tuple[Node, bool]] = set()
        for part in _conjuncts(node):
            self._narrow(left, part)
            negated = isinstance(part, ir.Not)
            operand = part.operand if isinstance(part, ir.Not) else part
            asked.add((operand, negated))
            clash = (operand, not negated) in asked
            found = next((value.source for value, rest in left.items() if rest.empty), None)
            if clash or found is not None:
                detail = f"These conditions are never true together: {node.source}."
                either = f"{node.left.source} OR {node.right.source}"
                raise self._rule.refuse("never_true", detail, at, found=found or operand.source, suggestion=either)

    def _narrow(self, left: dict[Node, _Left], part: Node) -> None:
        if isinstance(part, ir.OneOf):
            rest = left.setdefault(part.fact, _Left())
            texts = frozenset(part.texts)
            if part.negated:
                rest.without |= texts
            else:
                rest.texts = texts if rest.texts is None else rest.texts & texts
        sides = _sides(part) if isinstance(part, ir.Compare) else None
        if sides is not None:
            node, sign, value = sides
            domain = self._domain(node)
            rest = left.setdefault(node, _Left())
            open_end = sign in ("<", ">")
            if open_end and domain is not None and domain.whole:
                value, open_end = value + (1 if sign == ">" else -1), False
            if sign in (">", ">=", "=") and (rest.lo is None or (value, open_end) > (rest.lo, rest.open_lo)):
                rest.lo, rest.open_lo = value, open_end
            if sign in ("<", "<=", "=") and (rest.hi is None or (value, not open_end) < (rest.hi, not rest.open_hi)):
                rest.hi, rest.open_hi = value, open_end

    def _domain(self, node: Node) -> _Domain | None:
        """Return which numbers a part can be, as far as that is known without working it out."""
        match node:
            case ir.Fact(name=name) if name in self._facts and not name.endswith(".multiplier"):
                fact = self._facts[name]
                scale = 10**self._digits if fact.kind is Kind.MONEY else 1
                return _Domain(Fraction(fact.lo, scale), Fraction(fact.hi, scale), fact.kind is Kind.NUMBER)
            case ir.Modulo(by=by):
                return _Domain(Fraction(0), Fraction(by - 1), whole=True)
            case ir.Streak():
                return _Domain(Fraction(0), None, whole=True)
            case ir.Windowed(measure=measure):
                return _Domain(Fraction(0), None, measure in ("ORDERS", "EVENTS"))
            case ir.Balance():
                return _Domain(Fraction(0), None, whole=False)
        return None

    def _nearest(self, domain: _Domain, node: Node, value: Fraction) -> Fraction:
        """Return the value itself where the part can be it, otherwise one near it that it can be."""
        near = Fraction(int(value)) if domain.whole else value
        near = max(domain.lo, near if domain.hi is None else min(domain.hi, near))
        return Fraction(_as_date(int(near))) if _is_date(node) else near


def _sides(compared: ir.Compare) -> tuple[Node, str, Fraction] | None:
    """Return a comparison as a part, a sign and a constant; None where neither side is a constant."""
    if isinstance(compared.right, ir.Constant):
        return compared.left, compared.operator, compared.right.value
    if isinstance(compared.left, ir.Constant):
        return compared.right, _MIRRORED.get(compared.operator, compared.operator), compared.left.value
    return None


def _conjuncts(node: Node) -> Iterator[Node]:
    if isinstance(node, ir.And):
        yield from _conjuncts(node.left)
        yield from _conjuncts(node.right)
    else:
        yield node


def _may_hold(domain: _Domain, sign: str, value: Fraction) -> bool:
    return not (sign == "<" and value == domain.lo) and not (sign == ">" and value == domain.hi)


def _next(domain: _Domain, sign: str) -> Fraction | None:
    """Return the first whole number outside of a domain, with which all of it compares."""
    end = domain.hi if sign == "<" else domain.lo
    return None if end is None or not domain.whole else end + (1 if sign == "<" else -1)


def _inside(domain: _Domain, sign: str) -> Fraction:
    """Return a value that something in the domain is on the asked side of."""
    if sign == "<":
        return domain.lo + 1
    return (domain.hi or domain.lo) - 1


def _is_date(node: Node) -> bool:
    return isinstance(node, ir.Fact) and node.name.endswith(".date")


def _as_date(number: int) -> int:
    """Return the number itself where it is a date written as one number, otherwise a date of its year and month."""
    year, month, day = number // 10_000, number // 100 % 100, number % 100
    try:
        dt.date(year, month, day)
    except ValueError:
        return year * 10_000 + min(max(month, 1), 12) * 100 + min(max(day, 1), 28)
    return number


def _plain(value: Fraction) -> str:
    return f"{'-' if value < 0 else ''}{decimal_text(abs(value), _DIGITS)}"


def check_calendar(rule: RuleText, name: str, country: str, at: int) -> None:
    """Refuse a fact of a country's calendar where the program declares no country.

    Raises:
        Refusal: no_country.
    """
    if not country and name.endswith((".holiday", ".workday")):
        detail = f"«{name}» needs a calendar; declare whose, such as country: CN."
        raise rule.refuse("no_country", detail, at, found=name, suggestion="country: CN")
