"""Enrolling a batch of people: each is checked alone, then all against who is known already, then written at once."""

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, OperationalError, transaction
from psycopg import errors

from shuke.core.values.errors import Refusal
from shuke.foundation import ids
from shuke.rooms.members import blinds, definitions, fields, labels, personal, queries
from shuke.rooms.members.contracts import ID_PREFIX, ExternalId, Field, NewMember, Status
from shuke.rooms.members.definitions import Definitions
from shuke.rooms.members.fields import Setting
from shuke.rooms.members.models import Member

_ATTEMPTS = 3  # a lost race shows the winner's rows to the next attempt
_TEXT_LIMIT = 255
EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)  # local days and cursors count from 1970-01-01, in every time zone
LATEST = datetime(2099, 12, 30, tzinfo=UTC)
_NOUNS = {"phone": "phone number", "email": "e-mail address", "external_id": "external id"}

T = TypeVar("T")
Claim = tuple[str, bytes | ExternalId]  # field and what must be one member's alone


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person who may be enrolled: the row to be and the external ids that go with it."""

    row: Member
    external: tuple[ExternalId, ...]

    def claims(self) -> dict[Claim, str]:
        """Return what must be this member's alone, and where in the item it stands."""
        external = {("external_id", given): f"/external_ids/{number}" for number, given in enumerate(self.external)}
        return external | contact_claims(self.row)


def prepare(new: NewMember, setting: Setting, known: Definitions) -> Candidate:
    """Check one person and seal what is personal; `known` are the attributes that are defined.

    Raises: Refusal `identity_required`, `invalid_external_id`, `invalid_phone`, `invalid_email`, `invalid_name`,
        `invalid_birthday`, `unknown_language`, `joined_at_out_of_range`, `joined_in_future`, `unknown_attribute`,
        `invalid_attribute`, `invalid_tag`, `too_many_tags`.
    """
    if not (new.external or new.phone or new.email):
        raise identity_required()
    for number, given in enumerate(new.external):
        require_external_id(given, f"/external_ids/{number}")
    language = new.language or setting.language
    if language not in dict(settings.LANGUAGES):
        raise Refusal("unknown_language", "The language is one of zh-hans and en.", pointer="/language")
    joined_at = new.joined_at or setting.now
    if not EARLIEST <= joined_at <= LATEST:
        least, most = EARLIEST.date().isoformat(), LATEST.date().isoformat()
        raise Refusal(
            "joined_at_out_of_range",
            f"Joining lies between {least} and {most}.",
            pointer="/joined_at",
            params={"least": least, "most": most},
        )
    if joined_at > setting.now:
        raise Refusal("joined_in_future", "Nobody has joined after now.", pointer="/joined_at")
    row = Member(
        id=ids.new_id(),
        status=Status.ACTIVE,
        joined_at=joined_at,
        recorded_at=setting.now,
        language=language,
        channel=new.channel,
        store=new.store,
    )
    given = {Field.NAME: new.name, Field.PHONE: new.phone, Field.EMAIL: new.email, Field.BIRTHDAY: new.birthday}
    for field, value in given.items():
        fields.put(row, field, value, setting)
    definitions.put(row, new.attributes, known)
    row.tags = labels.checked(new.tags)
    return Candidate(row, tuple(dict.fromkeys(new.external)))


def write(candidates: Sequence[Candidate]) -> list[Member | Refusal]:
    """Insert who is new, in the open transaction, and answer for each in order; refused ones leave nothing."""
    return until_won(lambda: _write(candidates))


def claim(row: Member, external: Collection[ExternalId]) -> None:
    """Refuse what a member asks back and somebody else has by now.

    Raises: Refusal `duplicate_phone`, `duplicate_email`, `duplicate_external_id`.
    """
    claims = contact_claims(row) | {("external_id", one): "/external_ids" for one in external}
    holders = holders_of(claims)
    for wanted, pointer in claims.items():
        if holders.get(wanted, row.id) != row.id:
            raise duplicate(wanted, pointer, holders[wanted])


def contact_claims(row: Member) -> dict[Claim, str]:
    """Return the contact data that must be this member's alone, and where in the item it stands."""
    found: dict[Claim, str] = {}
    if row.phone_blind is not None:
        found["phone", row.phone_blind] = "/phone"
    if row.email_blind is not None:
        found["email", row.email_blind] = "/email"
    return found


def asked(new: NewMember, region: str) -> list[Claim]:
    """Return what a person to be enrolled would ask to be theirs alone, of what is well formed."""
    claims: list[Claim] = [("external_id", one) for one in new.external if is_external_id(one)]
    with suppress(Refusal):
        if new.phone:
            claims.append(("phone", blinds.phone(personal.phone(new.phone, region))))
    with suppress(Refusal):
        if new.email:
            claims.append(("email", blinds.email(personal.email(new.email))))
    return claims


def is_external_id(given: ExternalId) -> bool:
    """Say whether an external id is one that a member can have."""
    return all(0 < len(text) <= _TEXT_LIMIT and text.isprintable() for text in (given.source, given.external_id))


def holders_of(claims: Iterable[Claim]) -> dict[Claim, UUID]:
    """Return which of the claims are taken, and by which member: two statements."""
    claims = list(claims)
    taken: dict[Claim, UUID] = {}
    external = [value for kind, value in claims if kind == "external_id"]
    for given, member_id in queries.taken_external_ids(external).items():
        taken["external_id", given] = member_id
    phones = [value for kind, value in claims if kind == "phone"]
    emails = [value for kind, value in claims if kind == "email"]
    for member_id, phone_blind, email_blind in queries.members_by_contact(phones, emails):
        taken["phone", phone_blind] = member_id
        taken["email", email_blind] = member_id
    return taken


def duplicate(claim: Claim, pointer: str, member_id: UUID) -> Refusal:
    """Return the refusal of what is another member's; it names the field and that member, no personal data."""
    field, _ = claim
    member_id = queries.survivors([member_id]).get(member_id, member_id)
    return Refusal(
        f"duplicate_{field}",
        f"Another member has this {_NOUNS[field]}.",
        pointer=pointer,
        params={"member": ids.encode(ID_PREFIX, member_id)},
    )


def _write(candidates: Sequence[Candidate]) -> list[Member | Refusal]:
    taken = holders_of({claim for candidate in candidates for claim in candidate.claims()})
    answers: list[Member | Refusal] = []
    fresh: list[Candidate] = []
    for candidate in candidates:
        claims = candidate.claims()
        clash = next((claim for claim in claims if claim in taken), None)
        if clash is not None:
            answers.append(duplicate(clash, claims[clash], taken[clash]))
            continue
        taken.update(dict.fromkeys(claims, candidate.row.id))
        fresh.append(candidate)
        answers.append(candidate.row)
    queries.insert([one.row for one in fresh], {one.row.id: one.external for one in fresh})
    return answers


def until_won(work: Callable[[], T]) -> T:
    """Do `work` in a savepoint, and again when somebody else took the same phone, address or id in that moment."""
    for _ in range(_ATTEMPTS - 1):
        try:
            with transaction.atomic():
                return work()
        except (IntegrityError, OperationalError) as error:
            if not isinstance(error.__cause__, errors.UniqueViolation | errors.DeadlockDetected):
                raise
    return work()


def identity_required() -> Refusal:
    return Refusal("identity_required", "A member needs an external id, a phone or an e-mail address.")


def require_external_id(given: ExternalId, pointer: str) -> None:
    if not is_external_id(given):
        raise Refusal(
            "invalid_external_id", "Source and external id have 1 to 255 printable characters.", pointer=pointer
        )
