"""`shuke backup`: a whole deployment in one file, while it serves."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import typer

from shuke import __version__
from shuke.core.values.errors import Refusal
from shuke.foundation import backup_file, passphrases, postgres_clients
from shuke.foundation.backup_file import Manifest, SealMark
from shuke.foundation.home import Home
from shuke.surfaces.cli import session
from shuke.surfaces.cli.terminal import progress, result, words

PASSPHRASE_VARIABLE = "SHUKE_BACKUP_PASSPHRASE"  # noqa: S105  # where a passphrase is said, not one
SECRETS_CONTEXT = "shuke backup secrets"
_MEGABYTE = 1 << 20


def backup(file: str, *, with_secrets: bool, as_json: bool) -> None:
    """Write the deployment into `file` and say what is in it.

    Raises: Refusal of the session, `no_deployment`, `postgres_client_missing`, `backup_failed`, `backup_unwritable`,
        `passphrase_missing`, `passphrase_short`.
    """
    path = Path(file).absolute()
    passphrase = ask_passphrase(confirm=True) if with_secrets else None
    with session.opened(migrations="leave") as home:
        secrets = home.make_secrets()
        sealed = None if passphrase is None else passphrases.seal(secrets.text(), passphrase, SECRETS_CONTEXT)
        client = postgres_clients.find("pg_dump", server_major())
        manifest = _manifest(home, client.major)
        with progress(None, "MB", "MB") as advance:
            dump = counted(postgres_clients.dump(client, session.database_url(home)), len, advance)
            written = backup_file.write(path, manifest, dump, sealed)
        home.note_backup(path, written.made_at, written.dump_sha256)
        size = path.stat().st_size
        data = {
            "path": str(path),
            "bytes": size,
            "organisation": written.organisation,
            "kind": written.kind,
            "made_at": written.made_at,
            "postgres": written.postgres,
            "pg_dump": written.pg_dump,
            "seal": written.seal and {"number": written.seal.number, "digest": written.seal.digest},
            "sha256": written.dump_sha256,
            "with_secrets": written.with_secrets,
        }
        result(data, _lines(path, size, written), as_json=as_json)


def ask_passphrase(*, confirm: bool = False) -> str:
    """Take the passphrase from the environment, or ask on the terminal.

    Raises: Refusal `passphrase_missing` where nobody can be asked.
    """
    said = os.environ.get(PASSPHRASE_VARIABLE)
    if said:
        return said
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise Refusal(
            "passphrase_missing",
            f"Not a terminal, so no passphrase can be asked; say it with {PASSPHRASE_VARIABLE}.",
            params={"variable": PASSPHRASE_VARIABLE},
        )
    prompt = words("Passphrase of the secrets", "密钥的口令")
    return str(typer.prompt(prompt, hide_input=True, confirmation_prompt=confirm, err=True))


def server_major() -> int:
    """Return the major version of the open database's server."""
    from django.db import connection

    connection.ensure_connection()
    return int(connection.connection.info.server_version) // 10_000


def counted(items: Iterable, size: Callable, advance: Callable[[int], None]) -> Iterator:
    """Pass items on, counting their bytes in whole megabytes."""
    seen = 0
    for item in items:
        yield item
        before, seen = seen, seen + size(item)
        advance(seen // _MEGABYTE - before // _MEGABYTE)


def _manifest(home: Home, pg_dump: int) -> Manifest:
    from django.db.migrations.recorder import MigrationRecorder

    from shuke.foundation import clock, deployment
    from shuke.rooms.org import facade as org
    from shuke.rooms.points import facade as points

    if not deployment.is_established():
        raise Refusal(
            "no_deployment",
            f"There is no deployment in {home.folder}; run shuke init or shuke demo, or say where with SHUKE_HOME.",
            params={"folder": str(home.folder)},
        )
    current = not session.pending()  # else a table or column of what is asked may be missing
    own, seal = (org.organisation(), points.last_seal()) if current else (None, None)
    fields, blind = home.make_secrets().fingerprints()
    return Manifest(
        format=backup_file.FORMAT,
        shuke=__version__,
        made_at=clock.machine_now().isoformat(timespec="seconds"),
        kind=str(home.kind),
        organisation=own.name if own else "",
        language=own.language if own else home.value("language"),
        migrations=tuple(sorted(f"{row.app}.{row.name}" for row in MigrationRecorder.Migration.objects.all())),
        postgres=server_major(),
        pg_dump=pg_dump,
        field_keys=fields,
        blind_key=blind,
        seal=SealMark(seal.number, seal.digest.hex()) if seal else None,
    )


def _lines(path: Path, size: int, written: Manifest) -> list[str]:
    name = f"{written.organisation} ({written.kind})" if written.organisation else written.kind
    megabytes, sha256 = f"{size / _MEGABYTE:,.1f}", written.dump_sha256
    lines = [
        words(
            f"{name} is in {path}: {megabytes} MB, SHA-256 of the dump {sha256}",
            f"{name} 已备份到 {path}：{megabytes} MB，转储的 SHA-256 为 {sha256}",
        )
    ]
    if written.pg_dump > written.postgres:
        lines.append(
            words(
                f"It was made by pg_dump {written.pg_dump} and goes into PostgreSQL {written.pg_dump} or newer; for "
                f"{written.postgres}, install its client programs and make it again.",
                f"由 pg_dump {written.pg_dump} 生成，只能恢复到 PostgreSQL {written.pg_dump} 或更新的版本；若要恢复到 "
                f"{written.postgres}，请安装该版本的客户端程序后重新备份。",
            )
        )
    if not written.with_secrets:
        lines.append(
            words(
                "The keys are not in it: keep a copy of secrets.toml elsewhere, or add --with-secrets.",
                "其中不含密钥：请将 secrets.toml 另存一份，或使用 --with-secrets。",
            )
        )
    return lines
