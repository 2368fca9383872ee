"""What goes in and out of the tiers room. A `day` is a local civil day, day 0 being 1970-01-01; `until_day` is the
first day on which a tier no longer holds, `NEVER` where it has no end.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Reason(StrEnum):
    """Why a tier was set: on joining, by reaching it, by a review at its end, by an early renewal, because a new
    version of the program gives it another rank, by a grace before it falls, by hand, or because a refund took it.
    """

    ENROLLED = "enrolled"
    QUALIFIED = "qualified"
    REVIEWED = "reviewed"
    RENEWED = "renewed"
    VERSION_CHANGED = "version_changed"
    GRACE = "grace"
    ASSIGNED = "assigned"
    REFUNDED = "refunded"


class StaleTierError(Exception):
    """A tier does not stand where the change was decided: another transaction was first. Decide again."""


@dataclass(frozen=True, slots=True)
class Tier:
    """A step of a ladder; ranks count from 0, the lowest."""

    code: str
    rank: int


@dataclass(frozen=True, slots=True)
class TierState:
    tier: Tier
    since_day: int
    until_day: int
    change_count: int
    grace: bool = False
    floor: Tier | None = None
    floor_until_day: int = 0


@dataclass(frozen=True, slots=True)
class TierChange:
    """A tier set, also to the same one for longer. `before` is None on joining; `reference` is the fact behind it.

    `note` is the reason in words of one given by hand.
    """

    day: int
    occurred_at: datetime
    before: Tier | None
    after: Tier
    until_day: int
    reason: Reason
    reference: UUID | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class ChangePage:
    """Changes of a member, each with its ladder, latest first; `next_cursor` is None on the last page."""

    changes: tuple[tuple[str, TierChange], ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class TierUpdate:
    """Decided changes of one member on a ladder, oldest first, and whether a grace runs and which tier a gift keeps.

    `change_count` is that of the state they were decided from, or 0. Where only grace or gift changed there are no
    changes.
    """

    member_id: UUID
    ladder: str
    change_count: int
    changes: tuple[TierChange, ...]
    grace: bool = False
    floor: Tier | None = None
    floor_until_day: int = 0


@dataclass(frozen=True, slots=True)
class TierCount:
    tier: Tier
    members: int


@dataclass(frozen=True, slots=True)
class MonthOfMoves:
    """How many went up, went down, or kept their tier for longer; who joined or was given a new rank isn't counted."""

    year: int
    month: int
    up: int
    down: int
    kept: int
