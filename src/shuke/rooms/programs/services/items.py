"""A fact on its way through a batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.foundation.business_keys import BusinessKey
from shuke.rooms.programs.contracts import Fact, Result, Status, Undecided
from shuke.rooms.programs.queries import DecisionRow


@dataclass(slots=True, eq=False)
class Item:
    """A fact and what is known of it so far; `result` closes it.

    `original` is the same fact earlier in this batch; `postings` the places of the postings that it caused.
    """

    fact: Fact
    result: Result | None = None
    reference: UUID | None = None
    member_id: UUID | None = None
    undecided: Undecided | None = None
    key: BusinessKey | None = None
    original: "Item | None" = None
    answer: Result | None = None
    decision: DecisionRow | None = None
    day: int = 0
    postings: Sequence[int] = ()

    def refuse(self, refusal: Refusal | None) -> None:
        """Close the item with a refusal, if there is one."""
        if refusal is not None:
            self.result = Result(Status.REFUSED, refusal)


def still_open(items: Sequence[Item]) -> list[Item]:
    """Return the items that have no result yet."""
    return [item for item in items if item.result is None]
