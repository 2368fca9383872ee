"""Binds a database to its home: both say the same kind of deployment, and the keys of one open the other."""

from django.db import connection

from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.foundation.home import Home, Secrets
from shuke.foundation.models import Deployment

_TABLE = "foundation_deployment"


def establish(home: Home, kind: str, language: str) -> None:
    """Mark home and database as those of a `live` or `sandbox` deployment; a second time changes nothing.

    Raises: Refusal `home_of_other_kind`, `home_unusable`, and what `check` raises.
    """
    home.establish(kind, language)
    secrets = home.make_secrets()
    fields, blind = secrets.fingerprints()
    Deployment.objects.get_or_create(
        pk=1,
        defaults={
            "kind": kind,
            "field_key_fingerprint": fields[0],
            "blind_key_fingerprint": blind,
            "created_at": clock.machine_now(),
        },
    )
    check(home, secrets, kind)


def is_established() -> bool:
    """Tell whether the database is that of a deployment: an empty one, or one half made, is nobody's yet."""
    return _row() is not None


def check(home: Home, secrets: Secrets, kind: str) -> None:
    """Check that the database is of `kind` and was written with the keys at hand; an empty one is anybody's.

    Raises: Refusal `database_of_other_keys`, `database_of_other_kind`.
    """
    row = _row()
    if row is None:
        return
    fields, blind = secrets.fingerprints()
    if row.field_key_fingerprint not in fields or row.blind_key_fingerprint != blind:
        raise Refusal(
            "database_of_other_keys",
            f"The database was written with other keys than those of {home.folder / 'secrets.toml'} or the "
            "environment; its personal data could not be read. Bring the keys back that belong to it.",
            params={"file": str(home.folder / "secrets.toml")},
        )
    if row.kind != kind:
        raise Refusal(
            "database_of_other_kind",
            f"The database is that of a {row.kind} deployment; choose another with SHUKE_HOME or DATABASE_URL.",
            params={"kind": row.kind},
        )


def _row() -> Deployment | None:
    if _TABLE not in connection.introspection.table_names():
        return None
    return Deployment.objects.filter(pk=1).first()
