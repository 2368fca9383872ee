"""What clients say about members and what they are shown: personal fields only masked."""

import re
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    BeforeValidator,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from shuke.foundation import ids
from shuke.rooms.members import contracts
from shuke.surfaces.http.fields import Answer, Body, Code, Date, ExternalIdText, Instant, Source, Time, instant, text

MemberId = Annotated[str, StringConstraints(pattern=r"^mbr_[0-7][0-9A-HJKMNP-TV-Z]{25}$")]
ATTRIBUTES_LIMIT = 60
_NUMBER_LIMIT = 10**12
_TEXT = re.compile(r"[^\x00-\x1f\x7f]{1,200}")


def _attribute_value(value: object) -> object:
    """Let a text, a whole number, true, false or null pass; the attribute's definition says which it must be."""
    if value is None or isinstance(value, bool) or (isinstance(value, int) and abs(value) <= _NUMBER_LIMIT):
        return value
    if isinstance(value, float):
        raise PydanticCustomError("int_from_float", "must be a whole number")
    if not isinstance(value, str) or not _TEXT.fullmatch(value):
        raise PydanticCustomError("string_pattern_mismatch", "must be a text, a whole number, true, false or null")
    return value


AttributeValue = Annotated[
    Any,
    BeforeValidator(_attribute_value),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "minLength": 1, "maxLength": 200, "pattern": r"^[^\x00-\x1f\x7f]+$"},
                {"type": "integer", "minimum": -_NUMBER_LIMIT, "maximum": _NUMBER_LIMIT},
                {"type": "boolean"},
                {"type": "null"},
            ]
        }
    ),
]
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


class AttributeValueBody(Body):
    """A member's value of an attribute: text, whole number, true or false, date as text, code of a choice.

    null takes the value away.
    """

    code: Code
    value: AttributeValue


AttributeValues = Annotated[list[AttributeValueBody], Field(max_length=ATTRIBUTES_LIMIT)]


class NewMemberBody(Body):
    """A person to be enrolled: at least one of external_ids, phone and email.

    `channel` and `store` say by which way and where they came.
    """

    external_ids: Annotated[list[ExternalIdBody], Field(max_length=20)] = Field(default=[])
    phone: Phone | None = None
    email: text(254) | None = None
    name: text(100) | None = None
    birthday: Date | None = None
    joined_at: Time | None = None
    language: Literal["zh-hans", "en"] | None = None
    attributes: AttributeValues = Field(default=[])
    tags: Annotated[list[Code], Field(max_length=contracts.TAGS_LIMIT)] = Field(default=[])
    channel: text(64) | None = None
    store: text(200) | None = None

    def value(self) -> contracts.NewMember:
        return contracts.NewMember(
            external=tuple(item.value() for item in self.external_ids),
            phone=self.phone,
            email=self.email,
            name=self.name,
            birthday=self.birthday,
            joined_at=self.joined_at,
            language=self.language,
            attributes={one.code: one.value for one in self.attributes if one.value is not None},
            tags=tuple(self.tags),
            channel=self.channel or "",
            store=self.store or "",
        )


class MemberChangeBody(Body):
    """What shall change of a member: what is left out stays, null empties a field; external ids are added."""

    external_ids: Annotated[list[ExternalIdBody], Field(max_length=20)] = Field(default=[])
    phone: Phone | None = None
    email: text(254) | None = None
    name: text(100) | None = None
    birthday: Date | None = None
    attributes: AttributeValues = Field(default=[])

    def fields(self) -> dict[contracts.Field, str | date | None]:
        return {field: getattr(self, field) for field in contracts.Field if field.value in self.model_fields_set}

    def values(self) -> dict[str, contracts.AttributeValue | None]:
        return {one.code: one.value for one in self.attributes}

    def external(self) -> tuple[contracts.ExternalId, ...]:
        return tuple(item.value() for item in self.external_ids)


class MemberLookupBody(Body):
    """The member to find; in a body, because addresses are logged by whoever stands between."""

    member: MemberRefBody


class ExternalIdAnswer(Answer):
    source: str
    external_id: str


class AttributeValueAnswer(Answer):
    """A member's value of an attribute; a personal one is masked."""

    code: str
    value: StrictStr | StrictInt | StrictBool


class MemberAnswer(Answer):
    """A member. `birthday_md` is the month and day of birth as MM-DD, null where unknown.

    `profile_missing` names what a complete profile lacks: name, birthday, codes of required attributes.
    """

    id: str
    display_name: str
    phone_masked: str
    email_masked: str
    birthday_md: str | None
    status: str
    language: str
    joined_at: Instant
    channel: str | None
    store: str | None
    last_active_at: Instant | None
    external_ids: list[ExternalIdAnswer]
    tags: list[str]
    attributes: list[AttributeValueAnswer]
    profile_completed: bool
    profile_missing: list[str]
    livemode: bool
    dry_run: bool = False


def member_answer(
    member: contracts.Member, profile: contracts.Profile, *, livemode: bool, dry_run: bool = False
) -> MemberAnswer:
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
        channel=member.channel or None,
        store=member.store or None,
        last_active_at=instant(member.last_active_at) if member.last_active_at else None,
        external_ids=[ExternalIdAnswer(source=one.source, external_id=one.external_id) for one in member.external],
        tags=list(member.tags),
        attributes=[AttributeValueAnswer(code=code, value=value) for code, value in profile.attributes.items()],
        profile_completed=profile.completed,
        profile_missing=list(profile.missing),
        livemode=livemode,
        dry_run=dry_run,
    )


def decode_member_id(value: str) -> UUID:
    """Return the id behind its outside form.

    Raises: Refusal `invalid_id`.
    """
    return ids.decode(contracts.ID_PREFIX, value)
