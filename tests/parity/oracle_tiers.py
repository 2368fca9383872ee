"""The oracle's own ladders: who stands where, from when and for how long.

A ladder reads the past of a member and writes where the member stands; it never touches points.
"""

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from tests.parity import oracle_dates as dates
from tests.parity.oracle_expressions import Expression, Value
from tests.parity.oracle_ledger import Person, Standing

Past = Callable[[Person, date, int | None], Mapping[Any, Any]]  # what is known of a member as of a day, to a ladder
STEPS = {"monthly": 1, "quarterly": 3, "yearly": 12}


class Ladder:
    """One ladder of the file, by its place there."""

    def __init__(self, index: int, said: Mapping[str, Any], past: Past) -> None:
        self.index, self.code, self.past = index, said["ladder"], past
        self.levels: list[Mapping[str, Any]] = said["levels"]
        self.asked: set[tuple[str, str, str]] = set()
        self.validity: str = dates.plain(said["validity"])
        self.evaluate: str = said.get("evaluate", "at once")
        self.downgrade: str = said.get("downgrade", "full")
        self.grace = None if said.get("grace") in (None, "none") else said["grace"]
        self.resets = said.get("reset") == "on upgrade"
        self.one_step = said.get("upgrade") == "one step"
        self.falls_at_once = said.get("refunds") == "at once"
        self.as_measured = self.validity == "as measured"
        self.at_facts = self.evaluate in ("at once", "daily")
        self.follows_measure = self.as_measured and self.at_facts
        measure = self._read(said.get("measure", "0"))
        keep_measure = self._read(said["keep_measure"]) if "keep_measure" in said else measure
        self.reaches = [self._condition(level, measure, "from", "when") for level in self.levels]
        self.keeps = [
            self._condition({**level, **_kept(level)}, keep_measure, "keep", "keep_when") for level in self.levels
        ]

    def _read(self, text: str) -> Value:
        expression = Expression(text)
        self.asked |= expression.asked
        return expression.value

    def _condition(self, level: Mapping[str, Any], measure: Value, threshold: str, when: str) -> Value:
        if when in level:
            return self._read(level[when])
        least = Fraction(level.get(threshold, "0"))
        return lambda past: measure(past) >= least

    # ---- what holds now

    def reached(self, person: Person, as_of: date) -> list[bool]:
        past = self.past(person, as_of, self.index)
        return [True, *(bool(condition(past)) for condition in self.reaches[1:])]

    def kept(self, person: Person, as_of: date) -> list[bool]:
        past = self.past(person, as_of, self.index)
        return [True, *(bool(condition(past)) for condition in self.keeps[1:])]

    def standing(self, person: Person) -> Standing:
        return person.tiers[self.index]

    def measures_new_day(self) -> bool:
        return self.evaluate != "at once" or (dates.validity_periods(self.validity) == 0 and not self._by_membership())

    def evaluates_on(self, day: date) -> bool:
        if self.evaluate in STEPS:
            return dates.period_start(day, STEPS[self.evaluate], 0) == day
        return self.evaluate == "daily"

    def _by_membership(self) -> bool:
        return "membership" in self.validity

    def ends(self, person: Person, day: date) -> date | None:
        return dates.validity_end(self.validity, day, person.joined)

    # ---- moves

    def move(self, person: Person, kind: str, rank: int, until: date | None, day: date, as_of: date) -> None:
        standing = self.standing(person)
        person.log.append((kind, day, self.index, standing.rank, rank, until))
        if kind != "grace":
            standing.since_tier = person.empty(as_of)
            if rank > standing.rank and self.resets:
                standing.since_climb = person.empty(as_of)
        standing.rank, standing.until, standing.grace = rank, until, kind == "grace"

    def qualify(self, person: Person, day: date, as_of: date) -> None:
        """Move up where that is reached; renew what a calendar or a grace lets renew at once."""
        standing, reached = self.standing(person), self.reached(person, as_of)
        target = _highest(reached)
        if self.as_measured:
            target = max(target, standing.floor_on(as_of))
            if target != standing.rank:
                kind = "qualified" if target > standing.rank else "reviewed"
                self.move(person, kind, target, None, day, as_of)
            return
        if self.one_step and target > standing.rank:
            target = standing.rank + (1 if reached[standing.rank + 1] else 0)
        until = self.ends(person, day)
        if target > standing.rank:
            self.move(person, "qualified", target, until, day, as_of)
        elif standing.rank > 0 and reached[standing.rank]:
            by_calendar = dates.validity_periods(self.validity) is not None
            later = by_calendar and standing.until is not None and until > standing.until
            if standing.grace or later:
                self.move(person, "renewed", standing.rank, until, day, as_of)

    def review(self, person: Person, day: date, as_of: date) -> None:
        """A validity has ended: keep the tier, wait out a grace, or fall."""
        standing = self.standing(person)
        rank = standing.rank
        kept = _highest(self.kept(person, as_of)[: rank + 1])
        by_policy = {"none": rank, "one step": rank - 1, "full": kept}[self.downgrade] if kept < rank else rank
        alone = max(by_policy, self.never_below(rank))
        left = min(rank, max(alone, standing.floor_on(day)))
        if left < rank and self.grace and not standing.grace:
            self.move(person, "grace", rank, dates.grace(self.grace, day), day, as_of)
            return
        from_last_day = (dates.validity_periods(self.validity) or 0) > 0 and as_of < day
        base = dates.add_months(day, -dates.validity_more(self.validity)) - dates.DAY
        until = self.ends(person, base if from_last_day else day)
        self.move(person, "reviewed", left, self.until(standing, left, alone, until), day, as_of)

    def never_below(self, rank: int) -> int:
        held = [i for i, level in enumerate(self.levels) if level.get("never_down") in ("yes", "true") and i <= rank]
        return max(held, default=0)

    @staticmethod
    def until(standing: Standing, rank: int, alone: int, until: date | None) -> date | None:
        """Return until when a rank holds: without end at the bottom, with the floor where that alone holds it."""
        if rank == 0:
            return None
        if rank > alone:
            return None if standing.floor_until == date.max else standing.floor_until
        return until

    def fall(self, person: Person, day: date, kept_before: list[bool]) -> None:
        """After a refund: go down at once where it took what kept the tier."""
        standing, kept = self.standing(person), self.kept(person, day)
        rank = standing.rank
        if not kept_before[rank] or kept[rank]:
            return
        alone = max(_highest(kept[: rank + 1]), self.never_below(rank))
        left = min(rank, max(alone, standing.floor_on(day)))
        if left < rank:
            until = self.until(standing, left, alone, self.ends(person, day))
            self.move(person, "refunded", left, until, day, day)

    def assign(self, person: Person, rank: int, until: date | None, day: date, exactly: bool) -> None:
        standing = self.standing(person)
        standing.floor, standing.floor_until = rank, until or date.max
        if rank > standing.rank or (exactly and rank != standing.rank):
            self.move(person, "assigned", rank, until if rank else None, day, day)


def _highest(bits: list[bool]) -> int:
    return max(i for i, bit in enumerate(bits) if bit)


def _kept(level: Mapping[str, Any]) -> dict[str, Any]:
    """Return what keeps a level where it does not say so: what reaches it."""
    if "keep" in level or "keep_when" in level:
        return {}
    return {"keep_when": level["when"]} if "when" in level else {"keep": level.get("from", "0")}
