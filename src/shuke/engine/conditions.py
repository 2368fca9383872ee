"""A condition that stands beside a published program, judged on what one of its decisions saw.

It is a rule's `when`: the same reader reads it, it becomes the same text, and it finds the same facts and the same
member as the rules that decided.
"""

from collections.abc import Collection, Sequence

from shuke.core.program.model import OfferRule
from shuke.core.state.slots import M_SIZE, O_AT, O_KIND, TAGS
from shuke.engine.compile import Compiled, seen_slots
from shuke.engine.generated import offer_functions_of
from shuke.engine.rows import Rows
from shuke.engine.single_offers import compile_beside
from shuke.engine.states import BehaviourFacts, OrderFacts
from shuke.engine.zones import zone_table


class ConditionDesk:
    """One condition under one version of a program, made once per process.

    Raises:
        Refusal: as `compile_beside`.
    """

    def __init__(self, compiled: Compiled, condition: OfferRule) -> None:
        beside = compile_beside(compiled, condition)
        self._tags, self._known = beside.program.tags, len(compiled.program.tags)
        self._count = len(beside.program.offers)
        self._zone = zone_table(beside.program.time_zone)
        self._P = list(beside.numbers)
        self._rows = Rows(beside)
        self._prepare, self._offers, _ = offer_functions_of(beside)
        self._width, self._seen = compiled.width, seen_slots(compiled)

    def holds(self, fact: OrderFacts | BehaviourFacts, vector: Sequence[int], tags: Collection[str]) -> bool:
        """Say whether it holds for a fact whose decision saw `vector`; `tags` are for those that it does not know."""
        at = vector[O_AT]
        if isinstance(fact, OrderFacts):
            o, items, count = self._rows.order(fact, at), self._rows.lines(fact), len(fact.lines)
        else:
            o, items, count = self._rows.behaviour(fact, vector[O_KIND], at), [], 0
        self._prepare(o, 0, items, 0, count, *self._zone, self._P)
        m = [0] * M_SIZE
        for slot, value in zip(self._seen, vector[self._width :], strict=True):
            m[slot] = value
        m[TAGS] |= sum(1 << bit for bit, tag in enumerate(self._tags) if bit >= self._known and tag in tags)
        told = [False] * self._count
        self._offers(o, 0, m, self._P, told)
        return told[-1]
