"""What crosses the door of programs about a file that is compared with the version before it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Difference:
    """A text of the program file, by its path (units.points.scale): what it was and what it is, None for none."""

    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Moves:
    """How many of the members looked at go from one tier of a ladder to another as a version comes into force."""

    ladder: str
    before: str
    after: str
    members: int


@dataclass(frozen=True, slots=True)
class Reviews:
    """How many members who hold a tier as a version comes into force would come to another one than before it.

    That is, if each were looked at on that day: by the next fact, and by a review with any grace after it.
    """

    ladder: str
    held: str
    before: str
    after: str
    members: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a file would change against version `number` if it came into force at `at`; `looked_at` of `members` were.

    `moves` are what publishing does to the tiers that members hold; `reviews` what it would change later.
    """

    number: int
    at: datetime
    differences: tuple[Difference, ...]
    moves: tuple[Moves, ...]
    reviews: tuple[Reviews, ...]
    looked_at: int
    members: int
