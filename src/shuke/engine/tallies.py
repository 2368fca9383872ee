"""What the loops count for a study, laid out for them and read back: by day, tier, rule, member, and month of the lot.

Knows integers only: what they mean in words and money is the study's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from shuke.core.state import slots, tally
from shuke.core.state.slots import LADDER, LADDER_ROW, LADDERS_MAX, LEVELS_MAX, T_RANK, TIER_QUALIFIED
from shuke.core.state.tally import FLOW_OF, FLOWS, NO_FLOW, OUTFLOWS, SALES, SOLD, TIMES, WHO_ROW
from shuke.core.values.dates import first_day, month_of
from shuke.core.values.errors import Refusal
from shuke.engine.cohorts import GROUPS, group_of
from shuke.engine.columns import Columns
from shuke.engine.compile import Compiled
from shuke.engine.history import Column, History

SIZE_MAX = 1 << 24  # integers of one T, of which each piece of a part has its own: about 40 years of one unit


@dataclass(frozen=True)
class Counting:
    """What is counted of some members: every local day up to `until_day`; as of `since_day` also by tier and rule.

    `first_month` is the number of the month in which the first of them joined.
    """

    compiled: Compiled
    since_day: int
    until_day: int
    first_month: int
    groups: Column  # of every member

    @classmethod
    def of(cls, columns: Columns, since_day: int, until_day: int) -> "Counting":
        """Return what is counted of the members of columns.

        Raises:
            Refusal: `history_too_long`, as the tables would fill the memory.
        """
        h = columns.history
        joined = int(columns.local_days(h.joined_at).min(initial=until_day))
        groups = np.array([group_of(member) for member in h.members], np.int64)
        made = cls(columns.compiled, since_day, until_day, month_of(joined), groups)
        if made.size > SIZE_MAX:
            raise Refusal(
                "history_too_long",
                f"From the first member's joining to the end are {made.months:,} months, more than can be counted.",
                params={"months": made.months},
            )
        return made

    @property
    def months(self) -> int:
        return month_of(self.until_day) - self.first_month + 1

    @property
    def days(self) -> int:
        return self.until_day - first_day(self.first_month) + 1

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The tables of `Tally` that the loops fill, in the order in which they stand in T."""
        units, months = len(self.compiled.program.units), self.months
        return {
            "flows": (self.days, units, FLOWS),
            "sales": (self.days, SALES),
            "tiers": (LEVELS_MAX, SALES + units * FLOWS),
            "rules": (len(self.compiled.program.earn), TIMES),
            "population": (months, LADDERS_MAX, LEVELS_MAX),
            "lots": (GROUPS, units, months, 1 + months * OUTFLOWS),
            "sold": (GROUPS, months, SOLD),
        }

    @property
    def size(self) -> int:
        """Integers of T."""
        return sum(int(np.prod(shape)) for shape in self.shapes.values())

    def header(self, lots: int) -> Column:
        """Return S, for members with up to so many lots of a unit."""
        program, first = self.compiled.program, first_day(self.first_month)
        sizes = [int(np.prod(shape)) for shape in self.shapes.values()]
        at = [sum(sizes[:i]) for i in range(len(sizes))]
        kinds = [FLOW_OF.get(kind, (NO_FLOW, 0)) for kind in range(TIER_QUALIFIED)]
        rules = [
            (den, int(rule.points is None)) for den, rule in zip(self.compiled.denominators, program.earn, strict=True)
        ]
        days = np.arange(first, first + self.days).astype("datetime64[D]")
        months = days.astype("datetime64[M]").astype(np.int64) + month_of(0) - self.first_month
        header = [first, self.days, self.since_day, self.months, len(program.units), len(program.earn), lots]
        pairs = [number for pair in (*kinds, *rules) for number in pair]
        return np.concatenate([np.array([*header, *at, *pairs], np.int64), months])

    def whos(self) -> Column:
        """Return a fresh row for every member."""
        whos = np.zeros((len(self.groups), WHO_ROW), np.int64)
        whos[:, tally.WHO_GROUP] = self.groups
        return whos


@dataclass(frozen=True)
class Tally:
    """What was counted, by name of unit flow as `core.state.tally` numbers them; U units, D days, M months.

    `flows` [D, U, flow], `sales` [D, (orders, net)], `tiers` [rank, (orders, net) + U * flow], `rules` [rule, (times,
    points, rest over its denominator)], `population` [M, ladder, level] by how many more than the month before, `lots`
    [group, U, M, opened + M * (used, expired, taken back)], `sold` [group, M, (net, orders, joined, active)].

    Of every member: `whos` its row, `ranks` [member, ladder] and `left` [member, U, (usable, pending, set aside, owed)]
    at the end, `joined` its local day.
    """

    first_month: int
    flows: Column
    sales: Column
    tiers: Column
    rules: Column
    population: Column
    lots: Column
    sold: Column
    whos: Column
    ranks: Column
    left: Column
    joined: Column

    @classmethod
    def read(cls, counting: Counting, T: Column, whos: Column, states: Column) -> "Tally":
        """Read what the loops filled."""
        tables, begin = {}, 0
        for name, shape in counting.shapes.items():
            size = int(np.prod(shape))
            tables[name] = T[begin : begin + size].reshape(shape)
            begin += size
        parts = (slots.AVAILABLE, slots.PENDING, slots.HELD, slots.DEBT)
        columns = [LADDER + k * LADDER_ROW + T_RANK for k in range(LADDERS_MAX)]
        units = len(counting.compiled.program.units)
        left = np.stack([states[:, part : part + units] for part in parts], axis=2)
        used = tally.WHO_FLOWS + units * FLOWS
        return cls(
            counting.first_month, **tables, whos=whos[:, :used].copy(), ranks=states[:, columns], left=left,
            joined=states[:, slots.JOINED].copy(),
        )  # fmt: skip

    def plus(self, other: "Tally") -> "Tally":
        """Return the sums of both, of members of their own that are kept apart (`Tallies`)."""
        first = min(self.first_month, other.first_month)
        one, another = self.since(first), other.since(first)
        sums: dict[str, Any] = {name: getattr(one, name) + getattr(another, name) for name in SUMMED}
        return replace(one, **sums)

    def since(self, month: int) -> "Tally":
        """Return the same with time beginning in an earlier month."""
        months = self.first_month - month
        if months == 0:
            return self
        days = first_day(self.first_month) - first_day(month)
        of_lots = ((0, 0), (0, 0), (months, 0), (0, 0))
        apart = np.split(self.lots, [1], axis=3)
        lots = [np.pad(apart[0], of_lots), np.pad(apart[1], (*of_lots[:3], (months * OUTFLOWS, 0)))]
        return replace(
            self,
            first_month=month,
            flows=np.pad(self.flows, ((days, 0), (0, 0), (0, 0))),
            sales=np.pad(self.sales, ((days, 0), (0, 0))),
            population=np.pad(self.population, ((months, 0), (0, 0), (0, 0))),
            lots=np.concatenate(lots, axis=3),
            sold=np.pad(self.sold, ((0, 0), (months, 0), (0, 0))),
        )


BY_MEMBER = ("whos", "ranks", "left", "joined")
SUMMED = tuple(field.name for field in fields(Tally) if field.name not in ("first_month", *BY_MEMBER))


class Tallies:
    """Tallies of one program over members of their own, summed as they come, so that only one holds its tables."""

    def __init__(self) -> None:
        self._sum: Tally | None = None
        self._members: dict[str, list[Column]] = {name: [] for name in BY_MEMBER}

    def add(self, tally: Tally) -> None:
        """Take one more."""
        for name, some in self._members.items():
            some.append(getattr(tally, name))
        self._sum = tally if self._sum is None else self._sum.plus(tally)

    def together(self) -> Tally:
        """Return them as one, their members in the order in which they came; there is at least one."""
        if self._sum is None:
            raise ValueError("Nothing was tallied.")
        members: dict[str, Any] = {name: np.concatenate(some) for name, some in self._members.items()}
        return replace(self._sum, **members)


@dataclass(frozen=True)
class People:
    """The members of a history: their ids, and of each which of the tags it has."""

    members: tuple[str, ...]
    tag_names: tuple[str, ...]
    tags: Column

    @classmethod
    def of(cls, history: History) -> "People":
        return cls(history.members, history.tag_names, history.tags)

    @classmethod
    def together(cls, parts: Sequence["People"]) -> "People":
        """Return those of several parts, whose tags may have other numbers."""
        names = tuple(dict.fromkeys(name for part in parts for name in part.tag_names))
        tags = []
        for part in parts:
            bits = np.zeros(len(part.members), np.int64)
            for i, name in enumerate(part.tag_names):
                bits |= (part.tags >> i & 1) << names.index(name)
            tags.append(bits)
        return cls(tuple(member for part in parts for member in part.members), names, np.concatenate(tags))
