"""The versions of a program, each ready to run, and which one is in force at an instant.

A version is compiled once per process and kept; it never changes after it is published, and is served only by a
release that compiles it to the very program that was published.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache

from shuke.core.program.model import Level, Program
from shuke.core.state.slots import COUNT_EARNED, LADDER, T_RANK
from shuke.core.values.dates import NEVER
from shuke.core.values.errors import Refusal
from shuke.engine.carts import CartDesk
from shuke.engine.compile import Compiled, compile_program, seen_slots
from shuke.engine.online import Desk
from shuke.engine.schema import load_program
from shuke.engine.states import MemberState
from shuke.engine.zones import day_start, local_day
from shuke.foundation.transactions import forget, once_per_unit
from shuke.rooms.points import facade as points
from shuke.rooms.points.contracts import Kind
from shuke.rooms.programs import queries
from shuke.rooms.programs.models import Version

EARNS = frozenset({Kind.ACCRUAL, Kind.ACCRUAL_PENDING})  # entries of what a fact earned, usable or not yet


@dataclass(frozen=True)
class Running:
    """A published version with its compiled decision; `unit_ids` are the ledger's, in the order of the program."""

    id: int
    number: int
    effective_from: int
    desk: Desk
    unit_ids: tuple[int, ...]

    @property
    def program(self) -> Program:
        return self.desk.compiled.program

    @cached_property
    def carts(self) -> CartDesk:
        """What prices carts; made when the first cart comes."""
        return CartDesk(self.desk.compiled)

    @cached_property
    def levels(self) -> tuple[Level, ...]:
        """The first ladder's levels, or none."""
        return self.program.ladders[0].levels if self.program.ladders else ()

    @cached_property
    def _ranks(self) -> tuple[dict[str, int], ...]:
        ladders = self.program.ladders
        return tuple({level.code: rank for rank, level in enumerate(ladder.levels)} for ladder in ladders)

    def ranks_of(self, ladder: int) -> dict[str, int]:
        """Return the ranks of a ladder by code."""
        return self._ranks[ladder]

    @cached_property
    def unit_index(self) -> dict[int, int]:
        """Where the units of the ledger stand in the program."""
        return {unit_id: index for index, unit_id in enumerate(self.unit_ids)}

    @cached_property
    def unit_codes(self) -> tuple[str, ...]:
        return tuple(unit.code for unit in self.program.units)

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """The codes of behaviours, in the order of their numbers, which count from 1."""
        return tuple(self.desk.compiled.behaviours)

    def tier_code(self, rank: int) -> str:
        """Return the code of a level of the first ladder, "" without one."""
        return self.levels[rank].code if self.levels else ""

    def tier_now(self, state: MemberState) -> str:
        """Return the code of the tier held on the first ladder, "" without one."""
        return self.tier_code(state.ladders[0].rank) if self.levels else ""

    def tier_seen(self, vector: Sequence[int]) -> str:
        """Return the code of the first ladder's tier that a decision saw, or "" without one."""
        if not self.levels:
            return ""
        compiled = self.desk.compiled
        return self.tier_code(vector[compiled.width + seen_slots(compiled).index(LADDER + T_RANK)])

    def by_unit(self, points: Sequence[int]) -> dict[str, int]:
        """Add up by unit what grants gave."""
        given = dict.fromkeys(self.unit_codes, 0)
        for grant, amount in zip(self.desk.compiled.grants, points, strict=True):
            given[self.unit_codes[grant.unit]] += amount
        return given

    def by_milestones(self, credited: Iterable[tuple[str, int]], by_rules: Mapping[str, int]) -> dict[str, int]:
        """Return by unit what of the credits of an order or behaviour, (unit, points), no rule gave: milestones did."""
        total: Counter[str] = Counter()
        for unit, amount in credited:
            total[unit] += amount
        total.subtract(by_rules)
        return {unit: total[unit] for unit in self.unit_codes if total[unit] > 0}

    def earned_unit(self, counter: int) -> int | None:
        """Return the ledger's unit whose earned points a counter counts, None for others."""
        kind, of = self.desk.compiled.counters[counter]
        return self.unit_ids[of] if kind == COUNT_EARNED else None

    def tag_bits(self, tags: Collection[str]) -> int:
        """Return a member's tags as the rules ask for them."""
        return sum(1 << bit for bit, tag in enumerate(self.program.tags) if tag in tags)

    def instant(self, at: int) -> datetime:
        """Return a UTC second as an instant."""
        return datetime.fromtimestamp(at, UTC)

    def day_of(self, at: datetime) -> int:
        """Return the local day of an instant."""
        return local_day(int(at.timestamp()), self.program.time_zone)

    def start_of(self, day: int) -> datetime | None:
        """Return the instant at which a local day begins; None for NEVER."""
        return None if day >= NEVER else _start_of(day, self.program.time_zone)


@dataclass(frozen=True, slots=True)
class Timeline:
    """A program's versions by the instant from which they are in force; the first also covers what came before it."""

    program_id: int
    slug: str
    versions: tuple[Running, ...]

    @property
    def latest(self) -> Running:
        return self.versions[-1]

    def at(self, at: int) -> Running:
        """Return the version in force at a UTC second."""
        return self.versions[max(0, bisect_right(self.versions, at, key=lambda version: version.effective_from) - 1)]

    @property
    def limited(self) -> frozenset[int]:
        """The units of which only so many may ever be issued."""
        latest = self.latest
        units = zip(latest.unit_ids, latest.program.units, strict=True)
        return frozenset(unit_id for unit_id, unit in units if unit.supply is not None)

    def by_id(self, version_id: int) -> Running:
        return next(version for version in self.versions if version.id == version_id)

    def following(self, running: Running, until: int) -> list[Running]:
        """Return the versions after one that are in force by a UTC second."""
        later = (version for version in self.versions if version.number > running.number)
        return [version for version in later if version.effective_from <= until]


@lru_cache(maxsize=4_096)
def _start_of(day: int, zone: str) -> datetime:
    return datetime.fromtimestamp(day_start(day, zone), UTC)


_running: dict[int, Running] = {}
_MARKS = "program_versions"


def timeline(slug: str | None = None) -> Timeline | None:
    """Return the timeline of a program (of the deployment's only one by default), or None where none is published."""
    marks = once_per_unit(_MARKS, queries.version_marks)
    found = next(((program_id, known) for program_id, known, _ in marks if slug in (None, known)), None)
    if found is None:
        return None
    program_id, slug = found
    return Timeline(program_id, slug, _ready(program_id, [mark for program, _, mark in marks if program == program_id]))


def locked_timeline() -> Timeline | None:
    """Return the timeline as it is behind the caller's locks: every version under which the members may stand."""
    forget_versions()  # of before the locks, or of a try before that lost them
    return timeline()


def forget_versions() -> None:
    """Read anew, in the open unit of work, which versions there are."""
    forget(_MARKS)


def published(plan: Timeline | None) -> Timeline:
    """Return a timeline that somebody needs.

    Raises:
        Refusal: `no_program`.
    """
    if plan is None:
        raise Refusal("no_program", "No program is published yet.")
    return plan


def _as_published(version: Version) -> Compiled:
    """Compile a version again, and refuse what would not decide as the version that was published."""
    compiled = compile_program(load_program(version.text))
    if (compiled.shape, list(compiled.numbers)) != (version.shape, version.numbers):
        raise Refusal(
            "version_recompiled_differently",
            f"Version {version.number} was published by a release that compiled it to other rules than this one does; "
            "go back to that release.",
            params={"version": version.number},
        )
    return compiled


def _ready(program_id: int, version_ids: list[int]) -> tuple[Running, ...]:
    """Return versions by id, compiling those that this process has not run before."""
    if any(version_id not in _running for version_id in version_ids):
        ids = {unit.code: unit.id for unit in points.all_units()}
        for version in queries.versions(program_id):
            if version.id not in version_ids:
                continue  # withdrawn: what it alone declared may be gone
            compiled = _as_published(version)
            _running[version.id] = Running(
                version.id,
                version.number,
                int(version.effective_from.timestamp()),
                Desk(compiled),
                tuple(ids[unit.code] for unit in compiled.program.units),
            )
    return tuple(_running[version_id] for version_id in version_ids)
