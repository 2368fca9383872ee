"""A member's personal fields in their row: sealed and hashed when put in, masked when looked at."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from shuke.core.values.dates import day_of
from shuke.engine.lunar import lunar_of
from shuke.foundation import encryption
from shuke.rooms.members import blinds, models, personal
from shuke.rooms.members.contracts import ExternalId, Field, Member, Status

_TAIL = 4


@dataclass(frozen=True, slots=True)
class Setting:
    """What members take from the organisation and the moment; `region` is where phones without a prefix lie."""

    now: datetime
    region: str
    language: str


def put(row: models.Member, field: Field, value: str | date | None, setting: Setting) -> None:
    """Bring a field into its normal form, seal it into the row and set what the member is found by; None empties it.

    Raises: Refusal `invalid_phone`, `invalid_email`, `invalid_name`, `invalid_birthday`.
    """
    put_normal(row, field, None if value is None else _normal(field, value, setting))


def put_normal(row: models.Member, field: Field, plain: str | None) -> None:
    """Seal a field that is in its normal form into the row, with what the member is found by; None empties it."""
    sealed = None if plain is None else encryption.seal(plain, _context(row.id, field))
    setattr(row, f"{field}_sealed", sealed)
    if field is Field.NAME:
        row.name_blinds = [] if plain is None else blinds.name(plain)
    elif field is Field.PHONE:
        row.phone_blind = None if plain is None else blinds.phone(plain)
        row.phone_tail_blind = None if plain is None else blinds.phone_tail(plain[-_TAIL:])
    elif field is Field.EMAIL:
        row.email_blind = None if plain is None else blinds.email(plain)
    else:
        row.birth_md = 0 if plain is None else int(plain[5:7] + plain[8:10])
        row.lunar_md = 0 if plain is None else lunar_of(day_of(*map(int, plain.split("-"))))


def read(row: models.Member, field: Field) -> str:
    """Return a field in clear, empty where there is none."""
    sealed = getattr(row, f"{field}_sealed")
    return "" if sealed is None else encryption.open_sealed(sealed, _context(row.id, field))


def masked(row: models.Member, field: Field) -> str:
    """Return a field as those see it who need not see it."""
    return personal.masked(field, read(row, field))


def view(row: models.Member, external: Mapping[UUID, tuple[ExternalId, ...]]) -> Member:
    """Return a member as pages may show them."""
    return Member(
        id=row.id,
        display_name=masked(row, Field.NAME),
        phone_masked=masked(row, Field.PHONE),
        email_masked=masked(row, Field.EMAIL),
        birth_md=row.birth_md,
        status=Status(row.status),
        language=row.language,
        joined_at=row.joined_at,
        last_active_at=row.last_active_at,
        external=external.get(row.id, ()),
        tags=tuple(row.tags),
        merged_into=row.merged_into_id,
        revision=row.revision,
        channel=row.channel,
        store=row.store,
    )


def _normal(field: Field, value: str | date, setting: Setting) -> str:
    if isinstance(value, date):
        return personal.birthday(value, setting.now.date())
    if field is Field.PHONE:
        return personal.phone(value, setting.region)
    return personal.email(value) if field is Field.EMAIL else personal.name(value)


def _context(member_id: UUID, field: Field) -> str:
    """Bind a sealed value to its table, column and row, so that it opens nowhere else."""
    return f"members_member.{field}_sealed:{member_id}"
