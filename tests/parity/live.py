"""Tells a story to the product as it runs: the one write path, in batches, into PostgreSQL.

Members, orders and redemptions are known there by business keys made of their place and key in the story.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from shuke.core.program.model import Program
from shuke.engine.schema import load_program
from shuke.foundation import clock
from shuke.rooms.members.contracts import ExternalId, MemberRef, NewMember
from shuke.rooms.orders.contracts import Line, RefundLine
from shuke.rooms.org.contracts import Actor, ActorKind
from shuke.rooms.points import facade as points
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import (
    AdjustFact,
    BehaviourFact,
    CaptureFact,
    Fact,
    HoldFact,
    OpeningFact,
    OrderFact,
    RedeemFact,
    RefundFact,
    ReleaseFact,
    Result,
    ReturnFact,
    Status,
    TierFact,
    TransferFact,
)
from shuke.rooms.tiers import facade as tiers
from tests.parity.histories import Act, Newcomer

ACTOR = Actor(ActorKind.SYSTEM, "tests", "tests")
SOURCE = "story"
DAY = dt.timedelta(days=1)


class Live:
    """The members of one story in the product."""

    def __init__(self, text: str, newcomers: Sequence[Newcomer], now: dt.datetime) -> None:
        clock.set_business_clock(now)
        self.version = facade.publish(text, ACTOR)
        self.program: Program = load_program(text)
        self.members: list[Any] = []
        self.told = 0
        for each in newcomers:
            self.enrol(each)

    def enrol(self, newcomer: Newcomer) -> None:
        number = len(self.members)
        month, day = newcomer.birthday
        new = NewMember(
            (ExternalId(SOURCE, str(number)),),
            birthday=dt.date(2000, month, day) if month else None,
            joined_at=newcomer.joined_at,
            tags=newcomer.tags,
        )
        (member,) = facade.enrol([new], ACTOR)
        self.members.append(member.id)

    # ---- facts

    def tell(self, acts: Sequence[Act], *, dry_run: bool = False) -> list[Result]:
        """Record some acts as one batch."""
        return facade.record([self.fact(act) for act in acts], ACTOR, history=True, dry_run=dry_run)

    def fact(self, act: Act) -> Fact:
        self.told += 1
        return getattr(self, f"_{act.verb}")(act.who, act.at, **act.arguments)

    def name(self) -> str:
        return f"fact {self.told}"

    def unit(self, place: int) -> str:
        return self.program.units[place].code

    def _order(self, who: int, at: dt.datetime, key: Any, **said: Any) -> OrderFact:
        lines = tuple(
            Line(sku, category, quantity, net, attributes=attributes)
            for net, quantity, category, sku, attributes in said["lines"]
        )
        return OrderFact(
            SOURCE,
            _key(who, key),
            _ref(who),
            at,
            said["net"],
            said["gross"],
            self.program.currency,
            said["store"],
            said["channel"],
            lines,
            tax_minor=said["tax"],
            shipping_minor=said["shipping"],
            points_paid_minor=said["points_paid"],
            attributes=said["attributes"],
        )

    def _behaviour(self, who: int, at: dt.datetime, kind: str, attributes: Any, order_key: Any, **place: str) -> Fact:
        about = None if order_key is None else (SOURCE, _key(who, order_key))
        where = {"store": place["store"], "channel": place["channel"]}
        return BehaviourFact(SOURCE, self.name(), _ref(who), kind, at, attributes=attributes, order=about, **where)

    def _refund(self, who: int, at: dt.datetime, key: Any, net: int | None = None, lines: Any = ()) -> Fact:
        off = tuple(RefundLine(place + 1, quantity, net_off) for place, net_off, quantity in lines)
        amount = net or None  # nothing of a free order is all that is left of it
        return RefundFact(SOURCE, self.name(), (SOURCE, _key(who, key)), at, off, amount)

    def _redeem(self, who: int, at: dt.datetime, unit: int, points: int, key: Any, order_key: Any) -> Fact:
        about = None if order_key is None else (SOURCE, _key(who, order_key))
        return RedeemFact(SOURCE, _key(who, key), _ref(who), points, self.unit(unit), at, order=about)

    def _give_back(self, who: int, at: dt.datetime, key: Any, points: int) -> Fact:
        return ReturnFact(SOURCE, self.name(), (SOURCE, _key(who, key)), points, at)

    def _hold(self, who: int, at: dt.datetime, key: Any, unit: int, points: int, until: dt.datetime) -> Fact:
        return HoldFact(SOURCE, _key(who, key), _ref(who), points, until, self.unit(unit), at)

    def _capture(self, who: int, at: dt.datetime, key: Any, points: int) -> Fact:
        return CaptureFact(SOURCE, self.name(), (SOURCE, _key(who, key)), points, at)

    def _release(self, who: int, at: dt.datetime, key: Any) -> Fact:
        return ReleaseFact(SOURCE, self.name(), (SOURCE, _key(who, key)), at)

    def _adjust(self, who: int, at: dt.datetime, unit: int, points: int) -> Fact:
        return AdjustFact(SOURCE, self.name(), _ref(who), points, "told", self.unit(unit), occurred_at=at)

    def _open_lot(self, who: int, at: dt.datetime, unit: int, points: int, ends: Any, earned: dt.date) -> Fact:
        last = None if ends is None else ends - DAY
        return OpeningFact(SOURCE, self.name(), _ref(who), points, self.unit(unit), last, earned, at)

    def _transfer(self, who: int, at: dt.datetime, to: int, unit: int, points: int) -> Fact:
        return TransferFact(SOURCE, self.name(), _ref(who), _ref(to), points, self.unit(unit), at)

    def _assign(self, who: int, at: dt.datetime, ladder: int, level: int, until: Any, exactly: bool) -> Fact:
        said = self.program.ladders[ladder]
        last = None if until is None else until - DAY
        code = said.levels[level].code
        return TierFact(SOURCE, self.name(), _ref(who), code, "told", last, said.code, exactly, at)

    # ---- what came of it

    def see(self) -> list[dict]:
        """Say of every member what `test_oracle.of_person` says of a person, by unit and ladder."""
        known = {unit.id: unit.code for unit in points.all_units()}
        places = {unit.code: place for place, unit in enumerate(self.program.units)}
        units = {id: places[code] for id, code in known.items() if code in places}
        entries = self._entries(units)
        return [self._see(member, entries, units) for member in self.members]

    def _entries(self, units: dict[int, int]) -> dict[Any, list[tuple]]:
        entries = defaultdict(list)
        for run in points.stream_entries():
            columns = zip(run.holder_id, run.unit_id, run.kind, run.day, run.amount, run.lot_number, strict=True)
            for holder, unit, kind, day, amount, lot in columns:
                entries[holder, units[unit]].append((kind, day, units[unit], abs(amount), lot or 0))
        return entries

    def _see(self, member: Any, entries: dict[Any, list[tuple]], units: dict[int, int]) -> dict:
        balances = facade.standing(member).balances
        lots = [
            (units[lot.unit_id], lot.number, lot.remaining, lot.expires_day, lot.gift)
            for lot in points.open_lots([member])[member]
        ]
        return {
            "entries": [entries[member, unit] for unit in range(len(self.program.units))],
            "moves": [self._moves(member, place, each.code) for place, each in enumerate(self.program.ladders)],
            "available": [each.available for each in balances],
            "pending": [each.pending for each in balances],
            "held": [each.held for each in balances],
            "debt": [each.debt for each in balances],
            "lots": sorted(lots),
        }

    def _moves(self, member: Any, place: int, ladder: str) -> list[tuple]:
        return [
            (change.reason.value, change.day, place, change.before.rank, change.after.rank, change.until_day)
            for change in tiers.history(member, self.version.program_id, ladder)
            if change.before is not None
        ]


def by_part(told: dict) -> dict:
    """Put what is told of a person into the form of `Live.see`."""
    units, ladders = len(told["available"]), len(told["tiers"])
    parts = {
        "entries": [[row for row in told["entries"] if row[2] == unit] for unit in range(units)],
        "moves": [[row for row in told["moves"] if row[2] == ladder] for ladder in range(ladders)],
    }
    return parts | {name: told[name] for name in ("available", "pending", "held", "debt", "lots")}


def was_done(result: Result) -> bool:
    """Tell whether a fact was recorded now, and decided."""
    return result.status is Status.RECORDED and result.undecided is None


def _ref(who: int) -> MemberRef:
    return MemberRef(external=ExternalId(SOURCE, str(who)))


def _key(who: int, key: Any) -> str:
    return f"{who} {key}"
