"""Where a member stands on a ladder: what the measure is, which levels it reaches and keeps, and what is missing.

Owns data and plain values; the sentences are in `core.program.wording`. Must not know how a tier is set.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from shuke.core.program.explain import Condition, conditions_of
from shuke.core.program.ir import Kind, Node
from shuke.core.program.model import Ladder, Level
from shuke.core.program.tracing import Text, Value, Words


@dataclass(frozen=True, slots=True)
class Hurdle:
    """What one level asks for: a `threshold` of the measure, of which `missing` is not there yet, or conditions."""

    met: bool
    threshold: Fraction | None
    missing: Fraction
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class LevelReason:
    code: str
    name: str
    reach: Hurdle
    keep: Hurdle


@dataclass(frozen=True, slots=True)
class LadderReason:
    """A ladder as it stands. `measure` and `keep_measure` are the arithmetic of their values, in units or money."""

    code: str
    name: str
    measure: Text
    value: Fraction
    keep_measure: Text
    keep_value: Fraction
    is_money: bool
    levels: tuple[LevelReason, ...]
    names: Mapping[str, str]


def explain_ladder(
    ladder: Ladder, currency_digits: int, values: Mapping[str, Value], names: Mapping[str, str]
) -> LadderReason:
    """Explain a ladder. `values` maps `name_of(node)` of everything that it observes to what is seen now.

    `names` say what people call units and behaviours, by their code in single quotes.
    """
    words = Words(currency_digits, values)
    value, measure = _measured(ladder.measure, words)
    keep_value, keep_measure = (value, measure)
    if ladder.keep_measure is not None:
        keep_value, keep_measure = _measured(ladder.keep_measure, words)
    levels = tuple(
        LevelReason(
            level.code,
            level.name,
            _hurdle(level.threshold, level.when, value, words),
            _hurdle(*_keeping(level), keep_value, words),
        )
        for level in ladder.levels
    )
    is_money = ladder.measure is not None and ladder.measure.kind is Kind.MONEY
    return LadderReason(ladder.code, ladder.name, measure, value, keep_measure, keep_value, is_money, levels, names)


def _measured(measure: Node | None, words: Words) -> tuple[Fraction, Text]:
    if measure is None:
        return Fraction(0), ()
    value, text, _ = words.number(measure)
    return value, text


def _keeping(level: Level) -> tuple[Fraction | None, Node | None]:
    """Return the threshold or condition that keeps a level: what reaches it where it says nothing else."""
    if level.keep is None and level.keep_when is None:
        return level.threshold, level.when
    return level.keep, level.keep_when


def _hurdle(threshold: Fraction | None, when: Node | None, value: Fraction, words: Words) -> Hurdle:
    if when is not None:
        conditions = conditions_of(when, words)
        return Hurdle(all(each.holds for each in conditions), None, Fraction(0), conditions)
    least = threshold or Fraction(0)
    return Hurdle(value >= least, least, max(Fraction(0), least - value), ())
