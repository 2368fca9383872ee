"""What the verbs that move value share: how a fact is named, and what became of it."""

from collections.abc import Mapping
from typing import Literal

from shuke.foundation import ids
from shuke.rooms.members import contracts as members
from shuke.rooms.programs.contracts import Result
from shuke.surfaces.http.fields import Answer, Body, ExternalIdText, Instant, Source, Time, instant

STAND_IN = ":"  # with which the source begins that stands in for an API key; no source that a client sends can hold it


class NamedBody(Body):
    """Something that source and external_id name for ever; without them, Idempotency-Key is needed."""

    source: Source | None = None
    external_id: ExternalIdText | None = None


class KeyedBody(NamedBody):
    """A fact that source and external_id name for ever; without them, Idempotency-Key is needed.

    It happens now where no time is said.
    """

    occurred_at: Time | None = None


class KeyBody(Body):
    """What a source calls a fact that it reported."""

    source: Source
    external_id: ExternalIdText

    def value(self) -> tuple[str, str]:
        return self.source, self.external_id


class KeyAnswer(Answer):
    """What a source calls a fact that it reported."""

    source: str
    external_id: str


class UnitPoints(Answer):
    unit: str
    points: int


class PassedEntry(Answer):
    """A line of the ledger that time alone would write; `amount` is signed."""

    unit: str
    kind: str
    amount: int
    occurred_at: Instant


class PassedTierChange(Answer):
    """A tier that time alone would change, or keep for longer."""

    before: str | None
    after: str
    reason: str
    occurred_at: Instant


class PassedTier(Answer):
    ladder: str
    code: str


class PassedAnswer(Answer):
    """What time alone would do after the fact until `as_of`, and where the member would stand then."""

    as_of: Instant
    entries: list[PassedEntry]
    tier_changes: list[PassedTierChange]
    balances: list[UnitPoints]
    tiers: list[PassedTier]


class Foreseen(Answer):
    """What became of a fact; `passed` is there where a dry run looked ahead by `now`."""

    member_id: str | None
    dry_run: bool = False
    passed: PassedAnswer | None = None


class MovementAnswer(Foreseen):
    """What became of a fact that moved value.

    `points` are what was used or set aside, and of anything else what came to the member (below 0: was taken);
    `balances` are what is usable after it, `owed` what refunds took back and the balance did not cover. source and
    external_id are null where an Idempotency-Key named it.
    """

    status: Literal["recorded", "repeated"]
    id: str
    source: str | None
    external_id: str | None
    points: list[UnitPoints]
    balances: list[UnitPoints]
    owed: list[UnitPoints]
    effective_at: Instant | None
    late: bool
    entry_ids: list[str]
    livemode: bool


def by_unit(points: Mapping[str, int] | None) -> list[UnitPoints]:
    """Return points by unit as a list."""
    return [UnitPoints(unit=unit, points=amount) for unit, amount in (points or {}).items()]


def movement_answer(
    result: Result, prefix: str, name: tuple[str, str], *, livemode: bool, dry_run: bool
) -> MovementAnswer:
    """Return what became of a fact that was not refused; `name` is its source and external id."""
    return MovementAnswer(**movement_fields(result, prefix, name, livemode=livemode, dry_run=dry_run))


def movement_fields(
    result: Result, prefix: str, name: tuple[str, str], *, livemode: bool, dry_run: bool
) -> dict[str, object]:
    """Return the fields of a `MovementAnswer`."""
    source, external_id = name
    told = not source.startswith(STAND_IN)
    return {
        "status": result.status.value,
        "id": ids.encode(prefix, result.reference),
        "source": source if told else None,
        "external_id": external_id if told else None,
        "member_id": ids.encode(members.ID_PREFIX, result.member_id) if result.member_id else None,
        "points": by_unit(result.points),
        "balances": by_unit(result.balances),
        "owed": by_unit(result.owed),
        "effective_at": instant(result.effective_at) if result.effective_at else None,
        "late": result.late,
        "entry_ids": [entry.id for entry in result.entries],
        "livemode": livemode,
        "dry_run": dry_run,
    }
