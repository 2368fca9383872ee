"""The folder of compiled code is this user's alone, and what is imported from it is what was generated."""

import os
import stat
import sys

import pytest

from shuke.engine import kernel

TEXT = '"""A text of the test."""\nVALUE = 1\n'


@pytest.fixture
def fallback(tmp_path, monkeypatch):
    """The folder in the place for temporary files, where the user's own cache can't be written."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr(kernel.tempfile, "gettempdir", lambda: str(tmp_path))
    return tmp_path / f"shuke-compiled-{os.geteuid()}"


def test_the_fallback_is_a_private_folder(fallback):
    assert kernel.cache_folder() == fallback
    assert stat.S_IMODE(fallback.stat().st_mode) == 0o700


def test_a_readable_folder_of_this_user_is_closed(fallback):
    fallback.mkdir()
    fallback.chmod(0o755)
    assert stat.S_IMODE(kernel.cache_folder().stat().st_mode) == 0o700


def test_a_link_a_file_and_a_folder_others_may_write_are_refused(fallback, tmp_path):
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    fallback.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PermissionError):
        kernel.cache_folder()
    fallback.unlink()
    fallback.mkdir()
    fallback.chmod(0o777)
    with pytest.raises(PermissionError):
        kernel.cache_folder()


def test_a_folder_of_somebody_else_is_refused(fallback, monkeypatch):
    fallback.mkdir(mode=0o700)
    owner = os.geteuid()
    monkeypatch.setattr(kernel.os, "geteuid", lambda: owner + 1)
    fallback.rename(fallback.with_name(f"shuke-compiled-{owner + 1}"))
    with pytest.raises(PermissionError):
        kernel.cache_folder()


def test_another_text_under_the_name_is_replaced_before_it_is_imported(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    planted = kernel.cache_folder() / "shuke_test_text.py"
    planted.write_text("VALUE = 666\n")
    try:
        assert kernel._import_text("shuke_test_text", TEXT).VALUE == 1
    finally:
        sys.modules.pop("shuke_test_text", None)
    assert planted.read_text() == TEXT
