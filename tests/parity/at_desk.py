"""Tells a story to the desk, everything of its members loaded all the time, as the rooms would tell it.

What a room stores of orders and redemptions (what a grant gave, what of its lot is gone, what comes back) stands here.
"""

import copy
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shuke.core.program.model import Refunds
from shuke.core.values.dates import NEVER
from shuke.core.values.errors import Refusal
from shuke.engine.compile import Compiled
from shuke.engine.online import Desk
from shuke.engine.states import BehaviourFacts, LineFacts, OrderFacts, Outcome, PastGrant, RefundFacts
from tests.parity.histories import Act, Newcomer, Story

EPOCH = dt.date(1970, 1, 1)


def seconds(at: dt.datetime) -> int:
    return int(at.timestamp())


def day_number(day: dt.date | None) -> int:
    return NEVER if day in (None, dt.date.max) else (day - EPOCH).days


@dataclass
class Gave:
    """What a grant of an order gave: points, how many are back, its lot, the day on which it counts."""

    grant: int
    unit: int
    points: int
    lot: int
    counted_day: int
    back: int = 0
    forgiven: int = 0


@dataclass
class Record:
    """An order as a room keeps it."""

    cause: int
    arguments: Mapping[str, Any]
    at: int
    vector: tuple[int, ...]
    day: int
    gave: list[Gave]
    by_lines: dict[int, tuple[int, int]] = field(default_factory=dict)
    by_amount: int = 0
    over: bool = False

    @property
    def taken(self) -> int:
        return self.by_amount + sum(net for net, _ in self.by_lines.values())


@dataclass
class Taken:
    """A redemption or hold as a room keeps it."""

    cause: int
    unit: int
    about: Any
    used: int
    open: bool = False
    returned: int = 0


class Member:
    """One member at the desk: the state, all entries so far, the orders and redemptions by key."""

    def __init__(self, desk: Desk, newcomer: Newcomer) -> None:
        tags = desk.compiled.program.tags
        bits = sum(1 << i for i, tag in enumerate(tags) if tag in newcomer.tags)
        month, day = newcomer.birthday
        self.desk = desk
        self.state = desk.fresh(seconds(newcomer.joined_at), month * 100 + day, tags=bits)
        self.entries: list[tuple] = []
        self.changes: list[tuple] = []
        self.orders: dict[Any, Record] = {}
        self.taken: dict[Any, Taken] = {}
        self.causes = 0

    def write(self, outcome: Outcome) -> Outcome:
        for e in outcome.entries:
            self.entries.append((e.kind, e.day, e.unit, e.amount, e.lot))
            if e.kind == "activation":
                self._activated(e.unit, e.lot, e.day - 1 if outcome.effective_at != e.at else e.day)
        for c in outcome.tier_changes:
            self.changes.append((c.reason, c.day, c.ladder, c.before, c.after, c.until))
        for hold in self.taken.values():
            hold.open = hold.open and any(each.cause == hold.cause for each in self.state.holds)
        return outcome

    def _activated(self, unit: int, lot: int, day: int) -> None:
        for record in self.orders.values():
            for gave in record.gave:
                if (gave.unit, gave.lot) == (unit, lot) and gave.counted_day == NEVER:
                    gave.counted_day = day

    def cause(self) -> int:
        self.causes += 1
        return self.causes

    def gone(self, gave: Gave) -> int:
        kinds = ("expiry", "lapse", "cancellation")
        ended = sum(e[3] for e in self.entries if e[0] in kinds and (e[2], e[4]) == (gave.unit, gave.lot))
        return ended - gave.forgiven


class AtDesk:
    """The members of one story at the desk."""

    def __init__(self, compiled: Compiled, newcomers: tuple[Newcomer, ...]) -> None:
        self.desk = Desk(compiled)
        self.units = compiled.program.units
        self.members: list[Member] = []
        for each in newcomers:
            self.enrol(each)

    def enrol(self, newcomer: Newcomer) -> None:
        self.members.append(Member(self.desk, newcomer))

    def perform(self, act: Act) -> bool:
        """Tell of one act; return whether it was accepted."""
        try:
            return getattr(self, act.verb)(self.members[act.who], seconds(act.at), **act.arguments)
        except Refusal:
            return False

    def advance(self, member: Member, at: int) -> bool:
        member.write(self.desk.advance(member.state, at))
        return True

    def finish(self, until: dt.datetime) -> None:
        for member in self.members:
            self.advance(member, seconds(until))

    # ---- facts

    def order(self, member: Member, at: int, key: Any, **arguments: Any) -> bool:
        key = ("unnamed", len(member.orders)) if key is None else key
        if key in member.orders:
            return False
        cause = member.cause()
        outcome = self.desk.order(member.state, order_facts(at, arguments, arguments, arguments["lines"]), cause)
        gave = [Gave(g.grant, g.unit, g.points, g.lot, g.counted_day) for g in outcome.given if g.points]
        day = member.state.standing_day
        member.orders[key] = Record(cause, arguments, outcome.effective_at, outcome.vector, day, gave)
        member.write(outcome)
        return True

    def behaviour(
        self, member: Member, at: int, kind: str, attributes: Any, order_key: Any, store: str, channel: str, brand: str
    ) -> bool:
        about = member.orders.get(order_key)
        fact = BehaviourFacts(at, kind, store, channel, brand, attributes=attributes)
        member.write(self.desk.behaviour(member.state, fact, member.cause(), about.cause if about else -1))
        return True

    def refund(self, member: Member, at: int, key: Any, net: int | None = None, lines: tuple = ()) -> bool:
        record = member.orders.get(key)
        if record is None:
            return False
        paid = record.arguments["net"]
        by_lines, by_amount = dict(record.by_lines), record.by_amount + (net or 0)
        for place, net_off, quantity_off in lines:
            before = by_lines.get(place, (0, 0))
            by_lines[place] = off = (before[0] + net_off, before[1] + quantity_off)
            line = record.arguments["lines"][place]
            if off[0] > line[0] or off[1] > line[1] or net_off + quantity_off == 0:
                return False
        taken = by_amount + sum(each for each, _ in by_lines.values())
        if record.over or taken > paid or (net == 0 and paid > 0):
            return False
        off_now = taken - record.taken
        record.by_lines, record.by_amount = by_lines, by_amount
        remains = _remains(record)
        record.over = taken == paid and (paid > 0 or net is not None or not remains.lines)
        member.write(self.desk.advance(member.state, at))  # so that what has ended by now is known
        past = self._past(member, record)
        back = []
        for spent in member.taken.values():
            due = spent.used if record.over else spent.used * taken // paid if paid else 0
            if spent.about == key and due > spent.returned:
                back.append((spent.cause, due - spent.returned))
                spent.returned = due
        facts = RefundFacts(
            occurred_at=at,
            vector=record.vector,
            remains=remains,
            grants=[PastGrant(g.unit, g.points, g.back, g.lot, g.counted_day, gone) for g, gone in past],
            net_off=off_now,
            whole=record.over,
            counted_day=record.day,
            paid=back,
        )
        outcome = member.write(self.desk.refund(member.state, facts))
        self._note_clawbacks(outcome, past)
        return True

    def _past(self, member: Member, record: Record) -> list[tuple[Gave, int]]:
        """Return of every grant what it gave and what of its lot is gone and not forgiven yet."""
        gave = {each.grant: each for each in record.gave}
        grants = enumerate(self.desk.compiled.grants)
        return [
            (gave[g], member.gone(gave[g])) if g in gave else (Gave(g, grant.unit, 0, 0, NEVER), 0)
            for g, grant in grants
        ]

    def _note_clawbacks(self, outcome: Outcome, past: list[tuple[Gave, int]]) -> None:
        by_lot = {(gave.unit, gave.lot): (gave, gone) for gave, gone in past}
        for claw in outcome.clawbacks:
            if claw.lot == 0:  # of milestones
                continue
            gave, gone = by_lot[claw.unit, claw.lot]
            undone = claw.taken + claw.owed + claw.forgiven
            gave.back += undone
            if self.units[gave.unit].refunds in (Refunds.DEBT, Refunds.WITHIN_BALANCE):
                lot = "clawback_pending", gave.unit, gave.lot
                pending = sum(e.amount for e in outcome.entries if (e.kind, e.unit, e.lot) == lot)
                gave.forgiven += min(gone, undone - pending)

    # ---- points and tiers by hand

    def redeem(self, member: Member, at: int, unit: int, points: int, key: Any, order_key: Any) -> bool:
        key = ("unnamed", len(member.taken)) if key is None else key
        if not self.units[unit].spendable or key in member.taken:
            return False
        cause = member.cause()
        member.write(self.desk.redeem(member.state, unit, points, at, cause))
        member.taken[key] = Taken(cause, unit, order_key, points)
        return True

    def hold(self, member: Member, at: int, key: Any, unit: int, points: int, until: dt.datetime) -> bool:
        if not self.units[unit].spendable or key in member.taken:
            return False
        cause = member.cause()
        outcome = self.desk.hold(member.state, unit, points, at, seconds(until), cause)
        member.taken[key] = Taken(cause, unit, None, 0, open=True)
        member.write(outcome)
        return True

    def capture(self, member: Member, at: int, key: Any, points: int) -> bool:
        member.write(self.desk.capture(member.state, member.taken[key].cause, points, at))
        member.taken[key].used += points
        return True

    def release(self, member: Member, at: int, key: Any) -> bool:
        member.write(self.desk.release(member.state, member.taken[key].cause, at))
        return True

    def give_back(self, member: Member, at: int, key: Any, points: int) -> bool:
        member.write(self.desk.give_back(member.state, member.taken[key].cause, points, at))
        member.taken[key].returned += points
        return True

    def adjust(self, member: Member, at: int, unit: int, points: int) -> bool:
        member.write(self.desk.adjust(member.state, [(unit, points)], at))
        return True

    def open_lot(self, member: Member, at: int, unit: int, points: int, ends: Any, earned: dt.date) -> bool:
        member.write(self.desk.open_lot(member.state, unit, points, at, day_number(ends), day_number(earned)))
        return True

    def transfer(self, giver: Member, at: int, to: int, unit: int, points: int) -> bool:
        receiver = self.members[to]
        terms = self.units[unit].transfer
        at = max(at, giver.state.standing_at, receiver.state.standing_at)
        if (
            receiver is giver
            or terms is None
            or points < terms.least
            or (terms.most is not None and points > terms.most)
        ):
            return False
        standing = copy.deepcopy(giver.state)
        self.desk.advance(standing, at)
        if standing.standing_day - giver.state.joined_day < terms.cool_down_days:
            return False
        outcome = giver.write(self.desk.give(giver.state, unit, points, at, giver.cause()))
        receiver.write(self.desk.receive(receiver.state, unit, outcome.slices, at))
        return True

    def assign(self, member: Member, at: int, ladder: int, level: int, until: Any, exactly: bool) -> bool:
        outcome = self.desk.assign(member.state, ladder, level, day_number(until), at, exactly=exactly)
        member.write(outcome)
        return True


def order_facts(at: int, arguments: Mapping[str, Any], amounts: Mapping[str, int], lines: tuple) -> OrderFacts:
    return OrderFacts(
        occurred_at=at,
        net_minor=amounts["net"],
        gross_minor=amounts["gross"],
        tax_minor=amounts["tax"],
        shipping_minor=amounts["shipping"],
        points_paid_minor=amounts["points_paid"],
        store=arguments["store"],
        channel=arguments["channel"],
        brand=arguments["brand"],
        attributes=arguments["attributes"],
        lines=tuple(LineFacts(net, count, category, sku, more) for net, count, category, sku, more in lines),
    )


def _remains(record: Record) -> OrderFacts:
    """Return what refunds left of an order, as docs/reference/semantics.md says."""
    paid, now = record.arguments["net"], record.arguments["net"] - record.taken
    names = ("net", "gross", "tax", "shipping", "points_paid")
    amounts = {name: record.arguments[name] * now // paid if paid else record.arguments[name] for name in names}
    whole = paid - sum(net for net, _ in record.by_lines.values())
    lines = []
    for place, (net, quantity, *rest) in enumerate(record.arguments["lines"]):
        net_off, quantity_off = record.by_lines.get(place, (0, 0))
        if place not in record.by_lines or (net_off, quantity_off) != (net, quantity):
            left = (net - net_off) * now // whole if whole else net - net_off
            lines.append((left, quantity - quantity_off, *rest))
    return order_facts(record.at, record.arguments, amounts, tuple(lines))


def told_by_desk(compiled: Compiled, story: Story, until: dt.datetime) -> AtDesk:
    """Tell the whole story; return the members."""
    desk = AtDesk(compiled, story.newcomers)
    for act, accepted in zip(story.acts, story.accepted, strict=True):
        assert desk.perform(act) == accepted, act
    desk.finish(until)
    return desk
