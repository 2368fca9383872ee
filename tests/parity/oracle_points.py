"""The oracle's own verbs of points and tiers by hand: redeem, hold, give back, adjust, transfer, assign.

A part of the oracle, apart only to be read on its own. A verb that is refused returns False and changes nothing.
"""

import copy
from collections.abc import Callable
from datetime import date, datetime
from functools import partial, wraps
from typing import Any

from tests.parity import oracle_dates as dates
from tests.parity.oracle_ledger import Person, Refused, Spending, Take


def verb(do: Callable[..., None]) -> Callable[..., bool]:
    """Make a verb of what may raise Refused: it returns whether it was done, and a refusal changes nothing."""

    @wraps(do)
    def tried(oracle: Any, *arguments: Any, **more: Any) -> bool:
        people = [each for each in arguments if isinstance(each, Person)]
        before = copy.deepcopy([vars(person) for person in people])
        try:
            do(oracle, *arguments, **more)
        except Refused:
            for person, was in zip(people, before, strict=True):
                vars(person).update(was)
            return False
        return True

    return tried


def refuse_if(condition: bool) -> None:
    if condition:
        raise Refused


class PointsByHand:
    """What the oracle does where no order and no behaviour is the cause."""

    @verb
    def redeem(
        self, person: Person, at: datetime, unit: int, points: int, key: Any = None, order_key: Any = None
    ) -> None:
        """Spend points of the lots that end soonest; `order_key` names the order that they pay for."""
        self.advance(person, at)
        self._spend(person, "redemption", unit, points, key, order_key)

    @verb
    def hold(self, person: Person, at: datetime, key: Any, unit: int, points: int, until: datetime) -> None:
        """Set points aside until an instant."""
        self.advance(person, at)
        refuse_if(until <= person.standing)
        spending = self._spend(person, "holding", unit, points, key, None)
        spending.until, spending.made = until, self.today(person)
        for take in spending.takes:
            take.held, take.used = take.used, 0

    def _spend(self, person: Person, kind: str, unit: int, points: int, key: Any, about: Any) -> Spending:
        today = self.today(person)
        key = ("unnamed", len(person.spendings)) if key is None else key
        refuse_if(points <= 0 or key in person.spendings or points > person.available(unit))
        refuse_if(self.units[unit][1].get("spendable") in ("no", "false"))
        terms = self.units[unit][1].get("redeem") or {}
        refuse_if(points < self.rules.whole(unit, terms.get("least", "0")))
        refuse_if("step" in terms and points % self.rules.whole(unit, terms["step"]) > 0)
        self._use(person, "redeem", unit, points, today)
        slices = person.draw(kind, person.usable(unit), points, today)
        person.spendings[key] = Spending(unit, [Take(lot, used=taken) for lot, taken in slices], about)
        self.be_active(person, today, "redeem")
        return person.spendings[key]

    def _use(self, person: Person, of: str, unit: int, points: int, today: date) -> None:
        """Use the caps on redeeming or giving away; refuse what is more than they leave."""
        for number, cap in enumerate(self.rules.caps):
            if cap.of == of and cap.unit == unit:
                more = 1 if cap.times else points
                refuse_if(self.cap_used(person, number, today) + more > cap.limit)
                person.used.setdefault(number, []).append((today, more))

    @verb
    def capture(self, person: Person, at: datetime, key: Any, points: int) -> None:
        """Spend points of an open hold."""
        self.advance(person, at)
        spending = self._open_hold(person, key)
        refuse_if(not 0 < points <= spending.held)
        person.capture(spending, points, self.today(person))

    @verb
    def release(self, person: Person, at: datetime, key: Any) -> None:
        """Let go of what an open hold still sets aside."""
        self.advance(person, at)
        self.end_hold(person, self._open_hold(person, key), self.today(person))

    def end_hold(self, person: Person, spending: Spending, today: date) -> None:
        """Let go of a hold: what was never spent of it leaves the caps of the day on which it was made."""
        for number, cap in enumerate(self.rules.caps):
            if cap.of == "redeem" and cap.unit == spending.unit:
                less = int(spending.used == 0) if cap.times else spending.held
                person.used.setdefault(number, []).append((spending.made, -less))
        person.release(spending, today)

    @staticmethod
    def _open_hold(person: Person, key: Any) -> Spending:
        spending = person.spendings.get(key)
        refuse_if(spending is None or spending.until is None)
        return spending

    @verb
    def give_back(self, person: Person, at: datetime, key: Any, points: int) -> None:
        """Undo a redemption or a captured hold, whole or in part."""
        self.advance(person, at)
        spending = person.spendings.get(key)
        refuse_if(spending is None or not 0 < points <= spending.used)
        person.give_back(spending, points, self.today(person), self.units[spending.unit][1].get("reinstate"))

    @verb
    def adjust(self, person: Person, at: datetime, unit: int, points: int) -> None:
        """Give points by hand, or take them where the usable balance covers it."""
        self.advance(person, at)
        today = self.today(person)
        refuse_if(points == 0 or -points > person.available(unit))
        if points > 0:
            person.credit("credit", unit, points, self.lot_end(person, unit, None, today), today)
        else:
            person.draw("debit", person.usable(unit), -points, today)

    @verb
    def open_lot(self, person: Person, at: datetime, unit: int, points: int, ends: date | None, earned: date) -> None:
        """Open a lot of an opening balance that counts as earned on its own day."""
        self.advance(person, at)
        today = self.today(person)
        refuse_if(points <= 0 or (ends is not None and ends <= today))
        person.count(("EARNED", self.units[unit][0]), min(earned, today), points)
        person.credit("opening", unit, points, ends, today)
        self.qualify_all(person, today, today)

    @verb
    def transfer(self, giver: Person, receiver: Person, at: datetime, unit: int, points: int) -> None:
        """Give points to somebody else: of lots that were no gift, as many lots for who gets them."""
        refuse_if(giver is receiver)
        at = max(at, giver.standing, receiver.standing)
        for person in (giver, receiver):
            self.advance(person, at)
        today = self.today(giver)
        said = self.units[unit][1].get("transfer")
        refuse_if(said in (None, "no", "false"))
        terms = said if isinstance(said, dict) else {}
        whole = partial(self.rules.whole, unit)
        refuse_if(points < max(1, whole(terms.get("least", "0"))))
        refuse_if("most" in terms and points > whole(terms["most"]))
        refuse_if("cool_down" in terms and (today - giver.joined).days < dates.days_in(terms["cool_down"]))
        lots = [lot for lot in giver.usable(unit) if not lot.gift or terms.get("regift") in ("yes", "true")]
        refuse_if(points > sum(lot.left for lot in lots))
        self._use(giver, "transfer", unit, points, today)
        for lot, taken in giver.draw("transfer_out", lots, points, today):
            anew = terms.get("expiry") == "reset"
            ends = self.lot_end(receiver, unit, None, today) if anew else lot.ends
            receiver.credit("transfer_in", unit, taken, ends, today, gift=True)

    @verb
    def assign(
        self, person: Person, at: datetime, ladder: int, level: int, until: date | None = None, exactly: bool = False
    ) -> None:
        """Give a level by hand until a day, as a floor under what is earned; `exactly` also takes a higher one."""
        self.advance(person, at)
        today = self.today(person)
        refuse_if(not 0 <= level < len(self.ladders[ladder].levels) or (until is not None and until <= today))
        self.ladders[ladder].assign(person, level, until, today, exactly)
