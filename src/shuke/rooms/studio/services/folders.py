"""The folders of the studio in the deployment's home: files as they were brought, stores, tables of runs."""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings

from shuke.core.values.errors import Refusal
from shuke.rooms.studio.contracts import BYTES_LIMIT

_PRIVATE = 0o700


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was written: its bytes and their SHA-256 in hex."""

    size: int
    digest: str


def history(history_id: UUID) -> Path:
    """Return the folder of a history: `files` as they were brought, `store` as the engine reads it."""
    return _studio() / "histories" / str(history_id)


def store(history_id: UUID) -> Path:
    return history(history_id) / "store"


def faulty_rows(history_id: UUID) -> Path:
    return history(history_id) / "faulty-rows.csv"


def file(history_id: UUID, file_id: UUID, name: str) -> Path:
    """Return where a file is kept; of its own name only the ending is used."""
    ending = "".join(Path(name).suffixes[-2:]).lower()
    safe = "".join(letter for letter in ending if letter.isascii() and (letter.isalnum() or letter == "."))
    return history(history_id) / "files" / f"{file_id}{safe[-12:]}"


def run(run_id: UUID) -> Path:
    return _studio() / "runs" / str(run_id)


def keep(chunks: Iterable[bytes], path: Path) -> Kept:
    """Write a file whole or not at all.

    Half of the room that is left stays free, for the database and what is made of the file.

    Raises: Refusal `file_too_large`, `file_empty`.
    """
    most = min(BYTES_LIMIT, _room_left() // 2)
    path.parent.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    digest, size = hashlib.sha256(), 0
    try:
        with part.open("wb") as out:
            for chunk in chunks:
                size += len(chunk)
                if size > most:
                    raise Refusal(
                        "file_too_large",
                        f"The file has more than {most:,} bytes, half of the room that is left.",
                        params={"limit": most},
                    )
                digest.update(chunk)
                out.write(chunk)
        if not size:
            raise Refusal("file_empty", "The file is empty.")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return Kept(size, digest.hexdigest())


@contextmanager
def alone() -> Iterator[None]:
    """Wait until no other process works in these folders, and keep others out meanwhile; one that dies lets go."""
    _studio().mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
    with (_studio() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def fresh(folder: Path) -> Path:
    """Return an empty folder to work in."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=_PRIVATE, parents=True)
    return folder


def remove(*paths: Path) -> None:
    """Remove files and folders, those that are gone already among them."""
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _room_left() -> int:
    """Return the bytes that are free where the studio keeps its files."""
    _studio().mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
    found = os.statvfs(_studio())
    return found.f_bavail * found.f_frsize


def _studio() -> Path:
    return Path(settings.SHUKE_HOME) / "studio"
