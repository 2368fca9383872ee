"""What an acknowledged commit rests on: the settings of PostgreSQL without which a crash may lose or tear it."""

from shuke.core.values.errors import Refusal
from shuke.foundation import sql

_UNSAFE = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


def settings() -> dict[str, str]:
    """Return these settings as they are in the open database."""
    rows = sql.fetch("SELECT name, setting FROM pg_settings WHERE name = ANY(%(names)s)", {"names": list(_UNSAFE)})
    known = dict(rows)
    return {name: known[name] for name in _UNSAFE}


def unsafe() -> list[str]:
    """Return what is unsafe, as `name = value`."""
    return [f"{name} = {value}" for name, value in settings().items() if value == _UNSAFE[name]]


def require() -> None:
    """Check that what is acknowledged survives a crash.

    Raises: Refusal `database_unsafe`.
    """
    found = ", ".join(unsafe())
    if found:
        raise Refusal(
            "database_unsafe",
            f"PostgreSQL runs with {found}: a crash could lose what was acknowledged. Switch it on; a live deployment "
            "does not start without it.",
            params={"settings": found},
        )
