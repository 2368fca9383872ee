"""Any sequence of postings leaves what a model in plain dicts says, and every law of the ledger holds."""

import itertools
from collections import defaultdict
from dataclasses import dataclass, field, replace
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from shuke.core.values.dates import NEVER
from shuke.rooms.points import facade
from shuke.rooms.points.contracts import Account, Kind, NewUnit, OpenLot
from shuke.rooms.points.tests.conftest import ANNA, BEN, CARL, RECORDED_AT, accrual, take

HOLDERS = (ANNA, BEN, CARL)
REFERENCES = (UUID(int=number) for number in itertools.count(10**6))  # a redemption takes of a lot once


@dataclass
class Model:
    """What a holder has of a unit: lots by number as [points left, end], and how often they were touched."""

    lots: dict[int, list[int]] = field(default_factory=dict)
    days: dict[int, int] = field(default_factory=dict)
    entries: int = 0

    def accrue(self, points: int, day: int, end: int) -> int:
        self.lots[len(self.lots) + 1] = [points, end]
        self.days[len(self.lots)] = day
        self.entries += 1
        return len(self.lots)

    def open(self) -> list[tuple[int, int]]:
        return sorted((end, number) for number, (left, end) in self.lots.items() if left)

    def draw(self, points: int) -> list[tuple[int, int]]:
        slices = []
        for _, number in self.open():
            taken = min(points, self.lots[number][0])
            if taken:
                self.lots[number][0] -= taken
                points -= taken
                slices.append((number, taken))
        self.entries += len(slices)
        return slices

    def expire(self, day: int) -> list[tuple[int, int]]:
        slices = [(number, self.lots[number][0]) for end, number in self.open() if end <= day]
        for number, _ in slices:
            self.lots[number][0] = 0
        self.entries += len(slices)
        return slices


steps = st.tuples(
    st.sampled_from(HOLDERS),
    st.integers(0, 1),  # unit
    st.sampled_from(["accrue", "accrue", "redeem", "expire"]),
    st.integers(1, 90),  # points
    st.integers(0, 3),  # days that pass before
    st.sampled_from([2, 5, 5, 9, None]),  # how long the points hold
)


def posting_of(step, model: Model, unit_id: int, day: int):
    holder_id, _, verb, points, _, days = step
    if verb == "accrue":
        end = NEVER if days is None else day + days
        return accrual(holder_id, unit_id, model.accrue(points, day, end), points, day, end)
    kind = Kind.REDEMPTION if verb == "redeem" else Kind.EXPIRY
    slices = model.draw(points) if verb == "redeem" else model.expire(day)
    return replace(take(kind, holder_id, unit_id, day, *slices), reference=next(REFERENCES)) if slices else None


@pytest.mark.django_db
@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(steps, min_size=1, max_size=12), min_size=1, max_size=5))
def test_any_postings_leave_what_the_model_says(batches):
    with transaction.atomic():
        units = [unit.id for unit in facade.declare_units([NewUnit("points", 0), NewUnit("growth", 2)]).values()]
        facade.open_holders(HOLDERS)
        models: defaultdict[tuple[UUID, int], Model] = defaultdict(Model)
        day = 0
        for batch in batches:
            postings = []
            for step in batch:
                holder_id, unit, _, _, days, _ = step
                day += days
                # a member's time moves before anything is drawn, as the engine does it
                overdue = models[holder_id, unit].expire(day)
                postings += [take(Kind.EXPIRY, holder_id, units[unit], day, *overdue)] if overdue else []
                posting = posting_of(step, models[holder_id, unit], units[unit], day)
                postings += [posting] if posting else []
            facade.lock(HOLDERS)
            facade.post(postings, facade.balances(HOLDERS), RECORDED_AT)

        for holder_id in HOLDERS:
            expected = {
                unit: models[holder_id, index] for index, unit in enumerate(units) if models[holder_id, index].entries
            }
            assert facade.balances([holder_id])[holder_id] == {
                unit: Account(unit, sum(left for left, _ in model.lots.values()), model.entries, len(model.lots))
                for unit, model in expected.items()
            }
            assert facade.open_lots([holder_id])[holder_id] == sorted(
                (
                    OpenLot(unit, number, model.lots[number][0], end, UUID(int=model.days[number]))
                    for unit, model in expected.items()
                    for end, number in model.open()
                ),
                key=lambda lot: (lot.expires_day, lot.unit_id, lot.number),
            )
        assert facade.verify().violations == ()
        transaction.set_rollback(True)
