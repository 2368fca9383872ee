"""Loads the year through the one write path: members first, then every fact in total order, a thousand at a time.

Resumable: batches commit in the order of the stream, so what is recorded is its beginning; business keys answer for
the facts around the seam.
"""

import gc
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

from shuke.core.values.errors import Refusal
from shuke.rooms.members import facade as members
from shuke.rooms.org.contracts import Actor
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import OrderFact, Status
from shuke.surfaces.cli.journey.people import invent_members
from shuke.surfaces.cli.journey.source import Journey, household_ref
from shuke.surfaces.cli.journey.year import Year

BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Load:
    """What this run loaded: orders, and the seconds from the first to the last of them."""

    orders: int
    seconds: float

    @property
    def orders_per_second(self) -> int:
        return round(self.orders / self.seconds) if self.orders else 0


def enrol_households(journey: Journey, actor: Actor) -> int:
    """Enrol the households that are not members yet; return how many there were."""
    households = sorted(journey.first_baskets())
    known = members.resolve([household_ref(household) for household in households])
    missing = [new for new, member_id in zip(invent_members(journey), known, strict=True) if member_id is None]
    for first in range(0, len(missing), BATCH):
        for answer in programs.enrol(missing[first : first + BATCH], actor):
            if isinstance(answer, Refusal):
                raise answer
    return len(missing)


def load_year(year: Year, recorded_orders: int, actor: Actor, advance: Callable[[int], None]) -> Load:
    """Record what is missing of the year; `recorded_orders` of its baskets are recorded already.

    Raises:
        Refusal: the first fact that is refused; the data has none, so something else stands in the database.
    """
    advance(recorded_orders)
    gc.freeze()  # the year in memory is not looked through again and again for what could be freed: a quarter faster
    try:
        return _load(year, year.place_after_baskets(recorded_orders), actor, advance)
    finally:
        gc.unfreeze()


def _load(year: Year, place: int, actor: Actor, advance: Callable[[int], None]) -> Load:
    orders, started = 0, perf_counter()
    for first in range(place, len(year), BATCH):
        facts = list(year.facts(first, min(first + BATCH, len(year))))
        results = programs.record(facts, actor, history=True)
        for result in results:
            if result.refusal is not None:
                raise result.refusal
        new = sum(
            isinstance(fact, OrderFact) and result.status is Status.RECORDED
            for fact, result in zip(facts, results, strict=True)
        )
        orders += new
        advance(new)
    return Load(orders, perf_counter() - started)
