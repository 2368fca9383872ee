"""Opens a deployment for a command: home, keys, database, Django, migrations; closes it in the reverse order."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Literal

from shuke.core.values.errors import Refusal
from shuke.foundation import home as homes
from shuke.foundation.home import Home
from shuke.surfaces.cli import terminal


@contextmanager
def opened(
    *,
    kind: str | None = None,
    flags: Mapping[str, str | None] | None = None,
    migrations: Literal["refuse", "apply", "leave", "ignore"] = "refuse",
    fresh: bool = False,
    becomes: str | None = None,
) -> Iterator[Home]:
    """Open the deployment of the home; Django may be imported inside.

    With `kind` an empty home becomes a deployment of it, which speaks the reader's language. `fresh` opens an empty
    home too, without making it a deployment; so does `becomes`, as of the kind that the caller will make it. Pending
    migrations are refused, applied or left; a database that is no deployment's yet gets them in any case, unless they
    are ignored.

    Raises: Refusal `no_deployment`, `home_of_other_kind`, `migrations_pending`, `database_unreachable`,
        `database_lost`, and those of the home and of the embedded database.
    """
    home = homes.current(flags)
    if kind:
        home.refuse_other_kind(kind)
    elif home.kind is None and not (fresh or becomes):
        raise Refusal(
            "no_deployment",
            f"There is no deployment in {home.folder}; run shuke init or shuke demo, or say where with SHUKE_HOME.",
            params={"folder": str(home.folder)},
        )
    secrets = home.make_secrets()
    if kind:
        terminal.speak_of(home.value("language"))
        home.establish(kind, terminal.deployment_language())
    homes.export(flags or {})
    if becomes:
        os.environ[homes.KIND_VARIABLE] = becomes  # for Django's settings
    with _database(home):
        import django

        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shuke.config.settings")
        django.setup()
        from django.db import OperationalError, connection

        from shuke.foundation import deployment

        try:
            _reach(home)
            deployment.check(home, secrets, kind or becomes or home.kind or "live")
            _migrate(migrations)
            if kind:
                deployment.establish(homes.current(flags), kind, terminal.deployment_language())
            yield home
        except OperationalError as error:
            raise _lost(home, error) from error
        finally:
            connection.close()


def pending() -> list[str]:
    """Return the migrations that the database has not seen, as app.name; Django is set up."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def known() -> set[str]:
    """Return the migrations of this release, as app.name; Django is set up."""
    from django.db.migrations.loader import MigrationLoader

    return {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}


def database_url(home: Home) -> str:
    """Return the connection string of the deployment's database."""
    from shuke.foundation import embedded

    return home.value("database_url") or embedded.url(home.postgres, "shuke")


def apply_migrations() -> None:
    """Bring the database up to date; Django is set up."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


def check_start(home: Home) -> None:
    """Check, before a deployment starts, that its programs are served as they were published, and that what it
    acknowledges survives a crash; of that a sandbox is only told.

    Raises: Refusal `database_unsafe`, `version_recompiled_differently`.
    """
    from shuke.foundation import durability
    from shuke.rooms.programs import facade as programs

    programs.ready_versions()

    if home.kind != "sandbox":
        durability.require()
    elif found := ", ".join(durability.unsafe()):
        terminal.note(
            f"PostgreSQL runs with {found}: a crash could lose data. A live deployment would not start.",
            f"PostgreSQL 的设置为 {found}：崩溃时可能丢失数据。正式环境会拒绝启动。",
        )


@contextmanager
def _database(home: Home) -> Iterator[None]:
    if home.value("database_url"):
        yield
        return
    from shuke.foundation import embedded

    with embedded.running(home.postgres) as server:
        embedded.ensure_database(server, "shuke")
        yield


def _reach(home: Home) -> None:
    from django.db import OperationalError, connection

    try:
        connection.ensure_connection()
    except OperationalError as error:
        why = str(error).strip().splitlines()[-1]
        raise Refusal("database_unreachable", f"The database does not answer: {why}", params={"why": why}) from error


def _lost(home: Home, error: Exception) -> Refusal:
    """Say why the database stopped in the middle of the work."""
    if not home.value("database_url"):
        from shuke.foundation import embedded

        embedded.check_room(home.postgres)
    why = str(error).strip().splitlines()[0]
    return Refusal("database_lost", f"The database stopped answering: {why}", params={"why": why})


def _migrate(wish: str) -> None:
    from shuke.foundation import deployment

    names = [] if wish == "ignore" else pending()
    if not names:
        return
    if wish == "apply" or not deployment.is_established():
        apply_migrations()
    elif wish == "refuse":
        listed = ", ".join(names)
        raise Refusal(
            "migrations_pending",
            f"{len(names)} migrations are not applied ({listed}); run shuke migrate.",
            params={"count": len(names), "names": listed},
        )
