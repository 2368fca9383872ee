"""What a clerk does counts once: under the key that the till made before it sent it, with the answer kept beside it."""

from collections.abc import Callable, Mapping
from typing import Any

from shuke.foundation.transactions import unit_of_work
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import ShiftLine
from shuke.surfaces.cashier.counter import Counter, Told


def once(counter: Counter, told: Told, work: Callable[[], ShiftLine]) -> Mapping[str, Any]:
    """Do the work and note it in the shift, in one transaction; what is known by its key is answered and not done.

    Raises: Refusal `already_recorded_differently`, and whatever refuses the work.
    """
    known = org.work_known(counter.till.id, told.key(), told.digest)
    if known is None:
        with unit_of_work():
            known = org.note_work(counter.shift, work())
    return known.answer
