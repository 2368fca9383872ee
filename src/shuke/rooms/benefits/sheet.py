"""The balance sheet of benefits: what each costs, who uses it, how far the next tier is, and what should be looked at.

Figures are of the record; the rules of its concerns stand in docs/benefits.md.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from shuke.rooms.benefits import queries
from shuke.rooms.benefits.contracts import (
    ISSUED,
    USABLE,
    Benefit,
    Catalogue,
    Concern,
    Part,
    Per,
    SetRow,
    Sheet,
    SheetLevel,
    SheetRow,
)

STEEP_TIMES = 3  # a step discourages where the next tier is worth more than this many times as much
_DAY_0 = date(1970, 1, 1)

Levels = Sequence[tuple[str, str, int]]  # (ladder, level, members), the lowest first


class _Figures:
    """What the record says of the days from `first` to `last`."""

    def __init__(self, first: int, last: int) -> None:
        self.first, self.days = first, last - first + 1
        self.entitled = {(subject, code): members for subject, code, members in queries.entitled()}
        self.uses = {(subject, code): (users, times) for subject, code, users, times in queries.uses(first, last)}
        self.since = queries.first_given()

    def row(self, entry: SetRow, benefit: Benefit) -> SheetRow:
        key = (entry.subject, entry.benefit)
        quota = benefit.quota if entry.quota is None else entry.quota
        entitled, (users, uses) = self.entitled.get(key, 0), self.uses.get(key, (0, 0))
        usable = benefit.kind in USABLE
        dead = usable and entitled > 0 and uses == 0 and self.since[key] <= self.first
        return SheetRow(
            benefit=benefit,
            quota=quota,
            entitled=entitled,
            users=users,
            uses=uses,
            cost_minor=uses * benefit.cost_minor,
            worth_minor=self._worth(benefit, quota, entitled, uses),
            counted=usable or benefit.kind in ISSUED,
            dead=dead,
        )

    def _worth(self, benefit: Benefit, quota: int | None, entitled: int, uses: int) -> int:
        """Return what a benefit is worth a member and year: its quota used up, or as much as it was used where it has
        none.
        """
        periods = 12 if benefit.per is Per.MONTH else 1
        if quota is not None or benefit.kind in ISSUED:
            return benefit.cost_minor * (1 if quota is None else quota) * periods
        return benefit.cost_minor * uses * 365 // (entitled * self.days) if entitled else 0


def sheet(levels: Levels, first: date, last: date) -> Sheet:
    """Return the balance sheet of the levels of all ladders, and of everything else that gives."""
    catalogue = queries.catalogue()
    figures = _Figures((first - _DAY_0) // timedelta(days=1), (last - _DAY_0) // timedelta(days=1))
    made = [_level(catalogue, figures, *level) for level in levels]
    compared = [
        _beside(each, _neighbour(made, place - 1, each), _neighbour(made, place + 1, each))
        for place, each in enumerate(made)
    ]
    others = dict.fromkeys(row.subject for row in catalogue.sets if not row.subject.startswith("tier:"))
    rows: Mapping[str, tuple[SheetRow, ...]] = {subject: _rows(catalogue, figures, subject) for subject in others}
    return Sheet(first, last, tuple(compared), rows)


def _level(catalogue: Catalogue, figures: _Figures, ladder: str, level: str, members: int) -> SheetLevel:
    rows = _rows(catalogue, figures, f"tier:{ladder}:{level}")
    return SheetLevel(
        ladder,
        level,
        members,
        rows,
        cost_minor=sum(row.cost_minor for row in rows),
        worth_minor=sum(row.worth_minor for row in rows),
        gained=(),
        lost=(),
        concerns=(),
    )


def _rows(catalogue: Catalogue, figures: _Figures, subject: str) -> tuple[SheetRow, ...]:
    found = ((entry, catalogue.benefit(entry.benefit)) for entry in catalogue.of(subject))
    return tuple(figures.row(entry, benefit) for entry, benefit in found if benefit is not None)


def _neighbour(made: Sequence[SheetLevel], place: int, of: SheetLevel) -> SheetLevel | None:
    """Return the level at a place where it is of the same ladder."""
    found = made[place] if 0 <= place < len(made) else None
    return found if found and found.ladder == of.ladder else None


def _beside(level: SheetLevel, below: SheetLevel | None, above: SheetLevel | None) -> SheetLevel:
    """Compare a level with its neighbours, and say what should be looked at."""
    gained, lost = _steps(below, level) if below else ((), ())
    parts = {row.benefit.part for row in level.rows}
    concerns = {
        Concern.DEAD: any(row.dead for row in level.rows),
        Concern.NO_CORE: bool(level.rows) and not any(row.benefit.core for row in level.rows),
        Concern.NO_FIXED: bool(level.rows) and Part.FIXED not in parts,
        Concern.NO_VALUE_ADDED: bool(level.rows) and Part.VALUE_ADDED not in parts,
        Concern.GIVES_LESS: bool(lost),
        Concern.STEEP: above is not None and above.worth_minor > STEEP_TIMES * level.worth_minor,
    }
    return SheetLevel(
        level.ladder,
        level.level,
        level.members,
        level.rows,
        level.cost_minor,
        level.worth_minor,
        gained,
        lost,
        tuple(concern for concern, holds in concerns.items() if holds),
    )


def _steps(below: SheetLevel, level: SheetLevel) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the benefits that a level has more of, and less of, than the one below it."""
    under, here = ({row.benefit.code: row.quota for row in one.rows} for one in (below, level))
    gained = [code for code, quota in here.items() if code not in under or _more(quota, under[code])]
    lost = [code for code, quota in under.items() if code not in here or _more(quota, here[code])]
    return tuple(gained), tuple(lost)


def _more(quota: int | None, other: int | None) -> bool:
    return other is not None and (quota is None or quota > other)
