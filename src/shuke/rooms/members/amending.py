"""Changing what is known of members, one or many: each checked alone, all against who is known, then written."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.conf import settings

from shuke.core.values.errors import Refusal
from shuke.foundation import ids
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.members import definitions, enrolment, fields, histories, labels, models, queries
from shuke.rooms.members.contracts import ID_PREFIX, Amended, Amendment, ExternalId, Field, IdentityEvent, Status
from shuke.rooms.members.definitions import Definitions
from shuke.rooms.members.enrolment import Claim
from shuke.rooms.members.fields import Setting
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor

_CONTACTS = (Field.PHONE, Field.EMAIL)


class _Work:
    """One member being amended: the locked row, the external ids before, and what comes of it."""

    def __init__(self, change: Amendment, row: models.Member, external: tuple[ExternalId, ...]) -> None:
        self.change = change
        self.row = row
        self.external = external
        self.fresh = tuple(one for one in dict.fromkeys(change.external) if one not in external)
        self.dropped = tuple(one for one in change.drop_external if one in external)
        self.before: dict[Field, str] = {}
        self.blinds: dict[Field, bytes | None] = {field: getattr(row, f"{field}_blind") for field in _CONTACTS}
        self.answer: Amended | Refusal | None = None

    @property
    def changed(self) -> list[Field]:
        return list(self.before)

    def apply(self, setting: Setting, known: Definitions) -> None:
        """Put what is wanted into the row, in memory."""
        row, change = self.row, self.change
        wanted = {
            field: value
            for field, value in change.fields.items()
            if change.overwrite or (value is not None and not _has(row, field))
        }
        values = {code: value for code, value in change.attributes.items() if value is not None or change.overwrite}
        if not change.overwrite and values:
            held = {**row.attributes, **definitions.personal_values(row)}
            values = {code: value for code, value in values.items() if code not in held}
        for field, value in wanted.items():
            self.before[field] = fields.masked(row, field)
            fields.put(row, field, value, setting)
        definitions.put(row, values, known)
        tags = tuple(tag for tag in dict.fromkeys(change.add_tags) if tag not in row.tags)
        kept = labels.checked([tag for tag in (*row.tags, *tags) if tag not in change.drop_tags])
        moved = bool(wanted or values or self.fresh or self.dropped or kept != row.tags)
        row.tags = kept
        row.revision += moved
        self.answer = Amended(row.id, row.revision, tuple(wanted), tuple(values), self.fresh, tags, changed=moved)

    def claims(self) -> dict[Claim, str]:
        """Return what this member newly asks to be theirs alone, and where in the item it stands."""
        mine = enrolment.contact_claims(self.row)
        news = {
            claim: pointer
            for claim, pointer in mine.items()
            if any(
                claim == (field.value, getattr(self.row, f"{field}_blind"))
                for field in self.changed
                if field in _CONTACTS
            )
        }
        return news | {("external_id", one): f"/external_ids/{number}" for number, one in enumerate(self.fresh)}

    def history(self) -> Iterable[histories.IdentityRow]:
        """Yield what the change did to the identities."""
        for field in self.changed:
            blind = self.blinds.get(field)
            after = getattr(self.row, f"{field}_blind") if field in _CONTACTS else None
            if field in _CONTACTS and blind != after:
                event = IdentityEvent.ADDED if blind is None else IdentityEvent.CHANGED
                event = IdentityEvent.REMOVED if after is None else event
                yield self.row.id, field.value, event, "", self.before[field], blind
        for one in self.fresh:
            yield self.row.id, "external_id", IdentityEvent.ADDED, one.source, "", None
        for one in self.dropped:
            yield self.row.id, "external_id", IdentityEvent.REMOVED, one.source, one.external_id, None


def amend(
    changes: Sequence[Amendment], setting: Setting, known: Definitions, actor: Actor
) -> list[tuple[Amended | Refusal, Mapping[str, str], models.Member | None]]:
    """Amend members in the open transaction; each answer with the fields masked as they were, and the row."""
    return enrolment.until_won(lambda: _amend(changes, setting, known, actor))


def require_open(row: models.Member) -> None:
    """Refuse to change somebody who is not there any more.

    Raises: Refusal `member_exited`, `member_merged`.
    """
    if row.status == Status.EXITED:
        raise Refusal("member_exited", "The member has left and is not changed any more.")
    if row.status == Status.MERGED:
        raise Refusal("member_merged", "The member lives on in another one, who can be changed.")


def _amend(
    changes: Sequence[Amendment], setting: Setting, known: Definitions, actor: Actor
) -> list[tuple[Amended | Refusal, Mapping[str, str], models.Member | None]]:
    ids = {change.member_id for change in changes}
    rows = {row.id: row for row in queries.lock_many(ids)}
    external = queries.external_ids(ids)
    works = [
        _begin(change, rows.get(change.member_id), external.get(change.member_id, ()), setting, known)
        for change in changes
    ]
    _settle([work for work in works if isinstance(work, _Work)])
    done = [
        work for work in works if isinstance(work, _Work) and isinstance(work.answer, Amended) and work.answer.changed
    ]
    queries.update_rows([work.row for work in done])
    queries.insert_external_ids({work.row.id: work.fresh for work in done if work.fresh})
    queries.drop_external_ids({work.row.id: work.dropped for work in done if work.dropped})
    histories.write_identities([line for work in done for line in work.history()], actor, setting.now)
    return [(work, {}, None) if isinstance(work, Refusal) else (work.answer, _masked(work), work.row) for work in works]


def _begin(
    change: Amendment,
    row: models.Member | None,
    external: tuple[ExternalId, ...],
    setting: Setting,
    known: Definitions,
) -> _Work | Refusal:
    if row is None:
        return Refusal("unknown_member", "There is no such member.")
    work = _Work(change, row, external)
    try:
        require_open(row)
        for number, one in enumerate(work.fresh):
            enrolment.require_external_id(one, f"/external_ids/{number}")
        work.apply(setting, known)
    except Refusal as refusal:
        return refusal
    if not (set(external) - set(work.dropped) or work.fresh or enrolment.contact_claims(row)):
        return enrolment.identity_required()
    return work


def _settle(works: Sequence[_Work]) -> None:
    """Refuse what asks for an identity that somebody else has, or asked for earlier in the batch."""
    asked = {claim for work in works for claim in work.claims()}
    taken = enrolment.holders_of(asked) if asked else {}
    for work in works:
        claims = work.claims()
        clash = next((claim for claim in claims if not _is_free(claim, work.row.id, taken)), None)
        if clash is not None:
            work.answer = enrolment.duplicate(clash, claims[clash], taken[clash])
            continue
        taken.update(dict.fromkeys(claims, work.row.id))


def _is_free(claim: Claim, member_id: UUID, taken: Mapping[Claim, UUID]) -> bool:
    """Say whether a member may have this; what a record merged into them is found by goes over to them."""
    holder = taken.get(claim, member_id)
    if holder == member_id:
        return True
    if queries.survivors([holder]).get(holder) != member_id:
        return False
    queries.give_up_contact(holder, claim[0])
    return True


def _has(row: models.Member, field: Field) -> bool:
    return getattr(row, f"{field}_sealed") is not None


def _masked(work: _Work) -> dict[str, str]:
    return {field.value: was for field, was in work.before.items()}


def set_tags(member_id: UUID, tags: Sequence[str], actor: Actor) -> models.Member:
    """Let a member have these tags and no others, in the open unit of work."""
    wanted = labels.checked(tags)
    row = queries.lock(member_id)
    if row is None:
        raise Refusal("unknown_member", "There is no such member.")
    require_open(row)
    before = list(row.tags)
    if before != wanted:
        row.tags = wanted
        row.revision += 1
        row.save(update_fields=["tags", "revision"])
        subject = ids.encode(ID_PREFIX, member_id)
        org.audit("member.tags_changed", subject, {"tags": before}, {"tags": wanted}, actor)
    return row


def set_language(member_id: UUID, language: str, actor: Actor) -> None:
    """Speak another language to a member from now on.

    Raises: Refusal `unknown_member`, `member_exited`, `member_merged`, `unknown_language`.
    """
    if language not in dict(settings.LANGUAGES):
        raise Refusal("unknown_language", "The language is one of zh-hans and en.", pointer="/language")
    with unit_of_work():
        row = queries.lock(member_id)
        if row is None:
            raise Refusal("unknown_member", "There is no such member.")
        require_open(row)
        if row.language != language:
            before, row.language = row.language, language
            row.revision += 1
            row.save(update_fields=["language", "revision"])
            after, subject = {"language": language}, ids.encode(ID_PREFIX, member_id)
            org.audit("member.language_changed", subject, {"language": before}, after, actor)
