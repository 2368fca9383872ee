"""The statements of the benefits room, one function each. They decide nothing and open no transaction."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from shuke.foundation import sql
from shuke.rooms.benefits.claims import Claim, Line
from shuke.rooms.benefits.contracts import (
    Benefit,
    Catalogue,
    Effect,
    Kind,
    Part,
    Per,
    Purpose,
    Season,
    SetRow,
    State,
)
from shuke.rooms.benefits.models import BenefitRow, EntitlementRow, EventRow, Round, SeasonRow, SetEntry

PACKAGE = "shuke.rooms.benefits"

_BENEFIT = (
    *("code", "name_zh", "name_en", "kind", "part", "purpose", "core", "cost_minor", "quota", "per", "days"),
    *("gives", "ahead_hours"),
)
_CLAIM = (
    *("member_id", "benefit", "cause", "subject", "state", "quota", "per", "period_day", "used", "ceiling"),
    *("since_day", "until_day", "events"),
)
_CLAIMS = f"SELECT {', '.join(_CLAIM)} FROM benefits_entitlement WHERE member_id = ANY(%(ids)b::uuid[])"  # noqa: S608  # our own names
EVENT = ("benefit", "cause", "subject", "number", "kind", "at", "quantity", "reference", "by", "note")


@dataclass(slots=True)
class Change:
    """What is to be written of one claim: where it stands after `lines`, which begin after `expected`.

    `effects` are (number of the line, what is asked, quantity); `end` is what is asked where the claim is withdrawn.
    """

    claim: Claim
    expected: int
    lines: list[Line]
    at: datetime
    day: int
    reference: UUID | None = None
    by: str = ""
    note: str = ""
    due_day: int | None = None
    end: Effect = Effect.REVOKE
    effects: list[tuple[int, Effect, int]] = field(default_factory=list)


# --- catalogue ---


def catalogue() -> Catalogue:
    """Return the catalogue as it is."""
    benefits = BenefitRow.objects.filter(retired=False).order_by("place")
    sets = SetEntry.objects.order_by("place").values_list("subject", "benefit", "quota")
    seasons = SeasonRow.objects.order_by("first", "code").values_list("code", "first", "last")
    return Catalogue(
        tuple(map(_benefit, benefits.values_list(*_BENEFIT))),
        tuple(SetRow(*row) for row in sets),
        tuple(Season(*row) for row in seasons),
    )


def benefits() -> dict[str, Benefit]:
    """Return every benefit that ever was given or can be, retired ones included."""
    return {row[0]: _benefit(row) for row in BenefitRow.objects.order_by("place").values_list(*_BENEFIT)}


def given_rows() -> list[tuple[Any, ...]]:
    """Return (subject, benefit, quota of the row, quota of the benefit, per, kind, days) of every set.

    Whoever changes sets waits until all who read them are done.
    """
    return sql.fetch(
        "SELECT entry.subject, entry.benefit, entry.quota, benefit.quota, benefit.per, benefit.kind, benefit.days "
        "FROM benefits_set AS entry JOIN benefits_benefit AS benefit ON benefit.code = entry.benefit "
        "ORDER BY entry.place",
        {},
    )


def hold_sets() -> None:
    """Wait for whoever gave by the sets, and let nobody read them, until the transaction ends."""
    sql.run("LOCK TABLE benefits_set IN ACCESS EXCLUSIVE MODE", {})


def replace_catalogue(wanted: Catalogue) -> None:
    """Store a catalogue in place of the one that is; benefits that were given stay as retired."""
    codes = [each.code for each in wanted.benefits]
    given = EntitlementRow.objects.values_list("benefit", flat=True).distinct()
    gone = BenefitRow.objects.exclude(code__in=codes)
    gone.exclude(code__in=list(given)).delete()
    gone.update(retired=True)
    BenefitRow.objects.bulk_create(
        [BenefitRow(place=place, retired=False, **_row(each)) for place, each in enumerate(wanted.benefits)],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["place", "retired", *_BENEFIT[1:]],
    )
    SetEntry.objects.all().delete()
    SetEntry.objects.bulk_create(
        [SetEntry(subject=e.subject, benefit=e.benefit, quota=e.quota, place=i) for i, e in enumerate(wanted.sets)]
    )
    SeasonRow.objects.all().delete()
    SeasonRow.objects.bulk_create([SeasonRow(code=e.code, first=e.first, last=e.last) for e in wanted.seasons])


def is_given(code: str) -> bool:
    return EntitlementRow.objects.filter(benefit=code).exists()


def round_() -> tuple[int, int, int | None]:
    """Return (revision of the catalogue, revision that members have, last day kept)."""
    rows = sql.fetch("SELECT revision, settled_revision, kept_day FROM benefits_round WHERE id = 1", {})
    return rows[0] if rows else (0, 0, None)


def next_revision(kept_day: int) -> None:
    """Count a change of the catalogue; the first one begins to keep days."""
    sql.run(
        "INSERT INTO benefits_round (id, revision, settled_revision, kept_day) VALUES (1, 1, 0, %(day)s) "
        "ON CONFLICT (id) DO UPDATE SET revision = benefits_round.revision + 1",
        {"day": kept_day},
    )


def settled(revision: int) -> None:
    sql.run(
        "UPDATE benefits_round SET settled_revision = greatest(settled_revision, %(revision)s) WHERE id = 1",
        {"revision": revision},
    )


def kept(day: int) -> None:
    Round.objects.filter(pk=1).update(kept_day=day)


# --- claims ---


def claims(member_ids: Collection[UUID], causes: Collection[str] | None = None) -> dict[tuple[UUID, str, str], Claim]:
    """Return the claims of members, of some causes or all, by (member, benefit, cause)."""
    statement = _CLAIMS
    asked: dict[str, Any] = {"ids": list(member_ids)}
    if causes is not None:
        statement += " AND cause = ANY(%(causes)b::text[])"
        asked["causes"] = list(causes)
    return {
        claim.key: claim for claim in map(_claim, sql.fetch(f"{statement} ORDER BY member_id, benefit, cause", asked))
    }


def holders_due(day: int, limit: int) -> list[UUID]:
    """Return up to `limit` members to whose claims time does something by a day, in id order."""
    found = EntitlementRow.objects.filter(due_day__lte=day).order_by("member_id")
    return list(found.values_list("member_id", flat=True).distinct()[:limit])


def holders_of(cause: str) -> set[UUID]:
    """Return who has an active claim by a cause."""
    return set(EntitlementRow.objects.filter(cause=cause, state=State.ACTIVE).values_list("member_id", flat=True))


def write(changes: Sequence[Change], recorded_at: datetime, effects_at: datetime) -> int:
    """Write claims with their lines and effects, one statement a table; return how many stood where expected."""
    rows = [
        (
            *(one.claim.member_id, one.claim.benefit, one.claim.cause, one.claim.subject, one.claim.state.value),
            *(one.claim.quota, one.claim.per.value, one.claim.period_day, one.claim.used, one.claim.ceiling),
            *(one.claim.since_day, one.claim.until_day, one.due_day, one.claim.events, one.expected),
        )
        for one in changes
    ]
    names = (*_CLAIM[:-1], "due_day", "events", "expected")
    ((count,),) = sql.fetch(sql.load(PACKAGE, "write_claims"), sql.columns(" ".join(names), rows))
    lines = [
        (
            *(one.claim.member_id, one.claim.benefit, one.claim.cause, number, line.kind.value, one.claim.subject),
            *(one.at, one.day, line.period_day, line.quantity, one.reference, one.by, one.note),
        )
        for one in changes
        for number, line in enumerate(one.lines, one.expected + 1)
    ]
    names = (
        *("member_id", "benefit", "cause", "number", "kind", "subject", "at", "day", "period_day", "quantity"),
        *("reference", "by", "note"),
    )
    told = sql.columns(" ".join(names), lines) | {"recorded_at": recorded_at}
    sql.run(sql.load(PACKAGE, "write_events"), told)
    asked = [
        (one.claim.member_id, one.claim.benefit, one.claim.cause, number, effect.value, quantity, one.at)
        for one in changes
        for number, effect, quantity in one.effects
    ]
    if asked:
        columns = sql.columns("member_id benefit cause number effect quantity at", asked) | {"next_at": effects_at}
        sql.run(sql.load(PACKAGE, "write_effects"), columns)
    return count


def line(member_id: UUID, reference: UUID, kind: str) -> tuple[str, str, int, int, int] | None:
    """Return (benefit, cause, number, quantity, period) of the line of a kind that a fact wrote."""
    found = EventRow.objects.filter(member_id=member_id, reference=reference, kind=kind)
    return found.values_list("benefit", "cause", "number", "quantity", "period_day").first()


def events(member_id: UUID, limit: int, skip: int) -> list[tuple[Any, ...]]:
    """Return lines of a member's record, latest first."""
    found = EventRow.objects.filter(member_id=member_id).order_by("-at", "-recorded_at", "benefit", "cause", "-number")
    return list(found.values_list(*EVENT)[skip : skip + limit])


def lines_by(member_ids: Collection[UUID], reference: UUID) -> list[tuple[UUID, str, str, str, int, int]]:
    """Return (member, benefit, cause, kind, quantity, period) of every line that a fact wrote for members."""
    found = EventRow.objects.filter(member_id__in=member_ids, reference=reference).order_by("number")
    return list(found.values_list("member_id", "benefit", "cause", "kind", "quantity", "period_day"))


def violations() -> list[tuple[UUID | None, str]]:
    return sql.fetch(sql.load(PACKAGE, "verify_entitlements"), {})


# --- the balance sheet ---


def entitled() -> list[tuple[str, str, int]]:
    """Return (subject, benefit, members) of the claims that hold."""
    return sql.fetch(
        "SELECT subject, benefit, count(DISTINCT member_id) FROM benefits_entitlement "
        "WHERE state = 'active' GROUP BY 1, 2",
        {},
    )


def uses(first: int, last: int) -> list[tuple[str, str, int, int]]:
    """Return (subject, benefit, members, times) of the uses of days, less what was undone in them."""
    return sql.fetch(
        "SELECT subject, benefit, count(*) FILTER (WHERE times > 0), sum(greatest(times, 0))::bigint FROM ("
        "SELECT subject, benefit, member_id, sum(CASE kind WHEN 'used' THEN quantity ELSE -quantity END) AS times "
        "FROM benefits_event WHERE kind IN ('used', 'undone') AND day BETWEEN %(first)s AND %(last)s "
        "GROUP BY 1, 2, 3) AS told GROUP BY 1, 2",
        {"first": first, "last": last},
    )


def first_given() -> dict[tuple[str, str], int]:
    """Return by (subject, benefit) the first day on which a claim began that still holds."""
    rows = sql.fetch(
        "SELECT subject, benefit, min(since_day) FROM benefits_entitlement WHERE state = 'active' GROUP BY 1, 2", {}
    )
    return {(subject, benefit): day for subject, benefit, day in rows}


def _benefit(row: Sequence[Any]) -> Benefit:
    told = dict(zip(_BENEFIT, row, strict=True))
    told |= {"kind": Kind(told["kind"]), "part": Part(told["part"])}
    return Benefit(**told | {"purpose": Purpose(told["purpose"]), "per": Per(told["per"])})


def _row(benefit: Benefit) -> dict[str, Any]:
    return {name: getattr(benefit, name) for name in _BENEFIT}


def _claim(row: Sequence[Any]) -> Claim:
    told = dict(zip(_CLAIM, row, strict=True))
    return Claim(**told | {"state": State(told["state"]), "per": Per(told["per"])})
