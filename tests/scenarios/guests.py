"""A guest of a program file: somebody who joins, buys, comes back and is asked what they have, by local days."""

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from shuke.core.values.dates import NEVER
from shuke.engine.compile import compile_program
from shuke.engine.online import Desk
from shuke.engine.schema import load_program
from shuke.engine.states import BehaviourFacts, LineFacts, OrderFacts, PastGrant, RefundFacts

EXAMPLES = Path(__file__).parents[2] / "examples"
EPOCH = dt.date(1970, 1, 1).toordinal()


@dataclass
class Bought:
    """An order as its seller knows it: its facts, the decision, and what refunds have taken back by (unit, lot)."""

    order: OrderFacts
    vector: tuple
    given: tuple
    day: int
    back: dict = field(default_factory=dict)


def program(parts, currency="CNY", time_zone="Asia/Shanghai"):
    """Return a program file of these parts."""
    return f"shuke: 1\nprogram: peer\ncurrency: {currency}\ntime_zone: {time_zone}\n{parts}"


def example(name):
    """Return the text of a program in examples/."""
    return EXAMPLES.joinpath(f"{name}.yaml").read_text("utf-8")


class Guest:
    """A member of a program, who joined at noon of a local day."""

    def __init__(self, text, joined, birthday=None, tags=()):
        self.program = load_program(text)
        self.desk = Desk(compile_program(self.program))
        self._zone = ZoneInfo(self.program.time_zone)
        md = int(birthday.replace("-", "")) if birthday else 0
        bits = sum(1 << i for i, tag in enumerate(self.program.tags) if tag in tags)
        self.state = self.desk.fresh(self._at(joined), birth_md=md, tags=bits)
        self.causes = 0
        self.entries, self.changes = [], []

    def _at(self, when):
        day, _, time = when.partition(" ")
        moment = dt.datetime.fromisoformat(f"{day} {time or '12:00'}").replace(tzinfo=self._zone)
        return int(moment.timestamp())

    def _minor(self, amount):
        return round(amount * 10**self.program.currency_digits)

    def _kept(self, outcome):
        self.entries += outcome.entries
        self.changes += outcome.tier_changes
        return outcome

    def buys(self, when, amount, lines=(), *, attributes=(), **places):
        """Buy for an amount of money; `lines` are (category, net), (category, net, quantity) or LineFacts."""
        self.causes += 1
        listed = [line if isinstance(line, LineFacts) else self._line(*line) for line in lines]
        net = self._minor(amount)
        order = OrderFacts(self._at(when), net, net, lines=listed, attributes=dict(attributes), **places)
        outcome = self._kept(self.desk.order(self.state, order, self.causes))
        self.bought = Bought(order, outcome.vector, outcome.given, self.state.standing_day)
        return outcome

    def _line(self, category, net, quantity=1):
        return LineFacts(self._minor(net), quantity, category)

    def refunds(self, when, amount, lines=(), bought=None):
        """Give back part of the last order (or of `bought`): `amount` of money and `lines` are what remains of it."""
        bought = bought or self.bought
        net, was = self._minor(amount), bought.order
        listed = [self._line(*line) for line in lines]
        remains = OrderFacts(was.occurred_at, net, net, lines=listed, attributes=was.attributes)
        grants = [
            PastGrant(one.unit, one.points, bought.back.get((one.unit, one.lot), 0), one.lot, one.counted_day)
            for one in bought.given
        ]
        refund = RefundFacts(
            self._at(when), bought.vector, remains, grants, was.net_minor - net, whole=net == 0, counted_day=bought.day
        )
        outcome = self._kept(self.desk.refund(self.state, refund))
        for claw in outcome.clawbacks:
            key = (claw.unit, claw.lot)
            bought.back[key] = bought.back.get(key, 0) + claw.taken + claw.owed + claw.forgiven
        bought.order = remains
        return outcome

    def does(self, when, kind, *, about=-1, **attributes):
        """Do something that is no order; `about` is the number of an order that it confirms."""
        self.causes += 1
        fact = BehaviourFacts(self._at(when), kind, attributes=attributes)
        return self._kept(self.desk.behaviour(self.state, fact, self.causes, about))

    def redeems(self, when, unit, points):
        """Use points, in whole units."""
        self.causes += 1
        count = round(points * 10 ** self.program.units[self._unit(unit)].scale)
        return self._kept(self.desk.redeem(self.state, self._unit(unit), count, self._at(when), self.causes))

    def opens(self, unit, points, ends, when):
        """Bring points of another system along, in the smallest fraction, usable through a day."""
        day = dt.date.fromisoformat(ends).toordinal() - EPOCH + 1
        at = self._at(when)
        return self._kept(self.desk.open_lot(self.state, self._unit(unit), points, at, day, self.state.standing_day))

    def gets(self, when, unit, points):
        """Be given points by hand (or have them taken), in the smallest fraction."""
        return self._kept(self.desk.adjust(self.state, [(self._unit(unit), points)], self._at(when)))

    def gives(self, when, unit, points, other):
        """Give points to another guest."""
        self.causes += 1
        at = self._at(when)
        slices = self._kept(self.desk.give(self.state, self._unit(unit), points, at, self.causes)).slices
        other._kept(other.desk.receive(other.state, other._unit(unit), slices, at))

    def is_made(self, when, tier, until):
        """Be given a tier by hand, through a day."""
        [ladder] = self.program.ladders
        rank = [level.code for level in ladder.levels].index(tier)
        day = dt.date.fromisoformat(until).toordinal() - EPOCH + 1
        return self._kept(self.desk.assign(self.state, 0, rank, day, self._at(when), exactly=False))

    def owes(self, unit):
        """Return the debt, in whole units."""
        return self._whole(unit, self.state.debt[self._unit(unit)])

    def waits_until(self, when):
        """Let time pass, to noon of a day if no time is said."""
        self._kept(self.desk.advance(self.state, self._at(when)))
        return self

    def has(self, unit):
        """Return what is usable, in whole units; a fraction as a decimal text."""
        return self._whole(unit, self.state.available[self._unit(unit)])

    def waits_for(self, unit):
        """Return what is pending, in whole units."""
        return self._whole(unit, self.state.pending[self._unit(unit)])

    def tier(self, ladder=0):
        """Return the code of the level held."""
        return self.program.ladders[ladder].levels[self.state.ladders[ladder].rank].code

    def tier_ends(self, ladder=0):
        """Return the last day of the tier, as it stands."""
        return _date(self.state.ladders[ladder].until - 1)

    def last_days(self, unit):
        """Return the last usable day of every lot, the soonest first."""
        return [_date(lot.ends - 1) for lot in self.state.lots if lot.unit == self._unit(unit) and lot.left]

    def _unit(self, code):
        return [unit.code for unit in self.program.units].index(code)

    def _whole(self, unit, points):
        scale = self.program.units[self._unit(unit)].scale
        return points if scale == 0 else f"{points // 10**scale}.{points % 10**scale:0{scale}d}"


def _date(day):
    return "never" if day >= NEVER - 1 else dt.date.fromordinal(day + EPOCH).isoformat()
