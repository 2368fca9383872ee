"""Lays orders, refunds and redemptions out as a history in columns, exactly as `engine.lives.HistoryWriter` does.

Everything here is arrays: nothing is done row by row, and nothing is read or checked. What refunds leave of an order
follows the rule of `engine.remains`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shuke.core.state.replay import (
    EVENT_ROW,
    FACT,
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
from shuke.engine.history import Column, Facts, History, Lines, Texts, plain_texts

EMPTY = np.zeros(0, np.int64)
REDEEMED, ORDERED, REFUNDED = range(3)  # what comes first in one second


@dataclass(frozen=True)
class Members:
    """Members of a part: `joined_at` in UTC s, `birth_md` and `lunar_md` MMDD or 0, `tags` bits of tag_names."""

    ids: tuple[str, ...]
    joined_at: Column
    birth_md: Column
    lunar_md: Column
    tags: Column
    tag_names: tuple[str, ...]


@dataclass(frozen=True)
class Orders:
    """Orders by (member, instant, id): `member` is the place of the member; order k has the next `line_count` lines."""

    member: Column
    at: Column
    net: Column
    gross: Column
    tax: Column
    shipping: Column
    points_paid: Column
    store: Texts
    brand: Texts
    channel: Texts
    line_count: Column
    ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refunds:
    """Refunds by (member, instant, id) of orders by their place.

    Each takes `amount` off, and of lines what `off_net` and `off_quantity` say: `off_refund` is the place of the
    refund, ascending, `off_line` that of the line within the order.
    """

    order: Column
    at: Column
    amount: Column
    off_refund: Column
    off_line: Column
    off_net: Column
    off_quantity: Column


@dataclass(frozen=True)
class Redemptions:
    """Redemptions by (member, instant, id); `order` is the place of the order that was paid for, -1 where none was."""

    member: Column
    at: Column
    unit: Column
    points: Column
    order: Column


NO_REFUNDS = Refunds(*[EMPTY] * 7)
NO_REDEMPTIONS = Redemptions(*[EMPTY] * 5)


def lay(
    members: Members, orders: Orders, lines: Lines, refunds: Refunds, redemptions: Redemptions
) -> tuple[History, Column]:
    """Return the history, and of each of its events the event of the order that it paid for, -1 where it paid for none.

    In one second redemptions come before orders, and orders before refunds. Points that come back with refunds are
    left to `returns.with_returns`: how many depends on the unit's scale, which is the program's.
    """
    sizes = len(redemptions.at), len(orders.at), len(refunds.at)
    first = np.cumsum((0, *sizes))
    member, at, what = orders.member, orders.at, np.full(len(orders.at), ORDERED, np.int64)
    place = row = np.arange(len(at))
    if sizes[REDEEMED] or sizes[REFUNDED]:
        member = np.concatenate([redemptions.member, member, member[refunds.order]])
        at = np.concatenate([redemptions.at, at, refunds.at])
        what = np.repeat((REDEEMED, ORDERED, REFUNDED), sizes)
        sequence = np.lexsort((what, at, member))  # stable: each kind keeps the order that it came in
        place = np.empty_like(sequence)
        place[sequence] = np.arange(len(sequence))
        member, at, what = member[sequence], at[sequence], what[sequence]
        row = np.cumsum(what != REDEEMED) - 1
    of_redemption, of_order, of_refund = (place[first[kind] : first[kind + 1]] for kind in range(3))
    row_of_order, row_of_refund = row[of_order], row[of_refund]

    events = np.zeros((EVENT_ROW, len(at)), np.int64).T  # each column in one piece: they are stored apart
    events[:, V_KIND] = np.array((REDEEM, FACT, REFUND))[what]
    events[:, V_AT] = at
    events[:, V_REF] = np.where(what == REDEEMED, 0, row)
    events[:, V_SLOT], events[:, V_ABOUT] = -1, -1
    events[of_redemption, V_UNIT], events[of_redemption, V_AMOUNT] = redemptions.unit, redemptions.points
    slots = 0
    remains = _remains(orders, lines, refunds) if sizes[REFUNDED] else None
    if remains is not None:
        slot = _slots(refunds.order, orders.member)
        events[of_refund, V_SLOT] = slot
        events[of_order[refunds.order], V_SLOT] = slot
        events[of_refund, V_UNIT], events[of_refund, V_AMOUNT] = remains.whole, remains.net_off
        slots = int(slot.max()) + 1
    paid_for = np.full(len(at), -1, np.int64)
    paid = redemptions.order >= 0
    paid_for[of_redemption[paid]] = of_order[redemptions.order[paid]]

    return History(
        members=members.ids,
        joined_at=members.joined_at,
        birth_md=members.birth_md,
        lunar_md=members.lunar_md,
        tags=members.tags,
        tag_names=members.tag_names,
        facts=_facts(orders, lines, refunds, remains, row_of_order, row_of_refund),
        starts=np.searchsorted(member, np.arange(len(members.ids) + 1)).astype(np.int64),
        events=events,
        slots=slots,
        order_ids=orders.ids,
    ), paid_for


@dataclass(frozen=True)
class _Remains:
    """What each refund leaves: amounts, and its lines; `whole` says that nothing is left, `net_off` what it took."""

    left: Column
    net_off: Column
    whole: NDArray[np.bool_]
    line_count: Column
    line_source: Column  # the line of the order
    line_net: Column
    line_quantity: Column


def _remains(orders: Orders, lines: Lines, refunds: Refunds) -> _Remains:
    """Work out what the refunds leave, in arrays over (refund, line of its order)."""
    count = len(refunds.order)
    turns = _turns(refunds.order)
    by_lines = np.zeros(count, np.int64)
    np.add.at(by_lines, refunds.off_refund, refunds.off_net)
    net_off = by_lines + refunds.amount
    taken, off_lines = net_off.copy(), by_lines.copy()
    for before, now in turns:
        taken[now] += taken[before]
        off_lines[now] += off_lines[before]
    net = orders.net[refunds.order]
    left = net - taken

    width = orders.line_count[refunds.order]
    base = np.concatenate([[0], np.cumsum(width)])
    of = np.repeat(np.arange(count), width)
    line_first = np.concatenate([[0], np.cumsum(orders.line_count)])[refunds.order]
    source = np.arange(len(of)) - base[of] + line_first[of]
    named, net_gone, quantity_gone = (np.zeros(len(of), np.int64) for _ in range(3))
    where = base[refunds.off_refund] + refunds.off_line
    np.add.at(named, where, 1)
    np.add.at(net_gone, where, refunds.off_net)
    np.add.at(quantity_gone, where, refunds.off_quantity)
    for before, now in turns:
        into = _ranges(base[now], width[now])
        out_of = _ranges(base[before], width[before])
        for column in (named, net_gone, quantity_gone):
            column[into] += column[out_of]
    gone = (named > 0) & (net_gone == lines.net_minor[source]) & (quantity_gone == lines.quantity[source])
    stays = np.bincount(of[~gone], minlength=count).astype(np.int64)
    has_lines = np.bincount(refunds.off_refund, minlength=count) > 0
    whole = (left == 0) & ((net > 0) | ~has_lines | (stays == 0))
    kept = np.flatnonzero(~gone)
    after_lines = (net - off_lines)[of[kept]]
    return _Remains(
        left=left,
        net_off=net_off,
        whole=whole,
        line_count=stays,
        line_source=source[kept],
        line_net=share(lines.net_minor[source[kept]] - net_gone[kept], left[of[kept]], after_lines),
        line_quantity=lines.quantity[source[kept]] - quantity_gone[kept],
    )


def share(amount: Column, left: Column, of: Column) -> Column:
    """Return the part of each amount that is left, rounded down; an order of nothing keeps its amounts."""
    result: Column = np.where(of > 0, amount * left // np.maximum(of, 1), amount)
    return result


def _facts(
    orders: Orders,
    lines: Lines,
    refunds: Refunds,
    remains: _Remains | None,
    row_of_order: Column,
    row_of_refund: Column,
) -> Facts:
    """Put the orders and what is left of them into the order of their events."""
    if remains is None:
        count = len(orders.net)
        return Facts(
            kind=plain_texts("", count),
            decided_with=np.arange(count, dtype=np.int64),
            net_minor=orders.net,
            gross_minor=orders.gross,
            tax_minor=orders.tax,
            shipping_minor=orders.shipping,
            points_paid_minor=orders.points_paid,
            store=orders.store,
            brand=orders.brand,
            channel=orders.channel,
            line_of=np.concatenate([[0], np.cumsum(orders.line_count)]).astype(np.int64),
            lines=lines,
        )
    count = len(row_of_order) + len(row_of_refund)
    order_of = np.empty(count, np.int64)  # the order behind each row
    order_of[row_of_order], order_of[row_of_refund] = np.arange(len(row_of_order)), refunds.order
    net = orders.net[order_of]
    left = net.copy()
    left[row_of_refund] = remains.left

    def part(of_orders: Column) -> Column:
        return share(of_orders[order_of], left, net)

    def text(of_orders: Texts) -> Texts:
        return Texts(of_orders.codes[order_of], of_orders.names)

    counts, starts = np.empty(count, np.int64), np.empty(count, np.int64)
    counts[row_of_order], counts[row_of_refund] = orders.line_count, remains.line_count
    starts[row_of_order] = np.cumsum(orders.line_count) - orders.line_count
    starts[row_of_refund] = len(lines.net_minor) + np.cumsum(remains.line_count) - remains.line_count
    gather = _ranges(starts, counts)
    source = np.concatenate([np.arange(len(lines.net_minor)), remains.line_source])[gather]
    return Facts(
        kind=plain_texts("", count),
        decided_with=row_of_order[order_of],
        net_minor=left,
        gross_minor=part(orders.gross),
        tax_minor=part(orders.tax),
        shipping_minor=part(orders.shipping),
        points_paid_minor=part(orders.points_paid),
        store=text(orders.store),
        brand=text(orders.brand),
        channel=text(orders.channel),
        line_of=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        lines=Lines(
            net_minor=np.concatenate([lines.net_minor, remains.line_net])[gather],
            quantity=np.concatenate([lines.quantity, remains.line_quantity])[gather],
            category=Texts(lines.category.codes[source], lines.category.names),
            sku=Texts(lines.sku.codes[source], lines.sku.names),
        ),
    )


def _slots(order: Column, member: Column) -> Column:
    """Return of each refund the slot of its order: the orders of a member are numbered as they are first refunded."""
    _, first, which = np.unique(order, return_index=True, return_inverse=True)
    by_first = np.argsort(first)
    members = member[order[first[by_first]]]  # ascending, as the refunds are
    number = np.empty(len(first), np.int64)
    number[by_first] = np.arange(len(first)) - np.searchsorted(members, members)
    result: Column = number[which]
    return result


def _turns(order: Column) -> list[tuple[Column, Column]]:
    """Return (earlier refunds, the next ones of the same orders), second refunds first, then third ones, and so on."""
    by_order = np.argsort(order, kind="stable")
    ranked = order[by_order]
    turn = np.arange(len(ranked)) - np.searchsorted(ranked, ranked)
    return [
        (by_order[np.flatnonzero(turn == n) - 1], by_order[turn == n]) for n in range(1, int(turn.max(initial=0)) + 1)
    ]


def _ranges(starts: Column, counts: Column) -> Column:
    """Return starts[i], starts[i] + 1, … counts[i] of them, for one i after the other."""
    ends = np.cumsum(counts)
    result: Column = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(starts - (ends - counts), counts)
    return result
