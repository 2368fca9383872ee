"""The offers of a program as text, and which of them bear on a cart: whose condition holds, and which lines are theirs.

Must not know what an offer takes off.
"""

from collections.abc import Sequence
from dataclasses import replace

from shuke.core.offers.model import Group, Mode, Offer, Reason
from shuke.core.program.ir import Node
from shuke.core.program.model import OfferRule, Program
from shuke.engine.lowering import Lowering


def offers_text(lowering: Lowering, program: Program) -> list[str]:
    """Return the lines of `offers(o, k, m, P, out)` and `offer_lines(it, j, P, out)`; none where there are no offers.

    `out[i]` is whether offer i is for this order, or out[2 * i] and out[2 * i + 1] whether the line at `it[j]` is one
    that it is for and one that it gives.

    Raises:
        Refusal: as lowering does.
    """
    if not program.offers:
        return []
    lowering.used = {}
    body = []
    for index, rule in enumerate(program.offers):
        lowering.about(rule.on, rule.place)
        body += [f"    # {rule.code}", f"    out[{index}] = {lowering.condition(rule.when) if rule.when else True}"]
    loads = [f"    {name} = {load}" for name, load in lowering.used.items()]
    lines = ["def offers(o, k, m, P, out):", *loads, *body, "", "", "def offer_lines(it, j, P, out):"]
    for index, rule in enumerate(program.offers):
        lowering.about(place=rule.place)
        lines += [f"    # {rule.code}"]
        for part, node in enumerate((rule.lines, rule.gets)):
            lines.append(f"    out[{2 * index + part}] = {_matched(lowering, node, otherwise=part == 0)}")
    return lines


def _matched(lowering: Lowering, node: Node | None, *, otherwise: bool) -> str:
    return lowering.line(None, node)[0] if node is not None else str(otherwise)


def groups_of(program: Program, holds: Sequence[bool], matches: Sequence[Sequence[bool]]) -> tuple[Group, ...]:
    """Return the offers of a program as they bear on one cart, by group, in the order of the file.

    `holds` is whether each offer's condition holds, `matches` what `offer_lines` says of each line.
    """
    modes = dict(program.offer_groups)
    found: dict[str, list[Offer]] = {}
    for index, rule in enumerate(program.offers):
        lines, gets = (tuple(line for line, told in enumerate(matches) if told[2 * index + part]) for part in (0, 1))
        offer = _offer(rule, lines, None if rule.gets is None else gets)
        if not holds[index]:
            offer = replace(offer, refused=Reason.CONDITION)
        found.setdefault(rule.group or f" {index}", []).append(offer)
    return tuple(Group(tuple(offers), modes.get(code, Mode.STACKABLE)) for code, offers in found.items())


def _offer(rule: OfferRule, lines: tuple[int, ...], gets: tuple[int, ...] | None) -> Offer:
    return Offer(rule.code, rule.effect, lines, gets, rule.minimum, rule.stacking, of_order=rule.whole_order)
