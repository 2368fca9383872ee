"""The deployment's home: its folder, its settings with the source of each, and its secrets.

Knows nothing of Django, so that settings can be made from it and the command line can ask it first.
"""

import base64
import hashlib
import json
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shuke.core.values.errors import Refusal
from shuke.foundation import randomness

_PRIVATE = 0o600
_OTHERS = 0o077
_KEY_BYTES = 32
_LAST_BACKUP = "last-backup.json"
_SECRETS_HEAD = """\
# Made on the first run. Keep a copy in a safe place: without field_keys the personal data of members is lost.
# Of field_keys the first seals, the others only open what they sealed before.
"""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a setting is and where it was said: `flag`, `environment`, `shuke.toml`, `deployment.toml` or `default`."""

    value: str
    source: str


# name in shuke.toml -> (environment variable, default)
SETTINGS = {
    "database_url": ("DATABASE_URL", ""),
    "origin": ("SHUKE_ORIGIN", ""),  # follows `bind` where it is not said
    "bind": ("SHUKE_BIND", "127.0.0.1:8000"),
    "proxies": ("SHUKE_PROXIES", "0"),
    "insecure_lan": ("SHUKE_INSECURE_LAN", "no"),
    "prepared_statements": ("SHUKE_PREPARED_STATEMENTS", "yes"),
    "language": ("SHUKE_LANGUAGE", "zh-hans"),
}
_PROXIES = tuple("0123456789")  # how many of them stand in front and add to X-Forwarded-For
KIND_VARIABLE = "SHUKE_KIND"
_SECRET_VARIABLES = {
    "django_key": "SHUKE_DJANGO_KEY",
    "field_keys": "SHUKE_FIELD_KEYS",
    "blind_key": "SHUKE_BLIND_KEY",
}


@dataclass(frozen=True, slots=True)
class Secrets:
    """The keys of a deployment. Of `field_keys` the first seals."""

    django_key: str
    field_keys: tuple[bytes, ...]
    blind_key: bytes

    def fingerprints(self) -> tuple[tuple[str, ...], str]:
        """Return what may be stored about the field keys and the blind-index key."""
        return tuple(_fingerprint(key) for key in self.field_keys), _fingerprint(self.blind_key)

    def text(self) -> str:
        """Return them as `secrets.toml` holds them."""
        keys = ", ".join(f'"{_base64(key)}"' for key in self.field_keys)
        lines = [
            f"django_key = {json.dumps(self.django_key, ensure_ascii=False)}",
            f"field_keys = [{keys}]",
            f'blind_key = "{_base64(self.blind_key)}"',
        ]
        return _SECRETS_HEAD + "\n".join(lines) + "\n"

    @classmethod
    def of(cls, text: str) -> "Secrets":
        """Return what `text` wrote.

        Raises: ValueError.
        """
        try:
            return _parse_secrets(tomllib.loads(text))
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError("no secrets") from error


@dataclass(frozen=True, slots=True)
class Home:
    """A resolved home: the folder, where that was said, and the settings by name."""

    folder: Path
    source: str
    settings: Mapping[str, Setting]
    kind: str | None  # "live" | "sandbox", None until it is established
    kind_source: str

    @property
    def postgres(self) -> Path:
        """The data folder of the embedded database."""
        return self.folder / "postgres"

    def value(self, name: str) -> str:
        """Return the value of a setting."""
        return self.settings[name].value

    def secrets(self) -> Secrets | None:
        """Return the keys, those of the environment before those of `secrets.toml`, or None before the first run.

        Raises: Refusal `secrets_readable_by_others`, `secrets_invalid`.
        """
        path = self.folder / "secrets.toml"
        stored = _read_toml(path)
        if stored and path.stat().st_mode & _OTHERS:
            raise _readable(path)
        texts = {name: os.environ.get(variable) or stored.get(name) for name, variable in _SECRET_VARIABLES.items()}
        if not any(texts.values()):
            return None
        try:
            return _parse_secrets(texts)
        except (ValueError, AttributeError, TypeError) as error:
            raise Refusal(
                "secrets_invalid",
                f"The secrets in {path} or the environment are incomplete or not base64 of {_KEY_BYTES} bytes.",
                params={"file": str(path)},
            ) from error

    def keys_of(self, name: str) -> Mapping[str, Mapping[str, str]]:
        """Return the keys of services that others run, as the tables of a file hold them: `payments` or `wallets`.

        Raises: Refusal `secrets_readable_by_others`, `settings_invalid`.
        """
        path = self.folder / f"{name}.toml"
        stored = _read_toml(path)
        if stored and path.stat().st_mode & _OTHERS:
            raise _readable(path)
        return stored

    def make_secrets(self) -> Secrets:
        """Return the keys, drawing them into `secrets.toml` (mode 0600) on the first run.

        Raises: Refusal as `secrets` does, and `home_unusable`.
        """
        known = self.secrets()
        if known:
            return known
        field_key, blind_key = randomness.token_bytes(_KEY_BYTES), randomness.token_bytes(_KEY_BYTES)
        drawn = Secrets(randomness.token(_KEY_BYTES), (field_key,), blind_key)
        self._write_once("secrets.toml", drawn.text(), _PRIVATE)
        made = self.secrets()
        if made is None:
            raise RuntimeError("secrets.toml vanished")
        return made

    @staticmethod
    def says_secrets_in_environment() -> bool:
        """Tell whether keys come from the environment, where nothing can be written."""
        return any(os.environ.get(variable) for variable in _SECRET_VARIABLES.values())

    def take_secrets(self, secrets: Secrets) -> Callable[[], None]:
        """Write keys that were made elsewhere into `secrets.toml`, and return what puts things back as they were.

        Keys that stand there already are kept beside it, as `secrets.toml.before-restore`.

        Raises: Refusal `home_unusable`.
        """
        path = self.folder / "secrets.toml"
        kept = self.folder / "secrets.toml.before-restore"
        had = path.exists()
        if had:
            path.rename(kept)
        self._write_once("secrets.toml", secrets.text(), _PRIVATE)

        def put_back() -> None:
            path.unlink()
            if had:
                kept.rename(path)

        return put_back

    def note_backup(self, path: Path, made_at: str, sha256: str) -> None:
        """Remember the last backup, for `shuke doctor`.

        Raises: Refusal `home_unusable`.
        """
        (self.folder / _LAST_BACKUP).unlink(missing_ok=True)
        self._write_once(_LAST_BACKUP, json.dumps({"path": str(path), "made_at": made_at, "sha256": sha256}), _PRIVATE)

    def last_backup(self) -> dict[str, str] | None:
        """Return `path`, `made_at` and `sha256` of the last backup made from here, None where none is known."""
        try:
            said: dict[str, str] = json.loads((self.folder / _LAST_BACKUP).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return said

    def establish(self, kind: str, language: str) -> None:
        """Mark the home as that of a `live` or `sandbox` deployment, which speaks `language`.

        Raises: Refusal `home_of_other_kind`, `home_unusable`.
        """
        self.refuse_other_kind(kind)
        if self.kind is None:
            self._write_once("deployment.toml", f'kind = "{kind}"\nlanguage = "{language}"\n', 0o644)

    def refuse_other_kind(self, kind: str) -> None:
        """Check that nothing but a deployment of `kind` lives here.

        Raises: Refusal `home_of_other_kind`.
        """
        if self.kind not in (None, kind):
            raise Refusal(
                "home_of_other_kind",
                f"{self.folder} holds a {self.kind} deployment; choose another folder with SHUKE_HOME.",
                params={"folder": str(self.folder), "kind": str(self.kind)},
            )

    def _write_once(self, name: str, text: str, mode: int) -> None:
        """Write a file whole; of two that write at once the first one's stays."""
        fresh = self.folder / f".{name}.{randomness.token(6)}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(fresh, self.folder / name)
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        except OSError as error:
            raise Refusal(
                "home_unusable",
                f"{self.folder} cannot be written ({error.strerror}); choose another folder with SHUKE_HOME.",
                params={"folder": str(self.folder)},
            ) from error


def current(flags: Mapping[str, str | None] | None = None) -> Home:
    """Resolve the home and its settings: flags, then environment, then `shuke.toml`, then defaults.

    Raises: Refusal `settings_invalid`.
    """
    folder, source = _folder()
    said, mark = _read_toml(folder / "shuke.toml"), _read_toml(folder / "deployment.toml")
    unknown = sorted(set(said) - set(SETTINGS))
    if unknown:
        raise Refusal(
            "settings_invalid",
            f"{folder / 'shuke.toml'} has no setting {unknown[0]!r}; it knows {', '.join(SETTINGS)}.",
            pointer=f"/{unknown[0]}",
            params={"file": str(folder / "shuke.toml"), "name": unknown[0]},
        )
    settings = {
        name: _setting(name, variable, default, flags or {}, said, mark)
        for name, (variable, default) in SETTINGS.items()
    }
    if settings["origin"].source == "default":
        settings["origin"] = Setting(f"http://{settings['bind'].value}", "default")
    if settings["proxies"].value not in _PROXIES:
        raise Refusal(
            "settings_invalid",
            "SHUKE_PROXIES is a number from 0 to 9.",
            pointer="/proxies",
            params={"file": "SHUKE_PROXIES"},
        )
    told = os.environ.get(KIND_VARIABLE)
    kind_source = f"environment {KIND_VARIABLE}" if told else "deployment.toml"
    return Home(folder, source, settings, told or mark.get("kind"), kind_source)


def export(flags: Mapping[str, str | None]) -> None:
    """Hand flags on to Django's settings and to child processes, by way of the environment."""
    for name, value in flags.items():
        if value is not None:
            os.environ[SETTINGS[name][0]] = value


def _setting(
    name: str,
    variable: str,
    default: str,
    flags: Mapping[str, str | None],
    said: Mapping[str, Any],
    mark: Mapping[str, Any],
) -> Setting:
    flag = flags.get(name)
    if flag is not None:
        return Setting(flag, "flag")
    if os.environ.get(variable):
        return Setting(os.environ[variable], f"environment {variable}")
    if name in said:
        value = said[name]
        return Setting(("no", "yes")[value] if isinstance(value, bool) else str(value), "shuke.toml")
    if name in mark:
        return Setting(str(mark[name]), "deployment.toml")
    return Setting(default, "default")


def _folder() -> tuple[Path, str]:
    if os.environ.get("SHUKE_HOME"):
        return Path(os.environ["SHUKE_HOME"]).expanduser().resolve(), "environment SHUKE_HOME"
    if os.environ.get("XDG_DATA_HOME"):
        return Path(os.environ["XDG_DATA_HOME"]).resolve() / "shuke", "environment XDG_DATA_HOME"
    if os.geteuid() == 0:
        return Path("/var/lib/shuke"), "default"
    return Path.home() / ".local/share/shuke", "default"


def _readable(path: Path) -> Refusal:
    return Refusal(
        "secrets_readable_by_others",
        f"Other users can read {path}; run: chmod 600 {path}",
        params={"file": str(path)},
    )


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise Refusal(
            "settings_invalid",
            f"{path} cannot be read: {error.strerror if isinstance(error, OSError) else error}.",
            params={"file": str(path)},
        ) from error


def _parse_secrets(texts: Mapping[str, Any]) -> Secrets:
    field_keys = texts["field_keys"]
    field_keys = field_keys.split(",") if isinstance(field_keys, str) else field_keys
    keys = [base64.b64decode(key, validate=True) for key in (*field_keys, texts["blind_key"])]
    if len(keys) < 2 or {len(key) for key in keys} != {_KEY_BYTES} or not texts["django_key"].strip():
        raise ValueError
    return Secrets(texts["django_key"], tuple(keys[:-1]), keys[-1])


def _base64(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _fingerprint(key: bytes) -> str:
    return hashlib.sha256(b"shuke fingerprint" + key).hexdigest()[:16]
