"""The oracle's own assumptions of a study: points used at orders by a policy, and spend that grows with the tier.

A part of the oracle, apart only to be read on its own.
"""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from math import floor
from typing import Any

from tests.parity.oracle_ledger import Person


class Assumed:
    """What the oracle does where a study assumes something; nothing unless it is told.

    `use` says of a member how points are used: ("greedy", unit, points), ("share", unit, part) or None. `uplift` is by
    the code of a level of the first ladder.
    """

    uplift: Mapping[str, Fraction] = {}

    def use(self, person: Person) -> tuple[Any, ...] | None:
        return None

    def growth_of(self, person: Person) -> Fraction:
        """Return by what the amounts of an order are multiplied that is decided now."""
        if not self.ladders:
            return Fraction(1)
        level = self.ladders[0].levels[person.tiers[0].rank]
        return 1 + self.uplift.get(level["code"], Fraction(0))

    def use_as_assumed(self, person: Person, today: date) -> None:
        """Use points right before an order: whole steps, as far as the balance and the caps go."""
        policy = self.use(person)
        if policy is None:
            return
        kind, unit, much = policy
        terms = self.units[unit][1].get("redeem") or {}
        steps = [self.rules.whole(unit, terms["step"])] if "step" in terms else []
        least = max(1, self.rules.whole(unit, terms.get("least", "0")))
        wanted = person.available(unit)
        if kind == "greedy":
            steps.append(much)
            least = max(least, much)
        else:
            wanted = floor(wanted * much)
        for number, cap in enumerate(self.rules.caps):
            if cap.of == "redeem" and cap.unit == unit:
                left = cap.limit - self.cap_used(person, number, today)
                wanted = min(wanted, max(0, left)) if not cap.times else wanted if left > 0 else 0
        while any(wanted % step for step in steps):
            wanted -= 1
        if wanted >= least:
            self._use(person, "redeem", unit, wanted, today)
            person.draw("redemption", person.usable(unit), wanted, today)
            self.be_active(person, today, "redeem")
            person.assumed.append((unit, wanted))
