"""Reads and writes of the room's tables; decides nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import F

from shuke.rooms.studio.contracts import UNDER_WAY, RunKind, State
from shuke.rooms.studio.models import File, History, Run, Work

Row = TypeVar("Row", History, Run)


def find(model: type[Row], id: UUID, *, lock: bool = False) -> Row | None:
    rows = model.objects.select_for_update() if lock else model.objects.all()
    found: Row | None = rows.filter(pk=id).first()
    return found


def insert(row: Work | File) -> None:
    row.save(force_insert=True)


def change(row: Work | File, **values: Any) -> None:
    """Set columns of a row that the caller has locked."""
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))


def histories(limit: int) -> list[History]:
    return list(History.objects.order_by("-id")[:limit])


def files(history_ids: Sequence[UUID]) -> dict[UUID, list[File]]:
    found: dict[UUID, list[File]] = {id: [] for id in history_ids}
    for file in File.objects.filter(history_id__in=history_ids).order_by("id"):
        found[file.history_id].append(file)
    return found


def file(file_id: UUID) -> File | None:
    return File.objects.filter(pk=file_id).first()


def runs(kind: RunKind | None, history_id: UUID | None, limit: int) -> list[Run]:
    """Return runs, latest first, without the programs and results that only a run's own page needs."""
    rows = Run.objects.select_related("history").defer("text", "other", "result").order_by("-id")
    if kind is not None:
        rows = rows.filter(kind=kind)
    if history_id is not None:
        rows = rows.filter(history_id=history_id)
    return list(rows[:limit])


def runs_under_way(history_id: UUID) -> bool:
    return Run.objects.filter(history_id=history_id, state__in=UNDER_WAY).exists()


def delete_run(run_id: UUID) -> None:
    Run.objects.filter(pk=run_id).delete()


def delete_file(file_id: UUID) -> None:
    File.objects.filter(pk=file_id).delete()


def delete_history(history_id: UUID) -> list[UUID]:
    """Delete a history with its files and runs, and return which runs went."""
    run_ids = list(Run.objects.filter(history_id=history_id).values_list("id", flat=True))
    Run.objects.filter(history_id=history_id).delete()
    File.objects.filter(history_id=history_id).delete()
    History.objects.filter(pk=history_id).delete()
    return run_ids


def begin(model: type[Row], id: UUID, now: datetime, most: int) -> bool:
    """Say that work is being done; False where nobody wants it any more, or it was begun so often already."""
    wanted = model.objects.filter(pk=id, state__in=UNDER_WAY, stop=False, tries__lt=most)
    return bool(wanted.update(state=State.RUNNING, started_at=now, phase="", done=0, total=0, tries=F("tries") + 1))


def note_progress(model: type[Row], id: UUID, phase: str, done: int, total: int, began_at: datetime | None) -> bool:
    """Write how far work is, and when its phase began where that is new; say whether to leave off: it was stopped, or
    its row is gone.
    """
    began = {"started_at": began_at} if began_at else {}
    updated = model.objects.filter(pk=id, stop=False).update(phase=phase, done=done, total=total, **began)
    return not updated


def end(model: type[Row], id: UUID, state: State, **values: Any) -> None:
    """Write how work ended, unless its row is gone."""
    model.objects.filter(pk=id).update(state=state, **values)
