"""The room's verbs: enrol people, find them, change and show their data, keep their status, merge double ones."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.conf import settings

from shuke.core.values import reasons
from shuke.core.values.errors import Refusal
from shuke.foundation import clock, ids
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.members import (
    amending,
    attributing,
    audience,
    cards,
    consents,
    definitions,
    devices,
    enrolment,
    fields,
    histories,
    likeness,
    log_in,
    merging,
    models,
    own_data,
    queries,
    statuses,
    taking_back,
    wallets,
)
from shuke.rooms.members import search as finding
from shuke.rooms.members.contracts import (
    BATCH_LIMIT,
    ID_PREFIX,
    Amended,
    Amendment,
    Attribute,
    AttributeValue,
    DuplicatePage,
    ExternalId,
    Field,
    Heir,
    IdentityChange,
    Member,
    MemberCounts,
    MemberFacts,
    MemberPage,
    MemberRef,
    MergeRecord,
    NewMember,
    Profile,
    Status,
    StatusChange,
)
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor

# --- enrol ---


def enrol(new: Sequence[NewMember], actor: Actor) -> list[Member | Refusal]:
    """Enrol up to 1,000 people at once; answer for each in order. A refused one leaves nothing, the rest are enrolled.

    An item is refused with `duplicate_phone`, `duplicate_email` or `duplicate_external_id` (params: the member who has
    it), `identity_required`, `invalid_external_id`, `invalid_phone`, `invalid_email`, `invalid_name`,
    `invalid_birthday`, `unknown_language`, `joined_at_out_of_range`, `joined_in_future`, `unknown_attribute`,
    `invalid_attribute`, `invalid_tag` or `too_many_tags`; pointers begin at the item.

    Raises: Refusal `batch_too_large`.
    """
    if len(new) > BATCH_LIMIT:
        raise Refusal("batch_too_large", f"A batch has at most {BATCH_LIMIT} items.", params={"limit": BATCH_LIMIT})
    with unit_of_work():
        setting, known = _setting(), attributing.known()
        prepared = [_prepared(one, setting, known) for one in new]
        candidates = [one for one in prepared if not isinstance(one, Refusal)]
        written = iter(enrolment.write(candidates))
        answers = [one if isinstance(one, Refusal) else next(written) for one in prepared]
        enrolled = [one for one in answers if not isinstance(one, Refusal)]
        if enrolled:
            subject = ids.encode(ID_PREFIX, enrolled[0].id) if len(enrolled) == 1 else "members"
            org.audit("members.enrolled", subject, None, {"count": len(enrolled)}, actor)
        views = {view.id: view for view in _views(enrolled)}
    return [one if isinstance(one, Refusal) else views[one.id] for one in answers]


def take_back(member_ids: Collection[UUID], reason: str, actor: Actor) -> None:
    """Take enrolments back: the members exit, and nothing personal of them is left. Raises nothing."""
    with unit_of_work():
        taking_back.take_back(member_ids, reason, actor, clock.business_now())
        after = {"count": len(member_ids), "reason": reason}
        org.audit("members.taken_back", "members", None, after, actor)


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
    """Return each reference's member id or None, in order: one statement a way of naming. Raises nothing.

    Who was merged stands for the member they live on in.
    """
    given = {ref.external for ref in refs if ref.external is not None}
    by_id = queries.known({ref.id for ref in refs if ref.id is not None})
    by_external = queries.taken_external_ids({one for one in given if enrolment.is_external_id(one)})
    phones = {ref.phone for ref in refs if ref.phone is not None}
    by_phone = finding.by_phone(phones, _setting().region) if phones else {}
    merged_ids = {member_id for member_id, is_merged in by_id.items() if is_merged}
    merged = queries.survivors({*merged_ids, *by_phone.values()})
    found = [
        (ref.id if ref.id in by_id else None)
        or (by_external.get(ref.external) if ref.external else None)
        or (by_phone.get(ref.phone) if ref.phone else None)
        for ref in refs
    ]
    return [one if one is None else merged.get(one, one) for one in found]


def matches(people: Sequence[NewMember]) -> list[frozenset[UUID]]:
    """Return the members who have any of each person's phone, e-mail address and external ids: two statements.

    Who was merged stands for the member they live on in; what is no phone or e-mail address matches nobody.
    Raises nothing.
    """
    region = _setting().region
    asked = [enrolment.asked(one, region) for one in people]
    holders = enrolment.holders_of({claim for claims in asked for claim in claims})
    merged = queries.survivors(set(holders.values()))
    return [
        frozenset(merged.get(holders[claim], holders[claim]) for claim in claims if claim in holders)
        for claims in asked
    ]


def facts(member_ids: Collection[UUID]) -> dict[UUID, MemberFacts]:
    """Return what decisions need to know of members, by id: one statement. Raises nothing."""
    return queries.facts(member_ids)


facts_in_columns = queries.facts_in_columns
born_on, joined_within, tagged = queries.born_on, queries.joined_within, queries.tagged


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
    rows = queries.page(limit + 1, None if cursor is None else finding.position(cursor), status)
    more = len(rows) > limit
    return MemberPage(tuple(_views(rows[:limit])), finding.cursor(rows[limit - 1]) if more else None)


def counts(active_since: datetime) -> MemberCounts:
    """Return how many members there are by status, and how many were active since an instant. Raises nothing."""
    return queries.counts(active_since)


def with_status(statuses: Collection[Status]) -> set[UUID]:
    """Return the members who have one of some statuses. Raises nothing."""
    return queries.with_status(statuses)


def phone_of(member_id: UUID) -> str:
    """Return the phone that a message to a member goes to, as E.164, empty where there is none; shown to nobody.

    Raises: Refusal `unknown_member`.
    """
    return fields.read(_known(queries.row(member_id)), Field.PHONE)


# --- change and show ---


def set_status(member_id: UUID, status: Status, reason: str, actor: Actor) -> Member:
    """Give a member another status; history and audit log keep the reason.

    Moves: active and frozen into each other; both to blacklisted; blacklisted to active; all of them to exited, which
    gives the identities free for a new enrolment (from the blacklist it does not); exited to active within 30 days,
    with the identities that nobody else took.

    Raises: Refusal `unknown_member`, `reason_required`, `reason_too_long`, `status_unchanged`, `status_not_allowed`,
        `reinstate_too_late`, `duplicate_phone`, `duplicate_email`, `duplicate_external_id`.
    """
    reasons.require(reason)
    with unit_of_work():
        return enrolment.until_won(lambda: _set_status(member_id, status, reason, actor))


def _set_status(member_id: UUID, status: Status, reason: str, actor: Actor) -> Member:
    row = _known(queries.lock(member_id))
    before = row.status
    statuses.move(row, status, reason, actor, clock.business_now())
    after = {"status": status.value, "reason": reason}
    org.audit("member.status_changed", ids.encode(ID_PREFIX, member_id), {"status": before}, after, actor)
    return _views([row])[0]


def status_history(member_id: UUID) -> list[StatusChange]:
    """Return a member's changes of status, latest first. Raises nothing."""
    return histories.statuses(member_id)


def update(
    member_id: UUID,
    changes: Mapping[Field, str | date | None],
    actor: Actor,
    attributes: Mapping[str, AttributeValue | None] | None = None,
    external: Sequence[ExternalId] = (),
) -> Member:
    """Change personal fields and attributes, None empties one, and add external ids; the audit log keeps both masked.

    Raises: Refusal `unknown_member`, `member_exited`, `member_merged`, `invalid_phone`, `invalid_email`,
        `invalid_name`, `invalid_birthday`, `unknown_attribute`, `invalid_attribute`, `invalid_external_id`,
        `duplicate_phone`, `duplicate_email`, `duplicate_external_id`, `identity_required`; nothing is changed then.
    """
    change = Amendment(member_id, changes, attributes or {}, tuple(external))
    with unit_of_work():
        ((answer, before, row),) = amending.amend([change], _setting(), attributing.known(), actor)
        if isinstance(answer, Refusal):
            raise answer
        row = _known(row)
        after: dict[str, object] = {field.value: fields.masked(row, field) for field in changes}
        after |= {"attributes": sorted(attributes)} if attributes else {}
        after |= {"external_ids": len(external)} if external else {}
        org.audit("member.updated", ids.encode(ID_PREFIX, member_id), dict(before), after, actor)
        return _views([row])[0]


def amend(changes: Sequence[Amendment], actor: Actor) -> list[Amended | Refusal]:
    """Amend up to 1,000 members at once; answer for each in order. A refused one stays as it was.

    An item is refused as `update` refuses, and with `invalid_tag` or `too_many_tags`. No member stands in it twice.

    Raises: Refusal `batch_too_large`.
    """
    if len(changes) > BATCH_LIMIT:
        raise Refusal("batch_too_large", f"A batch has at most {BATCH_LIMIT} items.", params={"limit": BATCH_LIMIT})
    with unit_of_work():
        answers = [answer for answer, _, _ in amending.amend(changes, _setting(), attributing.known(), actor)]
        amended = sum(isinstance(answer, Amended) and answer.changed for answer in answers)
        if amended:
            org.audit("members.amended", "members", None, {"count": amended}, actor)
        return answers


def identity_history(member_id: UUID) -> list[IdentityChange]:
    """Return what became of a member's phone, e-mail address and external ids, latest first. Raises nothing."""
    return histories.identities(member_id)


def reveal(member_id: UUID, field: Field, reason: str, actor: Actor) -> str:
    """Return a personal field in clear, empty where there is none; the audit log keeps who looked and why.

    Raises: Refusal `unknown_member`, `reason_required`, `reason_too_long`.
    """
    reasons.require(reason)
    with unit_of_work():
        row = _known(queries.row(member_id))
        after = {"field": field.value, "reason": reason}
        org.audit("member.revealed", ids.encode(ID_PREFIX, member_id), None, after, actor)
        return fields.read(row, field)


def touch_active(active_at: Mapping[UUID, datetime]) -> None:
    """Move the last activity of members forward, never back: one statement. Raises nothing."""
    queries.touch_active(active_at)


# --- attributes and tags ---


define_attribute = attributing.define
drop_attribute = attributing.drop


def defined_attributes() -> list[Attribute]:
    """Return the attributes in the order of their definition. Raises nothing."""
    return list(attributing.known().values())


def attribute_value(known: Attribute, text: str) -> AttributeValue:
    """Read a value from the text of a file; `enrol` and `amend` check it. Raises nothing."""
    return definitions.parsed(known, text)


def profile(member_id: UUID) -> Profile:
    """Return a member's attributes and what a complete profile lacks.

    Raises: Refusal `unknown_member`.
    """
    return definitions.profile(_known(queries.row(member_id)), attributing.known())


def completed_profiles(member_ids: Collection[UUID]) -> dict[UUID, bool]:
    """Say of members whether they told name, birthday and all required attributes. Raises nothing."""
    known = attributing.known()
    return {row.id: definitions.profile(row, known).completed for row in queries.rows(member_ids)}


def attributes(member_ids: Collection[UUID]) -> dict[UUID, dict[str, int | str]]:
    """Return what rules may know of members' attributes: one statement. Raises nothing.

    Numbers as they are, yes and no as 1 and 0, dates as days since 1970-01-01, choices as their code; texts and
    personal attributes are left out.
    """
    known = {code: one for code, one in attributing.known().items() if not one.personal}
    return {member_id: definitions.told(values, known) for member_id, values, _ in queries.traits(member_ids)}


def tags(member_ids: Collection[UUID]) -> dict[UUID, frozenset[str]]:
    """Return the tags of members: one statement. Raises nothing."""
    return {member_id: frozenset(tags) for member_id, _, tags in queries.traits(member_ids)}


def set_tags(member_id: UUID, tags: Sequence[str], actor: Actor) -> Member:
    """Let a member have these tags and no others.

    Raises: Refusal `unknown_member`, `member_exited`, `member_merged`, `invalid_tag`, `too_many_tags`.
    """
    with unit_of_work():
        return _views([amending.set_tags(member_id, tags, actor)])[0]


# --- the member's card ---

show_code = cards.show
show_codes = cards.show_ahead
read_code = cards.read
provide_wallet = wallets.provide
wallets_provided = wallets.provided
wallet_pass = wallets.pass_of


# --- what members do themselves ---

ask_log_in_code = log_in.ask
check_log_in_code = log_in.check
log_in_device = devices.log_in
known_device = devices.known
devices_of = devices.of
log_out_device = devices.log_out
set_language = amending.set_language
take_own_data = own_data.take
consent = consents.give
consents_of = consents.of


def prune_log_ins() -> int:
    """Forget devices and codes that let nobody in any more, and return how many. Raises nothing."""
    now = clock.machine_now()
    return log_in.prune(now) + devices.prune(now)


# --- two records of one person ---


def merge(survivor: UUID, sources: Sequence[UUID], actor: Actor, reason: str) -> MergeRecord:
    """Let up to 20 members live on in another one; what they own is not touched here.

    The survivor keeps its own data and takes what it lacks, all tags and external ids. A source is closed; whoever
    looks for it by id, phone, e-mail or external id finds the survivor.

    Raises: Refusal `unknown_member`, `nothing_to_merge`, `too_many_to_merge`, `not_mergeable`, `too_many_tags`,
        `reason_required`, `reason_too_long`.
    """
    reasons.require(reason)
    with unit_of_work():
        record = merging.merge(survivor, sources, reason, actor, clock.business_now())
        after = {"sources": [ids.encode(ID_PREFIX, one) for one in sources], "reason": reason}
        org.audit("member.merged", ids.encode(ID_PREFIX, survivor), None, after, actor)
        return record


def unmerge(merge_id: UUID, actor: Actor, reason: str) -> MergeRecord:
    """Take a merge apart: the sources are as they were; the survivor keeps what was changed in it since.

    Raises: Refusal `unknown_merge`, `merge_undone`, `merge_covered` when the survivor was itself merged or closed
        since, `duplicate_phone`, `duplicate_email`, `reason_required`, `reason_too_long`.
    """
    reasons.require(reason)
    with unit_of_work():
        record = merging.unmerge(merge_id, reason, actor, clock.business_now())
        after = {"sources": [ids.encode(ID_PREFIX, one) for one in record.source_ids], "reason": reason}
        org.audit("member.unmerged", ids.encode(ID_PREFIX, record.survivor_id), None, after, actor)
        return record


def merge_record(merge_id: UUID) -> MergeRecord:
    """Return a merge.

    Raises: Refusal `unknown_merge`.
    """
    found = queries.merge(merge_id)
    if found is None:
        raise Refusal("unknown_merge", "There is no such merge.")
    return merging.view(found)


def heirs(member_ids: Collection[UUID]) -> dict[UUID, tuple[Heir, ...]]:
    """Return in whom members who were merged live on, one after the other: one statement. Raises nothing."""
    found: dict[UUID, tuple[Heir, ...]] = {}
    for member_id, *heir in queries.heirs(member_ids):
        found[member_id] = (*found.get(member_id, ()), Heir(*heir))
    return found


merged_into = queries.merged_ids


def merges(member_id: UUID) -> list[MergeRecord]:
    """Return the merges in which a member stayed or ended, latest first. Raises nothing."""
    return [merging.view(row) for row in queries.merges(member_id)]


active_after, count_active, records = audience.active_after, audience.count_active, merging.records


def duplicates(limit: int, cursor: str | None = None) -> DuplicatePage:
    """Return pairs of members who may be one person, from up to `limit` candidates.

    Raises: Refusal `invalid_cursor`.
    """
    return likeness.page(limit, cursor)


# --- what several verbs do ---


def _setting() -> fields.Setting:
    own = org.organisation()
    region, language = ("", settings.LANGUAGE_CODE) if own is None else (own.region, own.language)
    return fields.Setting(clock.business_now(), region, language)


def _prepared(new: NewMember, setting: fields.Setting, known: Mapping[str, Attribute]) -> enrolment.Candidate | Refusal:
    try:
        return enrolment.prepare(new, setting, known)
    except Refusal as refusal:
        return refusal


def _views(rows: Sequence[models.Member]) -> list[Member]:
    external = queries.external_ids([row.id for row in rows])
    return [fields.view(row, external) for row in rows]


def _known(row: models.Member | None) -> models.Member:
    if row is None:
        raise _unknown()
    return row


def _unknown() -> Refusal:
    return Refusal("unknown_member", "There is no such member.")
