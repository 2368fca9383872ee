"""What clients say about members and what they are shown: personal fields only masked."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from shuke.foundation import ids
from shuke.rooms.members import contracts
from shuke.surfaces.http.fields import Answer, Body, Date, ExternalIdText, Instant, Source, Time, instant, text

MemberId = Annotated[str, StringConstraints(pattern=r"^mbr_[0-7][0-9A-HJKMNP-TV-Z]{25}$")]
Phone = Annotated[str, StringConstraints(min_length=3, max_length=32, pattern=r"^[+(0-9][-0-9 ().]*$")]


class ExternalIdBody(Body):
    """What another system calls the member; belongs to one member for ever."""

    source: Source
    external_id: ExternalIdText

    def value(self) -> contracts.ExternalId:
        return contracts.ExternalId(self.source, self.external_id)


class MemberRefBody(Body):
    """One way to name a member: exactly one of the three fields."""

    model_config = {"json_schema_extra": {"minProperties": 1, "maxProperties": 1}}

    id: MemberId = Field(default=None)
    external_id: ExternalIdBody = Field(default=None)
    phone: Phone = Field(default=None)

    @model_validator(mode="after")
    def _one(self) -> "MemberRefBody":
        if len(self.model_fields_set) != 1:
            raise PydanticCustomError("exactly_one", "must have exactly one field")
        return self

    def value(self) -> contracts.MemberRef:
        if self.id is not None:
            return contracts.MemberRef(id=ids.decode(contracts.ID_PREFIX, self.id))
        if self.external_id is not None:
            return contracts.MemberRef(external=self.external_id.value())
        return contracts.MemberRef(phone=self.phone)


class NewMemberBody(Body):
    """A person to be enrolled: at least one of external_ids, phone and email."""

    external_ids: Annotated[list[ExternalIdBody], Field(max_length=20)] = Field(default=[])
    phone: Phone | None = None
    email: text(254) | None = None
    name: text(100) | None = None
    birthday: Date | None = None
    joined_at: Time | None = None
    language: Literal["zh-hans", "en"] | None = None

    def value(self) -> contracts.NewMember:
        return contracts.NewMember(
            external=tuple(item.value() for item in self.external_ids),
            phone=self.phone,
            email=self.email,
            name=self.name,
            birthday=self.birthday,
            joined_at=self.joined_at,
            language=self.language,
        )


class MemberLookupBody(Body):
    """The member to find; in a body, because addresses are logged by whoever stands between."""

    member: MemberRefBody


class ExternalIdAnswer(Answer):
    source: str
    external_id: str


class MemberAnswer(Answer):
    """A member. `birthday_md` is the month and day of birth as MM-DD, null where unknown."""

    id: str
    display_name: str
    phone_masked: str
    email_masked: str
    birthday_md: str | None
    status: str
    language: str
    joined_at: Instant
    last_active_at: Instant | None
    external_ids: list[ExternalIdAnswer]
    livemode: bool
    dry_run: bool = False


def member_answer(member: contracts.Member, *, livemode: bool, dry_run: bool = False) -> MemberAnswer:
    """Return a member as the API shows it."""
    month, day = divmod(member.birth_md, 100)
    return MemberAnswer(
        id=ids.encode(contracts.ID_PREFIX, member.id),
        display_name=member.display_name,
        phone_masked=member.phone_masked,
        email_masked=member.email_masked,
        birthday_md=f"{month:02}-{day:02}" if member.birth_md else None,
        status=member.status,
        language=member.language,
        joined_at=instant(member.joined_at),
        last_active_at=instant(member.last_active_at) if member.last_active_at else None,
        external_ids=[ExternalIdAnswer(source=one.source, external_id=one.external_id) for one in member.external],
        livemode=livemode,
        dry_run=dry_run,
    )


def decode_member_id(value: str) -> UUID:
    """Return the id behind its outside form.

    Raises: Refusal `invalid_id`.
    """
    return ids.decode(contracts.ID_PREFIX, value)
