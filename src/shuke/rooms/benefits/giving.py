"""Gives and withdraws: what the sets say of where members stand is compared with what they have, and written.

The caller holds the lock of the members' holders. Where no sets are, nothing is read but that.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shuke.foundation import clock
from shuke.foundation.transactions import once_per_unit
from shuke.rooms.benefits import claims, days, effects, queries
from shuke.rooms.benefits.claims import Claim, Line, Wanted
from shuke.rooms.benefits.contracts import (
    ISSUED,
    Effect,
    EventKind,
    Gift,
    Kind,
    Moved,
    Per,
    StaleEntitlementError,
    State,
)
from shuke.rooms.benefits.queries import Change

_SETS = "benefits.sets"
_LIMIT_WHERE_NONE = 1  # coupons or points come once a period where the set says no number


@dataclass(frozen=True, slots=True)
class Given:
    """A benefit of a set, as one is given it."""

    subject: str
    benefit: str
    quota: int | None
    per: Per
    kind: Kind
    days: int | None


Sets = dict[str, tuple[Given, ...]]


def sets() -> Sets:
    """Return what each subject gives, read once in a unit of work."""
    return once_per_unit(_SETS, _read)


def _read() -> Sets:
    found: dict[str, tuple[Given, ...]] = {}
    for subject, benefit, own, usual, per, kind, lasts in queries.given_rows():
        quota = usual if own is None else own
        if quota is None and kind in ISSUED:
            quota = _LIMIT_WHERE_NONE
        given = Given(subject, benefit, quota, Per(per), Kind(kind), lasts)
        found[subject] = (*found.get(subject, ()), given)
    return found


def follow(moves: Sequence[Moved]) -> None:
    """Let entitlements follow where members now stand on ladders; of several moves of one, the last."""
    every = sets()
    if not any(subject.startswith("tier:") for subject in every):
        return
    last = {(move.member_id, move.ladder): move for move in moves}
    fresh = {(move.member_id, move.ladder) for move in moves if move.new_term}
    wanted: list[tuple[Moved, Wanted]] = []
    for key, move in last.items():
        term = move.day if key in fresh else None
        cause, subject = f"tier:{move.ladder}", f"tier:{move.ladder}:{move.level}"
        wanted += [(move, _wanted(move.member_id, each, cause, term)) for each in every.get(subject, ())]
    known = queries.claims({move.member_id for move in moves}, {f"tier:{move.ladder}" for move in moves})
    kept = {(want.member_id, want.benefit, want.cause) for _, want in wanted}
    changes = []
    for claim in known.values():
        gone = last.get((claim.member_id, claim.cause.removeprefix("tier:")))
        stepped = claims.withdraw(claim) if gone is not None and claim.key not in kept else None
        if gone is not None and stepped is not None:
            changes.append(_change(claim, [stepped], gone.at, gone.day, gone.reference))
    for move, want in wanted:
        changes += _given(known, want, move.at, move.day, move.reference)
    write(changes)


def give(gifts: Sequence[Gift], *, once: bool = False, cause: str | None = None, reference: UUID | None = None) -> int:
    """Give the sets of subjects, and return to how many members something came.

    `once` leaves alone who ever had it; `cause` stands for the subject where that gives again and again.
    """
    every = sets()
    wanted: list[tuple[Gift, int, Wanted]] = []
    for gift in gifts:
        day = days.day_of(gift.at)
        for each in every.get(gift.subject, ()):
            until = gift.until_day
            if until is None and each.days is not None:
                until = day + each.days
            term = day if gift.new_term else None
            wanted.append((gift, day, _wanted(gift.member_id, each, cause or gift.subject, term, until)))
    if not wanted:
        return 0
    known = queries.claims({want.member_id for *_, want in wanted}, {want.cause for *_, want in wanted})
    changes = []
    for gift, day, want in wanted:
        if not (once and (want.member_id, want.benefit, want.cause) in known):
            changes += _given(known, want, gift.at, day, reference)
    write(changes)
    return len({change.claim.member_id for change in changes})


def withdraw(
    member_ids: Collection[UUID],
    causes: Collection[str] | None,
    at: datetime,
    reference: UUID | None,
    *,
    recall: bool = False,
) -> int:
    """Withdraw the claims of members by some causes, or all, and what was issued where `recall`; return how many."""
    day = days.day_of(at)
    steps = [(claim, claims.withdraw(claim)) for claim in queries.claims(member_ids, causes).values()]
    changes = [_change(claim, [stepped], at, day, reference) for claim, stepped in steps if stepped]
    for change in changes:
        change.end = Effect.RECALL if recall else Effect.REVOKE
    write(changes)
    return len(changes)


def keep_due(member_ids: Collection[UUID], day: int, at: datetime) -> tuple[int, int]:
    """End claims whose last day is over and begin new periods of what is issued; return how many of each."""
    kinds = {code: benefit.kind for code, benefit in queries.benefits().items()}
    changes = []
    ended = 0
    for claim in queries.claims(member_ids).values():
        if claim.state is not State.ACTIVE:
            continue
        if not claim.holds_on(day):
            stepped = claims.withdraw(claim, EventKind.EXPIRED)
            ended += 1
        elif kinds[claim.benefit] in ISSUED:
            stepped = claims.cycle(claim, day)
        else:
            continue
        if stepped:
            changes.append(_change(claim, [stepped], at, day, None))
    write(changes)
    return ended, len(changes) - ended


def step(claim: Claim, stepped: claims.Stepped, at: datetime, reference: UUID | None, by: str, note: str) -> None:
    """Write one step of a claim."""
    change = _change(claim, [stepped], at, days.day_of(at), reference)
    change.by, change.note = by, note
    write([change])


def change_of(claim: Claim | None, steps: Sequence[claims.Stepped], at: datetime, reference: UUID | None) -> Change:
    """Return the steps of a claim as they are written."""
    return _change(claim, steps, at, days.day_of(at), reference)


def write(changes: Sequence[Change], *, issuing: bool = True) -> None:
    """Write changes, one statement a table, and let handlers that give at once give; nothing is issued without it.

    Raises:
        StaleEntitlementError: another transaction was first.
    """
    if not changes:
        return
    kinds = {code: benefit.kind for code, benefit in once_per_unit("benefits.benefits", queries.benefits).items()}
    for change in changes:
        kind = kinds[change.claim.benefit]
        if issuing and kind in ISSUED:
            _issue(change)
        change.due_day = _due(change.claim, kind)
    if queries.write(changes, clock.business_now(), clock.machine_now()) != len(changes):
        raise StaleEntitlementError("An entitlement was changed by another transaction.")
    if any(change.effects for change in changes):
        effects.asked(changes)


def _issue(change: Change) -> None:
    """Use what is issued as soon as its period begins, and ask its handler; ask it back where it is withdrawn."""
    claim = change.claim
    if claim.state is not State.ACTIVE:
        if change.lines[-1].kind is EventKind.WITHDRAWN:
            change.effects.append((claim.events, change.end, claim.used))
        return
    missing = (claim.quota or 0) - claim.used
    if missing <= 0:
        return
    turned = any(line.kind is EventKind.CYCLED for line in change.lines)
    used, line = claims.use(claim, missing, change.day)
    change.claim = used
    change.lines.append(line)
    change.effects.append((used.events, Effect.CYCLE if turned else Effect.GRANT, missing))


def _given(
    known: dict[tuple[UUID, str, str], Claim], want: Wanted, at: datetime, day: int, reference: UUID | None
) -> list[Change]:
    claim = known.get((want.member_id, want.benefit, want.cause))
    stepped = claims.give(claim, want, day)
    return [_change(claim, [stepped], at, day, reference)] if stepped else []


def _change(
    before: Claim | None, steps: Iterable[claims.Stepped], at: datetime, day: int, reference: UUID | None
) -> Change:
    told = list(steps)
    lines: list[Line] = [line for _, line in told]
    return Change(told[-1][0], before.events if before else 0, lines, at, day, reference)


def _wanted(member_id: UUID, given: Given, cause: str, term: int | None, until: int | None = None) -> Wanted:
    return Wanted(member_id, given.benefit, cause, given.subject, given.quota, given.per, term, until)


def _due(claim: Claim, kind: Kind) -> int | None:
    """Return the day on which time next does something to a claim."""
    if claim.state is not State.ACTIVE:
        return None
    turns = claims.next_period(claim.per, claim.period_day) if kind in ISSUED else None
    due = [day for day in (claim.until_day, turns) if day is not None]
    return min(due) if due else None
