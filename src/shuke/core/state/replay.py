"""The fixed loops over years of events in columns, in the part of Python that numba compiles; CPython runs them too.

Members follow each other; events are sorted by member and, within one, in the order in which they are to be applied.
An event is an order (`ref` its row of facts) or a redemption (`ref` its unit, `amount` its points).
"""

from collections.abc import Callable

from shuke.core.state.machine import Rules, advance, decide, redeem
from shuke.core.state.slots import (
    AT,
    DAY_ROW,
    ENTRY,
    EVENT,
    LOT,
    O_DAY,
    P_RULES,
    P_UNITS,
)
from shuke.core.values.dates import SECONDS_PER_DAY, Ints, Table, local_seconds

Prepare = Callable[[Ints, int, Table, int, int, Table, Table, Ints], None]

EVENT_ROW = 4
V_KIND, V_REF, V_AT, V_AMOUNT = range(EVENT_ROW)
ORDER, REDEEM = 0, 1


def all_facts(
    prepare: Prepare, o: Ints, width: int, lines: Table, line_of: Table, zone_at: Table, zone_offset: Table, P: Ints
) -> None:
    """Fill the facts that the generated `prepare` owns; the lines of order k are line_of[k] up to line_of[k + 1]."""
    for k in range(len(line_of) - 1):
        prepare(o, k * width, lines, line_of[k], line_of[k + 1], zone_at, zone_offset, P)


def one_member(
    rules: Rules,
    first: int,
    last: int,
    events: Table,
    until_at: int,
    o: Ints,
    width: int,
    zone_at: Table,
    zone_offset: Table,
    P: Ints,
    m: Ints,
    L: Ints,
    B: Ints,
    e: Ints,
    out: Ints,
    points: Ints,
    refused: Ints,
) -> None:
    """Run the events first..last of one member, then let time pass to `until_at`.

    `points` gets every order's points by unit, `refused` marks redemptions that the balance did not cover.
    """
    for j in range(first, last):
        row = j * EVENT_ROW
        ref = events[row + V_REF]
        at = events[row + V_AT]
        m[EVENT] = j
        if events[row + V_KIND] == ORDER:
            advance(m, L, B, e, P, at, o[ref * width + O_DAY])
            decide(rules, o, ref * width, m, L, B, e, P, out)
            for unit in range(P[P_UNITS]):
                points[ref * P[P_UNITS] + unit] = out[P[P_RULES] + unit]
        else:
            advance(m, L, B, e, P, at, local_seconds(at, zone_at, zone_offset) // SECONDS_PER_DAY)
            if not redeem(m, L, e, ref, events[row + V_AMOUNT]):
                refused[j] = 1
    m[EVENT] = -1
    if until_at > m[AT]:
        advance(m, L, B, e, P, until_at, local_seconds(until_at, zone_at, zone_offset) // SECONDS_PER_DAY)


def all_members(
    rules: Rules,
    begin: int,
    end: int,
    starts: Table,
    orders_before: Table,
    events: Table,
    until_at: int,
    o: Ints,
    width: int,
    zone_at: Table,
    zone_offset: Table,
    P: Ints,
    states: list[Ints],
    L: Ints,
    B: Ints,
    entries: Ints,
    entries_before: Table,
    out: Ints,
    points: Ints,
    refused: Ints,
) -> None:
    """Run the members begin..end. Each has its own piece of L, B and `entries` (all at 0 where entries aren't kept)."""
    for i in range(begin, end):
        one_member(
            rules,
            starts[i],
            starts[i + 1],
            events,
            until_at,
            o,
            width,
            zone_at,
            zone_offset,
            P,
            states[i],
            L[orders_before[i] * P[P_UNITS] * LOT :],
            B[orders_before[i] * DAY_ROW :],
            entries[entries_before[i] * ENTRY :],
            out,
            points,
            refused,
        )
