"""What crosses the door of programs about a file that is compared with the version before it."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from shuke.core.program.meaning import Change
from shuke.foundation import ids
from shuke.rooms.members.contracts import ID_PREFIX


@dataclass(frozen=True, slots=True)
class Difference:
    """A text of the program file, by its path (units.points.scale): what it was and what it is, None for none."""

    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Moves:
    """How many of the members looked at go from one tier of a ladder to another as a version comes into force."""

    ladder: str
    before: str
    after: str
    members: int


@dataclass(frozen=True, slots=True)
class Reviews:
    """How many members who hold a tier as a version comes into force would come to another one than before it.

    That is, if each were looked at on that day: by the next fact, and by a review with any grace after it.
    """

    ladder: str
    held: str
    before: str
    after: str
    members: int


@dataclass(frozen=True, slots=True)
class Shift:
    """How many of the members looked at go up and down on a ladder: as a version comes into force, and, of those whom
    that leaves where they are, at their next look.
    """

    ladder: str
    up: int
    down: int
    up_later: int
    down_later: int


@dataclass(frozen=True, slots=True)
class Sample:
    """One member who goes up or down on a ladder, as a version comes into force or (`later`) at the next look."""

    member_id: UUID
    ladder: str
    before: str
    after: str
    up: bool
    later: bool


@dataclass(frozen=True, slots=True)
class Worth:
    """Points of a unit without and with a version, and what they cost in minor units of the currency (None: the unit
    has no value), of the members looked at.
    """

    unit: str
    scale: int
    points_before: int
    points_after: int
    minor_before: int | None
    minor_after: int | None


@dataclass(frozen=True, slots=True)
class Liability(Worth):
    """Points outstanding; of them `lots` and their `lot_points` end on another day, or are worth something else."""

    lots: int
    lot_points: int


@dataclass(frozen=True, slots=True)
class Yearly:
    """Points issued from a day to before another by everything that was recorded, replayed under both versions.

    `members` of those looked at were replayed, with `facts` of all their time.
    """

    first_day: date
    until_day: date
    members: int
    facts: int
    units: tuple[Worth, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a version does to the members looked at, `looked_at` of `members`; figures are of these, `scaled` to all."""

    members: int
    looked_at: int
    shifts: tuple[Shift, ...]
    samples: tuple[Sample, ...]
    liability: tuple[Liability, ...]
    yearly: Yearly

    def scaled(self, figure: int, of: int | None = None) -> int:
        """Return a figure of the members looked at (or of so many) for all members, rounded half up."""
        base = self.looked_at if of is None else of
        return (2 * figure * self.members + base) // (2 * base) if base else 0

    @property
    def liability_minor(self) -> tuple[int, int]:
        """What is owed to all members before and after, in minor units."""
        return self._minor(self.liability, self.looked_at)

    @property
    def yearly_minor(self) -> tuple[int, int]:
        """What a year's points for all members cost before and after, in minor units."""
        return self._minor(self.yearly.units, self.yearly.members)

    @property
    def down(self) -> int:
        """How many of those looked at would go down somewhere, at once or later; no more than there are."""
        return min(self.looked_at, sum(shift.down + shift.down_later for shift in self.shifts))

    def _minor(self, units: Iterable[Worth], of: int) -> tuple[int, int]:
        listed = tuple(units)
        before, after = (sum(each or 0 for each in side) for side in (
            (unit.minor_before for unit in listed), (unit.minor_after for unit in listed),
        ))  # fmt: skip
        return self.scaled(before, of), self.scaled(after, of)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a file would change against version `number` if it came into force at `at`; `looked_at` of `members` were.

    `meaning` says it in sentences, `differences` text by text. `moves` are what publishing does to the tiers that
    members hold; `reviews` what it would change later; `effect` adds up what both do to members, debts and costs.
    """

    number: int
    at: datetime
    currency: str
    meaning: tuple[Change, ...]
    differences: tuple[Difference, ...]
    moves: tuple[Moves, ...]
    reviews: tuple[Reviews, ...]
    looked_at: int
    members: int
    effect: Effect


@dataclass(frozen=True, slots=True)
class PublishTerms:
    """Above which effect, in percent, a version is published only once a second person agrees; or `always`.

    `down` is the share of members who go down, at once or later; the others are changes, either way, of what is owed
    and of a year's cost.
    """

    always: bool = False
    down: Decimal = Decimal(1)
    liability: Decimal = Decimal(5)
    yearly: Decimal = Decimal(5)


@dataclass(frozen=True, slots=True)
class Above:
    """What of an effect is above the terms, in percent; `found` None: nothing was before, or it is `always` so."""

    what: str  # "always" | "down" | "liability" | "yearly"
    found: Decimal | None = None
    limit: Decimal | None = None

    def told(self, language: str) -> str:
        """Say it in "zh" or "en"."""
        english, chinese = _ABOVE[self.what]
        found = "∞" if self.found is None else f"{self.found:f}"
        return (chinese if language == "zh" else english).format(found=found, limit=f"{self.limit or 0:f}")


_ABOVE = {
    "always": ("every version needs it", "每个版本都需审批"),
    "down": ("{found}% of members go down (limit {limit}%)", "{found}% 的会员降级（上限 {limit}%）"),
    "liability": ("what is owed changes by {found}% (limit {limit}%)", "负债变化 {found}%（上限 {limit}%）"),
    "yearly": ("a year's cost changes by {found}% (limit {limit}%)", "一年成本变化 {found}%（上限 {limit}%）"),
}


def above(effect: Effect, terms: PublishTerms) -> tuple[Above, ...]:
    """Return what of an effect asks for a second person."""
    found = [Above("always")] if terms.always else []
    down = _percent(effect.down, effect.looked_at)
    if down is not None and down > terms.down:
        found.append(Above("down", down, terms.down))
    for what, (before, after), limit in (
        ("liability", effect.liability_minor, terms.liability),
        ("yearly", effect.yearly_minor, terms.yearly),
    ):
        changed = _percent(abs(after - before), abs(before))
        if (changed is None and before != after) or (changed is not None and changed > limit):
            found.append(Above(what, changed, limit))
    return tuple(found)


def _percent(part: int, whole: int) -> Decimal | None:
    """Return a share in percent to two digits; None of nothing."""
    return (Decimal(100 * part) / whole).quantize(Decimal("0.01")).normalize() if whole else None


def comparison_json(found: Comparison) -> dict[str, Any]:
    """Return a comparison as JSON, its figures for all members: what the API answers and an approval carries."""
    effect = found.effect
    liability_before, liability_after = effect.liability_minor
    yearly_before, yearly_after = effect.yearly_minor
    return {
        "against": found.number,
        "effective_from": found.at.isoformat(),
        "currency": found.currency,
        "meaning": [asdict(change) for change in found.meaning],
        "looked_at": effect.looked_at,
        "members": effect.members,
        "shifts": [
            {name: effect.scaled(value) if isinstance(value, int) else value for name, value in asdict(shift).items()}
            for shift in effect.shifts
        ],
        "samples": [asdict(each) | {"member_id": ids.encode(ID_PREFIX, each.member_id)} for each in effect.samples],
        "liability": {
            "before_minor": liability_before,
            "after_minor": liability_after,
            "units": [_scaled(effect, each, effect.looked_at) for each in effect.liability],
        },
        "yearly": {
            "first_day": effect.yearly.first_day.isoformat(),
            "until_day": effect.yearly.until_day.isoformat(),
            "members": effect.yearly.members,
            "facts": effect.yearly.facts,
            "before_minor": yearly_before,
            "after_minor": yearly_after,
            "units": [_scaled(effect, each, effect.yearly.members) for each in effect.yearly.units],
        },
    }


def _scaled(effect: Effect, worth: Worth, of: int) -> dict[str, Any]:
    """Return the figures of a unit for all members; its scale is one already."""
    return {
        name: effect.scaled(value, of) if isinstance(value, int) and name != "scale" else value
        for name, value in asdict(worth).items()
    }
