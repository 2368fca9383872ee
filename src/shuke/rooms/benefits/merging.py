"""Claims when two records become one person, and when they are taken apart again.

What the record that ends has by its tiers ends with it, unless the tier goes on too; what is its own (packs, gifts,
plans) goes on with the member that stays. What was used counts on: a merge makes no quota anew. Every step is written
on the merge, which undoes it.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from shuke.rooms.benefits import claims, days, giving, queries
from shuke.rooms.benefits.claims import Claim, Wanted
from shuke.rooms.benefits.contracts import EventKind, State

Key = tuple[UUID, str, str]


def merge(survivor_id: UUID, source_ids: Sequence[UUID], merge_id: UUID, at: datetime) -> None:
    """Let members' claims go on with the one that stays."""
    moves = _Moves(queries.claims([survivor_id, *source_ids]))
    day = days.day_of(at)
    for claim in [one for one in moves.known.values() if one.member_id != survivor_id]:
        moves.add(claim.key, claims.withdraw(claim))
        key = (survivor_id, claim.benefit, claim.cause)
        fresh = moves.now(key) is None and claim.state is State.ACTIVE
        if fresh:
            moves.add(key, claims.give(None, _same(claim, survivor_id), day))
        heir = moves.now(key)
        if heir is not None and claim.used and claim.period_day == heir.period_day:
            heir, line = claims.carry(heir, claim.used)
            moves.add(key, (heir, line))
        if fresh and heir is not None and claim.cause.startswith("tier:"):
            moves.add(key, claims.withdraw(heir))  # their own tier gives it, where it does, with what was used
    moves.write(at, merge_id)


def unmerge(survivor_id: UUID, source_ids: Sequence[UUID], merge_id: UUID, at: datetime) -> None:
    """Put claims back as they were before a merge, as far as nothing else ended them since."""
    people = [survivor_id, *source_ids]
    moves = _Moves(queries.claims(people))
    day = days.day_of(at)
    for member_id, benefit, cause, kind, quantity, period in queries.lines_by(people, merge_id):
        key = (member_id, benefit, cause)
        claim = moves.now(key)
        assert claim is not None, "the merge wrote of it"
        if kind == EventKind.CARRIED and period == claim.period_day:
            moves.add(key, claims.carry(claim, -quantity))
        elif kind == EventKind.GRANTED and member_id == survivor_id and not cause.startswith("tier:"):
            moves.add(key, claims.withdraw(claim))
        elif kind == EventKind.WITHDRAWN and member_id != survivor_id:
            moves.add(key, claims.give(claim, _same(claim, member_id), day))
    moves.write(at, None)


class _Moves:
    """Steps of several claims, in their order, each written as one change."""

    def __init__(self, known: dict[Key, Claim]) -> None:
        self.known = known
        self.steps: dict[Key, list[claims.Stepped]] = {}

    def now(self, key: Key) -> Claim | None:
        """Return a claim as its steps left it."""
        steps = self.steps.get(key)
        return steps[-1][0] if steps else self.known.get(key)

    def add(self, key: Key, stepped: claims.Stepped | None) -> None:
        if stepped:
            self.steps.setdefault(key, []).append(stepped)

    def write(self, at: datetime, reference: UUID | None) -> None:
        changes = [
            giving.change_of(self.known.get(key), steps, at, reference) for key, steps in self.steps.items() if steps
        ]
        giving.write(changes, issuing=False)


def _same(claim: Claim, member_id: UUID) -> Wanted:
    return Wanted(
        member_id,
        claim.benefit,
        claim.cause,
        claim.subject,
        claim.quota,
        claim.per,
        claim.period_day,
        claim.until_day,
    )
