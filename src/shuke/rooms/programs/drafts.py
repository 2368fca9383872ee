"""What crosses the door of programs about files that people work on."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

DRAFT_PREFIX = "drf"


@dataclass(frozen=True, slots=True)
class SavedDraft:
    """A program file that somebody works on; `revision` counts its saves, `based_on` is a version."""

    id: UUID
    name: str
    text: str
    based_on: int | None
    revision: int
    created_at: datetime
    created_by: str
    saved_at: datetime
    saved_by: str
