"""Two records of one person: merged into one that both are found by, and taken apart again exactly.

A source stays as it was stored, closed and pointing at the survivor: its phone and e-mail address go on naming it, and
look-ups follow the pointer. Only external ids, and what the survivor lacks, move; the record of the merge has, sealed,
what each row said before and after. Knows nothing of what members own.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.foundation import encryption, ids
from shuke.rooms.members import definitions, enrolment, fields, histories, labels, models, queries
from shuke.rooms.members.contracts import Field, IdentityEvent, MergeRecord, Status
from shuke.rooms.org.contracts import Actor

SOURCES_LIMIT = 20
_OPEN = {Status.ACTIVE, Status.FROZEN}

Image = dict[str, Any]  # what a row says: fields in clear, tags, attributes, external ids


def merge(survivor_id: UUID, source_ids: Sequence[UUID], reason: str, actor: Actor, now: datetime) -> MergeRecord:
    """Merge in the open transaction; members are locked in id order.

    Raises: Refusal `unknown_member`, `nothing_to_merge`, `too_many_to_merge`, `not_mergeable`, `too_many_tags`.
    """
    if not source_ids or survivor_id in source_ids or len(set(source_ids)) != len(source_ids):
        raise Refusal("nothing_to_merge", "A merge takes other members than the one that stays, each once.")
    if len(source_ids) > SOURCES_LIMIT:
        raise Refusal(
            "too_many_to_merge", f"At most {SOURCES_LIMIT} members are merged at once.", params={"limit": SOURCES_LIMIT}
        )
    rows = _locked([survivor_id, *source_ids])
    survivor, sources = rows[survivor_id], [rows[one] for one in source_ids]
    for one in rows.values():
        if one.status not in _OPEN:
            raise Refusal(
                "not_mergeable",
                f"A member who is {one.status} is not merged; only active and frozen ones are.",
                params={"member": ids.encode("mbr", one.id), "status": one.status},
            )
    before = _images(rows.values())
    filled: list[str] = []
    for source in sources:
        filled += _take_over(survivor, source)
    _write(survivor, sources)
    moved = _move_external_ids(source_ids, survivor_id)
    after = _images(rows.values())
    record = models.Merge(
        id=ids.new_id(),
        survivor_id=survivor_id,
        sources=list(source_ids),
        at=now,
        reason=reason,
        filled=filled,
        **histories.actor_columns(actor),
    )
    images = json.dumps({"before": before, "after": after}, ensure_ascii=False, sort_keys=True)
    record.images_sealed = encryption.seal(images, _context(record.id))
    record.save(force_insert=True)
    for source_id in source_ids:
        was = Status(before[str(source_id)]["status"])
        histories.write_status(source_id, was, Status.MERGED, reason, actor, now)
    _write_moves(moved, survivor_id, actor, now)
    return view(record)


def unmerge(merge_id: UUID, reason: str, actor: Actor, now: datetime) -> MergeRecord:
    """Give every source back what it was, and take from the survivor what came from them and is unchanged since.

    Raises: Refusal `unknown_merge`, `merge_undone`, `merge_covered`, `duplicate_phone`, `duplicate_email`.
    """
    record = models.Merge.objects.select_for_update().filter(pk=merge_id).first()
    if record is None:
        raise Refusal("unknown_merge", "There is no such merge.")
    if record.undone_at is not None:
        raise Refusal("merge_undone", "This merge was undone already.")
    rows = _locked([record.survivor_id, *record.sources])
    survivor = rows[record.survivor_id]
    if survivor.status not in _OPEN:
        raise Refusal(
            "merge_covered",
            f"The member that stayed is {survivor.status} now; undo what came later first.",
            params={"status": survivor.status},
        )
    images = json.loads(encryption.open_sealed(record.images_sealed, _context(record.id)))
    _put_back(survivor, images["before"][str(survivor.id)], images["after"][str(survivor.id)])
    survivor.revision += 1
    survivor.save(force_update=True)
    moved: dict[UUID, list[tuple[str, str]]] = {}
    for source_id in record.sources:
        was = images["before"][str(source_id)]
        _reopen(rows[source_id], was)
        histories.write_status(source_id, Status.MERGED, Status(was["status"]), reason, actor, now)
        moved[source_id] = [(source, external_id) for source, external_id in was["external"]]
        queries.move_external_ids(moved[source_id], source_id)
    record.undone_at = now
    record.save(update_fields=["undone_at"])
    _write_moves(moved, record.survivor_id, actor, now)
    return view(record)


def records(member_ids: Collection[UUID]) -> dict[UUID, tuple[UUID, ...]]:
    """Return by member all records of the person: their own, and those that were merged into it, also through others.

    What a person may have so many times is counted over all of them.
    """
    found: dict[UUID, tuple[UUID, ...]] = {}
    for member_id, record_id in queries.records(member_ids) if member_ids else ():
        found[member_id] = (*found.get(member_id, ()), record_id)
    return found


def view(record: models.Merge) -> MergeRecord:
    """Return a merge as others may see it, without personal data."""
    return MergeRecord(
        record.id,
        record.survivor_id,
        tuple(record.sources),
        record.at,
        record.reason,
        histories.actor_of(record),
        tuple(record.filled),
        record.undone_at,
    )


def _locked(member_ids: Sequence[UUID]) -> dict[UUID, models.Member]:
    rows = {row.id: row for row in queries.lock_many(member_ids)}
    if len(rows) < len(member_ids):
        raise Refusal("unknown_member", "There is no such member.")
    return rows


def _take_over(survivor: models.Member, source: models.Member) -> list[str]:
    """Give the survivor what it lacks of a source, and return which personal fields that were."""
    filled = []
    for field in Field:
        plain = fields.read(source, field)
        if plain and getattr(survivor, f"{field}_sealed") is None:
            fields.put_normal(survivor, field, plain)
            filled.append(field.value)
            if field in {Field.PHONE, Field.EMAIL}:
                fields.put_normal(source, field, None)  # it names one member, the survivor from now on
    survivor.attributes = {**source.attributes, **survivor.attributes}
    definitions.seal(survivor, {**definitions.personal_values(source), **definitions.personal_values(survivor)})
    survivor.tags = labels.checked([*survivor.tags, *source.tags])
    latest = [at for at in (survivor.last_active_at, source.last_active_at) if at is not None]
    survivor.last_active_at = max(latest, default=None)
    return filled


def _write(survivor: models.Member, sources: Sequence[models.Member]) -> None:
    for source in sources:  # first: they give up what the survivor takes over
        source.status, source.merged_into = Status.MERGED, survivor
        source.revision += 1
        source.save(force_update=True)
    survivor.revision += 1
    survivor.save(force_update=True)


def _move_external_ids(source_ids: Sequence[UUID], survivor_id: UUID) -> dict[UUID, list[tuple[str, str]]]:
    found = queries.external_ids(source_ids)
    moved = {member_id: [(one.source, one.external_id) for one in given] for member_id, given in found.items()}
    queries.move_external_ids([one for given in moved.values() for one in given], survivor_id)
    return moved


def _write_moves(
    moved: Mapping[UUID, Sequence[tuple[str, str]]], survivor_id: UUID, actor: Actor, now: datetime
) -> None:
    histories.write_identities(
        [
            (member_id, "external_id", IdentityEvent.MOVED, source, external_id, None)
            for source_id, given in moved.items()
            for source, external_id in given
            for member_id in (source_id, survivor_id)
        ],
        actor,
        now,
    )


def _images(rows: Any) -> dict[str, Image]:
    rows = list(rows)
    external = queries.external_ids([row.id for row in rows])
    return {
        str(row.id): {
            "status": str(row.status),
            "fields": {field.value: fields.read(row, field) for field in Field},
            "attributes": row.attributes,
            "personal": definitions.personal_values(row),
            "tags": row.tags,
            "external": [[one.source, one.external_id] for one in external.get(row.id, ())],
        }
        for row in rows
    }


def _reopen(row: models.Member, was: Image) -> None:
    """Let a source take part as before, with its contact data; nothing else was touched while it was closed."""
    row.status, row.merged_into = was["status"], None
    for field in (Field.PHONE, Field.EMAIL):
        fields.put_normal(row, field, was["fields"][field.value] or None)
    enrolment.claim(row, ())
    row.revision += 1
    row.save(force_update=True)


def _put_back(row: models.Member, before: Image, after: Image) -> None:
    """Undo in the survivor what the merge did, except where it was changed again since."""
    for field in Field:
        was, became = before["fields"][field.value], after["fields"][field.value]
        if was != became and fields.read(row, field) == became:
            fields.put_normal(row, field, was or None)
    row.attributes = _less(row.attributes, before["attributes"], after["attributes"])
    definitions.seal(row, _less(definitions.personal_values(row), before["personal"], after["personal"]))
    gained = set(after["tags"]) - set(before["tags"])
    row.tags = [tag for tag in row.tags if tag not in gained]


def _less(now: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    gained = {code for code in after if code not in before}
    return {code: value for code, value in now.items() if code not in gained or value != after[code]}


def _context(merge_id: UUID) -> str:
    return f"members_merge.images_sealed:{merge_id}"
