"""Offers that multiply points: a rule of the program for each unit, driven by what the offers of an order promised.

The promise is a whole number of an order, `order.points_times`, in parts of the factor. Only a committed cart says it,
so an order that came as it is earns as ever.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from math import lcm

from shuke.core.offers.model import Effect, PointsTimes, Steps
from shuke.core.program.model import Attribute, EarnRule, OfferRule, Program, Unit
from shuke.engine.expressions import read_condition, read_number
from shuke.engine.facts import Vocabulary

POINTS_TIMES = "points_times"
MOST = 10  # times, of any offer; where the file has a larger factor, that
_TENTHS = 10


def promises(
    units: Sequence[Unit], rules: Sequence[EarnRule], offers: Sequence[OfferRule], vocabulary: Vocabulary
) -> tuple[tuple[Attribute, ...], tuple[EarnRule, ...]]:
    """Return the attribute and the rules of a file whose offers multiply points; none where no offer does."""
    factors = list(_factors(offer.effect for offer in offers))
    if not factors:
        return (), ()
    parts = _parts(factors)
    attribute = Attribute(POINTS_TIMES, "number", 0, int(max(Fraction(MOST), *factors) * parts))
    known = replace(vocabulary, order_attributes=(*vocabulary.order_attributes, attribute))
    first = next(offer for offer in offers if any(_factors([offer.effect])))
    when = read_condition(f"order.{POINTS_TIMES} > 0", known, lambda _: first.place)
    multiply = read_number(f"order.{POINTS_TIMES} / {parts}", known, lambda _: first.place)
    earned = {rule.unit for rule in rules if rule.points is not None and not rule.on}
    made = (
        EarnRule(
            code=f"{POINTS_TIMES}:{unit.code}",
            unit=unit.code,
            on=(),
            when=when,
            points=None,
            multiply=multiply,
            of=(),
            group=None,
            priority=0,
            expiry=None,
            pending=None,
            line=first.line,
            place=first.place,
        )
        for unit in units
        if unit.spendable and unit.code in earned
    )
    return (attribute,), tuple(made)


def promised(program: Program, factors: Iterable[Fraction]) -> int:
    """Return what an order says whose offers promised these factors, of which the highest counts; 0: nothing."""
    attribute = next((each for each in program.order_attributes if each.code == POINTS_TIMES), None)
    factor = max((each for each in factors if each != 1), default=Fraction(0))
    if attribute is None:
        return 0
    return min(attribute.hi, int(factor * _parts(_factors(offer.effect for offer in program.offers))))


def _parts(factors: Iterable[Fraction]) -> int:
    return lcm(_TENTHS, *(factor.denominator for factor in factors))


def _factors(effects: Iterable[Effect]) -> Iterator[Fraction]:
    for effect in effects:
        singles = [single for _, single in effect.steps] if isinstance(effect, Steps) else [effect]
        yield from (single.factor for single in singles if isinstance(single, PointsTimes))
