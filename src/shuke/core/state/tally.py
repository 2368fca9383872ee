"""What a study counts of a member's entries and orders while they are at hand, added to flat integers.

S says what is counted and where it stands in T; `who` is the member's own row, which also says how far it is counted.
Written in the part of Python that numba compiles, as all of `core.state`.
"""

from collections.abc import Mapping
from types import MappingProxyType

from shuke.core.state.slots import (
    ACCRUAL,
    ACCRUAL_PENDING,
    CANCELLATION,
    CAPTURE,
    CLAWBACK,
    CLAWBACK_PENDING,
    CONVERSION_IN,
    CONVERSION_OUT,
    COUNTED,
    CREDIT,
    DEBIT,
    DEPOSIT,
    E_AMOUNT,
    E_DAY,
    E_FROM,
    E_KIND,
    E_LOT,
    E_REF,
    E_UNIT,
    ENTRIES,
    ENTRY,
    EXPIRY,
    LADDERS_MAX,
    LAPSE,
    LEVELS_MAX,
    OPENING,
    OWED,
    REDEMPTION,
    REPAYMENT,
    RETURN,
    TIER_QUALIFIED,
    UNITS_MAX,
    WITHDRAWAL,
)
from shuke.core.values.dates import Ints, Table

# What becomes of points; of NOTHING nothing does. OWED is debt, which is in no lot: it grows and is repaid.
ISSUED, USED, EXPIRED, TAKEN_BACK, ADJUSTED, DEBT = range(6)
FLOWS = 6
NO_FLOW = -1
FLOW_OF: Mapping[int, tuple[int, int]] = MappingProxyType(  # by kind of entry: the flow and its sign
    {
        ACCRUAL: (ISSUED, 1),
        ACCRUAL_PENDING: (ISSUED, 1),
        REDEMPTION: (USED, 1),
        CAPTURE: (USED, 1),
        RETURN: (USED, -1),
        EXPIRY: (EXPIRED, 1),
        LAPSE: (EXPIRED, 1),
        CLAWBACK: (TAKEN_BACK, 1),
        CLAWBACK_PENDING: (TAKEN_BACK, 1),
        CANCELLATION: (TAKEN_BACK, 1),
        REPAYMENT: (TAKEN_BACK, 1),
        OWED: (DEBT, 1),
        CREDIT: (ADJUSTED, 1),
        OPENING: (ADJUSTED, 1),
        DEPOSIT: (ADJUSTED, 1),
        CONVERSION_IN: (ADJUSTED, 1),
        DEBIT: (ADJUSTED, -1),
        WITHDRAWAL: (ADJUSTED, -1),
        CONVERSION_OUT: (ADJUSTED, -1),
    }
)

# S: the first local day of the study and how many there are; the first one that counts; how many months; units, rules;
# most lots of one member by unit. Then where in T each table begins, what each kind of entry is, how each rule is read
# and the month of each day.
S_FIRST, S_DAYS, S_SINCE, S_MONTHS, S_UNITS, S_RULES, S_LOTS = range(7)
S_BY_DAY = 7  # [day, unit, flow]
S_SALES = 8  # [day, (orders, net)]
S_BY_TIER = 9  # [rank on the first ladder, (orders, net) + unit * flow]
S_BY_RULE = 10  # [rule, (times, whole points, rest over its denominator)]
S_POPULATION = 11  # [month, ladder, level]: by how many more it has than the month before
S_LOT_MONTHS = 12  # [group, unit, month of the lot, opened + month of the event * (used, expired, taken back)]
S_SOLD = 13  # [group, month, (net, orders, joined, active)]
S_KIND = 14  # + kind * 2: flow, sign
S_RULE = S_KIND + TIER_QUALIFIED * 2  # + rule * 2: denominator; 1 where it multiplies
SALES, SOLD, TIMES = 2, 4, 3
OUTFLOWS = 3

# who: the member's row. Orders, net and flows are those that count; BEFORE are the ranks as the first day that counts
# begins; SEEN, RANK, ACTIVE are how far the member is counted: entries, the tier held, the last month with an order
WHO_GROUP, WHO_ORDERS, WHO_NET, WHO_SEEN, WHO_RANK, WHO_ACTIVE = range(6)
WHO_BEFORE = 6
WHO_FLOWS = WHO_BEFORE + LADDERS_MAX  # + unit * FLOWS
WHO_ROW = WHO_FLOWS + UNITS_MAX * FLOWS


def month_at(S: Table, day: int) -> int:
    """Return the number of the month of a local day; of one before the study, the first."""
    return S[S_RULE + S[S_RULES] * 2 + max(0, day - S[S_FIRST])]


def tally_joined(S: Table, T: Ints, who: Ints, ladders: int, day: int) -> None:
    """Count a new member."""
    month = month_at(S, day)
    T[S[S_SOLD] + (who[WHO_GROUP] * S[S_MONTHS] + month) * SOLD + 2] += 1
    for k in range(ladders):
        T[S[S_POPULATION] + (month * LADDERS_MAX + k) * LEVELS_MAX] += 1
    who[WHO_ACTIVE] = -1


def tally_sale(S: Table, T: Ints, who: Ints, rank: int, orders: int, net: int, day: int) -> None:
    """Count an order (1), or a refund (0) by a net amount below 0, while the member held the tier `rank`."""
    at = S[S_SALES] + (day - S[S_FIRST]) * SALES
    T[at] += orders
    T[at + 1] += net
    month = month_at(S, day)
    at = S[S_SOLD] + (who[WHO_GROUP] * S[S_MONTHS] + month) * SOLD
    T[at] += net
    T[at + 1] += orders
    if orders > 0 and who[WHO_ACTIVE] != month:
        who[WHO_ACTIVE] = month
        T[at + 3] += 1
    if day >= S[S_SINCE]:
        at = S[S_BY_TIER] + rank * (SALES + S[S_UNITS] * FLOWS)
        T[at] += orders
        T[at + 1] += net
        who[WHO_ORDERS] += orders
        who[WHO_NET] += net


def tally_rules(S: Table, T: Ints, out: Ints, day: int) -> None:
    """Count what each rule said of an order or behaviour: of a multiplier only whether it changed anything."""
    if day < S[S_SINCE]:
        return
    for r in range(S[S_RULES]):
        of = S[S_RULE + r * 2]
        at = S[S_BY_RULE] + r * TIMES
        if S[S_RULE + r * 2 + 1] == 1:
            if out[r] != of:
                T[at] += 1
        elif out[r] != 0:
            rest = T[at + 2] + out[r] % of
            T[at] += 1
            T[at + 1] += out[r] // of + rest // of
            T[at + 2] = rest % of


def tally_entries(S: Table, T: Ints, who: Ints, born: Ints, m: Ints, e: Ints) -> None:
    """Count the entries that are not counted yet."""
    for i in range(who[WHO_SEEN] * ENTRY, min(m[ENTRIES] * ENTRY, len(e)), ENTRY):
        kind = e[i + E_KIND]
        if kind < TIER_QUALIFIED:
            if S[S_KIND + kind * 2] != NO_FLOW:
                tally_points(S, T, who, born, e, i)
        elif kind < COUNTED:
            tally_tier(S, T, who, e, i)
    who[WHO_SEEN] = m[ENTRIES]


def tally_tier(S: Table, T: Ints, who: Ints, e: Ints, i: int) -> None:
    """Count the tier entry at e[i:]: rank before, rank after."""
    k = e[i + E_REF]
    at = S[S_POPULATION] + (month_at(S, e[i + E_DAY]) * LADDERS_MAX + k) * LEVELS_MAX
    T[at + e[i + E_UNIT]] -= 1
    T[at + e[i + E_AMOUNT]] += 1
    if k == 0:
        who[WHO_RANK] = e[i + E_AMOUNT]
    if e[i + E_DAY] < S[S_SINCE]:
        who[WHO_BEFORE + k] = e[i + E_AMOUNT]


def tally_points(S: Table, T: Ints, who: Ints, born: Ints, e: Ints, i: int) -> None:
    """Count the point entry at e[i:] by day, tier, member and month of its lot."""
    kind = e[i + E_KIND]
    day = e[i + E_DAY]
    unit = e[i + E_UNIT]
    flow = S[S_KIND + kind * 2]
    amount = e[i + E_AMOUNT] * S[S_KIND + kind * 2 + 1]
    add_flow(S, T, who, day, unit, flow, amount)
    if kind == REPAYMENT:
        add_flow(S, T, who, day, unit, DEBT, -amount)
    if flow == DEBT:
        return
    month = month_at(S, day)
    lot = unit * S[S_LOTS] + e[i + E_LOT]
    if e[i + E_LOT] >= S[S_LOTS]:
        return  # no room for so many lots, and so none for their rows either: the run means nothing
    row = 1 + OUTFLOWS * S[S_MONTHS]
    first = S[S_LOT_MONTHS] + (who[WHO_GROUP] * S[S_UNITS] + unit) * S[S_MONTHS] * row
    if flow == ISSUED or (flow == ADJUSTED and amount > 0):
        born[lot] = month_at(S, e[i + E_FROM]) if kind == OPENING else month
        T[first + born[lot] * row] += amount
        return
    if kind == RETURN and e[i + E_FROM] != e[i + E_LOT]:
        born[lot] = born[unit * S[S_LOTS] + e[i + E_FROM]]  # a new lot for points of one that has ended
    out = flow - USED
    if flow == ADJUSTED:
        out = TAKEN_BACK - USED
        amount = -amount
    T[first + born[lot] * row + 1 + month * OUTFLOWS + out] += amount


def add_flow(S: Table, T: Ints, who: Ints, day: int, unit: int, flow: int, amount: int) -> None:
    """Add points to what flowed on a day and, where that counts, to the tier held and the member."""
    T[S[S_BY_DAY] + ((day - S[S_FIRST]) * S[S_UNITS] + unit) * FLOWS + flow] += amount
    if day >= S[S_SINCE]:
        T[S[S_BY_TIER] + who[WHO_RANK] * (SALES + S[S_UNITS] * FLOWS) + SALES + unit * FLOWS + flow] += amount
        who[WHO_FLOWS + unit * FLOWS + flow] += amount


FUNCTIONS = (
    month_at,
    tally_joined,
    tally_sale,
    tally_rules,
    tally_entries,
    tally_tier,
    tally_points,
    add_flow,
)
