"""One offer that does not stand in a program's file, such as a coupon's, read and compiled as if it stood there.

It sees what the program's own rules see of a member, and counts nothing that they don't count.
"""

from dataclasses import replace

from shuke.core.offers.model import Amount, Stacking
from shuke.core.program.ir import Node
from shuke.core.program.model import OfferRule, Program
from shuke.core.values.errors import Refusal
from shuke.engine.compile import Compiled, compile_program
from shuke.engine.expressions import read_condition, tags_of
from shuke.engine.facts import Vocabulary
from shuke.engine.fields import Problems
from shuke.engine.file_offers import OFFER_EXAMPLE, read_single_offer
from shuke.engine.file_texts import Reading
from shuke.engine.schema import ProgramErrors
from shuke.engine.yaml_tree import Mapping, Source, read_tree


def read_offer(text: str, program: Program) -> OfferRule:
    """Read an offer: an entry of `offers` without code, name and group.

    Raises:
        ProgramErrors: everything that is wrong with the text.
    """
    problems = Problems()
    tree = problems.catch(lambda: read_tree(text))
    rule = None
    if isinstance(tree, Mapping):
        rule = read_single_offer(tree, Reading(problems, Vocabulary.of(program)))
    elif tree is not None:
        problems.wrong_type(tree, "mapping", OFFER_EXAMPLE)
    if rule is None or problems.found:
        raise ProgramErrors(tuple(problems.found))
    return rule


def read_claim(text: str, program: Program, on: tuple[str, ...] = ()) -> OfferRule:
    """Read the condition for which a member may have something, or is given it for an order or the behaviours `on`, as
    an offer that does nothing else.

    Raises:
        Refusal: the first thing wrong with the text, with its place.
    """
    told = (
        "claim",
        "claim",
        read_when(text, program, on),
        None,
        None,
        Amount(1),
        None,
        Stacking.COMMON,
        None,
        False,
        1,
        "1:1",
    )
    return OfferRule(*told, on=on)


def read_when(text: str, program: Program, on: tuple[str, ...] = ()) -> Node:
    """Read a condition about an order, or about the behaviours `on`.

    Raises:
        Refusal: the first thing wrong with the text, with its place.
    """
    return read_condition(text, Vocabulary.of(program), Source(text).place, on)


def compile_beside(compiled: Compiled, rule: OfferRule) -> Compiled:
    """Compile a program with this offer as its only or its last one.

    Raises:
        Refusal: `offer_counts_more` where it asks for what the program does not count, and as `compile_program`.
    """
    program = compiled.program
    tags = (*program.tags, *(tag for tag in tags_of([rule.when]) if tag not in program.tags))
    for offers in ((rule,), (*program.offers, rule)):  # the program's own may count what its rules don't
        made = compile_program(replace(program, offers=offers, tags=tags))
        if (made.windows, made.counters, made.streaks) == (compiled.windows, compiled.counters, compiled.streaks):
            return made
    detail = "A coupon asks only for windows and counts that the program's own rules ask for."
    raise Refusal("offer_counts_more", detail, pointer=rule.place)
