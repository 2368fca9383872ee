"""What a study says: its counts as points, money, dates and codes, for pages, files and the forecast.

Owns the meaning of the figures and their names; must not know how they were counted.
"""

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from shuke.core.program.model import Unit
from shuke.core.state.tally import (
    ADJUSTED,
    DEBT,
    EXPIRED,
    FLOWS,
    ISSUED,
    OUTFLOWS,
    SALES,
    TAKEN_BACK,
    USED,
    WHO_BEFORE,
    WHO_FLOWS,
    WHO_NET,
    WHO_ORDERS,
)
from shuke.core.values.dates import first_day, month_of
from shuke.engine.cohorts import GROUPS, Cohorts
from shuke.engine.compile import Compiled
from shuke.engine.history import Column
from shuke.engine.policies import Assumptions
from shuke.engine.tallies import People, Tally

EPOCH = dt.date(1970, 1, 1)
FLOW_NAMES = ("issued", "used", "expired", "taken_back", "adjusted", "owed")
NO_TAG = ""

Json = dict[str, Any]


@dataclass(frozen=True)
class Figures:
    """The figures of one program over one history: from the local day `since_day` (or the first one) to `until_day`.

    Points flow so, all in the smallest fraction of their unit: `issued` by rules and milestones, pending or not;
    `used`, less what was returned; `expired`, of holds too; `taken_back` from lots, to undo or to repay; `adjusted` by
    hand, by opening balances and conversions, of either sign; `owed`, debt that grew less debt that was repaid.
    What members have (`outstanding`: usable, pending or set aside) grows by issued + adjusted - used - expired -
    taken_back. Net sales are less refunds, each on its day. Where days, tiers, rules or segments are told apart, points
    and sales count where the member stood as they flowed.
    """

    compiled: Compiled
    tally: Tally
    people: People
    since_day: int
    until_day: int
    assumptions: Assumptions

    # ---- dates

    @property
    def first_day(self) -> int:
        """The first day of the tables by day."""
        return first_day(self.tally.first_month)

    @property
    def begins(self) -> int:
        """Days of the tables that are before the window."""
        joined = int(self.tally.joined.min(initial=self.until_day))
        return max(self.since_day, joined) - self.first_day

    # ---- points and money

    @cached_property
    def outstanding(self) -> Column:
        """What members have at the end of each day, [day, unit]."""
        return np.cumsum(_grows(self.tally.flows), axis=0)

    @property
    def opening(self) -> Column:
        """What members had as the window began, by unit."""
        before = self.tally.flows[: self.begins]
        total: Column = _grows(before).sum(axis=0)
        return total

    @property
    def flows(self) -> Column:
        """What flowed within the window, [unit, flow]."""
        total: Column = self.tally.flows[self.begins :].sum(axis=0)
        return total

    @property
    def orders(self) -> int:
        return int(self.tally.sales[self.begins :, 0].sum())

    @property
    def net_minor(self) -> int:
        return int(self.tally.sales[self.begins :, 1].sum())

    def cost_of(self, unit: Unit) -> Fraction:
        """Return what a whole point costs, in major units of the currency: as assumed, else its value, else nothing."""
        return Fraction(self.assumptions.costs.get(unit.code, unit.value or 0))

    def exact_minor(self, points: Column) -> Fraction:
        """Return the cost of points by unit, in minor units."""
        program = self.compiled.program
        exact = (
            int(amount) * self.cost_of(unit) * Fraction(10**program.currency_digits, 10**unit.scale)
            for unit, amount in zip(program.units, points, strict=True)
        )
        return sum(exact, Fraction(0))

    def minor(self, points: Column) -> int:
        """Return the cost of points by unit, rounded half up once."""
        return half_up(self.exact_minor(points))

    # ---- tiers

    @property
    def tier_codes(self) -> tuple[str, ...]:
        """The levels of the first ladder."""
        ladders = self.compiled.program.ladders
        return tuple(level.code for level in ladders[0].levels) if ladders else ("",)

    def reward_rate(self, tier: str) -> Fraction:
        """Return the cost of points issued and not taken back over net sales on a tier; of one it lacks, on all."""
        codes = self.tier_codes
        rows = self.tally.tiers[[codes.index(tier)] if tier in codes else range(len(codes))].sum(axis=0)
        points = given(rows[SALES:].reshape(-1, FLOWS))
        return self.exact_minor(points) / int(rows[1]) if rows[1] > 0 else Fraction(0)

    def population(self, ladder: int) -> Column:
        """Return how many members each level has at the end of each month, [month, level]."""
        levels = len(self.compiled.program.ladders[ladder].levels)
        counted: Column = np.cumsum(self.tally.population[:, ladder, :levels], axis=0)
        return counted

    def moves(self, ladder: int) -> Column:
        """Return the members by the level as the window began (0: not yet a member, then the levels) and at its end."""
        levels = len(self.compiled.program.ladders[ladder].levels)
        t = self.tally
        there = t.joined <= self.until_day
        before = np.where(t.joined < self.since_day, t.whos[:, WHO_BEFORE + ladder] + 1, 0)[there]
        moved = np.zeros((levels + 1, levels), np.int64)
        np.add.at(moved, (before, t.ranks[there, ladder]), 1)
        return moved

    # ---- members

    def flows_of(self, members: Any = slice(None)) -> Column:
        """Return what flowed of members within the window, [member, unit, flow]."""
        rows: Column = self.tally.whos[members, WHO_FLOWS:].reshape(-1, len(self.compiled.program.units), FLOWS)
        return rows

    @property
    def orders_of(self) -> Column:
        """The orders of each member."""
        orders: Column = self.tally.whos[:, WHO_ORDERS]
        return orders

    @property
    def net_of(self) -> Column:
        """The net sales of each member, in minor units."""
        net: Column = self.tally.whos[:, WHO_NET]
        return net

    def tiers_of(self) -> list[str]:
        """Return the level of the first ladder that each member has at the end."""
        codes = self.tier_codes
        return [codes[rank] for rank in self.tally.ranks[:, 0].tolist()]

    # ---- for the forecast

    @property
    def months(self) -> tuple[dt.date, ...]:
        """First days of the months, from that of the first member on, before the window too."""
        return tuple(date_of(first_day(month)) for month in range(self.tally.first_month, month_of(self.until_day) + 1))

    @cached_property
    def cohorts(self) -> Cohorts:
        """Points by the month of their lot and the month of what became of them, of the whole history."""
        lots, sold = self.tally.lots, self.tally.sold
        units, months = lots.shape[1:3]
        out = lots[..., 1:].reshape(GROUPS, units, months, months, OUTFLOWS)
        used, expired, taken_back = (np.ascontiguousarray(out[..., i].swapaxes(0, 1)) for i in range(OUTFLOWS))
        issued = np.ascontiguousarray(lots[..., 0].swapaxes(0, 1))
        net, orders, joined, active = (np.ascontiguousarray(sold[..., i]) for i in range(4))
        return Cohorts(self.months, issued, used, expired, taken_back, net, orders, joined, active)

    @cached_property
    def by_age(self) -> Column:
        """What members have at the end, [unit, month in which it was issued]."""
        c = self.cohorts
        left: Column = c.issued.sum(axis=1) - sum(each.sum(axis=(1, 3)) for each in (c.used, c.expired, c.taken_back))
        return left

    # ---- plain values

    def as_json(self) -> Json:
        """Return everything as plain values: amounts in minor units, points in smallest fractions, rates as text."""
        program = self.compiled.program
        return {
            "program": {"code": program.code, "name": program.name},
            "currency": program.currency,
            "digits": program.currency_digits,
            "since": date_of(self.first_day + self.begins).isoformat(),
            "until": date_of(self.until_day).isoformat(),
            "members": int((self.tally.joined <= self.until_day).sum()),
            "orders": self.orders,
            "net_minor": self.net_minor,
            "units": [self._unit(number) for number in range(len(program.units))],
            "by_day": self._periods(range(self.begins, len(self.tally.flows)), date_of),
            "by_month": self._periods(
                range(self.begins, len(self.tally.flows)), lambda day: date_of(first_day(month_of(day)))
            ),
            "by_tier": self._by_tier(),
            "by_rule": self._by_rule(),
            "by_segment": self._by_segment(),
            "ladders": [self._ladder(number) for number in range(len(program.ladders))],
            "cost": self._cost(),
        }

    def _unit(self, number: int) -> Json:
        unit, tally = self.compiled.program.units[number], self.tally
        usable, pending, held, debt = (int(each) for each in tally.left[:, number].sum(axis=0))
        flows, opening, outstanding = self.flows[number], int(self.opening[number]), usable + pending + held
        alone = np.zeros(len(self.compiled.program.units), np.int64)

        def minor(points: int) -> int:
            alone[number] = points
            return self.minor(alone)

        digits = Fraction(10**self.compiled.program.currency_digits, 10**unit.scale)
        return {
            "code": unit.code,
            "name": unit.name,
            "scale": unit.scale,
            "value": None if unit.value is None else str(unit.value),
            "cost_per_point": str(self.cost_of(unit)),
            "opening": opening,
            **_named(flows),
            "outstanding": outstanding,
            "pending": pending,
            "held": held,
            "debt": debt,
            "by_age": [
                {"month": month.isoformat(), "points": int(points)}
                for month, points in zip(self.months, self.by_age[number], strict=True)
                if points
            ],
            "used_minor": minor(int(flows[USED])),
            "earned_minor": minor(int(_earned(flows))),
            "outstanding_minor": minor(outstanding),
            "market_minor": None if unit.value is None else half_up(outstanding * unit.value * digits),
        }

    def _by_unit(self, flows: Column) -> Json:
        """Return flows [unit, flow] by the unit's code."""
        units = self.compiled.program.units
        return {unit.code: _named(row) for unit, row in zip(units, flows, strict=True)}

    def _periods(self, days: range, date: Any) -> list[Json]:
        """Return a row for each date that the days of the tables belong to."""
        labels: dict[dt.date, list[int]] = {}
        for day in days:
            labels.setdefault(date(self.first_day + day), []).append(day)
        rows = []
        for label, some in labels.items():
            first, last = some[0], some[-1]
            flows, sales = (
                self.tally.flows[first : last + 1].sum(axis=0),
                self.tally.sales[first : last + 1].sum(axis=0),
            )
            by_unit = self._by_unit(flows)
            for row, left in zip(by_unit.values(), self.outstanding[last], strict=True):
                row["outstanding"] = int(left)
            rows.append(
                {"date": label.isoformat(), "orders": int(sales[0]), "net_minor": int(sales[1]), "units": by_unit}
            )
        return rows

    def _by_tier(self) -> list[Json]:
        rows = []
        for code, row in zip(self.tier_codes, self.tally.tiers, strict=False):
            flows = row[SALES:].reshape(-1, FLOWS)
            rows.append({"tier": code, **self._sums(int(row[0]), int(row[1]), flows)})
        return rows

    def _sums(self, orders: int, net: int, flows: Column) -> Json:
        earned = self.minor(_earned(flows))
        return {
            "orders": orders,
            "net_minor": net,
            "units": self._by_unit(flows),
            "earned_minor": earned,
            "used_minor": self.minor(flows[:, USED]),
        }

    def _by_rule(self) -> list[Json]:
        """Return of each rule how often it gave something, and the points before multipliers, rounding and caps."""
        rows = []
        denominators = self.compiled.denominators
        for rule, den, (times, whole, rest) in zip(
            self.compiled.program.earn, denominators, self.tally.rules.tolist(), strict=True
        ):
            points = None if rule.points is None else str(whole + Fraction(rest, den))
            rows.append({"rule": rule.code, "unit": rule.unit, "times": times, "points": points})
        return rows

    def _by_segment(self) -> list[Json]:
        """Return the sums of members with each tag, and of those with none; who has several counts in each."""
        people = self.people
        rows = []
        masks = [(name, people.tags >> i & 1 == 1) for i, name in enumerate(people.tag_names)]
        for name, inside in (*masks, (NO_TAG, people.tags == 0)):
            flows = self.flows_of(inside).sum(axis=0)
            sums = self._sums(int(self.orders_of[inside].sum()), int(self.net_of[inside].sum()), flows)
            rows.append({"segment": name, "members": int(inside.sum()), **sums})
        return rows

    def _ladder(self, number: int) -> Json:
        ladder = self.compiled.program.ladders[number]
        codes = [level.code for level in ladder.levels]
        skipped = max(0, month_of(self.first_day + self.begins) - self.tally.first_month)
        population = zip(self.months[skipped:], self.population(number)[skipped:].tolist(), strict=True)
        return {
            "code": ladder.code,
            "name": ladder.name,
            "levels": [{"code": level.code, "name": level.name} for level in ladder.levels],
            "population": [
                {"month": month.isoformat(), "members": dict(zip(codes, row, strict=True))} for month, row in population
            ],
            "moves": [
                {"from": None if before == 0 else codes[before - 1], "to": codes[after], "members": members}
                for before, row in enumerate(self.moves(number).tolist())
                for after, members in enumerate(row)
                if members
            ],
        }

    def _cost(self) -> Json:
        """Return the cost of the window as points are earned (`earned`) and as they are used (`used`)."""
        earned, used = self.exact_minor(_earned(self.flows)), self.exact_minor(self.flows[:, USED])
        net, margin = self.net_minor, self.assumptions.margin
        said: Json = {"earned_minor": half_up(earned), "used_minor": half_up(used)}
        said |= {
            f"{name}_share": str(cost / net) if net > 0 else None for name, cost in (("earned", earned), ("used", used))
        }
        for name, cost in (("earned", earned), ("used", used)):
            said[f"margin_after_{name}_minor"] = None if margin is None else half_up(net * margin - cost)
        return said


def date_of(day: int) -> dt.date:
    """Return the date of a local day."""
    return EPOCH + dt.timedelta(days=day)


def given(flows: Column) -> Column:
    """Return of flows [..., flow] what was issued and neither taken back nor is owed."""
    points: Column = flows[..., ISSUED] - flows[..., TAKEN_BACK] - flows[..., DEBT]
    return points


def _earned(flows: Column) -> Column:
    """Return of flows [..., flow] what members earned and can still use or have used, less what they owe."""
    points: Column = (
        flows[..., ISSUED] + flows[..., ADJUSTED] - flows[..., EXPIRED] - flows[..., TAKEN_BACK] - flows[..., DEBT]
    )
    return points


def _grows(flows: Column) -> Column:
    """Return of flows [..., flow] by how much more there is outstanding."""
    points: Column = (
        flows[..., ISSUED] + flows[..., ADJUSTED] - flows[..., USED] - flows[..., EXPIRED] - flows[..., TAKEN_BACK]
    )
    return points


def _named(flows: Column) -> Json:
    return dict(zip(FLOW_NAMES, flows.tolist(), strict=True))


def half_up(exact: Fraction) -> int:
    """Round to whole minor units, a half up."""
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
