"""Keeps program files that people work on. Whoever saves over what somebody else saved meanwhile is told."""

from dataclasses import fields
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.engine.yaml_tree import FILE_LIMIT_BYTES
from shuke.foundation import clock, ids
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor
from shuke.rooms.programs import queries
from shuke.rooms.programs.drafts import DRAFT_PREFIX, SavedDraft
from shuke.rooms.programs.models import Draft

_NAME_LIMIT = 100


def drafts() -> list[SavedDraft]:
    """Return all drafts, last saved first. Raises: nothing."""
    return [_view(row) for row in queries.drafts()]


def draft(id: UUID) -> SavedDraft:
    """Return a draft.

    Raises: Refusal `unknown_draft`.
    """
    return _view(_known(id, lock=False))


def create_draft(name: str, text: str, based_on: int | None, actor: Actor) -> SavedDraft:
    """Keep a new draft; a file with faults may be one.

    Raises: Refusal `invalid_name`, `file_too_large`.
    """
    with unit_of_work():
        now = clock.business_now()
        row = Draft(
            id=ids.new_id(),
            name=_named(name),
            text=_bounded(text),
            based_on=based_on,
            revision=1,
            created_at=now,
            created_by=actor.label,
            saved_at=now,
            saved_by=actor.label,
        )
        row.save(force_insert=True)
        _tell("created", row, actor)
        return _view(row)


def save_draft(id: UUID, name: str, text: str, revision: int, actor: Actor) -> SavedDraft:
    """Save a draft over the revision that was opened.

    Raises: Refusal `unknown_draft`, `draft_changed` where it was saved meanwhile, `invalid_name`, `file_too_large`.
    """
    with unit_of_work():
        row = _known(id, lock=True)
        if row.revision != revision:
            raise Refusal(
                "draft_changed",
                f"{row.saved_by} saved it at {row.saved_at.isoformat()}.",
                params={"by": row.saved_by, "at": row.saved_at.isoformat(), "revision": row.revision},
            )
        row.name, row.text = _named(name), _bounded(text)
        row.revision, row.saved_at, row.saved_by = revision + 1, clock.business_now(), actor.label
        row.save(force_update=True)
        _tell("saved", row, actor)
        return _view(row)


def drop_draft(id: UUID, actor: Actor) -> None:
    """Throw a draft away.

    Raises: Refusal `unknown_draft`.
    """
    with unit_of_work():
        row = _known(id, lock=True)
        _tell("dropped", row, actor)
        row.delete()


def _known(id: UUID, *, lock: bool) -> Draft:
    row = queries.draft(id, lock=lock)
    if row is None:
        raise Refusal("unknown_draft", "There is no such draft.")
    return row


def _view(row: Draft) -> SavedDraft:
    return SavedDraft(**{each.name: getattr(row, each.name) for each in fields(SavedDraft)})


def _named(name: str) -> str:
    name = name.strip()
    if not 0 < len(name) <= _NAME_LIMIT or not name.isprintable():
        raise Refusal("invalid_name", f"A name has 1 to {_NAME_LIMIT} printable characters.", pointer="/name")
    return name


def _bounded(text: str) -> str:
    if len(text.encode()) > FILE_LIMIT_BYTES:
        raise Refusal("file_too_large", "A program file has at most 256 kB.", pointer="/text")
    return text


def _tell(step: str, row: Draft, actor: Actor) -> None:
    told = {"name": row.name, "revision": row.revision}
    org.audit(f"program.draft_{step}", ids.encode(DRAFT_PREFIX, row.id), None, told, actor)
