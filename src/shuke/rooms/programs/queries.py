"""The only place of programs with querysets or SQL."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np

from shuke.core.values.dates import NEVER
from shuke.foundation import columns, sql
from shuke.foundation.columns import Column, Columns
from shuke.rooms.programs.models import (
    ClockMove,
    Draft,
    Membership,
    Particular,
    Program,
    PublishTerms,
    Version,
    Withdrawal,
)

PACKAGE = "shuke.rooms.programs"

_JOINING = 0x5348_554B_4A4F_494E  # the lock of joining among PostgreSQL's advisory locks
_HOLD_ALONE = "SELECT pg_advisory_xact_lock(%(lock)s::bigint)"
_HOLD_SHARED = "SELECT pg_advisory_xact_lock_shared(%(lock)s::bigint)"


@dataclass(frozen=True, slots=True)
class MembershipRow:
    """A membership as stored; `orders` counts the orders decided so far."""

    member_id: UUID
    version_id: int
    joined_at: datetime
    standing_at: datetime
    next_due_at: datetime | None
    orders: int
    memory: list[int]


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision as stored, or in `undecided` why there is none."""

    member_id: UUID
    fact_id: UUID
    version_id: int | None
    undecided: str
    effective_at: datetime
    late: bool
    vector: Sequence[int]
    points: list[int]
    lots: list[int]
    balances: list[int]
    tier_before: str
    tier_after: str


@dataclass(frozen=True, slots=True)
class Payment:
    """A redemption that pays for the order (source, external_id): its points, and how many of them came back."""

    source: str
    external_id: str
    member_id: UUID
    redemption_id: UUID
    points: int
    returned: int

    @property
    def columns(self) -> tuple[str, str, UUID, UUID, int]:
        return self.source, self.external_id, self.member_id, self.redemption_id, self.points


def programs() -> list[Program]:
    """Return every program, in the order in which they were first published."""
    return list(Program.objects.order_by("id"))


def versions(program_id: int) -> list[Version]:
    """Return every version of a program by number, withdrawn ones included."""
    return list(Version.objects.filter(program_id=program_id).select_related("program").order_by("number"))


def withdrawals(program_id: int) -> dict[int, Withdrawal]:
    """Return what is known of the withdrawn versions of a program, by the version's id."""
    return {found.version_id: found for found in Withdrawal.objects.filter(version__program_id=program_id)}


def newest_version(slug: str) -> Version | None:
    """Return the version of a program that comes last into force."""
    withdrawn = Withdrawal.objects.values("version_id")
    found = Version.objects.filter(program__slug=slug).exclude(id__in=withdrawn).select_related("program")
    return found.order_by("number").last()


def version_marks() -> list[tuple[int, str, int]]:
    """Return (program, its slug, version) by id of every version that counts, by force: withdrawn ones don't.

    Programs stand as they were first published.
    """
    return sql.fetch(
        "SELECT program.id, program.slug, version.id"
        " FROM programs_version AS version JOIN programs_program AS program ON program.id = version.program_id"
        " WHERE NOT EXISTS (SELECT FROM programs_withdrawal WHERE version_id = version.id)"
        " ORDER BY program.id, version.effective_from, version.number",
        {},
    )


def somebody_stands_under(program_id: int, version_id: int) -> bool:
    """Tell whether any membership has come to a version."""
    return Membership.objects.filter(program_id=program_id, version_id=version_id).exists()


def insert_withdrawal(version: Version, at: datetime, by: str) -> Withdrawal:
    """Take a version out of those that count."""
    return Withdrawal.objects.create(version=version, withdrawn_at=at, withdrawn_by=by)


def lock_program(slug: str) -> Program:
    """Return the program of a slug, made where it is new, locked until the transaction ends."""
    Program.objects.get_or_create(slug=slug)
    return Program.objects.select_for_update().get(slug=slug)


def hold_joining(*, alone: bool) -> None:
    """Hold the lock of joining until the transaction ends: many may enrol together, whoever publishes is alone."""
    sql.fetch(_HOLD_ALONE if alone else _HOLD_SHARED, {"lock": _JOINING})


def insert_version(version: Version) -> Version:
    """Insert a published version."""
    version.save(force_insert=True)
    return version


def insert_memberships(program_id: int, rows: Sequence[MembershipRow]) -> None:
    """Insert memberships; one that exists is left as it is."""
    with sql.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "membership_insert"), _membership_columns(program_id, rows))


def memberships(program_id: int, member_ids: Sequence[UUID]) -> dict[UUID, MembershipRow]:
    """Return the memberships that exist of the given members."""
    with sql.cursor() as cursor:
        cursor.execute(
            "SELECT member_id, version_id, joined_at, standing_at, next_due_at, orders, memory"
            " FROM programs_membership WHERE program_id = %(program_id)s AND member_id = ANY(%(ids)b::uuid[])",
            {"program_id": program_id, "ids": list(member_ids)},
        )
        return {row[0]: MembershipRow(*row) for row in cursor.fetchall()}


def due_members(program_id: int, until: datetime, outdated: Sequence[int]) -> Column:
    """Return the members whose next due instant is not after `until`, or who stand under outdated versions, by id."""
    found = columns.fetch(
        "SELECT member_id FROM programs_membership WHERE program_id = %(program_id)s AND next_due_at <= %(until)s"
        " UNION SELECT member_id FROM programs_membership"
        " WHERE program_id = %(program_id)s AND version_id = ANY(%(outdated)s)",
        {"program_id": program_id, "until": until, "outdated": list(outdated)},
        "member_id",
    )
    return np.sort(found["member_id"])


def update_memberships(program_id: int, rows: Sequence[MembershipRow]) -> None:
    """Write where the members now stand: one statement."""
    with sql.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "membership_update"), _membership_columns(program_id, rows))


def memberships_in_columns(program_id: int, version_id: int, member_ids: Column, before: datetime) -> Columns:
    """Return the members who stand under a version and before an instant, by id: joined and standing in UTC seconds."""
    return columns.fetch(
        "SELECT member_id, trunc(extract(epoch FROM joined_at))::bigint,"
        " trunc(extract(epoch FROM standing_at))::bigint, orders, memory FROM programs_membership"
        " WHERE program_id = %(program_id)s AND member_id = ANY(%(ids)b::uuid[])"
        " AND version_id = %(version_id)s AND standing_at < %(before)s ORDER BY member_id",
        {"program_id": program_id, "version_id": version_id, "ids": member_ids, "before": before},
        "member_id joined_at standing_at orders memory",
    )


def advance_memberships(program_id: int, standing_at: datetime, told: Columns) -> None:
    """Write where members stand whom only time has moved, by the columns member_id, due_at, memory, begins, ends.

    `due_at` is in UTC seconds, NEVER where nothing is due; `memory` is that of all, of one from begins to ends.
    """
    asked = {"program_id": program_id, "standing_at": standing_at, "never": NEVER}
    columns.run(sql.load(PACKAGE, "membership_advance"), told | asked)


def insert_decisions(rows: Sequence[DecisionRow]) -> None:
    """Insert decisions: one statement."""
    with sql.cursor() as cursor:
        cursor.execute(
            sql.load(PACKAGE, "decision_insert"),
            {
                "members": [row.member_id for row in rows],
                "facts": [row.fact_id for row in rows],
                "versions": [row.version_id for row in rows],
                "undecided": [row.undecided for row in rows],
                "effective": [row.effective_at for row in rows],
                "late": [row.late for row in rows],
                "vectors": [_literal(row.vector) for row in rows],
                "points": [_literal(row.points) for row in rows],
                "lots": [_literal(row.lots) for row in rows],
                "balances": [_literal(row.balances) for row in rows],
                "before": [row.tier_before for row in rows],
                "after": [row.tier_after for row in rows],
            },
        )


def decisions(keys: Iterable[tuple[UUID, UUID]]) -> dict[UUID, DecisionRow]:
    """Return the decisions of (member, order) pairs that were decided, by order."""
    pairs = list(keys)
    with sql.cursor() as cursor:
        cursor.execute(
            "SELECT member_id, fact_id, version_id, undecided, effective_at, late, vector, points, lots, balances,"
            " tier_before, tier_after FROM programs_decision"
            " JOIN unnest(%b::uuid[], %b::uuid[]) AS asked (member_id, fact_id) USING (member_id, fact_id)",
            [[member_id for member_id, _ in pairs], [fact_id for _, fact_id in pairs]],
        )
        return {row[1]: DecisionRow(*row) for row in cursor.fetchall()}


def insert_payments(rows: Sequence[Payment]) -> None:
    """Note which redemptions pay for which orders: one statement."""
    sql.run(
        "INSERT INTO programs_payment (source, external_id, member_id, redemption_id, points) SELECT * FROM unnest("
        "%(source)b::text[], %(external_id)b::text[], %(member_id)b::uuid[], %(redemption_id)b::uuid[],"
        " %(points)b::bigint[])",
        sql.columns("source external_id member_id redemption_id points", [row.columns for row in rows]),
    )


def payments(keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], list[Payment]]:
    """Return by key of the order the redemptions that pay for it, with what came back of each, as they were made."""
    rows = sql.fetch(
        "SELECT source, external_id, member_id, redemption_id, points, (SELECT coalesce(sum(returned + forfeited), 0)"
        "::bigint FROM points_take WHERE holder_id = member_id AND reference = redemption_id) FROM programs_payment"
        " JOIN unnest(%(source)b::text[], %(external_id)b::text[]) AS asked (source, external_id)"
        " USING (source, external_id) ORDER BY redemption_id",
        sql.columns("source external_id", list(dict.fromkeys(keys))),
    )
    found: dict[tuple[str, str], list[Payment]] = {}
    for row in rows:
        found.setdefault((row[0], row[1]), []).append(Payment(*row))
    return found


def publish_terms() -> PublishTerms | None:
    """Return the terms of publishing that somebody set."""
    return PublishTerms.objects.first()


def write_publish_terms(said: object) -> None:
    """Set the terms of publishing to what says the same by name."""
    names = ("always", "down", "liability", "yearly")
    PublishTerms.objects.update_or_create(id=1, defaults={name: getattr(said, name) for name in names})


def drafts() -> list[Draft]:
    """Return all drafts, last saved first."""
    return list(Draft.objects.order_by("-saved_at", "id"))


def draft(id: UUID, *, lock: bool) -> Draft | None:
    """Return a draft, locked until the transaction ends where that is asked."""
    rows = Draft.objects.select_for_update() if lock else Draft.objects.all()
    return rows.filter(id=id).first()


def insert_particulars(rows: Sequence[tuple[UUID, UUID, str]]) -> None:
    """Keep what facts of members said, as JSON: one statement."""
    sql.run(
        "INSERT INTO programs_particular (member_id, fact_id, said) SELECT * FROM unnest("
        "%(member_id)b::uuid[], %(fact_id)b::uuid[], %(said)b::jsonb[])",
        sql.columns("member_id fact_id said", rows),
    )


def decided(member_ids: Sequence[UUID]) -> list[tuple[UUID, UUID, str, datetime]]:
    """Return (member, fact, why it is undecided or "", effective_at) of all orders and behaviours of members."""
    return sql.fetch(
        "SELECT member_id, fact_id, undecided, effective_at FROM programs_decision"
        " WHERE member_id = ANY(%(ids)b::uuid[])",
        {"ids": list(member_ids)},
    )


def particulars(member_ids: Sequence[UUID]) -> dict[UUID, tuple[UUID, dict[str, Any]]]:
    """Return by fact its member and what it said that nothing else keeps."""
    found = Particular.objects.filter(member_id__in=member_ids).values_list("fact_id", "member_id", "said")
    return {fact_id: (member_id, said) for fact_id, member_id, said in found}


def paid_for(member_ids: Sequence[UUID]) -> dict[UUID, tuple[str, str]]:
    """Return by redemption of members the key of the order that it pays for."""
    rows = sql.fetch(
        "SELECT redemption_id, source, external_id FROM programs_payment WHERE member_id = ANY(%(ids)b::uuid[])",
        {"ids": list(member_ids)},
    )
    return {redemption_id: (source, external_id) for redemption_id, source, external_id in rows}


def membership_sample(program_id: int, size: int) -> tuple[int, list[UUID]]:
    """Return how many memberships there are, and the members of about `size` of them, spread evenly by id."""
    rows = sql.fetch(
        "SELECT member_id, count FROM (SELECT member_id, row_number() OVER (ORDER BY member_id) AS place,"
        " count(*) OVER () AS count FROM programs_membership WHERE program_id = %(program_id)s) AS every"
        " WHERE place %% greatest(1, count / %(size)s) = 0 LIMIT %(size)s",
        {"program_id": program_id, "size": size},
    )
    return (rows[0][1] if rows else 0), [member_id for member_id, _ in rows]


def member_ids_after(program_id: int, after: UUID | None, limit: int) -> list[UUID]:
    """Return the next members of a program by id."""
    rows = Membership.objects.filter(program_id=program_id)
    if after is not None:
        rows = rows.filter(member_id__gt=after)
    return list(rows.order_by("member_id").values_list("member_id", flat=True)[:limit])


def member_count(program_id: int) -> int:
    return Membership.objects.filter(program_id=program_id).count()


def decided_page(
    member_id: UUID, limit: int, before: tuple[datetime, UUID] | None
) -> list[tuple[UUID, datetime, bool]]:
    """Return (order, effective_at, late) of a member's orders, the latest effective first, below the key `before`."""
    with sql.cursor() as cursor:
        cursor.execute(
            "SELECT fact_id, effective_at, late FROM programs_decision JOIN orders_order ON orders_order.id = fact_id"
            " WHERE programs_decision.member_id = %(member_id)s"
            " AND (%(at)s::timestamptz IS NULL OR (effective_at, fact_id) < (%(at)s::timestamptz, %(order_id)s::uuid))"
            " ORDER BY effective_at DESC, fact_id DESC LIMIT %(limit)s",
            {"member_id": member_id, "at": before and before[0], "order_id": before and before[1], "limit": limit},
        )
        return list(cursor.fetchall())


def version(version_id: int) -> Version:
    """Return a version."""
    return Version.objects.select_related("program").get(id=version_id)


def version_numbers(keys: Sequence[tuple[UUID, UUID]]) -> dict[UUID, int]:
    """Return by order the number of the version that decided it."""
    with sql.cursor() as cursor:
        cursor.execute(
            "SELECT fact_id, number FROM programs_decision"
            " JOIN unnest(%b::uuid[], %b::uuid[]) AS asked (member_id, fact_id) USING (member_id, fact_id)"
            " JOIN programs_version ON programs_version.id = version_id",
            [[member_id for member_id, _ in keys], [fact_id for _, fact_id in keys]],
        )
        return dict(cursor.fetchall())


def clock_move() -> ClockMove | None:
    """Return the last move of the test clock that was asked for."""
    return ClockMove.objects.first()


def note_clock_move(start: datetime, to: datetime) -> None:
    """Note a move of the test clock that was asked for, in place of the last one."""
    ClockMove.objects.update_or_create(id=1, defaults={"start_at": start, "to_at": to})


# --- verify ---


def prepare_to_verify() -> None:
    """Let the open transaction sort and join in memory."""
    sql.fetch("SELECT set_config('work_mem', '64MB', true), set_config('jit', 'off', true)", {})


def key_violations() -> list[tuple[str, UUID | None, str]]:
    return sql.fetch(sql.load(PACKAGE, "verify_keys"), {})


def decision_violations(
    units: Sequence[tuple[int, int, int, bool]], places: Mapping[str, int]
) -> list[tuple[str, UUID | None, str]]:
    """Compare facts with the vectors of their decisions, and these with the ledger.

    `units`: (version, position of a grant, unit, whether there are milestones), `places`: in a vector.
    """
    names = ("versions", "positions", "units", "milestones")
    columns = {name: [row[place] for row in units] for place, name in enumerate(names)}
    return sql.fetch(sql.load(PACKAGE, "verify_decisions"), columns | places)


def membership_violations(
    program_id: int, rows: Sequence[tuple[UUID, int, int, int]]
) -> list[tuple[str, UUID | None, str]]:
    """Check memberships, of (member, standing day, due day, orders)."""
    asked = sql.columns("members days dues orders", rows) | {"program_id": program_id}
    return sql.fetch(sql.load(PACKAGE, "verify_memberships"), asked)


def window_violations(
    rows: Sequence[tuple[UUID, int, int, int | None, str | None, int, int, int]],
) -> list[tuple[str, UUID | None, str]]:
    """Check windows, of (member, position, kind of counter, unit, behaviour, first day, day after, value)."""
    if not rows:
        return []
    asked = sql.columns("members positions kinds units behaviours firsts ends values", rows)
    return sql.fetch(sql.load(PACKAGE, "verify_windows"), asked)


def memberships_after(program_id: int, after: UUID | None, limit: int) -> list[MembershipRow]:
    """Return up to `limit` memberships by member, above `after`."""
    rows = Membership.objects.filter(program_id=program_id)
    if after is not None:
        rows = rows.filter(member_id__gt=after)
    names = ("member_id", "version_id", "joined_at", "standing_at", "next_due_at", "orders", "memory")
    return [MembershipRow(*row) for row in rows.order_by("member_id").values_list(*names)[:limit]]


def decision_sample(size: int) -> list[DecisionRow]:
    """Return about `size` decisions, spread evenly over all that decided."""
    with sql.cursor() as cursor:
        cursor.execute(
            "SELECT member_id, fact_id, version_id, undecided, effective_at, late, vector, points, lots, balances,"
            " tier_before, tier_after FROM (SELECT *, row_number() OVER (ORDER BY fact_id) AS place,"
            " count(*) OVER () AS count FROM programs_decision WHERE version_id IS NOT NULL) AS decided"
            " WHERE place %% greatest(1, count / %(size)s) = 0",
            {"size": size},
        )
        return [DecisionRow(*row) for row in cursor.fetchall()]


def _membership_columns(program_id: int, rows: Sequence[MembershipRow]) -> dict[str, object]:
    return {
        "program_id": program_id,
        "members": [row.member_id for row in rows],
        "versions": [row.version_id for row in rows],
        "joined": [row.joined_at for row in rows],
        "standing": [row.standing_at for row in rows],
        "due": [row.next_due_at for row in rows],
        "orders": [row.orders for row in rows],
        "memory": [_literal(row.memory) for row in rows],
    }


def _literal(numbers: Iterable[int]) -> str:
    """Return an array as text: unnest would flatten an array of arrays."""
    return "{" + ",".join(map(str, numbers)) + "}"
