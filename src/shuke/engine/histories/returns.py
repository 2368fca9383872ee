"""Points that come back with refunds, and redemptions in the units of one program.

A file says how many points were redeemed for which order; how many come back with a refund is rounded in the smallest
fraction of the unit, which only the program knows.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from shuke.core.program.model import Program
from shuke.core.state.replay import (
    ADJUST,
    EVENT_ROW,
    FACT,
    GIVE_BACK,
    OPEN_LOT,
    REDEEM,
    REFUND,
    SET_ASIDE,
    V_ABOUT,
    V_AMOUNT,
    V_AT,
    V_KIND,
    V_REF,
    V_SLOT,
    V_UNIT,
)
from shuke.engine.history import REFERRING, Column, History, among

OF_UNITS = (REDEEM, ADJUST, SET_ASIDE, OPEN_LOT)  # events that name their unit
Units = Sequence[tuple[str, int]]  # code and scale; the code "" is the program's first unit that can be spent


def in_units(history: History, paid_for: Column, units: Units, program: Program) -> tuple[History, Column]:
    """Return a history whose events name units of `units`, with those of a program, and `paid_for` of its events.

    Events of units that the program doesn't have are left out.
    """
    if not units:
        return history, paid_for
    spendable = next((i for i, unit in enumerate(program.units) if unit.spendable), -1)
    place = {unit.code: i for i, unit in enumerate(program.units)} | {"": spendable}
    events = history.events.copy()
    named, referring = among(events[:, V_KIND], OF_UNITS), among(events[:, V_KIND], REFERRING)
    number = np.where(named, events[:, V_UNIT], -1)
    number[referring] = number[events[referring, V_REF]]
    stays = np.ones(len(events), bool)
    for i, (code, scale) in enumerate(units):
        mine, into = number == i, place.get(code, -1)
        if into < 0:
            stays &= ~mine
            continue
        finer, points = program.units[into].scale - scale, events[mine, V_AMOUNT]
        # towards zero: no points come of rounding, neither to the member nor from the member
        coarser = np.sign(points) * (np.abs(points) // 10 ** max(-finer, 0))
        events[mine, V_AMOUNT] = points * 10**finer if finer >= 0 else coarser
        events[mine & named, V_UNIT] = into
    return _without(replace(history, events=events), paid_for, ~stays)


def _without(history: History, paid_for: Column, leaves: NDArray[np.bool_]) -> tuple[History, Column]:
    if not leaves.any():
        return history, paid_for
    place = np.cumsum(~leaves) - 1
    events = _moved(history.events, place)[~leaves]
    starts = history.starts - np.concatenate([[0], np.cumsum(leaves)])[history.starts]
    paid = paid_for[~leaves]
    paid[paid >= 0] = place[paid[paid >= 0]]
    return replace(history, events=events, starts=starts), paid


def _moved(events: Column, place: Column) -> Column:
    """Return events whose references to others say where those are now."""
    moved = events.copy()
    for kinds, column in ((REFERRING, V_REF), ((FACT,), V_ABOUT)):
        refers = among(moved[:, V_KIND], kinds) & (moved[:, column] >= 0)
        moved[refers, column] = place[moved[refers, column]]
    return moved


def with_returns(history: History, paid_for: Column) -> History:
    """Return the history with the points that come back: before each refund, of the redemptions that paid the order.

    `paid_for` says of each event which order's event it paid for, -1 for none. All that ever came back is the share of
    the order that is refunded, rounded down (`remains.points_back`).
    """
    events = history.events
    refunds = np.flatnonzero(events[:, V_KIND] == REFUND)
    redeemed = np.flatnonzero((paid_for >= 0) & (events[:, V_KIND] == REDEEM))
    redeemed = redeemed[events[paid_for[redeemed], V_SLOT] >= 0]
    if len(refunds) == 0 or len(redeemed) == 0:
        return history
    order_of = _orders_refunded(history, refunds)
    by_order = np.argsort(order_of, kind="stable")
    ranked = order_of[by_order]
    first = np.searchsorted(ranked, paid_for[redeemed])
    count = np.searchsorted(ranked, paid_for[redeemed], side="right") - first
    pair = np.repeat(np.arange(len(redeemed)), count)  # every redemption with each refund of its order, in time
    begins = np.cumsum(count) - count
    refund = refunds[by_order[np.arange(len(pair)) - begins[pair] + first[pair]]]
    spending = redeemed[pair]

    net = history.facts.net_minor[events[paid_for[spending], V_REF]]
    taken = net - history.facts.net_minor[events[refund, V_REF]]
    points = events[spending, V_AMOUNT]
    of = np.maximum(net, 1)
    part = points // of * taken + points % of * taken // of  # points * taken // net without leaving 64 bits
    back = np.where(events[refund, V_UNIT] == 1, points, np.where(net > 0, part, 0))
    due = np.diff(back, prepend=0)
    due[begins] = back[begins]
    comes = np.flatnonzero(due > 0)
    comes = comes[np.lexsort((spending[comes], refund[comes]))]
    return _inserted(history, refund[comes], spending[comes], due[comes])


def _orders_refunded(history: History, refunds: Column) -> Column:
    """Return the event of the order of each refund."""
    events, member = history.events, history.member_of
    orders = np.flatnonzero((events[:, V_KIND] == FACT) & (events[:, V_SLOT] >= 0))
    key = member[orders] * history.slots + events[orders, V_SLOT]
    in_order = np.argsort(key)
    wanted = member[refunds] * history.slots + events[refunds, V_SLOT]
    found: Column = orders[in_order[np.searchsorted(key[in_order], wanted)]]
    return found


def _inserted(history: History, before: Column, spending: Column, points: Column) -> History:
    """Return the history with GIVE_BACK events before others, ascending; what refers to events goes on doing so."""
    old = history.events
    place = np.arange(len(old) + 1) + np.searchsorted(before, np.arange(len(old) + 1), side="right")
    events = np.zeros((len(old) + len(before), EVENT_ROW), np.int64)
    events[place[:-1]] = _moved(old, place)
    new = np.ones(len(events), bool)
    new[place[:-1]] = False
    events[new, V_KIND], events[new, V_REF], events[new, V_AMOUNT] = GIVE_BACK, place[spending], points
    events[new, V_AT], events[new, V_SLOT], events[new, V_ABOUT] = old[before, V_AT], -1, -1
    starts = history.starts + np.searchsorted(before, history.starts)
    return replace(history, events=events, starts=starts.astype(np.int64))
