"""The fixed loops over years of events in columns, in the part of Python that numba compiles; CPython runs them too.

Members follow each other; events are sorted by member and, within one, in the order in which they are to be applied.
"""

from collections.abc import Callable

from shuke.core.state import earning, passing, spending, tally
from shuke.core.state.earning import Rules
from shuke.core.state.endings import expiry_of, lot_end
from shuke.core.state.ladders import Tiers, assign
from shuke.core.state.lots import credit, give_back, gone_of
from shuke.core.state.slots import (
    AT,
    CREDIT,
    DAY,
    DEBIT,
    E_AMOUNT,
    E_KIND,
    E_UNIT,
    ENTRIES,
    ENTRY,
    EVENT,
    G_UNIT,
    GRANT_ROW,
    GRANTS_MAX,
    JOINED,
    KIND_ORDER,
    LADDER,
    M_SIZE,
    O_KIND,
    O_NET,
    P_GRANT,
    P_GRANTS,
    P_LADDERS,
    P_RULES,
    T_RANK,
    TIER_QUALIFIED,
    UNITS_MAX,
    WAIT,
    WAIT_CAUSE,
    WAIT_EVENT,
    WAIT_NUMBER,
    WAIT_TAIL,
    WAIT_UNIT,
    WAITS,
)
from shuke.core.state.windows import find_rows
from shuke.core.values.dates import Ints, Table

Prepare = Callable[[Ints, int, Table, int, int, Table, Table, Ints], None]

# An event: what it is; the row of its facts, or the index of the event that it is about; its instant; then what its
# kind says. SLOT is the place where the decision of an order is kept that is refunded later, -1 for none.
EVENT_ROW = 9
V_KIND, V_REF, V_AT, V_DAY, V_UNIT, V_AMOUNT, V_UNTIL, V_SLOT, V_ABOUT = range(EVENT_ROW)  # V_DAY: local day of V_AT
NOTHING = -1  # not a fact of the program
FACT = 0  # REF facts, SLOT its own; of a behaviour about an order: ABOUT the order's event, UNTIL the order's slot
REDEEM = 1  # UNIT, AMOUNT
REFUND = 2  # REF facts of what remains, UNIT 1 where nothing does, SLOT the order's; the points that paid for it come
# back before, in events of their own
ADJUST = 3  # UNIT, AMOUNT of either sign
GIVE_BACK = 4  # REF event, AMOUNT
SET_ASIDE = 5  # UNIT, AMOUNT, UNTIL an instant on local day REF
CAPTURE_ASIDE = 6  # REF event, AMOUNT
LET_GO = 7  # REF event
ASSIGN = 8  # UNIT the ladder, AMOUNT the rank, UNTIL a local day, SLOT 1: exactly
OPEN_LOT = 9  # UNIT, AMOUNT, UNTIL the local day on which it ends, REF the local day on which it was earned
REDEEM_SHARE = 10  # UNIT, AMOUNT of UNTIL parts of what is usable, in whole steps of REF, of SLOT points or more

# What is kept of a decision that is refunded later: of each grant what it gave, what is back, its lot, its day, what
# is forgiven; the day of the order; the net amount that is left of it; the member as the decision saw it
D_GIVEN, D_BACK, D_LOT, D_DAY, D_FORGIVEN = 0, GRANTS_MAX, 2 * GRANTS_MAX, 3 * GRANTS_MAX, 4 * GRANTS_MAX
D_COUNTED = 5 * GRANTS_MAX
D_LEFT = D_COUNTED + 1
D_SEEN = D_LEFT + 1
D_ROW = D_SEEN + M_SIZE


def all_facts(
    prepare: Prepare,
    o: Ints,
    width: int,
    lines: Table,
    line_of: Table,
    zone_at: Table,
    zone_offset: Table,
    P: Ints,
) -> None:
    """Fill the facts that the generated `prepare` owns; the lines of row k are line_of[k] up to line_of[k + 1]."""
    for k in range(len(line_of) - 1):
        prepare(o, k * width, lines, line_of[k], line_of[k + 1], zone_at, zone_offset, P)


def copy_of(copies: Table, rank: int) -> int:
    """Return by how many rows further on the facts of orders stand as spend is assumed to grow on a tier.

    `copies` has how many rows of facts there are, and for each rank which copy of them holds; 0 is what was written.
    """
    return copies[0] * copies[1 + rank]


def keep(m: Ints, P: Ints, net: int, out: Ints, D: Ints, d: int) -> None:
    """Keep at D[d:] what a decision about an order of a net amount gave."""
    grants = P[P_GRANTS]
    given = P[P_RULES] + grants
    for g in range(grants):
        D[d + D_GIVEN + g] = out[given + g]
        D[d + D_BACK + g] = 0
        D[d + D_FORGIVEN + g] = 0
        D[d + D_LOT + g] = out[given + grants + g]
        D[d + D_DAY + g] = out[given + 2 * grants + g]
    D[d + D_COUNTED] = m[DAY]
    D[d + D_LEFT] = net


def one_event(
    rules: Rules,
    tiers: Tiers,
    j: int,
    events: Table,
    o: Ints,
    width: int,
    copies: Table,
    lines: Table,
    line_of: Table,
    P: Ints,
    m: Ints,
    R: Ints,
    e: Ints,
    D: Ints,
    out: Ints,
    t: Ints,
) -> bool:
    """Apply one event to its member, who has been advanced to it; return whether it was accepted.

    `out` is then, of an order, as `earning.decide` fills it.
    """
    row = j * EVENT_ROW
    kind = events[row + V_KIND]
    ref = events[row + V_REF]
    unit = events[row + V_UNIT]
    amount = events[row + V_AMOUNT]
    slot = events[row + V_SLOT] * D_ROW
    if kind == FACT:
        if events[row + V_ABOUT] >= 0:
            confirm(tiers, t, j, events, o[ref * width + O_KIND], m, R, e, P, D)
        ref += copy_of(copies, m[LADDER + T_RANK])
        earning.streak(m, P, o[ref * width + O_KIND])
        if slot >= 0:
            for f in range(M_SIZE):
                D[slot + D_SEEN + f] = m[f]
        earning.decide(rules, tiers, t, o, ref * width, lines, line_of[ref], line_of[ref + 1], m, R, e, P, out, j)
        if slot >= 0:
            keep(m, P, o[ref * width + O_NET], out, D, slot)
        return True
    if kind == REFUND:
        refund(rules, tiers, t, j, events, o, width, copies, lines, line_of, m, R, e, P, D, out)
        return True
    if kind == REDEEM_SHARE:
        spending.redeem_share(m, R, e, P, unit, amount, events[row + V_UNTIL], ref, events[row + V_SLOT])
        return True
    if kind == REDEEM:
        return spending.redeem(m, R, e, P, unit, amount, j)
    if kind == ADJUST:
        if amount < 0:
            return spending.debit(m, R, e, DEBIT, unit, -amount)
        credit(m, R, e, CREDIT, unit, amount, lot_end(P, expiry_of(m, P, unit, -1), m[DAY]), 0)
        return True
    if kind == GIVE_BACK:
        give_back(m, R, e, P, ref, amount)
        return True
    if kind == SET_ASIDE:
        return spending.hold(m, R, e, P, unit, amount, j, events[row + V_UNTIL], ref)
    if kind == CAPTURE_ASIDE:
        return spending.capture(m, R, e, ref, amount)
    if kind == LET_GO:
        return spending.let_go(m, R, e, P, ref)
    if kind == ASSIGN:
        assign(m, R, e, P, unit, amount, events[row + V_UNTIL], events[row + V_SLOT])
        return True
    spending.open_lot(tiers, t, m, R, e, P, unit, amount, events[row + V_UNTIL], ref)
    return True


def confirm(
    tiers: Tiers, t: Ints, j: int, events: Table, kind: int, m: Ints, R: Ints, e: Ints, P: Ints, D: Ints
) -> None:
    """Make what waited for a behaviour about its order usable; that counts as earned today."""
    row = j * EVENT_ROW
    slot = events[row + V_UNTIL] * D_ROW
    if slot >= 0:
        for i in range(m[WAIT_TAIL]):  # what was cancelled before is earned on no day
            wait = m[WAITS] + i * WAIT
            if R[wait + WAIT_CAUSE] == events[row + V_ABOUT] and R[wait + WAIT_EVENT] == kind:
                for g in range(P[P_GRANTS]):
                    unit = P[P_GRANT + g * GRANT_ROW + G_UNIT]
                    if unit == R[wait + WAIT_UNIT] and D[slot + D_LOT + g] == R[wait + WAIT_NUMBER]:
                        D[slot + D_DAY + g] = m[DAY]
    earning.confirm(tiers, t, m, R, e, P, events[row + V_ABOUT], kind)


def refund(
    rules: Rules,
    tiers: Tiers,
    t: Ints,
    j: int,
    events: Table,
    o: Ints,
    width: int,
    copies: Table,
    lines: Table,
    line_of: Table,
    m: Ints,
    R: Ints,
    e: Ints,
    P: Ints,
    D: Ints,
    out: Ints,
) -> None:
    """Decide what remains of an order on what its decision saw, and take back the difference."""
    row = j * EVENT_ROW
    d = events[row + V_SLOT] * D_ROW
    ref = events[row + V_REF] + copy_of(copies, D[d + D_SEEN + LADDER + T_RANK])
    whole = events[row + V_UNIT]
    given = P[P_RULES] + P[P_GRANTS]
    earning.award(rules, o, ref * width, lines, line_of[ref], line_of[ref + 1], D[d + D_SEEN : d + D_ROW], P, out)
    before = out[given + P[P_GRANTS] :]
    tiers(m, P, before)
    for g in range(P[P_GRANTS]):
        number = D[d + D_LOT + g]
        target = 0 if whole == 1 else out[given + g]
        unit = P[P_GRANT + g * GRANT_ROW + G_UNIT]
        gone = gone_of(m, R, unit, number) - D[d + D_FORGIVEN + g]
        was = D[d + D_BACK + g]
        D[d + D_BACK + g] = earning.refund_grant(
            m, R, e, P, unit, D[d + D_GIVEN + g], was, target, number, gone, D[d + D_DAY + g]
        )
        D[d + D_FORGIVEN + g] += min(gone, D[d + D_BACK + g] - was)
    net = D[d + D_LEFT] - o[ref * width + O_NET]
    D[d + D_LEFT] -= net
    earning.refund_order(tiers, t, before, m, R, e, P, net, whole, D[d + D_COUNTED])


def one_member(
    rules: Rules,
    tiers: Tiers,
    first: int,
    last: int,
    events: Table,
    until_at: int,
    until_day: int,
    o: Ints,
    width: int,
    copies: Table,
    lines: Table,
    line_of: Table,
    P: Ints,
    m: Ints,
    R: Ints,
    e: Ints,
    D: Ints,
    out: Ints,
    t: Ints,
    points: Ints,
    refused: Ints,
    S: Table,
    T: Ints,
    who: Ints,
    born: Ints,
) -> None:
    """Run the events first..last of one member, then let time pass to `until_at` on local `until_day`.

    `points` (where it is not empty) gets what every grant gave of every row of facts, `refused` marks events that could
    not be. S (where it is not empty) says what is tallied in T, `who` and `born`: core.state.tally.
    """
    given = P[P_RULES] + P[P_GRANTS]
    tallies = len(S) > 0 and m[JOINED] <= until_day
    if tallies:
        tally.tally_joined(S, T, who, P[P_LADDERS], m[JOINED])
    for j in range(first, last):
        row = j * EVENT_ROW
        kind = events[row + V_KIND]
        if kind == NOTHING:
            continue
        m[EVENT] = j
        passing.advance(tiers, t, m, R, e, P, events[row + V_AT], events[row + V_DAY])
        rank = m[LADDER + T_RANK]
        left = events[row + V_SLOT] * D_ROW + D_LEFT  # of the order of a refund
        before = D[left] if kind == REFUND else 0
        if not one_event(rules, tiers, j, events, o, width, copies, lines, line_of, P, m, R, e, D, out, t):
            refused[j] = 1
        elif kind == FACT:
            ref = events[row + V_REF]
            if len(points) > 0:
                for g in range(P[P_GRANTS]):
                    points[ref * P[P_GRANTS] + g] = out[given + g]
            if tallies:
                if o[ref * width + O_KIND] == KIND_ORDER:
                    net = o[(ref + copy_of(copies, rank)) * width + O_NET]
                    tally.tally_sale(S, T, who, rank, 1, net, m[DAY])
                tally.tally_rules(S, T, out, m[DAY])
        if tallies:
            if kind == REFUND:
                tally.tally_sale(S, T, who, rank, 0, D[left] - before, m[DAY])
            tally.tally_entries(S, T, who, born, m, e)
    m[EVENT] = -1
    if until_at > m[AT]:
        passing.advance(tiers, t, m, R, e, P, until_at, until_day)
    if tallies:
        tally.tally_entries(S, T, who, born, m, e)


def add_totals(m: Ints, e: Ints, totals: Ints) -> None:
    """Add a member's entries to the sums of points by kind and unit, at kind * UNITS_MAX + unit."""
    for i in range(0, min(m[ENTRIES] * ENTRY, len(e)), ENTRY):
        if e[i + E_KIND] < TIER_QUALIFIED:
            totals[e[i + E_KIND] * UNITS_MAX + e[i + E_UNIT]] += e[i + E_AMOUNT]


def all_members(
    rules: Rules,
    tiers: Tiers,
    begin: int,
    end: int,
    starts: Table,
    events: Table,
    until_at: int,
    until_day: int,
    o: Ints,
    width: int,
    copies: Table,
    lines: Table,
    line_of: Table,
    P: Ints,
    states: list[Ints],
    rows: Ints,
    rows_first: Table,
    rows_last: Table,
    entries: Ints,
    entries_first: Table,
    entries_last: Table,
    D: Ints,
    out: Ints,
    t: Ints,
    points: Ints,
    refused: Ints,
    totals: Ints,
    S: Table,
    T: Ints,
    whos: list[Ints],
    born: Ints,
) -> None:
    """Run the members begin..end, each with its piece of `rows` and `entries`: one for all where they aren't kept."""
    for i in range(begin, end):
        m = states[i]
        e = entries[entries_first[i] : entries_last[i]]
        one_member(
            rules,
            tiers,
            starts[i],
            starts[i + 1],
            events,
            until_at,
            until_day,
            o,
            width,
            copies,
            lines,
            line_of,
            P,
            m,
            rows[rows_first[i] : rows_last[i]],
            e,
            D,
            out,
            t,
            points,
            refused,
            S,
            T,
            whos[i],
            born,
        )
        add_totals(m, e, totals)


def all_nights(
    tiers: Tiers,
    until_at: int,
    until_day: int,
    P: Ints,
    states: list[Ints],
    rows: Ints,
    rows_first: Table,
    rows_last: Table,
    entries: Ints,
    entries_first: Table,
    entries_last: Table,
    t: Ints,
    dues: Ints,
) -> None:
    """Let time pass for members who stand before `until_at`, and say in `dues` when it does something next."""
    for i in range(len(states)):
        m = states[i]
        R = rows[rows_first[i] : rows_last[i]]
        find_rows(m, R, P)
        passing.advance(tiers, t, m, R, entries[entries_first[i] : entries_last[i]], P, until_at, until_day)
        dues[i] = passing.next_due(m, R, P)


FUNCTIONS = (*tally.FUNCTIONS, copy_of, keep, confirm, refund, one_event, one_member, add_totals)
