"""What clients asked and what they were told, with the times between which it happened."""

from dataclasses import dataclass
from enum import Enum
from math import inf
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Op:
    """One request: a verb of `Bank` about members by their number in the round, and about facts by key.

    `points` are whole ones; of an order they are what it cost. `ago` is how many days ago an order was.
    """

    verb: str
    key: str = ""
    who: int = 0
    to: int = 0
    points: int = 0
    about: str = ""
    ago: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was told: the code of its refusal, or whether it was done now or before, and what was seen.

    `seen` is what the member can use after it or, of reads, what there is; None where that is not told. `made` is the id
    of what was done: made under the locks, it tells where to look first for an order that explains, and proves nothing.
    """

    code: str = ""
    repeated: bool = False
    seen: Any = None
    made: UUID | None = None

    def agrees(self, other: "Answer") -> bool:
        if (self.code, self.repeated) != (other.code, other.repeated):
            return False
        return self.seen is None or other.seen is None or self.seen == other.seen


class Outcome(Enum):
    OK = "ok"
    FAIL = "fail"  # refused, with a code
    INFO = "info"  # nobody knows: it was done once or not at all
    ERROR = "error"  # what no client should ever see


@dataclass(frozen=True, slots=True)
class Call:
    """One request of one client; times are monotonic. What is unknown may still happen at any later time."""

    op: Op
    outcome: Outcome
    answer: Answer
    invoked: float
    returned: float = inf
    client: int = 0
    note: str = ""  # the error, or what a fault was


def told(call: Call) -> str:
    """Return a call in a line."""
    said = call.answer.code or ("repeated" if call.answer.repeated else call.outcome.value)
    return (
        f"client {call.client} {call.invoked:.4f}-{call.returned:.4f} {call.op} {said} {call.answer.seen} {call.note}"
    )
