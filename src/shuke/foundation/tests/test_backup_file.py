"""The file of a backup: written whole or not at all; whatever is changed in it is found before it is used."""

import fcntl
import json
import resource
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from shuke.core.values.errors import Refusal
from shuke.foundation import backup_file
from shuke.foundation.backup_file import Manifest, SealMark

MANIFEST = Manifest(
    1, "0.1.0", "2026-05-01T00:00:00+00:00", "live", "河畔", "zh-hans", ("org.0001",), 18, 18, ("aa",), "bb",
    SealMark(3, "cc"),
)  # fmt: skip
DUMP = [b"PGDMP", b"x" * 3000, b"end"]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "shop.backup"


def read(path):
    """Return manifest, dump and sealed keys after every check."""
    with backup_file.opened(path) as backup:
        assert sum(backup.checked()) == backup.manifest.dump_bytes
        return backup.manifest, b"".join(backup.chunks()), backup.sealed_secrets


def code_of(path):
    with pytest.raises(Refusal) as refused:
        read(path)
    return refused.value.code


def test_what_is_written_is_read(path):
    written = backup_file.write(path, MANIFEST, DUMP, b"sealed")
    assert written == replace(MANIFEST, dump_bytes=3008, dump_sha256=written.dump_sha256, with_secrets=True)
    assert read(path) == (written, b"".join(DUMP), b"sealed")
    assert path.stat().st_mode & 0o777 == 0o600

    without = backup_file.write(path, MANIFEST, DUMP, None)
    assert read(path) == (without, b"".join(DUMP), None)
    assert list(path.parent.iterdir()) == [path]


def test_a_dump_that_fails_leaves_the_older_file(path):
    backup_file.write(path, MANIFEST, DUMP, None)
    before = path.read_bytes()

    def failing():
        yield b"PGDMP"
        raise Refusal("backup_failed", "pg_dump failed.")

    with pytest.raises(Refusal):
        backup_file.write(path, MANIFEST, failing(), None)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_disk_that_fills_leaves_the_older_file(path):
    backup_file.write(path, MANIFEST, DUMP, None)
    before = path.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before), hard))
    try:
        with pytest.raises(Refusal) as refused:
            backup_file.write(path, MANIFEST, [*DUMP, *DUMP], None)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (refused.value.code, refused.value.params["why"]) == ("backup_unwritable", "File too large")
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(Refusal) as refused:
        backup_file.write(tmp_path / "none" / "shop.backup", MANIFEST, DUMP, None)
    assert refused.value.code == "backup_unwritable"


def test_no_changed_byte_changes_what_is_read(path):
    backup_file.write(path, MANIFEST, DUMP, b"sealed")
    whole, good = read(path), path.read_bytes()
    answers = []
    for place in range(len(good)):
        path.write_bytes(good[:place] + bytes([good[place] ^ 0x41]) + good[place + 1 :])
        try:
            answers.append(read(path))
        except Refusal as refused:
            answers.append(refused.code)
    # The rest are bytes that say nothing, such as a member's date.
    assert [answer for answer in answers if answer not in ("backup_damaged", whole)] == []
    assert answers.count("backup_damaged") > 0.95 * len(good)


@pytest.mark.parametrize("cut", [0, 1, 100, 3000, -1, -22])
def test_a_file_cut_short_is_refused(path, cut):
    backup_file.write(path, MANIFEST, DUMP, None)
    path.write_bytes(path.read_bytes()[:cut])
    assert code_of(path) == "backup_damaged"


def test_something_else_is_refused(path, tmp_path):
    path.write_text("CREATE TABLE")
    assert code_of(path) == "backup_damaged"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("photo.png", "")
    assert code_of(path) == "backup_damaged"
    assert code_of(tmp_path / "none") == "file_not_found"
    assert code_of(tmp_path) == "file_unreadable"


def test_a_later_format_is_refused_by_its_number_alone(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("manifest.json", json.dumps({"format": 2, "shuke": "9.0.0", "news": []}))
    assert code_of(path) == "backup_of_newer_release"


def test_what_a_killed_backup_left_behind_is_cleared_away(path):
    """Another backup that writes into the same file just now keeps what it has, and other files are let be."""
    left, other = path.with_name(".shop.backup.aB3-_x9z.part"), path.with_name(".shop.backup.original")
    left.write_bytes(b"PGDMP")
    other.write_bytes(b"mine")

    def slow():
        yield b"PGDMP"
        assert not left.exists()
        backup_file.write(path, MANIFEST, DUMP, None)
        yield b"end"

    written = backup_file.write(path, MANIFEST, slow(), None)

    assert read(path) == (written, b"PGDMPend", None)
    assert sorted(path.parent.iterdir()) == [other, path]


def test_a_backup_whose_part_is_cleared_away_before_it_is_locked_begins_another(path, monkeypatch):
    lock, cleared = fcntl.flock, []

    def late(file, how):
        if how == fcntl.LOCK_EX and not cleared:
            cleared.extend(path.parent.iterdir())
            backup_file._clear_away(path)
            assert list(path.parent.iterdir()) == []
        lock(file, how)

    monkeypatch.setattr(fcntl, "flock", late)
    written = backup_file.write(path, MANIFEST, DUMP, None)

    assert (len(cleared), read(path)) == (1, (written, b"".join(DUMP), None))
    assert list(path.parent.iterdir()) == [path]


def test_a_backup_keeps_its_part_until_it_has_its_name(path, monkeypatch):
    rename = Path.rename

    def beside_another(fresh, target):
        backup_file._clear_away(path)
        return rename(fresh, target)

    monkeypatch.setattr(Path, "rename", beside_another)
    written = backup_file.write(path, MANIFEST, DUMP, None)

    assert read(path) == (written, b"".join(DUMP), None)
    assert list(path.parent.iterdir()) == [path]
