"""What leaves the room: a notice to somebody, how it is carried, and what a sandbox keeps of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that somebody is told, once per (`kind`, `key`).

    It goes to the phone of a member, or to `address`, a phone number as E.164: exactly one is given. `kind` is a row of
    texts.csv, `params` are the values of its text in `language` (zh-hans or en).
    """

    kind: str
    key: str
    language: str
    member_id: UUID | None = None
    address: str = ""
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Message:
    """A notice in words, as it is handed to a carrier; the same `id` again is the same message."""

    id: UUID
    address: str
    text: str


class Carrier(Protocol):
    """Brings messages to phones."""

    def carry(self, message: Message) -> None:
        """Bring a message, once per its id.

        Raises: OSError when it could not be brought now and may be later.
        """


@dataclass(frozen=True, slots=True)
class Kept:
    """A notice as the inbox of a sandbox shows it: `address` masked, empty where the member has no phone.

    `at` is business time; `carried` says that a carrier took it.
    """

    id: UUID
    kind: str
    member_id: UUID | None
    address: str
    text: str
    at: datetime
    carried: bool
