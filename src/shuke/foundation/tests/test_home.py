"""A home: where it lies, where each setting comes from, and keys that only its owner reads."""

import base64
import os
from pathlib import Path

import pytest

from shuke.core.values.errors import Refusal
from shuke.foundation import home as homes

KEY_A, KEY_B = (base64.b64encode(letter * 32).decode() for letter in (b"a", b"b"))


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """An empty home; nothing said in the environment but where it lies."""
    for variable in [*os.environ]:
        if variable.startswith("SHUKE_") or variable in {"DATABASE_URL", "XDG_DATA_HOME"}:
            monkeypatch.delenv(variable)
    monkeypatch.setenv("SHUKE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_shuke_home_says_where_a_home_lies(home):
    assert (homes.current().folder, homes.current().source) == (home, "environment SHUKE_HOME")


@pytest.mark.parametrize("user", [0, 1000])
def test_without_it_the_data_folder_of_xdg_is_taken_by_root_too(user, monkeypatch, tmp_path):
    monkeypatch.delenv("SHUKE_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: user)
    assert homes.current().folder == tmp_path / "shuke"


@pytest.mark.parametrize(
    ("user", "folder"), [(0, Path("/var/lib/shuke")), (1000, Path("/people/anna/.local/share/shuke"))]
)
def test_without_both_root_has_its_own_place(user, folder, monkeypatch):
    monkeypatch.delenv("SHUKE_HOME")
    monkeypatch.setenv("HOME", "/people/anna")
    monkeypatch.setattr(os, "geteuid", lambda: user)
    assert (homes.current().folder, homes.current().source) == (folder, "default")


def test_a_setting_is_taken_from_flag_then_environment_then_file_then_default(home, monkeypatch):
    assert homes.current().settings["origin"] == homes.Setting("http://127.0.0.1:8000", "default")
    assert homes.current({"bind": "127.0.0.1:8064"}).value("origin") == "http://127.0.0.1:8064"
    home.mkdir()
    (home / "shuke.toml").write_text('origin = "https://file.example"\ninsecure_lan = true\n')
    assert homes.current().settings["origin"] == homes.Setting("https://file.example", "shuke.toml")
    assert homes.current().value("insecure_lan") == "yes"
    monkeypatch.setenv("SHUKE_ORIGIN", "https://env.example")
    assert homes.current().settings["origin"] == homes.Setting("https://env.example", "environment SHUKE_ORIGIN")
    flagged = homes.current({"origin": "https://flag.example", "bind": None}).settings
    assert flagged["origin"] == homes.Setting("https://flag.example", "flag")
    assert flagged["bind"].source == "default"


def test_flags_are_handed_on_to_child_processes(monkeypatch):
    monkeypatch.setenv("SHUKE_BIND", "before")
    homes.export({"bind": "127.0.0.1:9", "origin": None})
    assert os.environ["SHUKE_BIND"] == "127.0.0.1:9"
    assert "SHUKE_ORIGIN" not in os.environ


@pytest.mark.parametrize("text", ['orgin = "x"', "origin = ", 'origin = "\xff"'])
def test_a_file_that_says_nothing_we_know_is_refused(text, home):
    home.mkdir()
    (home / "shuke.toml").write_bytes(text.encode("latin-1"))
    with pytest.raises(Refusal) as refused:
        homes.current()
    assert refused.value.code == "settings_invalid"
    assert "shuke.toml" in refused.value.detail


def test_keys_are_made_once_and_for_their_owner_only(home):
    assert homes.current().secrets() is None
    made = homes.current().make_secrets()
    assert (home / "secrets.toml").stat().st_mode & 0o777 == 0o600
    assert homes.current().make_secrets() == homes.current().secrets() == made
    assert len(made.field_keys) == 1
    assert len({made.django_key.encode(), *made.field_keys, made.blind_key}) == 3
    assert [path.name for path in home.iterdir()] == ["secrets.toml"]


def test_keys_of_the_environment_go_before_those_of_the_file(home, monkeypatch):
    stored = homes.current().make_secrets()
    monkeypatch.setenv("SHUKE_FIELD_KEYS", f"{KEY_A},{KEY_B}")
    assert homes.current().secrets() == homes.Secrets(stored.django_key, (b"a" * 32, b"b" * 32), stored.blind_key)


def test_keys_that_are_all_in_the_environment_need_no_file(home, monkeypatch):
    monkeypatch.setenv("SHUKE_DJANGO_KEY", "django")
    monkeypatch.setenv("SHUKE_FIELD_KEYS", KEY_A)
    monkeypatch.setenv("SHUKE_BLIND_KEY", KEY_B)
    assert homes.current().make_secrets().blind_key == b"b" * 32
    assert not home.exists()


def test_keys_that_others_can_read_are_refused(home):
    homes.current().make_secrets()
    (home / "secrets.toml").chmod(0o644)
    with pytest.raises(Refusal) as refused:
        homes.current().secrets()
    assert refused.value.code == "secrets_readable_by_others"
    assert "chmod 600" in refused.value.detail


@pytest.mark.parametrize("keys", ["", "short", KEY_A[:-4], "~" * 44])
def test_keys_that_are_none_are_refused(keys, monkeypatch):
    monkeypatch.setenv("SHUKE_DJANGO_KEY", "django")
    monkeypatch.setenv("SHUKE_FIELD_KEYS", keys)
    monkeypatch.setenv("SHUKE_BLIND_KEY", KEY_B)
    with pytest.raises(Refusal) as refused:
        homes.current().secrets()
    assert refused.value.code == "secrets_invalid"


def test_a_home_is_of_one_kind(home):
    homes.current().establish("sandbox", "en")
    homes.current().establish("sandbox", "zh-hans")
    assert (homes.current().kind, homes.current().value("language")) == ("sandbox", "en")
    with pytest.raises(Refusal) as refused:
        homes.current().establish("live", "en")
    assert refused.value.code == "home_of_other_kind"
    assert "SHUKE_HOME" in refused.value.detail
    assert homes.current().kind == "sandbox"


def test_a_home_that_cannot_be_written_is_refused(home):
    home.parent.joinpath("home").write_text("a file")
    with pytest.raises(Refusal) as refused:
        homes.current()
    assert refused.value.code == "settings_invalid"


def test_a_home_under_a_file_is_refused(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SHUKE_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(Refusal) as refused:
        homes.current().make_secrets()
    assert refused.value.code in {"home_unusable", "settings_invalid"}


def test_keys_from_elsewhere_are_taken_and_given_back(home):
    own = homes.current().make_secrets()
    brought = homes.Secrets('said "so"', (b"c" * 32, b"d" * 32), b"e" * 32)
    assert homes.Secrets.of(brought.text()) == brought

    put_back = homes.current().take_secrets(brought)
    assert homes.current().secrets() == brought
    assert (home / "secrets.toml").stat().st_mode & 0o777 == 0o600
    put_back()
    assert homes.current().secrets() == own
    assert [path.name for path in home.iterdir()] == ["secrets.toml"]


def test_keys_for_an_empty_home_leave_it_empty_when_given_back(home):
    homes.current().take_secrets(homes.Secrets("key", (b"c" * 32,), b"e" * 32))()
    assert list(home.iterdir()) == []


def test_the_last_backup_is_remembered(home):
    assert homes.current().last_backup() is None
    for day in ("2026-05-01", "2026-05-02"):
        homes.current().note_backup(Path("/backups/shop"), day, "aa")
    assert homes.current().last_backup() == {"path": "/backups/shop", "made_at": "2026-05-02", "sha256": "aa"}


@pytest.mark.parametrize(
    "text", ["", "nonsense", 'django_key = "x"', 'django_key = "x"\nfield_keys = []\nblind_key = "a"']
)
def test_what_is_no_secrets_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011
        homes.Secrets.of(text)
