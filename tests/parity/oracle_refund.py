"""The oracle's own refunds: what paid for an order comes back, what it earned is taken back, and what it counted.

A part of the oracle, apart only to be read on its own.
"""

import copy
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from tests.parity import oracle_dates as dates
from tests.parity.oracle_award import Deed, Given
from tests.parity.oracle_ledger import Person


class Refunding:
    """What the oracle does with a refund."""

    def refund(
        self,
        person: Person,
        at: datetime,
        key: Any,
        net: int | None = None,
        *,
        lines: Sequence[tuple[int, int, int]] = (),
    ) -> bool:
        """Refund an order by an amount, or by lines as (place of the line, net, quantity) taken off.

        Refused is what is more than the order has left, and an order that is not known or has nothing left.
        """
        deed: Deed | None = person.deeds.get(key)
        if deed is None or deed.over:
            return False
        was = deed.spent
        changed = copy.copy(deed)
        changed.by_lines = dict(deed.by_lines)
        if not _take_off(changed, net, lines):
            return False
        self.advance(person, at)
        today = self.today(person)
        deed.by_amount, deed.by_lines = changed.by_amount, changed.by_lines
        all_lines = len(deed.left()[1]) == 0
        deed.over = deed.taken == deed.amounts["net"] and (deed.amounts["net"] > 0 or not lines or all_lines)
        reached = self.milestones_reached(person, today)
        kept = [ladder.kept(person, today) for ladder in self.ladders]
        self._pay_back(person, today, key, deed)
        targets = [0] * len(deed.program.rules.grants) if deed.over else deed.program.granted(deed)
        for given in deed.given:
            self._claw(person, today, deed, given, targets[given.grant])
        person.uncount(("SPEND", ""), deed.day, was - deed.spent)
        if deed.over:
            person.uncount(("ORDERS", ""), deed.day, 1)
            person.orders -= 1
        self._lose_milestones(person, today, reached)
        for ladder in self.ladders:
            if ladder.follows_measure:
                ladder.qualify(person, today, today)
            elif ladder.falls_at_once:
                ladder.fall(person, today, kept[ladder.index])
        return True

    def _pay_back(self, person: Person, today: date, key: Any, deed: Deed) -> None:
        """Return the points that paid for the order, as far as it is refunded by now."""
        net = deed.amounts["net"]
        for spending in list(person.spendings.values()):
            if spending.about == key and key is not None:
                spent = spending.used + spending.returned
                due = spent if deed.over else spent * deed.taken // net if net else 0
                if due > spending.returned:
                    reinstate = self.units[spending.unit][1].get("reinstate")
                    person.give_back(spending, due - spending.returned, today, reinstate)

    def _claw(self, person: Person, today: date, deed: Deed, given: Given, target: int) -> None:
        """Take back what a grant gave too much: of its own lot first, then as the unit's policy says."""
        unit = deed.program.rules.grants[given.grant].unit
        policy = self.units[unit][1].get("refunds", "debt")
        due = given.points - target - given.undone
        if due <= 0:
            return
        given.undone += due
        lot = given.lot
        if policy == "keep":
            return
        taken = min(due, lot.waiting)
        if taken:
            lot.waiting -= taken
            due -= taken
            person.note("clawback_pending", today, unit, taken, lot.number)
            if not lot.waiting:
                person.waits.remove(lot)
        if policy == "only_pending" or lot.counted is None:
            return
        self._uncount_earned(person, today, unit, due, lot.counted)
        forgiven = min(due, lot.gone - lot.forgiven)
        lot.forgiven += forgiven
        others = [each for each in person.usable(unit) if each is not lot]
        self._take_back(person, today, unit, due - forgiven, [lot, *others])

    def _take_back(self, person: Person, today: date, unit: int, points: int, lots: list[Any]) -> None:
        taken = sum(each for _, each in person.draw("clawback", lots, points, today))
        if points > taken and self.units[unit][1].get("refunds", "debt") == "debt":
            person.debt[unit] = person.debt.get(unit, 0) + points - taken
            person.note("owed", today, unit, points - taken, 0)

    def _uncount_earned(self, person: Person, today: date, unit: int, points: int, counted: date | None) -> None:
        """Take points off what counts as earned, which is the shortest window of the ladders that holds today: off their
        own day as far as that window holds it, of the day of its reset what came after that, and the rest off today, no
        more than the window has. `counted` None: all of it off today.
        """
        counter = ("EARNED", self.units[unit][0])
        running = []
        for ladder in self.ladders:
            for asked in ladder.asked:
                first, last = dates.window(asked[2], today, person.joined) if asked[2] else (date.max, date.min)
                if asked[:2] == counter and last == today:
                    reset = self.reset_of(person, asked[2], ladder.index)
                    begins = max(first, reset.day) if reset else first
                    most = self.window_value(person, asked, today, ladder.index)
                    since = person.counted(counter, reset.day, reset.day, reset) if reset else 0
                    running.append((begins, -most, reset.day if reset else None, since))
        if not running:
            person.uncount(counter, counted or today, points)
            return
        begins, minus_most, reset_day, since = max(running, key=lambda each: each[:2])
        there = 0
        if counted is not None and counted >= begins:
            there = min(points, max(0, since)) if counted == reset_day else points
            person.uncount(counter, counted, there)
        person.uncount(counter, today, min(points - there, max(0, -minus_most - there)))

    def _lose_milestones(self, person: Person, today: date, before: list[int]) -> None:
        """Take the points of milestones back that this refund took the measure below."""
        reached = self.milestones_reached(person, today)
        for number, (said, _) in enumerate(self.milestones):
            so_far = self.milestone_count(person, number, today)
            fewer = min(so_far, before[number]) - reached[number]
            unit = self.rules.index[said["unit"]]
            if fewer > 0 and self.units[unit][1].get("refunds", "debt") in ("debt", "within_balance"):
                person.milestones[number] = (person.milestones[number][0], so_far - fewer)
                points = fewer * self.rules.whole(unit, said["points"])
                self._uncount_earned(person, today, unit, points, None)
                self._take_back(person, today, unit, points, person.usable(unit))


def _take_off(deed: Deed, net: int | None, lines: Sequence[tuple[int, int, int]]) -> bool:
    """Take a refund off a deed; return whether it had that much."""
    if (net is None) == (not lines):
        return False
    if net is not None:
        deed.by_amount += net
        if net < 0 or (net == 0 and deed.amounts["net"] > 0):
            return False
    for place, line_net, quantity in lines:
        if not 0 <= place < len(deed.lines) or line_net < 0 or quantity < 0 or line_net + quantity == 0:
            return False
        before = deed.by_lines.get(place, (0, 0))
        off = deed.by_lines[place] = (before[0] + line_net, before[1] + quantity)
        if off[0] > deed.lines[place][0] or off[1] > deed.lines[place][1]:
            return False
    return deed.taken <= deed.amounts["net"]
