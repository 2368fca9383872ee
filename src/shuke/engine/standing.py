"""The text of `tiers`: which levels a member reaches and keeps now, and how many times each milestone.

Must not know when the machines ask, nor what they do with the answer.
"""

from fractions import Fraction
from math import lcm

from shuke.core.program.ir import Node
from shuke.core.program.model import Ladder, Level, Milestone
from shuke.core.state.slots import OUT_KEPT, OUT_MILESTONE, OUT_REACHED
from shuke.engine.lowering import Lowering, Number, constant
from shuke.engine.measures import NO_LADDER


def tiers_text(lowering: Lowering, ladders: tuple[Ladder, ...], milestones: tuple[Milestone, ...]) -> list[str]:
    """Return the lines of `tiers(m, P, out)`.

    Raises:
        Refusal: as lowering does.
    """
    lowering.used = {}
    body: list[str] = []
    for index, ladder in enumerate(ladders):
        lowering.about()
        lowering.ladder = index
        body += _ladder(lowering, index, ladder)
    lowering.ladder = NO_LADDER
    for index, milestone in enumerate(milestones):
        lowering.about(place=milestone.place)
        body += _milestone(lowering, index, milestone)
    loads = [f"    {name} = {load}" for name, load in lowering.used.items()]
    return ["def tiers(m, P, out):", *loads, *(body or ["    pass"])]


def _ladder(lowering: Lowering, index: int, ladder: Ladder) -> list[str]:
    lines: list[str] = []
    measure = _measure(lowering, lines, f"measure_{index}", ladder.measure)
    lines.append("    reached = 1")
    for rank, level in enumerate(ladder.levels[1:], 1):
        condition = _reached(lowering, level, measure)
        lines += [f"    # {level.code}", f"    reached += {1 << rank} if {condition} else 0"]
    lines.append(f"    out[{OUT_REACHED + index * 2}] = reached")
    if ladder.keep_measure is None and not any(level.keep or level.keep_when for level in ladder.levels):
        lines.append(f"    out[{OUT_KEPT + index * 2}] = reached")
        return lines
    kept = _measure(lowering, lines, f"kept_{index}", ladder.keep_measure) or measure
    lines.append("    kept = 1")
    for rank, level in enumerate(ladder.levels[1:], 1):
        condition = _kept(lowering, level, kept)
        lines += [f"    # {level.code}", f"    kept += {1 << rank} if {condition} else 0"]
    lines.append(f"    out[{OUT_KEPT + index * 2}] = kept")
    return lines


def _measure(lowering: Lowering, lines: list[str], name: str, node: Node | None) -> Number | None:
    """Give a measure a local of its own."""
    if node is None:
        return None
    value = lowering.value(node)
    lines += [f"    # {' '.join(node.source.split())}", f"    {name} = {lowering.text_of(value)}"]
    return Number(name, value.den, value.lo, value.hi)


def _reached(lowering: Lowering, level: Level, measure: Number | None) -> str:
    if level.when is not None:
        return lowering.condition(level.when)
    return _at_least(lowering, measure, level.threshold)


def _kept(lowering: Lowering, level: Level, measure: Number | None) -> str:
    if level.keep_when is not None:
        return lowering.condition(level.keep_when)
    if level.keep is None and level.when is not None:
        return lowering.condition(level.when)
    return _at_least(lowering, measure, level.threshold if level.keep is None else level.keep)


def _at_least(lowering: Lowering, measure: Number | None, threshold: Fraction | None) -> str:
    if measure is None or threshold is None:
        raise AssertionError("A level is reached by a threshold of the ladder's measure or by a condition.")
    least = threshold * measure.den
    return f"{measure.text} >= {lowering.number(-(-least.numerator // least.denominator))}"


def _milestone(lowering: Lowering, index: int, milestone: Milestone) -> list[str]:
    value = lowering.value(milestone.measure)
    den = lcm(value.den, milestone.at.denominator, (milestone.every or milestone.at).denominator)
    at = lowering.scaled(constant(milestone.at), den)
    name, place = f"milestone_{index}", OUT_MILESTONE + index
    lines = [f"    # {milestone.code}: {' '.join(milestone.measure.source.split())}"]
    lines.append(f"    {name} = {lowering.scaled(value, den)}")
    if milestone.every is None:
        lines.append(f"    out[{place}] = 1 if {name} >= {at} else 0")
        return lines
    lowering.bounded("", den, value.lo * (den // value.den) - int(milestone.at * den), 0)
    steps = f"1 + ({name} - {at}) // {lowering.scaled(constant(milestone.every), den)}"
    lines.append(f"    out[{place}] = min({lowering.number(milestone.most)}, {steps}) if {name} >= {at} else 0")
    return lines
