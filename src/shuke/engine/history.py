"""A history of members in columns: facts, lines and events, sorted by member; knows neither files nor databases.

Events stand in the order in which they are to be applied (`core.state.replay` says what an event is); units, ladders
and ranks in them are numbers of the program that the history is replayed through.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from shuke.core.state.replay import (
    CAPTURE_ASIDE,
    EVENT_ROW,
    FACT,
    GIVE_BACK,
    LET_GO,
    NOTHING,
    REDEEM,
    REFUND,
    V_ABOUT,
    V_AMOUNT,
    V_AT,
    V_KIND,
    V_REF,
    V_SLOT,
    V_UNIT,
)

Column = NDArray[np.int64]
REFERRING = (GIVE_BACK, CAPTURE_ASIDE, LET_GO)  # what such an event refers to is another event
KINDS_MAX = 64


def among(kind: Column, kinds: Collection[int]) -> NDArray[np.bool_]:
    """Tell of each kind of event whether it is one of some; much quicker than numpy's way for any numbers."""
    wanted = np.zeros(KINDS_MAX, bool)
    wanted[list(kinds)] = True
    return wanted[kind]


def everything(some: NDArray[np.bool_]) -> NDArray[np.bool_] | slice:
    """Return an index of the rows that a mask has: a slice where it has all of them, which is much quicker."""
    return slice(None) if some.all() else some


@dataclass(frozen=True)
class Texts:
    """A column of texts, as codes into names."""

    codes: Column
    names: tuple[str, ...]


@dataclass(frozen=True)
class Lines:
    """Lines of orders: `net_minor`, `quantity`, texts, and attributes by code."""

    net_minor: Column
    quantity: Column
    category: Texts
    sku: Texts
    attributes: Mapping[str, Column | Texts] = field(default_factory=dict)


@dataclass(frozen=True)
class Facts:
    """A row for each order, behaviour, and what a refund leaves of an order; amounts in minor units.

    `kind` is empty for orders and else the behaviour's code. `decided_with` is the row as of whose instant a row is
    decided: its own, of a remainder that of its order. Row k has the lines line_of[k] up to line_of[k + 1]. Attributes
    go by "order.CODE" or "BEHAVIOUR.CODE", with 0 or "" in the rows that have none.
    """

    kind: Texts
    decided_with: Column
    net_minor: Column
    gross_minor: Column
    tax_minor: Column
    shipping_minor: Column
    points_paid_minor: Column
    store: Texts
    brand: Texts
    channel: Texts
    line_of: Column
    lines: Lines
    attributes: Mapping[str, Column | Texts] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.net_minor)

    @property
    def is_order(self) -> NDArray[np.bool_]:
        """Which rows are orders, or what is left of them."""
        return np.array([name == "" for name in self.kind.names], bool)[self.kind.codes]


@dataclass(frozen=True)
class History:
    """Members, their facts and their events.

    Members: `members` (ids), `joined_at` (UTC s), `birth_md` and `lunar_md` (MMDD, 0 unknown), `tags` (bit i is
    tag_names[i]). Member i has the rows starts[i] up to starts[i + 1] of `events`, whose instants are those of the
    facts themselves. `slots` is the most refunded orders of one member; `order_ids` are those of `order_rows`.
    """

    members: tuple[str, ...]
    joined_at: Column
    birth_md: Column
    lunar_md: Column
    tags: Column
    tag_names: tuple[str, ...]
    facts: Facts
    starts: Column
    events: Column  # rows of EVENT_ROW
    slots: int = 0
    order_ids: tuple[str, ...] = ()

    @property
    def member_count(self) -> int:
        return len(self.members)

    @property
    def event_count(self) -> int:
        return len(self.events)

    @cached_property
    def order_rows(self) -> Column:
        """Rows of the facts that are orders."""
        rows: Column = self.events[self.events[:, V_KIND] == FACT, V_REF]
        return rows[self.facts.is_order[rows]]

    @property
    def order_at(self) -> Column:
        """The instant of each order, as it came."""
        at = np.zeros(len(self.facts), np.int64)
        of_facts = self.events[:, V_KIND] == FACT
        at[self.events[of_facts, V_REF]] = self.events[of_facts, V_AT]
        orders: Column = at[self.order_rows]
        return orders

    @property
    def order_count(self) -> int:
        return len(self.order_rows)

    @property
    def line_count(self) -> int:
        """Lines of the orders as they were made."""
        return int((self.facts.line_of[self.order_rows + 1] - self.facts.line_of[self.order_rows]).sum())

    @cached_property
    def member_of(self) -> Column:
        """The member of each event."""
        return np.repeat(np.arange(self.member_count), np.diff(self.starts)).astype(np.int64)

    def effective(self, is_fact: NDArray[np.bool_]) -> tuple[Column, Column]:
        """Return of each event its kind, NOTHING where it is none of the program, and the instant when it is applied.

        A fact is applied at the later of its instant and the one where its member stands.
        """
        kind_of = self.events[:, V_KIND].copy()
        kind_of[~is_fact] = NOTHING
        at = np.repeat(self.joined_at, np.diff(self.starts))
        where = everything(is_fact)
        at[where] = np.maximum(self.events[where, V_AT], at[where])
        return kind_of, _running_maximum(at, self.starts)

    def deciding(self, values: Column) -> Column:
        """Return for each row of the facts the value of the event with which it is decided, of a value an event."""
        said = np.zeros(len(self.facts), np.int64)
        of_facts = everything(self.events[:, V_KIND] == FACT)
        said[self.events[of_facts, V_REF]] = values[of_facts]
        deciding: Column = said[self.facts.decided_with]
        return deciding


_Rows = TypeVar("_Rows", Facts, Lines)


def plain_texts(name: str, count: int) -> Texts:
    """Return a column that says the same text everywhere."""
    return Texts(np.zeros(count, np.int64), (name,))


def facts_of_orders(
    net_minor: Column,
    gross_minor: Column,
    parts: Sequence[Column],
    texts: Sequence[Texts],
    line_of: Column,
    lines: Lines,
) -> Facts:
    """Return the rows of orders: `parts` are tax, shipping and what points paid, `texts` store, brand and channel."""
    count = len(net_minor)
    tax, shipping, points_paid = parts
    store, brand, channel = texts
    return Facts(
        kind=plain_texts("", count),
        decided_with=np.arange(count, dtype=np.int64),
        net_minor=net_minor,
        gross_minor=gross_minor,
        tax_minor=tax,
        shipping_minor=shipping,
        points_paid_minor=points_paid,
        store=store,
        brand=brand,
        channel=channel,
        line_of=line_of,
        lines=lines,
    )


def history_of_orders(
    members: tuple[str, ...],
    joined_at: Column,
    orders_before: Column,
    order_ids: tuple[str, ...],
    order_at: Column,
    facts: Facts,
    redemptions: Column | None = None,
) -> History:
    """Return a history of orders and redemptions alone.

    Orders stand by member, each member's in their order; `orders_before` counts those before each member (length
    n + 1). `redemptions` has a row (member, position among the member's events, UTC s, unit, points) each, sorted by
    the first two.
    """
    rows = np.zeros((0, 5), np.int64) if redemptions is None else redemptions
    count = np.diff(orders_before) + np.bincount(rows[:, 0], minlength=len(members))
    starts = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    events = np.zeros((int(starts[-1]), EVENT_ROW), np.int64)
    events[:, V_SLOT], events[:, V_ABOUT] = -1, -1
    taken = np.zeros(len(events), bool)
    places = starts[rows[:, 0]] + rows[:, 1]
    taken[places] = True
    events[places, V_KIND], events[places, V_AT] = REDEEM, rows[:, 2]
    events[places, V_UNIT], events[places, V_AMOUNT] = rows[:, 3], rows[:, 4]
    events[~taken, V_KIND], events[~taken, V_REF], events[~taken, V_AT] = FACT, np.arange(len(facts)), order_at
    nothing = np.zeros(len(members), np.int64)
    return History(
        members=members,
        joined_at=joined_at,
        birth_md=nothing,
        lunar_md=nothing,
        tags=nothing,
        tag_names=(),
        facts=facts,
        starts=starts,
        events=events,
        order_ids=order_ids,
    )


def between(history: History, begin: int, end: int) -> History:
    """Return the members begin..end of a history whose facts stand member by member, as its events do."""
    first, last = int(history.starts[begin]), int(history.starts[end])
    facts, events = history.facts, history.events[first:last].copy("K")
    kind = events[:, V_KIND]
    of_facts = everything(among(kind, (FACT, REFUND)))
    rows = events[of_facts, V_REF]
    row, after = (int(rows.min()), int(rows.max()) + 1) if len(rows) else (0, 0)
    events[of_facts, V_REF] -= row
    events[among(kind, REFERRING), V_REF] -= first
    events[events[:, V_ABOUT] >= 0, V_ABOUT] -= first
    lines = slice(int(facts.line_of[row]), int(facts.line_of[after]))
    orders = slice(*np.searchsorted(history.order_rows, (row, after)).tolist()) if history.order_ids else slice(0)
    return replace(
        history,
        members=history.members[begin:end],
        joined_at=history.joined_at[begin:end],
        birth_md=history.birth_md[begin:end],
        lunar_md=history.lunar_md[begin:end],
        tags=history.tags[begin:end],
        facts=replace(
            _cut(facts, slice(row, after), but=("decided_with", "line_of", "lines")),
            decided_with=facts.decided_with[row:after] - row,
            line_of=facts.line_of[row : after + 1] - facts.line_of[row],
            lines=_cut(facts.lines, lines),
        ),
        starts=history.starts[begin : end + 1] - first,
        events=events,
        order_ids=history.order_ids[orders],
    )


def pieces(history: History, events: int) -> Iterator[History]:
    """Yield a history in pieces of about so many events each, of whole members."""
    cuts = np.searchsorted(history.starts, range(0, history.event_count, events)).tolist()
    cuts = sorted({0, *cuts, history.member_count})
    if len(cuts) <= 2:
        yield history
        return
    for begin, end in pairwise(cuts):
        yield between(history, begin, end)


def _cut(rows: _Rows, where: slice, but: Collection[str] = ()) -> _Rows:
    """Return a dataclass of columns, texts and attributes with some of its rows, `but` for some columns."""

    def of(column: Any) -> Any:
        if isinstance(column, Mapping):
            return {name: of(each) for name, each in column.items()}
        return Texts(column.codes[where], column.names) if isinstance(column, Texts) else column[where]

    return replace(rows, **{each.name: of(getattr(rows, each.name)) for each in fields(rows) if each.name not in but})


def in_scope(
    history: History, brands: tuple[str, ...], stores: tuple[str, ...], kinds: Collection[str]
) -> NDArray[np.bool_]:
    """Tell of each event whether it is one of a program for some brands and stores (empty: all) and behaviours."""
    facts, events = history.facts, history.events
    if not brands and not stores and all(name in kinds or name == "" for name in facts.kind.names):
        return np.ones(len(events), bool)
    is_fact = np.ones(len(facts), bool)
    for names, texts in ((brands, facts.brand), (stores, facts.store)):
        if names:
            is_fact &= ~facts.is_order | np.array([name in names for name in texts.names])[texts.codes]
    is_fact &= np.array([name in kinds or name == "" for name in facts.kind.names])[facts.kind.codes]
    about_facts = among(events[:, V_KIND], (FACT, REFUND))
    inside = np.ones(len(events), bool)
    inside[about_facts] = is_fact[facts.decided_with[events[about_facts, V_REF]]]
    return inside


def _running_maximum(values: Column, starts: Column) -> Column:
    """Return the running maximum within each member."""
    falls = np.flatnonzero(values[1:] < values[:-1]) + 1
    if np.isin(falls, starts).all():
        return values
    span = int(values.max()) - int(values.min()) + 1
    member = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    lifted = np.maximum.accumulate(values - int(values.min()) + member * span)
    result: Column = lifted - member * span + int(values.min())
    return result
