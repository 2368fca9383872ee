"""What leaves the room: members with masked contact data, and the references by which others name them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.rooms.org.contracts import Actor

ID_PREFIX = "mbr"
MERGE_PREFIX = "mrg"
BATCH_LIMIT = 1_000
TAGS_LIMIT = 63  # a decision sees a member's tags as bits of one integer
CODE_SECONDS = 60  # after which a card shows another code
CODE_MINUTES = 10  # in which a till takes it
REINSTATE_DAYS = 30  # in which who has left may come back as the member they were


class Status(StrEnum):
    """Whether a member takes part; only an active one earns and redeems. A merged one lives on in another."""

    ACTIVE = "active"
    FROZEN = "frozen"
    BLACKLISTED = "blacklisted"
    EXITED = "exited"
    MERGED = "merged"


class Field(StrEnum):
    """A personal field, stored sealed and shown masked."""

    NAME = "name"
    PHONE = "phone"
    EMAIL = "email"
    BIRTHDAY = "birthday"


class Purpose(StrEnum):
    """What a member may agree to; without the first there is no membership, the others are free."""

    SERVICE = "service"
    SMS_MARKETING = "sms_marketing"
    PERSONALISATION = "personalisation"


class AttributeKind(StrEnum):
    """What values an attribute takes: text, a whole number, a date, yes or no, or one of its choices."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "boolean"
    CHOICE = "choice"


AttributeValue = str | int | bool | date  # a choice is its code


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values of an attribute of choice."""

    code: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """What a merchant wants to know of members beyond the personal fields.

    A `personal` one is stored sealed, shown masked and told to no rule; a `required` one counts toward a complete
    profile. Kind and `personal` stay as first defined; choices are only added.
    """

    code: str
    name_zh: str
    name_en: str
    kind: AttributeKind
    personal: bool = False
    required: bool = False
    choices: tuple[Choice, ...] = ()


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

    `joined_at` None means now by the business clock; `language` None means the organisation's. `channel` and `store`
    say by which way and where they came, as words of the source.
    """

    external: tuple[ExternalId, ...] = ()
    phone: str | None = None
    email: str | None = None
    name: str | None = None
    birthday: date | None = None
    joined_at: datetime | None = None
    language: str | None = None
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    channel: str = ""
    store: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """A member as pages may show them: personal fields masked, empty where unknown; `birth_md` is MMDD or 0.

    `merged_into` is who a merged member lives on in; `revision` counts the changes of what is stored here; `channel`
    and `store` are by which way and where they joined, empty where nobody said.
    """

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
    tags: tuple[str, ...] = ()
    merged_into: UUID | None = None
    revision: int = 0
    channel: str = ""
    store: str = ""


@dataclass(frozen=True, slots=True)
class Amendment:
    """What shall become of one member; `fields` and `attributes` with None are emptied.

    Without `overwrite` only what is empty is filled, and None changes nothing. External ids and tags are added and
    dropped.
    """

    member_id: UUID
    fields: Mapping[Field, str | date | None] = field(default_factory=dict)
    attributes: Mapping[str, AttributeValue | None] = field(default_factory=dict)
    external: tuple[ExternalId, ...] = ()
    add_tags: tuple[str, ...] = ()
    drop_external: tuple[ExternalId, ...] = ()
    drop_tags: tuple[str, ...] = ()
    overwrite: bool = True


@dataclass(frozen=True, slots=True)
class Amended:
    """A member after an amendment: which personal fields, attributes, external ids and tags were set or added."""

    member_id: UUID
    revision: int
    fields: tuple[Field, ...] = ()
    attributes: tuple[str, ...] = ()
    external: tuple[ExternalId, ...] = ()
    tags: tuple[str, ...] = ()
    changed: bool = True


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of a member beside identities: attributes by code, personal ones masked texts.

    `missing` names what a complete profile lacks: `name`, `birthday`, and codes of required attributes.
    """

    attributes: Mapping[str, AttributeValue]
    missing: tuple[str, ...]

    @property
    def completed(self) -> bool:
        return not self.missing


@dataclass(frozen=True, slots=True)
class OwnData:
    """A member's personal fields, empty where unknown, and attributes by code, all in clear: for themselves alone."""

    fields: Mapping[Field, str]
    attributes: Mapping[str, AttributeValue]


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A move from one status to another: when by the business clock, why, and by whom."""

    at: datetime
    before: Status
    after: Status
    reason: str
    actor: Actor


class IdentityEvent(StrEnum):
    """What became of a phone, an e-mail address or an external id."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"
    RELEASED = "released"  # given free because the member left
    RESTORED = "restored"
    MOVED = "moved"  # to or from another member, by a merge or its undoing


@dataclass(frozen=True, slots=True)
class IdentityChange:
    """A change of what a member is found by; `was` is the old value masked, or an external id, empty if none was.

    `kind` is phone, email or external_id; `source` names the system of an external id.
    """

    at: datetime
    kind: str
    event: IdentityEvent
    source: str
    was: str
    actor: Actor


@dataclass(frozen=True, slots=True)
class MergeRecord:
    """A merge: the sources ended in the survivor; `undone_at` None while it holds.

    `filled` names the personal fields that the survivor lacked and took over.
    """

    id: UUID
    survivor_id: UUID
    source_ids: tuple[UUID, ...]
    at: datetime
    reason: str
    actor: Actor
    filled: tuple[str, ...]
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class Heir:
    """In whom a member lives on by a merge."""

    merge_id: UUID
    member_id: UUID


class Likeness(StrEnum):
    """Why two members may be one person, beside their equal names."""

    PHONE_TAIL = "phone_tail"
    BIRTHDAY = "birthday"


@dataclass(frozen=True, slots=True)
class DuplicatePair:
    """Two members with equal names who may be one person; `elder` was recorded first."""

    elder: Member
    younger: Member
    because: tuple[Likeness, ...]


@dataclass(frozen=True, slots=True)
class DuplicatePage:
    """Pairs that may be one person each; a page may be short. `next_cursor` is None on the last one."""

    pairs: tuple[DuplicatePair, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class MemberCode:
    """What a member shows at the till, 18 digits; at `until` the next one takes its place on the card."""

    text: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Consent:
    """A member's last word on a purpose: when by the business clock, and where they were asked."""

    purpose: Purpose
    given: bool
    at: datetime
    through: str


@dataclass(frozen=True, slots=True)
class Device:
    """Where a member is logged in: since when, and when last seen, by the machine's clock."""

    id: UUID
    member_id: UUID
    label: str
    began_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """What a decision needs to know of a member; `birth_md` is MMDD or 0, `lunar_md` that of the Chinese calendar."""

    status: Status
    birth_md: int
    joined_at: datetime
    lunar_md: int = 0
    tags: frozenset[str] = frozenset()


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
        """Members who have not exited, each person once."""
        gone = (Status.EXITED, Status.MERGED)
        return sum(count for status, count in self.by_status.items() if status not in gone)


class WalletKind(StrEnum):
    """Whose wallet keeps a pass."""

    APPLE = "apple"
    GOOGLE = "google"


@dataclass(frozen=True, slots=True)
class PassFace:
    """What a pass shows, ready to be read: labels stand beside their texts, `colour` is #rrggbb.

    `number` is the member's id: a till that reads it knows who it is, as by a phone number that is told, and no more.
    `icon` is a square PNG, `icon_url` the address of a larger one.
    """

    number: str
    shop: str
    about: str
    holder: tuple[str, str]
    points: tuple[str, str]
    tier: tuple[str, str] | None
    note: tuple[str, str]
    colour: str
    icon: bytes
    icon_url: str


@dataclass(frozen=True, slots=True)
class WalletPass:
    """A pass as a phone takes it: at an address of the wallet's (`url`), or as a file of a type."""

    url: str = ""
    content: bytes = b""
    content_type: str = ""
    name: str = ""


class Wallet(Protocol):
    """Makes passes that a wallet believes to be the shop's, until the last day of its certificate where it has one."""

    @property
    def ends_on(self) -> date | None: ...

    def pass_of(self, face: PassFace) -> WalletPass:
        """Return a signed pass. Raises nothing."""
