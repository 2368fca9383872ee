"""The one file of a backup: a ZIP of a database's dump, a manifest of what it is and, sealed, the deployment's keys.

Knows nothing of databases or of Django. Members are stored as they are, so that `unzip` and `pg_restore` alone can
bring a deployment back. Nothing here proves who made a file: its checksums tell accidents, not forgery.
"""

import fcntl
import hashlib
import json
import os
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from struct import error as StructError  # noqa: N812
from typing import IO

from shuke.core.values.errors import Refusal
from shuke.foundation import randomness

FORMAT = 1
_PRIVATE = 0o600
_CHUNK = 1 << 20
_LONGEST_MANIFEST = 1 << 20
_MANIFEST, _DUMP, _SECRETS = "manifest.json", "database.dump", "secrets.sealed"
# What zipfile raises where bytes of its own structures are wrong.
_DAMAGE = (
    zipfile.BadZipFile, zipfile.LargeZipFile, KeyError, ValueError, TypeError, EOFError, NotImplementedError,
    RuntimeError, OverflowError, OSError, StructError, zlib.error,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SealMark:
    """The ledger's newest seal when a backup was begun; `digest` in hex."""

    number: int
    digest: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup is of: `postgres` and `pg_dump` are majors, keys are fingerprints, the checksum is hex."""

    format: int
    shuke: str
    made_at: str
    kind: str
    organisation: str
    language: str
    migrations: tuple[str, ...]
    postgres: int
    pg_dump: int
    field_keys: tuple[str, ...]
    blind_key: str
    seal: SealMark | None
    dump_bytes: int = 0
    dump_sha256: str = ""
    with_secrets: bool = False


def write(path: Path, manifest: Manifest, dump: Iterable[bytes], sealed_secrets: bytes | None) -> Manifest:
    """Write a backup whole or not at all, readable by its owner alone, and return its manifest with size and checksum.

    Raises: Refusal `backup_unwritable`, and what `dump` raises.
    """
    try:
        _clear_away(path)
        with _part(path) as (fresh, file):
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
                digest, size = hashlib.sha256(), 0
                with archive.open(zipfile.ZipInfo(_DUMP), "w", force_zip64=True) as member:
                    for chunk in dump:
                        digest.update(chunk)
                        size += len(chunk)
                        member.write(chunk)
                if sealed_secrets is not None:
                    archive.writestr(zipfile.ZipInfo(_SECRETS), sealed_secrets)
                written = replace(
                    manifest, dump_bytes=size, dump_sha256=digest.hexdigest(), with_secrets=sealed_secrets is not None
                )
                text = json.dumps(asdict(written), ensure_ascii=False, indent=2)
                archive.writestr(zipfile.ZipInfo(_MANIFEST), text)
            file.flush()
            os.fsync(file.fileno())
            fresh.rename(path)
        _sync_folder(path.parent)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise Refusal(
            "backup_unwritable", f"{path} cannot be written: {why}.", params={"path": str(path), "why": why}
        ) from error
    return written


@contextmanager
def _part(path: Path) -> Iterator[tuple[Path, IO[bytes]]]:
    """Give a new file beside `path`, locked so that nobody takes it for one left behind; the block may rename it."""
    while True:
        fresh = path.with_name(f".{path.name}.{randomness.token(6)}.part")
        with os.fdopen(os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL, _PRIVATE), "w+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if not os.fstat(file.fileno()).st_nlink:
                continue  # somebody cleared it away before it was locked
            try:
                yield fresh, file
            finally:
                fresh.unlink(missing_ok=True)
            return


def _clear_away(path: Path) -> None:
    """Delete what backups into the same file left behind when they were killed; of one that still writes, nothing."""
    left = re.compile(re.escape(f".{path.name}.") + r"[\w-]{8}\.part")
    for one in path.parent.iterdir():
        if left.fullmatch(one.name):
            with suppress(BlockingIOError, FileNotFoundError), one.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                one.unlink()


@dataclass(frozen=True, slots=True)
class Backup:
    """An opened backup; `sealed_secrets` is None where it brings no keys."""

    path: Path
    manifest: Manifest
    sealed_secrets: bytes | None
    archive: zipfile.ZipFile

    def chunks(self) -> Iterator[bytes]:
        """Yield the dump in pieces.

        Raises: Refusal `backup_damaged`.
        """
        with _telling(self.path), self.archive.open(_DUMP) as member:
            while chunk := member.read(_CHUNK):
                yield chunk

    def checked(self) -> Iterator[int]:
        """Read the dump to its end, yielding the bytes of each piece, and compare it with its checksum.

        Raises: Refusal `backup_damaged`.
        """
        digest = hashlib.sha256()
        for chunk in self.chunks():
            digest.update(chunk)
            yield len(chunk)
        if digest.hexdigest() != self.manifest.dump_sha256:
            raise _damaged(self.path, "its dump has another checksum than its manifest says")


@contextmanager
def opened(path: Path) -> Iterator[Backup]:
    """Open a backup and read its manifest.

    Raises: Refusal `file_not_found`, `file_unreadable`, `backup_damaged`, `backup_of_newer_release`.
    """
    try:
        file = path.open("rb")
    except FileNotFoundError as error:
        raise Refusal("file_not_found", f"There is no file {path}.", params={"path": str(path)}) from error
    except OSError as error:
        detail = f"{path} can't be read: {error.strerror}"
        raise Refusal("file_unreadable", detail, params={"path": str(path)}) from error
    with file:
        with _telling(path):
            archive = zipfile.ZipFile(file)
            if archive.getinfo(_MANIFEST).file_size > _LONGEST_MANIFEST:
                raise ValueError
            said = json.loads(archive.read(_MANIFEST))
            if said["format"] > FORMAT:
                raise Refusal(
                    "backup_of_newer_release",
                    f"{path} was made by Shuke {said['shuke']}, which this release is too old to read.",
                    params={"path": str(path), "release": said["shuke"]},
                )
            seal = SealMark(**said.pop("seal")) if said["seal"] else None
            lists = {name: tuple(said.pop(name)) for name in ("migrations", "field_keys")}
            manifest = Manifest(**{"seal": None} | said | lists)
            manifest = replace(manifest, seal=seal)
            sealed = archive.read(_SECRETS) if manifest.with_secrets else None
        yield Backup(path, manifest, sealed, archive)


@contextmanager
def _telling(path: Path) -> Iterator[None]:
    try:
        yield
    except _DAMAGE as error:
        raise _damaged(path, "it is no backup of Shuke, or parts of it are missing or changed") from error


def _damaged(path: Path, why: str) -> Refusal:
    return Refusal("backup_damaged", f"{path} is damaged: {why}.", params={"path": str(path)})


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
