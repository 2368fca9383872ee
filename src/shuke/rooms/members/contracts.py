"""What leaves the room: members with masked contact data, and the references by which others name them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from shuke.core.values.errors import Refusal

ID_PREFIX = "mbr"
BATCH_LIMIT = 1_000


class Status(StrEnum):
    """Whether a member takes part; only an active one may redeem."""

    ACTIVE = "active"
    FROZEN = "frozen"
    BLACKLISTED = "blacklisted"
    EXITED = "exited"


class Field(StrEnum):
    """A personal field, stored sealed and shown masked."""

    NAME = "name"
    PHONE = "phone"
    EMAIL = "email"
    BIRTHDAY = "birthday"


@dataclass(frozen=True, slots=True)
class ExternalId:
    """What another system calls a member; `source` names the system. Belongs to one member for ever."""

    source: str
    external_id: str


@dataclass(frozen=True, slots=True)
class MemberRef:
    """One way to name a member; exactly one of the three is given."""

    id: UUID | None = None
    external: ExternalId | None = None
    phone: str | None = None

    def __post_init__(self) -> None:
        if (self.id, self.external, self.phone).count(None) != 2:  # exactly one of three
            raise Refusal("ambiguous_member", "Name the member by exactly one of id, external id or phone.")


@dataclass(frozen=True, slots=True)
class NewMember:
    """A person to be enrolled, found later by at least one of external ids, phone and e-mail.

    `joined_at` None means now by the business clock; `language` None means the organisation's.
    """

    external: tuple[ExternalId, ...] = ()
    phone: str | None = None
    email: str | None = None
    name: str | None = None
    birthday: date | None = None
    joined_at: datetime | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A member as pages may show them: personal fields masked, empty where unknown; `birth_md` is MMDD or 0."""

    id: UUID
    display_name: str
    phone_masked: str
    email_masked: str
    birth_md: int
    status: Status
    language: str
    joined_at: datetime
    last_active_at: datetime | None
    external: tuple[ExternalId, ...]


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """What a decision needs to know of a member; `birth_md` is MMDD or 0."""

    status: Status
    birth_md: int
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class MemberPage:
    """Members, last joined first; `next_cursor` is None on the last page."""

    members: tuple[Member, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class MemberCounts:
    """How many members there are, by status, and how many were active since the instant asked for."""

    by_status: Mapping[Status, int]
    active: int

    @property
    def total(self) -> int:
        """Members who have not exited."""
        return sum(count for status, count in self.by_status.items() if status is not Status.EXITED)
