"""The text of `rules`: what every rule gives, which rules of a group count, what is multiplied, what is rounded.

Unrolled, locals first, commented: the text is the audit record of a decision. Must not know how it is run.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import lcm

from shuke.core.program import ir
from shuke.core.program.model import Choice, EarnRule, Program
from shuke.core.state.slots import KIND_ORDER, LINES_MAX, O_KIND, POINTS_MAX
from shuke.core.values.errors import Refusal
from shuke.engine.grants import Grants
from shuke.engine.lowering import ROUNDINGS, Lowering, Number, constant, lines_of

Indexed = tuple[int, EarnRule]


def rules_text(lowering: Lowering, program: Program, grants: Grants) -> tuple[list[str], list[int]]:
    """Return the lines of `rules(o, k, it, a, b, m, P, out)` and each rule's denominator.

    Raises:
        Refusal: not_by_line, too_many_points, and as lowering does.
    """
    made = _Rules(lowering, program, grants)
    loads = [f"    {name} = {load}" for name, load in lowering.used.items()]
    body = made.lines or ["    pass"]
    return ["def rules(o, k, it, a, b, m, P, out):", *loads, *body], [made.denominators[i] for i in made.order]


class _Rules:
    """Makes the text of one program. Of rule r: c{r} whether it counts, p{r} its value or f{r} its factor."""

    def __init__(self, lowering: Lowering, program: Program, grants: Grants) -> None:
        self.lines: list[str] = []
        self.denominators: dict[int, int] = {}
        self.order = range(len(program.earn))
        self._lowering = lowering
        self._program = program
        self._grants = grants
        self._indexed = list(enumerate(program.earn))
        self._units = {unit.code: unit for unit in program.units}
        self._values: dict[int, Number] = {}
        self._factors: dict[int, Number] = {}
        self._stacks: dict[tuple[int, ...], Number] = {}
        lowering.used = {}
        for index, rule in self._indexed:
            if rule.multiply is not None:
                self._multiplier(index, rule, rule.multiply)
        for block in self._blocks():
            self._block(block)
        for number in range(len(grants.all)):
            self._grant(number)

    # ---- rules

    def _blocks(self) -> Iterator[list[Indexed]]:
        """Yield the rules that give points, those of a group and unit together, where its first one stands."""
        blocks: dict[object, list[Indexed]] = {}
        for index, rule in self._indexed:
            if rule.points is not None:
                choice = self._choice(rule)
                key = index if choice is Choice.SUM else (rule.group, rule.unit)
                blocks.setdefault(key, []).append((index, rule))
        yield from blocks.values()

    def _choice(self, rule: EarnRule) -> Choice:
        return next((group.choice for group in self._program.groups if group.code == rule.group), Choice.SUM)

    def _block(self, block: list[Indexed]) -> None:
        choice = self._choice(block[0][1])
        if choice is Choice.SUM:
            [(index, rule)] = block
            self._points(index, rule, self._condition(rule), flagged=self._units[rule.unit].at_line)
            self._out(index, "p")
            return
        names = ", ".join(rule.code for _, rule in block)
        self.lines.append(f"    # {block[0][1].group}: the {choice.value} of {names}")
        if choice is Choice.FIRST:
            block = sorted(block, key=lambda each: -each[1].priority)
        earlier: list[str] = []
        for index, rule in block:
            parts = [f"not {' and not '.join(earlier)}"] if earlier and choice is Choice.FIRST else []
            condition = self._condition(rule)
            self._points(index, rule, " and ".join((*parts, condition) if condition else parts), flagged=True)
            earlier.append(f"c{index}")
        if choice is Choice.BEST:
            self._best(block)
        for index, _ in block:
            self._out(index, "p")

    def _condition(self, rule: EarnRule) -> str:
        """Return the text of whether a rule matches, "" where it always does."""
        lowering = self._lowering
        lowering.about(rule.on, rule.place)
        parts = []
        if self._program.behaviours:
            kind = lowering.local("kind", f"o[k + {O_KIND}]")
            codes = [lowering.measures.behaviour(code) for code in rule.on] or [KIND_ORDER]
            kinds = " or ".join(f"{kind} == {code}" for code in codes)
            parts.append(f"({kinds})" if len(codes) > 1 else kinds)
        if rule.when is not None:
            parts.append(lowering.condition(rule.when))
        return " and ".join(parts)

    def _comment(self, rule: EarnRule, value: ir.Node) -> None:
        self.lines.append(f"    # {rule.code}: {_one_line(value.source)}")
        if rule.when is not None:
            self.lines.append(f"    # when {_one_line(rule.when.source)}")

    def _points(self, index: int, rule: EarnRule, condition: str, *, flagged: bool) -> None:
        if rule.points is None:
            raise AssertionError(rule.code)
        value = self._lowering.value(rule.points)
        text = self._lowering.text_of(value)
        self._comment(rule, rule.points)
        if flagged:
            self.lines.append(f"    c{index} = {condition or 'True'}")
            condition = f"c{index}"
        self.lines.append(f"    p{index} = {text} if {condition} else 0" if condition else f"    p{index} = {text}")
        self.denominators[index] = value.den
        self._values[index] = Number(f"p{index}", value.den, min(0, value.lo), max(0, value.hi))

    def _multiplier(self, index: int, rule: EarnRule, multiply: ir.Node) -> None:
        condition = self._condition(rule)
        value = self._lowering.value(multiply)
        text = self._lowering.text_of(value)
        self._comment(rule, multiply)
        choice = f" if {condition} else {self._lowering.number(value.den)}" if condition else ""
        self.lines.append(f"    f{index} = {text}{choice}")
        self.denominators[index] = value.den
        self._factors[index] = Number(f"f{index}", value.den, min(value.den, value.lo), max(value.den, value.hi))
        self._out(index, "f")

    def _out(self, index: int, letter: str) -> None:
        self.lines.append(f"    out[{index}] = {letter}{index}")

    def _best(self, block: list[Indexed]) -> None:
        """Let only the highest of the matching rules count, multipliers included; the first of equals."""
        lowering, number = self._lowering, block[0][0]
        exact = {index: self._multiplied(index, rule) for index, rule in block}
        den = lcm(*(value.den for value in exact.values()))
        best, chosen = f"best{number}", f"chosen{number}"
        self.lines += [f"    {best} = 0", f"    {chosen} = -1"]
        for index, _ in block:
            text = lowering.scaled(exact[index], den)
            self.lines += [
                f"    if c{index} and ({chosen} < 0 or {text} > {best}):",
                f"        {best} = {text}",
                f"        {chosen} = {index}",
            ]
        for index, _ in block:
            self.lines += [f"    c{index} = {chosen} == {index}", f"    p{index} = p{index} if c{index} else 0"]

    # ---- multipliers

    def _stack(self, rule: EarnRule) -> Number:
        """Return what multiplies a rule: the factors of all multipliers that name it and share something it is on."""
        chosen = tuple(
            index
            for index, each in self._indexed
            if each.multiply is not None
            and each.unit == rule.unit
            and (not each.of or rule.code in each.of)
            and set(each.on or ("",)) & set(rule.on or ("",))
        )
        if chosen not in self._stacks:
            self._stacks[chosen] = self._stacked(chosen, adds=self._units[rule.unit].adds_multipliers)
        return self._stacks[chosen]

    def _stacked(self, chosen: tuple[int, ...], *, adds: bool) -> Number:
        factors = [self._factors[index] for index in chosen]
        if len(factors) < 2:
            return factors[0] if factors else Number("", 1, 1, 1)
        lowering = self._lowering
        if adds:
            den = lcm(*(factor.den for factor in factors))
            less = (len(factors) - 1) * den
            lo, hi = (sum(end * (den // f.den) for f, end in ends) - less for ends in _ends(factors))
            joined = " + ".join(lowering.scaled(factor, den) for factor in factors)
            stack = lowering.bounded(f"{joined} - {lowering.number(less)}", den, lo, hi)
        else:
            stack = factors[0]
            for factor in factors[1:]:
                stack = lowering.product(stack, factor)
        name = f"times{len(self._stacks)}"
        self.lines.append(f"    {name} = {stack.text}")
        return Number(name, stack.den, stack.lo, stack.hi)

    def _multiplied(self, index: int, rule: EarnRule) -> Number:
        self._lowering.about(rule.on, rule.place)
        stack = self._stack(rule)
        value = self._values[index]
        return self._lowering.product(value, stack) if stack.text else value

    # ---- grants

    def _grant(self, number: int) -> None:
        rules = [(i, rule) for i, rule in self._indexed if self._grants.of_rules.get(rule.code) == number]
        place = f"out[{len(self._program.earn) + number}]"
        if not rules:
            self.lines.append(f"    {place} = 0")
            return
        unit = self._program.units[self._grants.all[number].unit]
        self._lowering.about(place=rules[0][1].place)
        if not unit.at_line:
            exact = self._exact(rules, 10**unit.scale)
            self.lines.append(f"    # {unit.code}: rounded once ({unit.rounding})")
            self.lines.append(f"    {place} = max(0, {self._rounded(exact, unit.rounding)})")
            return
        by_line = [(i, rule) for i, rule in rules if _aggregates(rule.points)]
        whole = [(i, rule) for i, rule in rules if not _aggregates(rule.points)]
        for _, rule in whole:
            if rule.points is not None and rule.points.kind is ir.Kind.MONEY:
                self._lowering.place = rule.place
                raise self._not_by_line(rule.points)
        self.lines.append(f"    # {unit.code}: rounded once for every line ({unit.rounding})")
        total = f"points{number}"
        start = self._rounded(self._exact(whole, 10**unit.scale), unit.rounding) if whole else "0"
        self.lines.append(f"    {total} = {start}")
        if by_line:
            self._lines(by_line, total, 10**unit.scale, unit.rounding)
        self.lines.append(f"    {place} = max(0, {total})")

    def _exact(self, rules: Sequence[Indexed], scale: int) -> Number:
        """Return the exact sum of rules in fractions of the scale: those of one stack are added, then multiplied."""
        lowering = self._lowering
        stacks: dict[Number, list[Number]] = {}
        for index, rule in rules:
            stacks.setdefault(self._stack(rule), []).append(self._values[index])
        added = [(self._sum(values), stack) for stack, values in stacks.items()]
        parts = [lowering.product(value, stack) if stack.text else value for value, stack in added]
        total = self._sum(parts)
        return lowering.product(total, Number("", 1, scale, scale)) if scale > 1 else total

    def _sum(self, values: Sequence[Number]) -> Number:
        if len(values) == 1:
            return values[0]
        den = lcm(*(value.den for value in values))
        lo, hi = (sum(end * (den // value.den) for value, end in ends) for ends in _ends(values))
        joined = " + ".join(self._lowering.scaled(value, den) for value in values)
        return self._lowering.bounded(f"({joined})", den, lo, hi)

    def _rounded(self, exact: Number, rounding: str, most: int | None = None) -> str:
        """Return the text that rounds a value; `most` is what values so rounded add up to, over its denominator."""
        if -(-(exact.hi if most is None else most) // exact.den) > POINTS_MAX:
            detail = f"One order could earn more than {POINTS_MAX:,} points; lower the rate or cap it with LEAST."
            params = {"limit": POINTS_MAX}
            raise Refusal("too_many_points", detail, pointer=self._lowering.place, params=params)
        if rounding in ("half_up", "half_even"):
            self._lowering.bounded("", 1, 2 * exact.lo - exact.den, 2 * exact.hi + exact.den)
        return f"{ROUNDINGS[rounding]}({self._lowering.text_of(exact)}, {self._lowering.number(exact.den)})"

    # ---- rounding by line

    def _lines(self, rules: Sequence[Indexed], total: str, scale: int, rounding: str) -> None:
        """Add every line's rounded points to `total`."""
        lowering = self._lowering
        parts = [(*self._by_line(index, rule, scale), rule) for index, rule in rules]
        den = lcm(*(value.den for _, value, _, _ in parts))
        lo, hi = (sum(end * (den // v.den) for v, end in ends) for ends in _ends([value for _, value, _, _ in parts]))
        most = sum(value.hi * (den // value.den) * times for _, value, times, _ in parts) + den * LINES_MAX
        width = lowering.places.line_width
        self.lines += [f"    for j in range(a * {width}, b * {width}, {width}):", "        exact = 0"]
        for condition, value, _, rule in parts:
            lowering.place = rule.place
            addend = f"exact += {lowering.scaled(value, den)}"
            self.lines += [f"        if {condition}:", f"            {addend}"] if condition else [f"        {addend}"]
        exact = lowering.bounded("exact", den, lo, hi)
        self.lines.append(f"        {total} += {self._rounded(exact, rounding, most)}")

    def _by_line(self, index: int, rule: EarnRule, scale: int) -> tuple[str, Number, int]:
        """Return what a rule gives for a line: its condition, its value, how many times the most of it comes together.

        The value is 0 where the rule does not count.
        """
        lowering = self._lowering
        lowering.about(rule.on, rule.place)
        if rule.points is None:
            raise AssertionError(rule.code)
        aggregate, factor = self._factored(rule.points)
        factor = lowering.product(lowering.product(factor, Number("", 1, scale, scale)), self._stack(rule))
        self.lines.append(f"    q{index} = {lowering.text_of(factor)} if c{index} else 0")
        condition, addend = lowering.line(aggregate.argument, aggregate.where)
        times = Number(f"q{index}", factor.den, min(0, factor.lo), max(0, factor.hi))
        value = lowering.product(addend, times)
        value = Number(value.text, value.den, min(0, value.lo), max(0, value.hi))
        return condition, value, lines_of(aggregate.argument)

    def _factored(self, node: ir.Node) -> tuple[ir.Aggregate, Number]:
        """Take SUM(x) * factors apart; whatever else has lines in it can't be rounded for every line."""
        lowering = self._lowering
        match node:
            case ir.Aggregate(function="SUM"):
                return node, constant(Fraction(1))
            case ir.Multiply(left=left, right=right) if _aggregates(left) and not _aggregates(right):
                aggregate, factor = self._factored(left)
                return aggregate, lowering.product(factor, lowering.value(right))
            case ir.Multiply(left=left, right=right) if _aggregates(right) and not _aggregates(left):
                aggregate, factor = self._factored(right)
                return aggregate, lowering.product(lowering.value(left), factor)
            case ir.Divide(left=left, right=right):
                aggregate, factor = self._factored(left)
                return aggregate, lowering.product(factor, constant(1 / right.value))
        raise self._not_by_line(node)

    def _not_by_line(self, node: ir.Node) -> Refusal:
        detail = f"Points that are rounded for every line are SUM(…) times factors; «{_one_line(node.source)}» is not."
        params: dict[str, str | int] = {"found": _one_line(node.source)[:120], "suggestion": "SUM(item.net)"}
        return Refusal("not_by_line", detail[:400], pointer=self._lowering.place, params=params)


def _ends(values: Sequence[Number]) -> tuple[list[tuple[Number, int]], list[tuple[Number, int]]]:
    return [(value, value.lo) for value in values], [(value, value.hi) for value in values]


def _aggregates(node: ir.Node | None) -> bool:
    return any(isinstance(part, ir.Aggregate) for part in ir.walk([node]))


def _one_line(source: str) -> str:
    return " ".join(source.split())
