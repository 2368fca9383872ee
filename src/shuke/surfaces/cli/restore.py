"""`shuke restore`: a backup brought into an empty deployment, whole or not at all, and its ledger checked."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from shuke.core.values.errors import Refusal
from shuke.foundation import backup_file, embedded, passphrases, postgres_clients
from shuke.foundation import home as homes
from shuke.foundation.backup_file import Backup, Manifest
from shuke.foundation.home import Home, Secrets
from shuke.surfaces.cli import ledger, session
from shuke.surfaces.cli.backup import SECRETS_CONTEXT, ask_passphrase, counted, server_major
from shuke.surfaces.cli.terminal import note, progress

_MEGABYTE = 1 << 20


def restore(file: str, *, as_json: bool) -> int:
    """Bring the deployment of `file` into this home, check its ledger, and return the exit code of that check.

    Nothing is touched before the file is found whole and fitting; what fails later leaves the home as it was.

    Raises: Refusal of the session, `file_not_found`, `file_unreadable`, `backup_damaged`, `backup_of_newer_release`,
        `backup_of_other_keys`, `home_of_other_kind`, `passphrase_missing`, `passphrase_wrong`, `database_not_empty`,
        `database_in_use`, `database_of_older_postgres`, `postgres_client_missing`, `restore_failed`.
    """
    with backup_file.opened(Path(file).absolute()) as backup:
        home = homes.current()
        home.refuse_other_kind(backup.manifest.kind)
        with progress(_megabytes(backup), "Checking, MB", "校验，MB") as advance:
            for _ in counted(backup.checked(), int, advance):
                pass
        secrets = _secrets(home, backup)
        with ExitStack() as undo:
            _prepare(home, backup.manifest, secrets, undo.callback)
            with session.opened(migrations="ignore") as opened:
                _bring(opened, backup)
                undo.pop_all()
                return _finish(opened, backup.manifest, as_json=as_json)


def _secrets(home: Home, backup: Backup) -> Secrets | None:
    """Return the keys that the file brings, None where those at hand are the deployment's."""
    manifest, own = backup.manifest, home.secrets()
    if own is not None and _fit(own, manifest):
        return None
    if backup.sealed_secrets is None or home.says_secrets_in_environment():
        raise Refusal(
            "backup_of_other_keys",
            f"The backup was written with other keys than those of {home.folder / 'secrets.toml'} or the environment. "
            "Put the secrets.toml that belongs to it there, or restore one that was made with --with-secrets.",
            params={"file": str(home.folder / "secrets.toml")},
        )
    brought = Secrets.of(passphrases.open_sealed(backup.sealed_secrets, ask_passphrase(), SECRETS_CONTEXT))
    if not _fit(brought, manifest):
        detail = f"{backup.path} is damaged: it brings keys that are not its own."
        raise Refusal("backup_damaged", detail, params={"path": str(backup.path)})
    return brought


def _fit(secrets: Secrets, manifest: Manifest) -> bool:
    fields, blind = secrets.fingerprints()
    return set(manifest.field_keys) <= set(fields) and manifest.blind_key == blind


def _prepare(home: Home, manifest: Manifest, secrets: Secrets | None, undo: Callable[..., Any]) -> None:
    """Make the home that of the deployment; `undo` takes what makes it again what it was."""
    if not home.value("database_url"):
        aside = embedded.set_aside_of_other_version(home.postgres)
        if aside is not None:
            undo(_bring_back, aside, home.postgres)
            note(
                f"The data folder of the older PostgreSQL is kept as {aside}.",
                f"旧版 PostgreSQL 的数据目录保留为 {aside}。",
            )
    if secrets is not None:
        undo(home.take_secrets(secrets))
    if home.kind is None:
        home.establish(manifest.kind, manifest.language)
        undo((home.folder / "deployment.toml").unlink)


def _bring_back(aside: Path, folder: Path) -> None:
    """Put the folder of the older PostgreSQL where it was; the new one that stands there is still empty."""
    import shutil

    shutil.rmtree(folder, ignore_errors=True)
    aside.rename(folder)


def _bring(home: Home, backup: Backup) -> None:
    """Check the target, empty what a start without set-up has left there, and restore in one transaction."""
    manifest, major = backup.manifest, server_major()
    newer = set(manifest.migrations) - session.known()
    if newer:
        raise Refusal(
            "backup_of_newer_release",
            f"{backup.path} was made by Shuke {manifest.shuke}, which this release is too old to read.",
            params={"path": str(backup.path), "release": manifest.shuke},
        )
    if major < manifest.pg_dump:
        raise Refusal(
            "database_of_older_postgres",
            f"The backup was made by pg_dump {manifest.pg_dump} and does not go into PostgreSQL {major}.",
            params={"made": manifest.pg_dump, "major": major},
        )
    client = postgres_clients.find("pg_restore", major)
    _make_room(home)
    with progress(_megabytes(backup), "Restoring, MB", "恢复，MB") as advance:
        postgres_clients.restore(client, session.database_url(home), counted(backup.chunks(), len, advance))


def _make_room(home: Home) -> None:
    """Check that nobody uses the database and that nothing is in it; tables of a start without set-up are dropped."""
    from django.db import connection

    from shuke.foundation import deployment

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
        (others,) = cursor.fetchone()
        tables = connection.introspection.table_names(cursor)
        if others:
            raise Refusal(
                "database_in_use",
                f"{others} others use the database; stop Shuke before you restore into it.",
                params={"others": others},
            )
        if not tables:
            return
        if home.value("database_url") or deployment.is_established():
            raise Refusal(
                "database_not_empty",
                "A backup is restored into an empty deployment only, and this one holds data; choose another folder "
                "with SHUKE_HOME, or an empty database with DATABASE_URL.",
            )
        cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public AUTHORIZATION pg_database_owner")


def _finish(home: Home, manifest: Manifest, *, as_json: bool) -> int:
    """Bring what was restored up to this release, and check its ledger."""
    from django.db import connection

    pending = session.pending()
    session.apply_migrations()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    note(
        f"{manifest.organisation} ({manifest.kind}, of {manifest.made_at}) is in {home.folder}. Checking the ledger …",
        f"{manifest.organisation}（{manifest.kind}，{manifest.made_at}）已恢复到 {home.folder}。正在核对账本 …",
    )
    more = {
        "organisation": manifest.organisation,
        "kind": manifest.kind,
        "made_at": manifest.made_at,
        "migrated": pending,
    }
    return ledger.report(as_json=as_json, more=more)


def _megabytes(backup: Backup) -> int:
    return backup.manifest.dump_bytes // _MEGABYTE
