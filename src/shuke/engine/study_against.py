"""Who wins and who loses between two programs over the same history, member by member."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm

import numpy as np

from shuke.core.program.model import Unit
from shuke.engine.history import Column
from shuke.engine.study_figures import Figures, Json, given, half_up

SAMPLES = 100


@dataclass(frozen=True)
class Against:
    """The members of a study under its program and under another one.

    What a member got is what was issued within the window less what was taken back or is owed, at its cost. Who gets
    more by the program than by the other one wins. Where no unit of one of them has a cost, points of the first unit
    that can be used are compared (`in_points`), whole ones, as the programs may count them in other fractions.
    """

    program: Figures
    other: Figures

    @property
    def in_points(self) -> bool:
        """Whether points are compared, for want of a cost."""
        both = (self.program, self.other)
        return not all(any(f.cost_of(unit) for unit in f.compiled.program.units) for f in both)

    @cached_property
    def _more(self) -> tuple[Column, int]:
        """By how much each member gets more by the program, in minor units or points: numerators, their denominator."""
        weights = [[self._weight(f, unit) for unit in f.compiled.program.units] for f in (self.program, self.other)]
        of = lcm(*(weight.denominator for some in weights for weight in some))
        mine, theirs = (np.array([int(weight * of) for weight in some], np.int64) for some in weights)
        more: Column = given(self.program.flows_of()) @ mine - given(self.other.flows_of()) @ theirs
        return more, of

    def _weight(self, f: Figures, unit: Unit) -> Fraction:
        program = f.compiled.program
        if self.in_points:
            first = next((each for each in program.units if each.spendable), None)
            return Fraction(int(unit is first), 10**unit.scale)
        return f.cost_of(unit) * Fraction(10**program.currency_digits, 10**unit.scale)

    @property
    def more(self) -> Column:
        """By how much each member gets more by the program, in minor units (or points), rounded half up."""
        more, of = self._more
        rounded: Column = (2 * more + of) // (2 * of)
        return rounded

    def as_json(self) -> Json:
        """Return the comparison as plain values, with samples of those whom it moves most."""
        more, of = self._more
        order = np.argsort(-more, kind="stable")
        winners, losers = order[: int((more > 0).sum())], order[::-1][: int((more < 0).sum())]
        program, cost = self.other.compiled.program, self.other.as_json()
        return {
            "program": {"code": program.code, "name": program.name},
            "units": cost["units"],
            "cost": cost["cost"],
            "ladders": cost["ladders"],
            "in_points": self.in_points,
            "winners": len(winners),
            "losers": len(losers),
            "same": int((more == 0).sum()),
            "gain": half_up(Fraction(int(more[winners].sum()), of)),
            "loss": half_up(Fraction(-int(more[losers].sum()), of)),
            "tiers": self._tiers(),
            "most": [self._member(i) for i in winners[:SAMPLES].tolist()],
            "least": [self._member(i) for i in losers[:SAMPLES].tolist()],
        }

    def _tiers(self) -> list[Json]:
        """Return the members by the level that they end with under the other program and under this one."""
        counts = np.zeros((len(self.other.tier_codes), len(self.program.tier_codes)), np.int64)
        np.add.at(counts, (self.other.tally.ranks[:, 0], self.program.tally.ranks[:, 0]), 1)
        return [
            {"other": before, "program": after, "members": members}
            for before, row in zip(self.other.tier_codes, counts.tolist(), strict=True)
            for after, members in zip(self.program.tier_codes, row, strict=True)
            if members
        ]

    def _member(self, i: int) -> Json:
        both = (("program", self.program), ("other", self.other))
        points = {
            name: {unit.code: int(n) for unit, n in zip(f.compiled.program.units, given(f.flows_of(i))[0], strict=True)}
            for name, f in both
        }
        tiers = {name: f.tier_codes[int(f.tally.ranks[i, 0])] for name, f in both}
        net, orders = int(self.program.net_of[i]), int(self.program.orders_of[i])
        sums = {"orders": orders, "net_minor": net, "more": int(self.more[i])}
        return {"member": self.program.people.members[i], **sums, "got": points, "tier": tiers}
