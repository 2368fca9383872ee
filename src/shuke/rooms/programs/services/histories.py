"""Tells the pasts of live members as columns: what was recorded of them, in the order of recording, decided by nobody.

Orders and behaviours stand at the instants as of which they were decided. What moved between members or for money is an
adjustment of the same points here: each member stands alone in columns.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from shuke.core.program.model import Program
from shuke.core.values.dates import NEVER
from shuke.engine.history import History
from shuke.engine.lives import HistoryWriter
from shuke.engine.states import BehaviourFacts
from shuke.rooms.members import facade as members
from shuke.rooms.orders import facade as orders
from shuke.rooms.orders.contracts import Behaviour, OrderLeft, Refund, RefundState
from shuke.rooms.org import facade as org
from shuke.rooms.points import facade as points
from shuke.rooms.points.contracts import Kind, MoveByHand
from shuke.rooms.programs import queries
from shuke.rooms.programs.contracts import Undecided
from shuke.rooms.programs.services.items import order_facts
from shuke.rooms.programs.services.pasts import fact_of
from shuke.rooms.programs.services.timeline import published, timeline

_SEEN = ("", Undecided.OUT_OF_SCOPE.value)  # another program may have another scope
_IN = (Kind.CREDIT, Kind.TRANSFER_IN, Kind.MERGE_IN, Kind.DEPOSIT)
_OUT = (Kind.TRANSFER_OUT, Kind.MERGE_OUT, Kind.WITHDRAWAL, Kind.DEBIT)


@dataclass
class _Numbers:
    """What units, ladders and levels are called by number in the program that the history is made for."""

    program: Program
    units: Mapping[int, int]  # by the ledger's id

    @classmethod
    def of(cls, program: Program) -> "_Numbers":
        places = {unit.code: place for place, unit in enumerate(program.units)}
        return cls(program, {unit.id: places[unit.code] for unit in points.all_units() if unit.code in places})

    def level(self, ladder: str | None, tier: str) -> tuple[int, int] | None:
        """Return the numbers of a tier given by hand; None where the program has none such."""
        for place, each in enumerate(self.program.ladders):
            if ladder in (None, each.code):
                code = dict(self.program.migration).get(f"tiers.{each.code}.{tier}", tier)
                codes = [level.code for level in each.levels]
                return (place, codes.index(code)) if code in codes else None
        return None


@dataclass
class _Recorded:
    """What was recorded of some members."""

    orders: Mapping[UUID, OrderLeft]
    behaviours: Mapping[UUID, Behaviour]
    refunds: Mapping[UUID, Refund]
    brands: Mapping[str, str]
    decided_at: Mapping[UUID, datetime]
    moves: Mapping[UUID, dict[UUID, list[MoveByHand]]]
    particulars: Mapping[UUID, tuple[UUID, dict[str, Any]]]
    paid_for: Mapping[UUID, UUID]  # redemption → order
    facts: Mapping[UUID, list[UUID]] = field(default_factory=dict)  # by member, as recorded


def recorded_history(
    member_ids: Sequence[UUID],
    since: datetime | None = None,
    until: datetime | None = None,
    program: Program | None = None,
) -> History:
    """Return the past of members, by id, with the numbers of a program, by default of the newest version."""
    chosen = program or published(timeline()).latest.program
    return histories(member_ids, [chosen], since, until)[0]


def member_ids_after(after: UUID | None, limit: int) -> list[UUID]:
    """Return up to `limit` members of the program by id, those after one."""
    return queries.member_ids_after(published(timeline()).program_id, after, limit)


def member_count() -> int:
    """Return how many members the program has."""
    return queries.member_count(published(timeline()).program_id)


def histories(
    member_ids: Sequence[UUID],
    programs: Sequence[Program],
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[History]:
    """Return the past of members with the numbers of each of some programs."""
    rows = queries.memberships(published(timeline()).program_id, member_ids)
    people = members.facts(list(rows))
    told = _recorded(list(rows))
    found = []
    for program in programs:
        numbers, writer = _Numbers.of(program), HistoryWriter()
        for member_id in sorted(rows):
            person, joined = people[member_id], int(rows[member_id].joined_at.timestamp())
            writer.member(str(member_id), joined, person.birth_md, person.lunar_md, sorted(person.tags))
            life = _Life(writer, told, numbers, told.moves.get(member_id, {}), since, until)
            for fact_id in told.facts.get(member_id, ()):
                life.tell(fact_id)
        found.append(writer.history())
    return found


def _recorded(member_ids: list[UUID]) -> _Recorded:
    """Read all that was recorded of members: a fixed number of statements."""
    decided = queries.decided(member_ids)
    ids = [fact_id for _, fact_id, undecided, _ in decided if undecided in _SEEN]
    sold, done = orders.left(ids), orders.behaviours(ids)
    by_key = {(each.order.source, each.order.external_id): id for id, each in sold.items()}
    refunded = [id for id, each in sold.items() if each.order.refunded_minor or not each.order.net_minor]
    refunds = {each.id: each for each in orders.refunds_of_orders(refunded) if each.state is RefundState.APPLIED}
    moves: defaultdict[UUID, dict[UUID, list[MoveByHand]]] = defaultdict(dict)
    for move in points.moves_by_hand(member_ids):
        moves[move.holder_id].setdefault(move.reference, []).append(move)
    particulars = queries.particulars(member_ids)
    of: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for member_id, fact_id, undecided, _ in decided:
        if undecided in _SEEN:
            of[member_id].add(fact_id)
    for id, refund in refunds.items():
        if refund.order_id and (member_id := sold[refund.order_id].order.member_id):
            of[member_id].add(id)
    for member_id, facts in moves.items():
        of[member_id].update(facts)
    for fact_id, (member_id, _) in particulars.items():
        of[member_id].add(fact_id)
    return _Recorded(
        orders=sold,
        behaviours=done,
        refunds=refunds,
        brands=org.brand_of_store({each.store for each in done.values()}),
        decided_at={fact_id: at for _, fact_id, _, at in decided},
        moves=moves,
        particulars=particulars,
        paid_for={id: by_key[key] for id, key in queries.paid_for(member_ids).items() if key in by_key},
        facts={member_id: sorted(facts) for member_id, facts in of.items()},  # ids count up as facts are recorded
    )


@dataclass
class _Life:
    """Writes what was recorded of one member, one fact after the other."""

    writer: HistoryWriter
    told: _Recorded
    numbers: _Numbers
    moves: Mapping[UUID, list[MoveByHand]]
    since: datetime | None
    until: datetime | None
    spendings: dict[UUID, int] = field(default_factory=dict)  # by redemption or hold, its event

    def tell(self, fact_id: UUID) -> None:
        """Write one fact, where it happened in the span that is asked for."""
        told, moves = self.told, self.moves.get(fact_id, [])
        refund = told.refunds.get(fact_id)
        said = told.particulars.get(fact_id, (None, {}))[1]
        at = told.decided_at.get(fact_id) or (moves[0].occurred_at if moves else refund.occurred_at if refund else None)
        seconds = int(at.timestamp()) if at else int(said["at"])
        if (self.since and seconds < self.since.timestamp()) or (self.until and seconds >= self.until.timestamp()):
            return
        if fact_id in told.orders:
            left = told.orders[fact_id]
            facts = order_facts(fact_of(left), left.order.brand)
            self.writer.order(str(fact_id), replace(facts, occurred_at=seconds))
        elif fact_id in told.behaviours:
            self._behaviour(told.behaviours[fact_id], seconds)
        elif refund is not None:
            self._refund(refund, seconds)
        elif "tier" in said:
            self._assign(said, seconds)
        else:
            self._by_hand(fact_id, moves, seconds, said)

    def _behaviour(self, done: Behaviour, at: int) -> None:
        brand = self.told.brands.get(done.store, "")
        facts = BehaviourFacts(at, done.kind, done.store, done.channel, brand, attributes=done.attributes)
        self.writer.behaviour(facts, about=str(done.order_id) if done.order_id else "")

    def _refund(self, refund: Refund, at: int) -> None:
        """Write a refund by the places of its lines among those that the rules see."""
        assert refund.order_id is not None
        sold = self.told.orders[refund.order_id]
        kept = [each.number for each in sold.lines if not each.line.gift_card]
        off: dict[int, tuple[int, int]] = {}
        for line in refund.lines:
            if line.line_number in kept:
                place = kept.index(line.line_number)
                net, quantity = off.get(place, (0, 0))
                off[place] = (net + line.net_minor, quantity + line.quantity)
        if refund.lines and not off:
            return  # of gift cards alone, which are no sale
        amount = 0 if refund.lines else refund.net_minor or 0
        self.writer.refund(str(refund.order_id), at, off, amount)

    def _assign(self, said: Mapping[str, Any], at: int) -> None:
        found = self.numbers.level(said["ladder"], said["tier"])
        if found is not None:
            until = NEVER if said["until"] is None else said["until"]
            self.writer.assign(at, *found, until, exactly=said["exactly"])

    def _by_hand(self, fact_id: UUID, moves: list[MoveByHand], at: int, said: Mapping[str, Any]) -> None:
        """Write what a fact did to points: a sum of each kind and unit."""
        writer, about = self.writer, self.spendings.get(UUID(said["about"])) if "about" in said else None
        for (kind, unit_id), points_moved in _summed(moves).items():
            unit = self.numbers.units.get(unit_id)
            if unit is None:
                continue
            first = next(move for move in moves if (move.kind, move.unit_id) == (kind, unit_id))
            if kind is Kind.REDEMPTION:
                order = self.told.paid_for.get(fact_id)
                self.spendings[fact_id] = writer.redeem(at, unit, points_moved, str(order) if order else "")
            elif kind is Kind.HOLDING and first.until_at is not None:
                self.spendings[fact_id] = writer.hold(at, unit, points_moved, int(first.until_at.timestamp()))
            elif kind is Kind.OPENING:
                writer.open_lot(at, unit, points_moved, first.ends_day, first.earned_day)
            elif kind in _OUT:
                writer.adjust(at, unit, -points_moved)
            elif kind in _IN:
                ends = said.get("ends", 0) if kind is Kind.CREDIT else first.ends_day
                writer.adjust(at, unit, points_moved, ends)
            elif about is not None:
                self._about(kind, about, at, points_moved)

    def _about(self, kind: Kind, spending: int, at: int, points_moved: int) -> None:
        if kind is Kind.CAPTURE:
            self.writer.capture(at, spending, points_moved)
        elif kind is Kind.RELEASE:
            self.writer.release(at, spending)
        elif kind is Kind.RETURN:
            self.writer.give_back(at, spending, points_moved)


def _summed(moves: Sequence[MoveByHand]) -> dict[tuple[Kind, int], int]:
    """Return the points of each kind and unit, in the order in which they first moved."""
    sums: dict[tuple[Kind, int], int] = {}
    for move in moves:
        sums[move.kind, move.unit_id] = sums.get((move.kind, move.unit_id), 0) + move.points
    return sums
