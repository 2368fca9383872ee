"""A study: a program run over a whole history, part by part, under a policy of use and assumptions, with its figures.

Owns the run; what is counted is in `core.state.tally`, what it means in `study_figures`. A part is read, run and
forgotten, so memory holds as many parts as there are threads, and a row of figures for each member.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import count
from time import perf_counter
from typing import Protocol

import numpy as np

from shuke.core.program.model import Program
from shuke.core.state.replay import ASSIGN, NOTHING, V_AMOUNT, V_KIND, V_UNIT
from shuke.core.values.dates import NEVER
from shuke.engine.columns import Columns, asks_for_lines
from shuke.engine.compile import Compiled
from shuke.engine.histories.returns import in_units
from shuke.engine.history import History, pieces
from shuke.engine.loops import Loops, engine_for, loops_of, run_through
from shuke.engine.policies import OBSERVED, Assumptions, Policy, apply, check, growth_of
from shuke.engine.study_figures import Figures
from shuke.engine.study_result import Study
from shuke.engine.tallies import Counting, People, Tallies, Tally
from shuke.engine.zones import local_day

Growth = tuple[Fraction, ...]  # by what amounts are multiplied on each rank

PIECE = 100_000  # events: few enough for the processor's cache, enough for what is done once for each piece
STEPS = 10**6  # growth by elasticity is rounded down to millionths


class Parts(Protocol):
    """A history in parts, each with members of its own, who are the same in every run."""

    @property
    def parts(self) -> int:
        """How many there are."""

    @property
    def events(self) -> int:
        """About how many events they have together."""

    def part(self, number: int, *, lines: bool = True) -> History:
        """Return one part; its lines may be missing where nobody asks for them."""


@dataclass(frozen=True)
class One:
    """A history in memory as the one part that it is."""

    history: History
    parts: int = 1

    @property
    def events(self) -> int:
        """How many events it has."""
        return self.history.event_count

    def part(self, number: int, *, lines: bool = True) -> History:  # noqa: ARG002 - it has them anyway
        return self.history


class Cancelled(Exception):
    """The caller of a study wants no result any more."""


def study(  # noqa: PLR0913 - what may be asked
    compiled: Compiled,
    parts: Parts,
    until_at: int,
    *,
    policy: Policy = OBSERVED,
    assumptions: Assumptions | None = None,
    other: Compiled | None = None,
    since_at: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    threads: int = 2,
    engine: str = "auto",
) -> Study:
    """Run a program over a history up to the UTC second `until_at`, that second included, and count.

    What is before the local day of `since_at` (None: nothing is) makes the members what they are by then; of points it
    counts as what was there when the window began. `other` is run over the same members under the same policy, for the
    comparison; growth of spend by tier holds in its tiers of the same codes, growth by elasticity is the program's
    alone. `progress` is told (parts done, all of them); `cancelled` is asked before each.

    Raises:
        Refusal: the codes of `policies`; `history_too_long`.
        Cancelled: the caller said so.
    """
    assumed = assumptions or Assumptions()
    programs = [compiled] if other is None else [compiled, other]
    for each in programs:
        check(policy, each.program)
    growths = [
        growth_of(assumed, compiled.program),
        *(growth_of(_shared(assumed, other), other.program) for other in programs[1:]),
    ]
    rounds = 2 if assumed.elasticity else 1
    started = perf_counter()
    run = _Runs(
        programs,
        parts,
        (since_at, until_at),
        policy,
        threads,
        engine,
        _Watch(progress, cancelled, parts.parts * rounds),
    )
    figures = run.through(growths, assumed)
    if assumed.elasticity:
        assumed = replace(assumed, uplift=_elastic(assumed, figures))
        figures = run.through([growth_of(assumed, compiled.program), *growths[1:]], assumed)
    seconds = perf_counter() - started - run.compile_seconds
    return Study(
        figures[0],
        figures[1] if other is not None else None,
        policy,
        seconds,
        run.compile_seconds,
        run.events,
        run.engine,
    )


class _Watch:
    """Tells the caller how far it is, and asks whether to go on; both in the caller's own thread."""

    def __init__(
        self, progress: Callable[[int, int], None] | None, cancelled: Callable[[], bool] | None, all_: int
    ) -> None:
        self._progress, self._cancelled, self._all, self._done = progress, cancelled, all_, count(1)
        self.stopped = False

    def step(self) -> None:
        """Tell of one part more."""
        if self._progress is not None:
            self._progress(next(self._done), self._all)
        self.go_on()

    def go_on(self) -> None:
        """Raise Cancelled where the caller wants no more."""
        self.stopped = self.stopped or (self._cancelled is not None and self._cancelled())
        if self.stopped:
            raise Cancelled


class _Runs:
    """Runs programs over the parts, once or several times."""

    def __init__(
        self,
        programs: Sequence[Compiled],
        parts: Parts,
        window: tuple[int | None, int],
        policy: Policy,
        threads: int,
        engine: str,
        watch: _Watch,
    ) -> None:
        self._programs, self._parts, self._window, self._policy, self._watch = programs, parts, window, policy, watch
        self._lines = any(asks_for_lines(each) for each in programs)
        self._at_once = min(threads, parts.parts)
        self._within = max(1, threads // self._at_once)
        self.events = 0
        self.engine = engine_for(programs[0], parts.events, engine)
        started = perf_counter()
        self._loops = [loops_of(each, self.engine) for each in programs]
        self.compile_seconds = perf_counter() - started if self.engine == "numba" else 0.0

    def through(self, growths: Sequence[Growth], assumed: Assumptions) -> list[Figures]:
        """Run all parts; return the figures of each program."""
        self._watch.go_on()
        self.events = 0
        tallies, people = [Tallies() for _ in self._programs], []
        with ThreadPoolExecutor(self._at_once) as pool:
            for members, found, events in pool.map(lambda each: self._part(each, growths), range(self._parts.parts)):
                people.append(members)
                for each, tally in zip(tallies, found, strict=True):
                    each.add(tally)
                self.events += events
                self._watch.step()
        everybody = People.together(people)
        return [
            Figures(program, each.together(), everybody, *self._days(program), assumed)
            for program, each in zip(self._programs, tallies, strict=True)
        ]

    def _part(self, number: int, growths: Sequence[Growth]) -> tuple[People, list[Tally], int]:
        """Run the programs over one part, piece by piece; return its members, a tally of each program, and events."""
        history = self._parts.part(number, lines=self._lines)
        tallies, all_events = [Tallies() for _ in self._programs], 0
        with ThreadPoolExecutor(self._within) as pool:
            through = map if self._within == 1 else pool.map  # a pool takes copies of all pieces at once
            for found in through(lambda piece: self._piece(piece, growths), pieces(history, PIECE)):
                for each, (tally, events) in zip(tallies, found, strict=True):
                    each.add(tally)
                    all_events += events
        return People.of(history), [each.together() for each in tallies], all_events

    def _piece(self, history: History, growths: Sequence[Growth]) -> list[tuple[Tally, int]]:
        if self._watch.stopped:
            raise Cancelled
        return [
            self._tally(compiled, loops, history, growth)
            for compiled, loops, growth in zip(self._programs, self._loops, growths, strict=True)
        ]

    def _tally(self, compiled: Compiled, loops: Loops, history: History, growth: Growth) -> tuple[Tally, int]:
        if compiled is not self._programs[0]:
            history = under(history, self._programs[0].program, compiled.program)
        columns = Columns(compiled, apply(history, self._policy, compiled), self._window[1], growth)
        counting = Counting.of(columns, *self._days(compiled))
        run = run_through(loops, columns, self._window[1], counting=counting)
        return run.tally, columns.history.event_count

    def _days(self, compiled: Compiled) -> tuple[int, int]:
        """Return the first local day that counts, and the last one."""
        since_at, until_at = self._window
        zone = compiled.program.time_zone
        return -NEVER if since_at is None else local_day(since_at, zone), local_day(until_at, zone)


def under(history: History, of: Program, to: Program) -> History:
    """Return a history whose events name units, ladders and levels of one program with those of another, by code.

    What the other program doesn't have is left out.
    """
    units = [(unit.code, unit.scale) for unit in of.units]
    if units != [(unit.code, unit.scale) for unit in to.units]:
        history, _ = in_units(history, np.full(history.event_count, -1, np.int64), units, to)
    ladders = [[level.code for level in ladder.levels] for ladder in of.ladders]
    theirs = {ladder.code: (i, [level.code for level in ladder.levels]) for i, ladder in enumerate(to.ladders)}
    events = history.events.copy()
    for event in np.flatnonzero(events[:, V_KIND] == ASSIGN).tolist():  # there are few: somebody gave each by hand
        number, rank = events[event, V_UNIT], events[event, V_AMOUNT]
        place, levels = theirs.get(of.ladders[number].code, (-1, []))
        code = ladders[number][rank]
        if code in levels:
            events[event, V_UNIT], events[event, V_AMOUNT] = place, levels.index(code)
        else:
            events[event, V_KIND] = NOTHING
    return replace(history, events=events)


def _shared(assumed: Assumptions, other: Compiled) -> Assumptions:
    """Return the assumptions without tiers that the other program doesn't have."""
    tiers = {level.code for ladder in other.program.ladders[:1] for level in ladder.levels}
    return replace(assumed, uplift={tier: share for tier, share in assumed.uplift.items() if tier in tiers})


def _elastic(assumed: Assumptions, figures: Sequence[Figures]) -> dict[str, Fraction]:
    """Return growth by tier once spend has answered to the change of the reward rate."""
    grown = {}
    for tier in figures[0].tier_codes:
        before = figures[1].reward_rate(tier) if len(figures) > 1 else Fraction(0)
        change = assumed.elasticity * (figures[0].reward_rate(tier) - before)
        share = max(Fraction(-1), assumed.uplift.get(tier, Fraction(0)) + change)
        grown[tier] = Fraction(share.numerator * STEPS // share.denominator, STEPS)
    return grown
