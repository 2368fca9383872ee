"""Writes a history of members one by one, each one's events in the order in which they are to be applied.

Owns what refunds leave of orders and which points come back with them; knows neither files nor databases.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from shuke.core.state.replay import (
    ADJUST,
    ASSIGN,
    CAPTURE_ASIDE,
    EVENT_ROW,
    FACT,
    GIVE_BACK,
    LET_GO,
    OPEN_LOT,
    REDEEM,
    REFUND,
    SET_ASIDE,
    V_ABOUT,
    V_KIND,
    V_SLOT,
    V_UNTIL,
)
from shuke.engine.history import Column, Facts, History, Lines, Texts
from shuke.engine.remains import NO_LINES, NOTHING_OFF, Taken, TakenOff, points_back, remaining, take_off
from shuke.engine.states import Attributes, BehaviourFacts, LineFacts, OrderFacts

FactRow = OrderFacts | BehaviourFacts


@dataclass
class _Order:
    """An order as far as refunds need it: its event, its row of facts, what is taken off it, its slot."""

    event: int
    row: int
    facts: OrderFacts
    taken: TakenOff = NOTHING_OFF
    slot: int = -1


@dataclass
class _Spending:
    """Points that paid: by a redemption or a hold, for the order `about`."""

    about: str
    spent: int
    returned: int = 0


@dataclass(frozen=True)
class _Refund:
    at: int
    lines: Taken
    amount: int


@dataclass
class _Life:
    """What is remembered of the member who is being written."""

    orders: dict[str, _Order] = field(default_factory=dict)
    spendings: dict[int, _Spending] = field(default_factory=dict)  # by event
    parked: dict[str, list[_Refund]] = field(default_factory=dict)
    slots: int = 0


class HistoryWriter:
    """Takes members, and of each the events in order; `history` returns them as columns.

    Instants are UTC seconds; units, ladders and ranks are numbers of the program. What says which event it is about
    takes the number that the verb returned for it; orders go by ids of the caller's.
    """

    def __init__(self) -> None:
        self._members: list[tuple[str, int, int, int, tuple[str, ...]]] = []
        self._starts: list[int] = []
        self._events: list[list[int]] = []
        self._rows: list[FactRow] = []
        self._decided_with: list[int] = []
        self._slots = 0
        self._order_ids: list[str] = []
        self._life = _Life()

    def member(self, code: str, joined_at: int, birth_md: int = 0, lunar_md: int = 0, tags: Iterable[str] = ()) -> None:
        """Begin the next member."""
        self._members.append((code, joined_at, birth_md, lunar_md, tuple(tags)))
        self._starts.append(len(self._events))
        self._life = _Life()

    def order(self, code: str, facts: OrderFacts) -> int:
        """Write an order, and then the refunds of it that came before it."""
        row = self._fact(facts)
        event = self._event(FACT, row, facts.occurred_at)
        self._life.orders[code] = _Order(event, row, facts)
        self._order_ids.append(code)
        for refund in self._life.parked.pop(code, ()):
            self.refund(code, refund.at, refund.lines, refund.amount)
        return event

    def behaviour(self, facts: BehaviourFacts, about: str = "") -> int:
        """Write a behaviour, which may be about an order."""
        event = self._event(FACT, self._fact(facts), facts.occurred_at, until=-1)
        order = self._life.orders.get(about)
        if order is not None:
            self._events[event][V_ABOUT] = order.event
        return event

    def refund(self, order: str, at: int, lines: Taken = NO_LINES, amount: int = 0) -> None:
        """Write a refund by lines or by amount; of an order that is still to come, right after that.

        Raises:
            Refusal: as `remains.take_off`.
        """
        found = self._life.orders.get(order)
        if found is None:
            self._life.parked.setdefault(order, []).append(_Refund(at, lines, amount))
            return
        before = found.taken
        found.taken = take_off(found.facts, before, lines, amount)
        for event, spending in self._life.spendings.items():
            due = points_back(spending.spent, found.facts, found.taken) - spending.returned
            if spending.about == order and due > 0:
                self.give_back(at, event, due)
        if found.slot < 0:
            found.slot = self._events[found.event][V_SLOT] = self._life.slots
            self._life.slots += 1
            self._slots = max(self._slots, self._life.slots)
        row = self._fact(remaining(found.facts, found.taken), found.row)
        net_off, whole = found.taken.net - before.net, int(found.taken.whole)
        self._event(REFUND, row, at, unit=whole, amount=net_off, slot=found.slot)

    def redeem(self, at: int, unit: int, points: int, about: str = "") -> int:
        """Write a redemption; what pays for an order comes back when that is refunded."""
        event = self._event(REDEEM, 0, at, unit=unit, amount=points)
        self._life.spendings[event] = _Spending(about, points)
        return event

    def give_back(self, at: int, spending: int, points: int) -> None:
        """Write that points of a redemption or of a captured hold are given back."""
        self._life.spendings[spending].returned += points
        self._event(GIVE_BACK, spending, at, amount=points)

    def hold(self, at: int, unit: int, points: int, until: int, about: str = "") -> int:
        """Write that points are set aside until an instant."""
        event = self._event(SET_ASIDE, 0, at, unit=unit, amount=points, until=until)
        self._life.spendings[event] = _Spending(about, 0)
        return event

    def capture(self, at: int, hold: int, points: int) -> None:
        """Write that points set aside are spent."""
        self._life.spendings[hold].spent += points
        self._event(CAPTURE_ASIDE, hold, at, amount=points)

    def release(self, at: int, hold: int) -> None:
        """Write that a hold ends before its time."""
        self._event(LET_GO, hold, at)

    def adjust(self, at: int, unit: int, points: int, ends_day: int = 0) -> None:
        """Write points given by hand, until a local day or (0) as the unit says, or taken where they are below 0."""
        self._event(ADJUST, 0, at, unit=unit, amount=points, until=ends_day)

    def open_lot(self, at: int, unit: int, points: int, ends_day: int, earned_day: int) -> None:
        """Write a lot of an opening balance, with local days of its own."""
        self._event(OPEN_LOT, earned_day, at, unit=unit, amount=points, until=ends_day)

    def assign(self, at: int, ladder: int, rank: int, until_day: int, *, exactly: bool) -> None:
        """Write a tier given by hand until a local day."""
        self._event(ASSIGN, 0, at, unit=ladder, amount=rank, until=until_day, slot=int(exactly))

    def history(self) -> History:
        """Return everything written so far."""
        events = np.array(self._events, np.int64).reshape(-1, EVENT_ROW)
        about_orders = (events[:, V_KIND] == FACT) & (events[:, V_ABOUT] >= 0)
        events[about_orders, V_UNTIL] = events[events[about_orders, V_ABOUT], V_SLOT]
        ids, joined, births, lunar, tags = zip(*self._members, strict=True) if self._members else ((),) * 5
        names = tuple(dict.fromkeys(tag for some in tags for tag in some))
        return History(
            members=tuple(ids),
            joined_at=_column(joined),
            birth_md=_column(births),
            lunar_md=_column(lunar),
            tags=_column(sum(1 << i for i, name in enumerate(names) if name in some) for some in tags),
            tag_names=names,
            facts=_facts(self._rows, self._decided_with),
            starts=_column([*self._starts, len(self._events)]),
            events=events,
            slots=self._slots,
            order_ids=tuple(self._order_ids),
        )

    def _fact(self, facts: FactRow, decided_with: int | None = None) -> int:
        self._rows.append(facts)
        row = len(self._rows) - 1
        self._decided_with.append(row if decided_with is None else decided_with)
        return row

    def _event(
        self, kind: int, ref: int, at: int, *, unit: int = 0, amount: int = 0, until: int = 0, slot: int = -1
    ) -> int:
        self._events.append([kind, ref, at, 0, unit, amount, until, slot, -1])
        return len(self._events) - 1


def _column(values: Iterable[int]) -> Column:
    return np.array(list(values), np.int64)


def _texts(values: Iterable[str]) -> Texts:
    codes: dict[str, int] = {}
    return Texts(_column(codes.setdefault(value, len(codes)) for value in values), tuple(codes) or ("",))


def _facts(rows: list[FactRow], decided_with: list[int]) -> Facts:
    orders = [row if isinstance(row, OrderFacts) else None for row in rows]
    lines = [line for order in orders if order for line in order.lines]

    def amounts(name: str) -> Column:
        return _column(getattr(order, name) if order else 0 for order in orders)

    return Facts(
        kind=_texts(row.kind if isinstance(row, BehaviourFacts) else "" for row in rows),
        decided_with=_column(decided_with),
        net_minor=amounts("net_minor"),
        gross_minor=amounts("gross_minor"),
        tax_minor=amounts("tax_minor"),
        shipping_minor=amounts("shipping_minor"),
        points_paid_minor=amounts("points_paid_minor"),
        store=_texts(row.store for row in rows),
        brand=_texts(row.brand for row in rows),
        channel=_texts(row.channel for row in rows),
        line_of=_column(np.cumsum([0, *(len(order.lines) if order else 0 for order in orders)])),
        lines=_lines(lines),
        attributes=_attributes(
            [
                {f"{row.kind if isinstance(row, BehaviourFacts) else 'order'}.{code}": value
                 for code, value in row.attributes.items()}
                for row in rows
            ]
        ),
    )  # fmt: skip


def _lines(lines: list[LineFacts]) -> Lines:
    return Lines(
        net_minor=_column(line.net_minor for line in lines),
        quantity=_column(line.quantity for line in lines),
        category=_texts(line.category for line in lines),
        sku=_texts(line.sku for line in lines),
        attributes=_attributes([line.attributes for line in lines]),
    )


def _attributes(rows: list[Attributes] | list[dict[str, int | str | bool]]) -> Mapping[str, Column | Texts]:
    """Return each attribute as a column, 0 or "" where a row has none."""
    names = dict.fromkeys(name for row in rows for name in row)
    columns: dict[str, Column | Texts] = {}
    for name in names:
        values = [row.get(name) for row in rows]
        if any(isinstance(value, str) for value in values):
            columns[name] = _texts(str(value or "") for value in values)
        else:
            columns[name] = _column(int(value or 0) for value in values)
    return columns
