"""A deployment of its own for a benchmark: a temporary folder, embedded PostgreSQL as it ships, members and copies."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

GROCER = Path(__file__).parent.parent / "examples" / "grocer.yaml"

# The tables that hold members, with the columns of ids and of outside ids that a copy has of its own.
COPIED = {
    "members_member": ("id",),
    "programs_membership": ("member_id",),
    "tiers_state": ("member_id",),
    "tiers_change": ("member_id", "reference"),
    "points_holder": ("id",),
    "points_account": ("holder_id",),
    "points_lot": ("holder_id", "reference"),
    "points_entry": ("holder_id", "reference"),
    "business_key": ("member_id", "reference", "external_id"),
    "orders_order": ("member_id", "id", "external_id"),
    "programs_decision": ("member_id", "fact_id"),
}


@contextmanager
def opened(kind: str) -> Iterator[Path]:
    """Open an empty deployment, `live` or `sandbox`, and yield its home; Django may be imported inside."""
    with tempfile.TemporaryDirectory(prefix="shuke-bench-") as folder:
        Path(folder).chmod(0o755)
        os.environ["SHUKE_HOME"] = str(Path(folder) / "home")
        os.environ.pop("DATABASE_URL", None)  # never somebody's own
        from shuke.surfaces.cli import session

        with session.opened(kind=kind, migrations="apply") as home:
            yield home.folder


def enrol(count: int) -> list[UUID]:
    """Enrol people through the product, the n-th as `bench` `n`, and return their ids."""
    from shuke.rooms.members.contracts import ExternalId, NewMember
    from shuke.rooms.programs import facade as programs

    new = [NewMember(external=(ExternalId("bench", str(number)),)) for number in range(count)]
    answers = [
        answer for first in range(0, count, 1_000) for answer in programs.enrol(new[first : first + 1_000], actor())
    ]
    return [answer.id for answer in answers]


def actor() -> Any:
    """Return who acts in a benchmark."""
    from shuke.rooms.org.contracts import Actor, ActorKind

    return Actor(ActorKind.SYSTEM, "bench", "bench")


def copy_members(member_ids: Sequence[UUID], copies: int, first: int = 1) -> None:
    """Copy members with all they have; the ids of copy k begin with k in 8 hexadecimal digits, and so follow in order.

    Keys, checks and indexes hold as ever. Foreign keys are not looked at row by row: the rows are copies of sound ones.
    """
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table, own in COPIED.items():
            cursor.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
                " AND attidentity = ''",
                [table],
            )
            columns = [name for (name,) in cursor.fetchall()]
            values = ", ".join(_own(name) if name in own else name for name in columns)
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values}"  # noqa: S608  # our own names
                f" FROM generate_series(%s::int, %s::int) AS copy CROSS JOIN (SELECT * FROM {table}"
                f" WHERE {own[0]} = ANY(%s)) AS template",
                [first, first + copies - 1, list(member_ids)],
            )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def copy_of(member_id: UUID, copy: int) -> UUID:
    """Return the id of a member's copy."""
    return UUID(f"{copy:08x}{str(member_id)[8:]}")


def _own(column: str) -> str:
    if column == "external_id":
        return "external_id || '-' || copy"
    return f"(lpad(to_hex(copy), 8, '0') || substr({column}::text, 9))::uuid"


def ledger_violations() -> int:
    """Check every law of the ledger; return how many violations there are."""
    from shuke.rooms.points import facade as points

    return len(points.verify().violations)
