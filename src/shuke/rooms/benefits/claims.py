"""One claim as a state machine: what giving, using, a new period, a fall and an end make of it. Pure; knows no table.

Each step returns the claim after it and its line in the record, and changes nothing where nothing happens.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from shuke.core.values.dates import first_day, month_of
from shuke.core.values.errors import Refusal
from shuke.rooms.benefits.contracts import EventKind, Per, State


@dataclass(frozen=True, slots=True)
class Claim:
    """An entitlement as stored. `used` counts the period that begins at `period_day`.

    `ceiling` is the most that it may come to in this period, None without a quota: the quota, or what was used before
    the quota fell below it.
    """

    member_id: UUID
    benefit: str
    cause: str
    subject: str
    state: State
    quota: int | None
    per: Per
    period_day: int
    used: int
    ceiling: int | None
    since_day: int
    until_day: int | None
    events: int

    @property
    def key(self) -> tuple[UUID, str, str]:
        return self.member_id, self.benefit, self.cause

    def holds_on(self, day: int) -> bool:
        """Tell whether it can be used on a day."""
        return self.state is State.ACTIVE and (self.until_day is None or day < self.until_day)

    def left_on(self, day: int) -> int | None:
        """Return how often it may still be used on a day, None for any number."""
        if self.quota is None:
            return None
        return max(0, self.quota - (self.used if self._period_on(day) == self.period_day else 0))

    def _period_on(self, day: int) -> int:
        return period_on(self.per, day, self.period_day)


@dataclass(frozen=True, slots=True)
class Line:
    """What happened to a claim; `period_day` is the period that it counts in."""

    kind: EventKind
    quantity: int
    period_day: int


Stepped = tuple[Claim, Line]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a subject gives a member: `term_day` begins a new term, None goes on with the one that runs."""

    member_id: UUID
    benefit: str
    cause: str
    subject: str
    quota: int | None
    per: Per
    term_day: int | None = None
    until_day: int | None = None


def period_on(per: Per, day: int, term_day: int) -> int:
    """Return the first day of the period that a day lies in."""
    if per is Per.MONTH:
        return first_day(month_of(day))
    if per is Per.YEAR:
        return first_day(month_of(day) // 12 * 12)
    return term_day if per is Per.TERM else 0


def next_period(per: Per, day: int) -> int | None:
    """Return the first day of the period after the one of a day, None where only a new term begins one."""
    if per is Per.MONTH:
        return first_day(month_of(day) + 1)
    return first_day((month_of(day) // 12 + 1) * 12) if per is Per.YEAR else None


def give(claim: Claim | None, wanted: Wanted, day: int) -> Stepped | None:
    """Give a claim, or let one that is there be as wanted; what was used in the same period stays used."""
    if claim is None:
        period = period_on(wanted.per, day, day if wanted.term_day is None else wanted.term_day)
        made = Claim(
            wanted.member_id,
            wanted.benefit,
            wanted.cause,
            wanted.subject,
            State.ACTIVE,
            wanted.quota,
            wanted.per,
            period,
            0,
            wanted.quota,
            day,
            wanted.until_day,
            1,
        )
        return made, Line(EventKind.GRANTED, 0, period)
    term = claim.period_day if wanted.term_day is None or claim.per is not wanted.per else wanted.term_day
    period = period_on(wanted.per, day, term)
    used = claim.used if period == claim.period_day else 0
    quota = wanted.quota
    back = claim.state is not State.ACTIVE
    after = replace(
        claim,
        subject=wanted.subject,
        state=State.ACTIVE,
        quota=quota,
        per=wanted.per,
        period_day=period,
        used=used,
        ceiling=None if quota is None else max(quota, used),
        since_day=day if back else claim.since_day,
        until_day=wanted.until_day,
    )
    if after == claim or _only_the_calendar_moved(claim, after):
        return None
    kind = EventKind.GRANTED if back else EventKind.CYCLED if _only_a_term(claim, after) else EventKind.CHANGED
    return _done(after, Line(kind, 0, period))


def withdraw(claim: Claim, kind: EventKind = EventKind.WITHDRAWN) -> Stepped | None:
    """Take a claim away, or end it (`expired`)."""
    if claim.state is not State.ACTIVE:
        return None
    state = State.EXPIRED if kind is EventKind.EXPIRED else State.WITHDRAWN
    return _done(replace(claim, state=state), Line(kind, 0, claim.period_day))


def cycle(claim: Claim, day: int) -> Stepped | None:
    """Begin the period of a day, where that is another one."""
    after = _turned(claim, day)
    return None if after is claim else _done(after, Line(EventKind.CYCLED, 0, after.period_day))


def use(claim: Claim, quantity: int, day: int) -> Stepped:
    """Use it.

    Raises:
        Refusal: `benefit_not_held`, `quota_used_up`.
    """
    if not claim.holds_on(day):
        raise not_held()
    now = _turned(claim, day)
    if now.quota is not None and now.used + quantity > now.quota:
        left = max(0, now.quota - now.used)
        detail = f"{quantity} asked for, {left} of {now.quota} left in this period."
        raise Refusal("quota_used_up", detail, params={"asked": quantity, "left": left, "quota": now.quota})
    return _done(replace(now, used=now.used + quantity), Line(EventKind.USED, quantity, now.period_day))


def undo(claim: Claim, used: Line) -> Stepped:
    """Undo a use; it gives room back where its period still runs."""
    same = used.period_day == claim.period_day
    after = replace(claim, used=claim.used - used.quantity) if same else claim
    return _done(after, Line(EventKind.UNDONE, used.quantity, used.period_day))


def carry(claim: Claim, quantity: int) -> Stepped:
    """Count uses of another record of the same person, or, below 0, no longer."""
    used = max(0, claim.used + quantity)
    ceiling = None if claim.quota is None else max(claim.quota, used)
    after = replace(claim, used=used, ceiling=ceiling)
    return _done(after, Line(EventKind.CARRIED, used - claim.used, claim.period_day))


def not_held() -> Refusal:
    """Return the refusal of who has no claim to a benefit."""
    return Refusal("benefit_not_held", "The member does not have this benefit now.")


def _turned(claim: Claim, day: int) -> Claim:
    period = period_on(claim.per, day, claim.period_day)
    if period <= claim.period_day:  # a day before the period where the member already stands counts in it
        return claim
    return replace(claim, period_day=period, used=0, ceiling=claim.quota)


def _only_the_calendar_moved(claim: Claim, after: Claim) -> bool:
    """Tell whether nothing differs but the month or year, which turns by itself with the next use."""
    if claim.per in (Per.TERM, Per.ONCE):
        return False
    return replace(after, period_day=claim.period_day, used=claim.used, ceiling=claim.ceiling) == claim


def _only_a_term(claim: Claim, after: Claim) -> bool:
    return (claim.quota, claim.per) == (after.quota, after.per) and claim.period_day != after.period_day


def _done(claim: Claim, line: Line) -> Stepped:
    return replace(claim, events=claim.events + 1), line
