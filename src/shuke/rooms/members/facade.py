"""The room's verbs: enrol people, find them, change and show their data, and keep their status."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.conf import settings

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, ids
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.members import blinds, enrolment, models, personal, profile, queries
from shuke.rooms.members import search as finding
from shuke.rooms.members.contracts import (
    BATCH_LIMIT,
    ID_PREFIX,
    Field,
    Member,
    MemberCounts,
    MemberFacts,
    MemberPage,
    MemberRef,
    NewMember,
    Status,
)
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR_PREFIX = "cur"
_REASON_LIMIT = 200
_NEXT = {Status.ACTIVE: Status.FROZEN, Status.FROZEN: Status.ACTIVE}  # what staff may make of a status


# --- enrol ---


def enrol(new: Sequence[NewMember], actor: Actor) -> list[Member | Refusal]:
    """Enrol up to 1,000 people at once; answer for each in order. A refused one leaves nothing, the rest are enrolled.

    An item is refused with `duplicate_phone`, `duplicate_email` or `duplicate_external_id` (params: the member who has
    it), `identity_required`, `invalid_external_id`, `invalid_phone`, `invalid_email`, `invalid_name`,
    `invalid_birthday`, `unknown_language`, `joined_at_out_of_range` or `joined_in_future`; pointers begin at the
    item.

    Raises: Refusal `batch_too_large`.
    """
    if len(new) > BATCH_LIMIT:
        raise Refusal("batch_too_large", f"A batch has at most {BATCH_LIMIT} items.", params={"limit": BATCH_LIMIT})
    with unit_of_work():
        setting = _setting()
        prepared = [_prepared(one, setting) for one in new]
        candidates = [one for one in prepared if not isinstance(one, Refusal)]
        written = iter(enrolment.write(candidates))
        answers = [one if isinstance(one, Refusal) else next(written) for one in prepared]
        enrolled = [one for one in answers if not isinstance(one, Refusal)]
        if enrolled:
            subject = ids.encode(ID_PREFIX, enrolled[0].id) if len(enrolled) == 1 else "members"
            org.audit("members.enrolled", subject, None, {"count": len(enrolled)}, actor)
        views = {view.id: view for view in _views(enrolled)}
    return [one if isinstance(one, Refusal) else views[one.id] for one in answers]


# --- find ---


def get(member_id: UUID) -> Member:
    """Return a member.

    Raises: Refusal `unknown_member`.
    """
    return _views([_known(queries.row(member_id))])[0]


def get_many(member_ids: Collection[UUID]) -> dict[UUID, Member]:
    """Return those of the members who exist, by id. Raises nothing."""
    return {member.id: member for member in _views(queries.rows(member_ids))}


def find(ref: MemberRef) -> Member:
    """Return the member whom `ref` names.

    Raises: Refusal `unknown_member`.
    """
    member_id = resolve([ref])[0]
    if member_id is None:
        raise _unknown()
    return get(member_id)


def resolve(refs: Sequence[MemberRef]) -> list[UUID | None]:
    """Return each reference's member id or None, in order: one statement a way of naming. Raises nothing."""
    given = {ref.external for ref in refs if ref.external is not None}
    by_id = queries.known({ref.id for ref in refs if ref.id is not None})
    by_external = queries.taken_external_ids({one for one in given if enrolment.is_external_id(one)})
    by_phone = _by_phone({ref.phone for ref in refs if ref.phone is not None})
    return [
        (ref.id if ref.id in by_id else None)
        or (by_external.get(ref.external) if ref.external else None)
        or (by_phone.get(ref.phone) if ref.phone else None)
        for ref in refs
    ]


def facts(member_ids: Collection[UUID]) -> dict[UUID, MemberFacts]:
    """Return what decisions need to know of members, by id: one statement. Raises nothing."""
    return queries.facts(member_ids)


def search(query: str, limit: int = 20) -> list[Member]:
    """Return members by id, external id, e-mail address, whole phone or its last four digits, or name; best first.

    A name is found by its characters, by pinyin with or without spaces, and by two or more letters of a Latin one.

    Raises nothing.
    """
    return _views(finding.search(query, _setting().region, limit))


def page(limit: int, cursor: str | None = None, status: Status | None = None) -> MemberPage:
    """Return up to `limit` members, last joined first.

    Raises: Refusal `invalid_cursor`.
    """
    rows = queries.page(limit + 1, None if cursor is None else _position(cursor), status)
    more = len(rows) > limit
    return MemberPage(tuple(_views(rows[:limit])), _cursor(rows[limit - 1]) if more else None)


def counts(active_since: datetime) -> MemberCounts:
    """Return how many members there are by status, and how many were active since an instant. Raises nothing."""
    return queries.counts(active_since)


def left() -> set[UUID]:
    """Return the members who have left. Raises nothing."""
    return queries.with_status(Status.EXITED)


# --- change and show ---


def set_status(member_id: UUID, status: Status, reason: str, actor: Actor) -> Member:
    """Freeze an active member or let a frozen one take part again; the audit log keeps the reason.

    Raises: Refusal `unknown_member`, `reason_required`, `reason_too_long`, `status_unchanged`, `status_not_allowed`.
    """
    _require_reason(reason)
    with unit_of_work():
        row = _known(queries.lock(member_id))
        if row.status == status:
            raise Refusal("status_unchanged", f"The member is {status} already.", params={"status": status.value})
        if _NEXT.get(Status(row.status)) is not status:
            raise Refusal("status_not_allowed", f"A member who is {row.status} cannot become {status}.")
        before, row.status = row.status, status
        row.save(update_fields=["status"])
        after = {"status": status.value, "reason": reason}
        org.audit("member.status_changed", ids.encode(ID_PREFIX, member_id), {"status": before}, after, actor)
        return _views([row])[0]


def update(member_id: UUID, changes: Mapping[Field, str | date | None], actor: Actor) -> Member:
    """Change personal fields, None empties one; the audit log keeps both values masked.

    Raises: Refusal `unknown_member`, `invalid_phone`, `invalid_email`, `invalid_name`, `invalid_birthday`,
        `duplicate_phone`, `duplicate_email`, `identity_required`; nothing is changed then.
    """
    with unit_of_work():
        row = _known(queries.lock(member_id))
        before = {field.value: profile.masked(row, field) for field in changes}
        setting = _setting()
        for field, value in changes.items():
            profile.put(row, field, value, setting)
        enrolment.rewrite(row, queries.external_ids([member_id]).get(member_id, ()))
        after = {field.value: profile.masked(row, field) for field in changes}
        org.audit("member.updated", ids.encode(ID_PREFIX, member_id), before, after, actor)
        return _views([row])[0]


def reveal(member_id: UUID, field: Field, reason: str, actor: Actor) -> str:
    """Return a personal field in clear, empty where there is none; the audit log keeps who looked and why.

    Raises: Refusal `unknown_member`, `reason_required`, `reason_too_long`.
    """
    _require_reason(reason)
    with unit_of_work():
        row = _known(queries.row(member_id))
        after = {"field": field.value, "reason": reason}
        org.audit("member.revealed", ids.encode(ID_PREFIX, member_id), None, after, actor)
        return profile.read(row, field)


def touch_active(active_at: Mapping[UUID, datetime]) -> None:
    """Move the last activity of members forward, never back: one statement. Raises nothing."""
    queries.touch_active(active_at)


# --- what several verbs do ---


def _setting() -> profile.Setting:
    own = org.organisation()
    region, language = ("", settings.LANGUAGE_CODE) if own is None else (own.region, own.language)
    return profile.Setting(clock.business_now(), region, language)


def _prepared(new: NewMember, setting: profile.Setting) -> enrolment.Candidate | Refusal:
    try:
        return enrolment.prepare(new, setting)
    except Refusal as refusal:
        return refusal


def _by_phone(phones: Collection[str]) -> dict[str, UUID]:
    """Return whose each text is, of those that are members' phone numbers."""
    if not phones:
        return {}
    region, hashes = _setting().region, {}
    for text in phones:
        try:
            hashes[text] = blinds.phone(personal.phone(text, region))
        except Refusal:
            continue
    holders = {blind: member_id for member_id, blind, _ in queries.members_by_contact(hashes.values(), [])}
    return {text: holders[blind] for text, blind in hashes.items() if blind in holders}


def _views(rows: Sequence[models.Member]) -> list[Member]:
    external = queries.external_ids([row.id for row in rows])
    return [profile.view(row, external) for row in rows]


def _known(row: models.Member | None) -> models.Member:
    if row is None:
        raise _unknown()
    return row


def _unknown() -> Refusal:
    return Refusal("unknown_member", "There is no such member.")


def _require_reason(reason: str) -> None:
    if len(reason) > _REASON_LIMIT:
        raise Refusal("reason_too_long", "A reason has at most 200 characters.", pointer="/reason")
    if not reason.strip() or not reason.isprintable():
        raise Refusal("reason_required", "A reason of 1 to 200 printable characters is needed.", pointer="/reason")


def _cursor(row: models.Member) -> str:
    return ids.encode_numbered(_CURSOR_PREFIX, row.id, (row.joined_at - _EPOCH) // timedelta(microseconds=1))


def _position(cursor: str) -> tuple[datetime, UUID]:
    try:
        member_id, microseconds = ids.decode_numbered(_CURSOR_PREFIX, cursor)
        return _EPOCH + timedelta(microseconds=microseconds), member_id
    except (Refusal, OverflowError) as error:
        raise Refusal(
            "invalid_cursor", "The cursor is not one that a page was given with.", pointer="/cursor"
        ) from error
