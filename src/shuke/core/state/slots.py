"""The shape of one member's state as flat integers: lists in CPython, int64 arrays in columns. Shared by every engine.

m  the member            slots below; balances, lot counters and windows follow each other with a stride
L  open lots             stride LOT: number, unit, remaining, expires; sorted by (expires, unit, number)
B  days with orders      stride DAY_ROW: local day, spend in minor units, orders; ascending
e  entries               stride ENTRY: event, local day, kind, and what the kind says (see below)
P  numbers of a program  machine settings first, the numbers of the rules from P_NUMBER on
o  facts of an order     columns O_*, then the aggregates over its lines
"""

# limits that the loader enforces, so that every array has a fixed place for everything
UNITS_MAX = 8
WINDOWS_MAX = 16
LEVELS_MAX = 32
LINES_MAX = 1_000  # lines of one order
AMOUNT_MAX = 10**9  # minor units of one order or line
POINTS_MAX = 10**12  # points of one order, redemption or balance, in the smallest fraction of the unit
ORDERS_MAX = 10**6  # orders of one member

# m: the member
AT = 0  # the instant at which the member stands, UTC seconds
DAY = 1  # its local day
JOINED = 2  # local day of joining
BIRTH = 3  # month * 100 + day of birth, 0 unknown
TIER = 4  # rank on the ladder
UNTIL = 5  # first local day on which the tier no longer holds
ORDERS = 6  # orders so far
LOT_HEAD = 7  # first lot that may have something left
LOT_TAIL = 8  # one past the last lot
DAY_TAIL = 9  # one past the last day row
ENTRIES = 10  # entries written so far
EVENT = 11  # index of the event being applied, -1 between events
BALANCE = 12  # + unit: what is usable
NEXT_LOT = BALANCE + UNITS_MAX  # + unit: number of the next lot
WINDOW = NEXT_LOT + UNITS_MAX  # + window * WINDOW_ROW
W_FIRST, W_LAST, W_SPEND, W_ORDERS = range(4)
WINDOW_ROW = 4
M_SIZE = WINDOW + WINDOWS_MAX * WINDOW_ROW

# lots
LOT = 4
LOT_NUMBER, LOT_UNIT, LOT_REMAINING, LOT_EXPIRES = range(LOT)

# days with orders
DAY_ROW = 3

# e: entries. A point entry says unit, amount, lot; a tier entry says rank before, rank after, first day of no validity.
ENTRY = 6
E_EVENT, E_DAY, E_KIND, E_UNIT, E_AMOUNT, E_LOT = range(6)
ACCRUAL, REDEMPTION, EXPIRY, TIER_QUALIFIED, TIER_RENEWED, TIER_REVIEWED = range(1, 7)

# P: numbers of a program
P_UNITS, P_RULES, P_WINDOWS, P_LEVELS, P_MEASURE, P_MEASURE_OF, P_VALIDITY, P_VALIDITY_LENGTH = range(8)
P_UNIT = 8  # + unit * UNIT_ROW: months (-1: never expires), days, end of
UNIT_ROW = 3
P_WINDOW = P_UNIT + UNITS_MAX * UNIT_ROW  # + window * 2: kind, length
P_LEVEL = P_WINDOW + WINDOWS_MAX * 2  # + rank: threshold
P_NUMBER = P_LEVEL + LEVELS_MAX  # the numbers of the rules
MEASURE_SPEND, MEASURE_ORDERS = 0, 1

# o: facts of an order
O_AT, O_DAY, O_NET, O_GROSS, O_STORE, O_CHANNEL, O_LINES, O_MONTH, O_MONTH_DAY, O_WEEKDAY, O_HOUR = range(11)
O_AGGREGATE = 11

# lines of orders: stride LINE
LINE_NET, LINE_QUANTITY, LINE_CATEGORY, LINE_SKU = range(4)
LINE = 4
