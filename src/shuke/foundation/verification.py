"""What a check of stored data answers with: the laws it checked and where they do not hold."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Invariant:
    """A law that must hold at every commit, by its number and in one sentence."""

    id: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Violation:
    """A law that does not hold: whose data (None: nobody's alone) and in which way."""

    invariant: str
    holder_id: UUID | None
    detail: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What was checked, where it does not hold, and which laws were not looked at."""

    checked: tuple[Invariant, ...]
    violations: tuple[Violation, ...]
    unchecked: tuple[Invariant, ...] = ()
