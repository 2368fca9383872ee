"""The oracle's own earning: what one order or behaviour gets, and what it would get with less of it.

A decision keeps what it saw, so that it can be taken again after a refund. Must not know lots or tiers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from math import floor
from typing import Any

from tests.parity import oracle_dates as dates
from tests.parity.oracle_expressions import ROUND, Expression
from tests.parity.oracle_ledger import Lot

Seen = Mapping[Any, Any]


@dataclass(eq=False)
class Grant:
    """What is rounded together and comes as one lot: of a unit, with one expiry, one wait and, if capped, one rule."""

    unit: int
    expiry: Any
    pending: Any
    rule: str | None
    rules: list[int] = field(default_factory=list)

    @property
    def key(self) -> tuple[Any, ...]:
        return (self.unit, _same(self.expiry), _same(self.pending), self.rule)


@dataclass(eq=False)
class Cap:
    of: str
    unit: int
    rule: str | None
    per: str
    limit: int
    times: bool

    def covers(self, grant: Grant) -> bool:
        if self.of != "earn" or grant.unit != self.unit:
            return False
        return self.rule is None or grant.rule == self.rule

    def begins(self, day: date, joined: date) -> date:
        return dates.window(self.per, day, joined)[0]


@dataclass(eq=False)
class Given:
    """What a grant of a decision gave: points, how many of them are undone, and their lot."""

    grant: int
    points: int
    undone: int = 0
    lot: Lot | None = None


@dataclass(eq=False)
class Deed:
    """An order as it was decided: by which program, on which day, seeing what, and what has been taken off it."""

    program: Any  # the oracle that decided it
    day: date
    seen: dict[Any, Any]
    used: dict[int, int]
    balance: dict[int, int]
    amounts: dict[str, int]
    lines: Sequence[tuple[Any, ...]]
    given: list[Given] = field(default_factory=list)
    by_lines: dict[int, tuple[int, int]] = field(default_factory=dict)  # of each line: net and quantity taken off
    by_amount: int = 0
    over: bool = False
    factor: Fraction = Fraction(1)  # by which a study lets spend grow

    @property
    def taken(self) -> int:
        return self.by_amount + sum(net for net, _ in self.by_lines.values())

    @property
    def spent(self) -> int:
        """What the order counts as spent, less what was refunded."""
        return floor((self.amounts["net"] - self.taken) * self.factor)

    def left(self) -> tuple[dict[str, int], list[tuple[Any, ...]]]:
        """Return what refunds left of the amounts and of the lines, as spend is assumed to be."""
        net = self.amounts["net"]
        now = net - self.taken
        amounts = {name: amount * now // net if net else amount for name, amount in self.amounts.items()}
        whole = net - sum(taken for taken, _ in self.by_lines.values())
        lines = []
        for index, (line_net, quantity, *rest) in enumerate(self.lines):
            net_off, quantity_off = self.by_lines.get(index, (0, 0))
            gone = index in self.by_lines and line_net == net_off and quantity == quantity_off
            if not gone:
                kept = (line_net - net_off) * now // whole if whole else line_net - net_off
                lines.append((floor(kept * self.factor), quantity - quantity_off, *rest))
        return {name: floor(amount * self.factor) for name, amount in amounts.items()}, lines


class Rules:
    """The rules, groups and caps of a program."""

    def __init__(self, file: Mapping[str, Any], units: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        self.units = units
        self.index = {code: i for i, (code, _) in enumerate(units)}
        self.rules = file["earn"] if isinstance(file["earn"], list) else [file["earn"]]
        self.choices: Mapping[str, str] = file.get("groups") or {}
        texts = [(rule.get("when", "TRUE"), rule.get("points", rule.get("multiply"))) for rule in self.rules]
        self.expressions = [(Expression(when), Expression(number)) for when, number in texts]
        self.asked = {asked for pair in self.expressions for expression in pair for asked in expression.asked}
        self.grants = self._grants()
        self.caps = self._caps()

    def _grants(self) -> list[Grant]:
        grants = [Grant(unit, None, None, None) for unit in range(len(self.units))]
        for number, rule in enumerate(self.rules):
            if "points" in rule:
                own = rule["code"] if rule.get("caps") else None
                wanted = Grant(self.index[rule["unit"]], rule.get("expiry"), rule.get("pending"), own)
                found = next((grant for grant in grants if grant.key == wanted.key), None)
                if found is None:
                    grants.append(found := wanted)
                found.rules.append(number)
        return sorted(grants, key=lambda grant: grant.unit)

    def _caps(self) -> list[Cap]:
        said = [(unit, None, cap) for unit, (_, each) in enumerate(self.units) for cap in listed(each.get("caps"))]
        said += [(self.index[r["unit"]], r["code"], cap) for r in self.rules for cap in listed(r.get("caps"))]
        return [
            Cap(
                of=cap.get("of", "earn"),
                unit=unit,
                rule=rule,
                per=dates.plain(cap.get("per", "transaction")),
                limit=int(cap["times"]) if "times" in cap else self.whole(unit, cap["points"]),
                times="times" in cap,
            )
            for unit, rule, cap in said
        ]

    def scale(self, unit: int) -> int:
        return 10 ** int(self.units[unit][1].get("scale", "0"))

    def whole(self, unit: int, text: str | Fraction) -> int:
        """Return an amount of whole units in the smallest fraction."""
        return int(Fraction(text) * self.scale(unit))

    # ---- a decision

    def points(self, kind: str, seen: Seen) -> list[int]:
        """Return what each grant should get, before caps, of an order (kind "") or a behaviour."""
        matching = [
            number
            for number, rule in enumerate(self.rules)
            if _about(rule, kind) and self.expressions[number][0].value(seen)
        ]
        earning = [number for number in matching if "points" in self.rules[number]]
        factors = {number: self._factor(number, matching, seen) for number in earning}
        exact = {number: Fraction(self.expressions[number][1].value(seen)) * factors[number] for number in earning}
        counting = self._chosen(exact)
        return [self._rounded(grant, [n for n in grant.rules if n in counting], exact, factors, seen)
                for grant in self.grants]  # fmt: skip

    def _factor(self, number: int, matching: list[int], seen: Seen) -> Fraction:
        rule = self.rules[number]
        factors = [
            Fraction(self.expressions[other][1].value(seen))
            for other in matching
            if "multiply" in self.rules[other]
            and self.rules[other]["unit"] == rule["unit"]
            and rule["code"] in (listed(self.rules[other].get("of")) or [rule["code"]])
        ]
        if self.units[self.index[rule["unit"]]][1].get("multipliers") == "add":
            return 1 + sum((factor - 1 for factor in factors), Fraction(0))
        product = Fraction(1)
        for factor in factors:
            product *= factor
        return product

    def _chosen(self, exact: Mapping[int, Fraction]) -> set[int]:
        """Return the rules that count: all without a group, of each group and unit those that its choice takes."""
        chosen, groups = set(), {}
        for number in exact:
            rule = self.rules[number]
            if rule.get("group") is None or self.choices[rule["group"]] == "sum":
                chosen.add(number)
            else:
                groups.setdefault((rule["group"], rule["unit"]), []).append(number)
        for (group, _), numbers in groups.items():
            if self.choices[group] == "best":
                chosen.add(max(numbers, key=lambda n: (exact[n], -n)))
            else:
                chosen.add(max(numbers, key=lambda n: (int(self.rules[n].get("priority", "0")), -n)))
        return chosen

    def _rounded(
        self, grant: Grant, rules: list[int], exact: Mapping[int, Fraction], factors: Mapping[int, Fraction], seen: Seen
    ) -> int:
        unit = self.units[grant.unit][1]
        round_it, scale = ROUND[unit.get("round", "floor")], self.scale(grant.unit)
        if unit.get("at", "order") == "order":
            return max(0, round_it(sum((exact[n] for n in rules), Fraction(0)) * scale))
        total = 0
        for line in seen["lines"]:
            alone = {**seen, "lines": [line]}
            parts = [Fraction(self.expressions[n][1].value(alone)) * factors[n] for n in rules]
            total += round_it(sum(parts, Fraction(0)) * scale)
        return max(0, total)

    def capped(self, wanted: list[int], used: Mapping[int, int], balance: Mapping[int, int]) -> list[int]:
        """Return what each grant gets, given what is used of each cap and what the member has of each unit."""
        given = list(wanted)
        for number, cap in enumerate(self.caps):
            under = [g for g, grant in enumerate(self.grants) if cap.covers(grant)]
            total = sum(given[g] for g in under)
            if cap.per == "balance":
                left = cap.limit - balance[cap.unit]
            elif cap.per == "transaction":
                left = total if total <= cap.limit else 0
            elif cap.times:
                left = total if used[number] < cap.limit else 0
            else:
                left = cap.limit - used[number]
            for g in under:
                given[g] = min(given[g], max(0, left))
                left -= given[g]
        return given


def listed(value: Any) -> list[Any]:
    """Return the entries of a list; one alone may stand without one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _about(rule: Mapping[str, Any], kind: str) -> bool:
    return (kind or "order") in (listed(rule.get("on")) or ["order"])


def _same(said: Any) -> Any:
    """Return what two ways of saying the same expiry or wait have in common."""
    if said is None or isinstance(said, str):
        return said
    day = date(2000, 1, 1)
    texts = {}
    for key, value in said.items():
        if key in ("after", "for", "within") and "working" not in value:
            texts[key] = (dates.duration(value)(day), dates.duration(value)(date(2001, 2, 28)))
        elif key == "end_of":
            texts[key] = dates.period(value)
        else:
            texts[key] = tuple(sorted(value)) if isinstance(value, list) else value
    return tuple(sorted(texts.items()))
