"""The shape of one member's state as flat integers: lists in CPython, int64 arrays in columns. Shared by every engine.

m  the member           slots below
R  the member's rows    five regions that begin at m[LOTS], m[WAITS], m[HOLDS], m[TAKES] and m[DAYS]
e  entries              stride ENTRY: what happened, in order
P  numbers of a program machine settings first, the numbers of the rules from P_NUMBER on
o  facts of an order or behaviour: columns O_*, then its attributes and the aggregates over its lines

Days are local civil days, NEVER where there is none; points are in the smallest fraction of their unit.
"""

# limits that the loader enforces, so that every array has a fixed place for everything
UNITS_MAX = 8
LADDERS_MAX = 4
LEVELS_MAX = 32
WINDOWS_MAX = 32
COUNTERS_MAX = 16
STREAKS_MAX = 8
CAPS_MAX = 24
GRANTS_MAX = 40
MILESTONES_MAX = 8
EXPIRIES_MAX = 40
DATES_MAX = 20  # of one expiry by dates
LINES_MAX = 1_000  # lines of one order
AMOUNT_MAX = 10**9  # minor units of one order or line
POINTS_MAX = 10**12  # points of one order, redemption or balance, in the smallest fraction of the unit
ORDERS_MAX = 10**6  # orders, or behaviours of one kind, of one member

# m: the member
AT = 0  # the instant at which the member stands, UTC seconds
DAY = 1  # its local day
JOINED = 2  # local day of joining
BIRTH = 3  # month * 100 + day of birth, 0 unknown
LUNAR = 4  # the same by the Chinese calendar
TAGS = 5  # bit i: the program's tag i
ORDERS = 6  # orders so far
EVENT = 7  # index of the event being applied, -1 between events
ENTRIES = 8  # entries written so far
STAMP_AT, STAMP_DAY = 20, 21  # what the next entries say of their time; 0 is the start of the day
FULL = 22  # 1 where the rows had no room for something: the result means nothing then
LOTS, LOT_HEAD, LOT_TAIL = 9, 10, 11  # where the region begins in R; first row that may have something left; one past
WAITS, WAIT_TAIL = 12, 13
HOLDS, HOLD_TAIL = 14, 15
TAKES, TAKE_TAIL = 16, 17
DAYS, DAY_TAIL = 18, 19
AVAILABLE = 23  # + unit: what is usable
PENDING = AVAILABLE + UNITS_MAX  # + unit: earned and not usable yet
HELD = PENDING + UNITS_MAX  # + unit: set aside
DEBT = HELD + UNITS_MAX  # + unit: owed
NEXT_LOT = DEBT + UNITS_MAX  # + unit: number of the next lot
ACTIVE = NEXT_LOT + UNITS_MAX  # + unit: day of the last activity, for expiry by inactivity
LADDER = ACTIVE + UNITS_MAX  # + ladder * LADDER_ROW
T_RANK, T_UNTIL, T_GRACE, T_FLOOR, T_FLOOR_UNTIL = range(5)  # T_UNTIL: first day on which the tier no longer holds
LADDER_ROW = 5
WINDOW = LADDER + LADDERS_MAX * LADDER_ROW  # + window * WINDOW_ROW
W_FIRST, W_LAST, W_VALUE, W_RESET, W_BASE = range(5)  # rows inside; sum; day of the reset and that day's sum before it
WINDOW_ROW = 5
STREAK = WINDOW + WINDOWS_MAX * WINDOW_ROW  # + streak * 2: length, last day
CAP = STREAK + STREAKS_MAX * 2  # + cap: used within its window
MILESTONE = CAP + CAPS_MAX  # + milestone: reached within its window
M_SIZE = MILESTONE + MILESTONES_MAX

# lots: sorted by (ends, unit, number)
LOT = 6
LOT_NUMBER, LOT_UNIT, LOT_LEFT, LOT_ENDS, LOT_GIFT, LOT_GONE = range(LOT)  # LOT_GONE: expired, lapsed or cancelled

# waits: pending lots
WAIT = 8
WAIT_NUMBER, WAIT_UNIT, WAIT_POINTS, WAIT_READY, WAIT_CANCEL, WAIT_CAUSE, WAIT_EXPIRY, WAIT_EVENT = range(WAIT)

# holds: points set aside on local day MADE until an instant, HOLD_UNTIL in UTC seconds on local day HOLD_DAY
HOLD = 6
HOLD_CAUSE, HOLD_UNIT, HOLD_POINTS, HOLD_UNTIL, HOLD_DAY, HOLD_MADE = range(HOLD)

# takes: what a redemption or hold took of which lot; HELD is set aside, USED is spent and may come back
TAKE = 7
TAKE_CAUSE, TAKE_UNIT, TAKE_LOT, TAKE_ENDS, TAKE_GIFT, TAKE_HELD, TAKE_USED = range(TAKE)

# days with something counted: the local day, then every counter of the program; ascending
DAY_ROW = 1 + COUNTERS_MAX

# e: entries. A point entry says unit, amount (above 0), lot; REF is the day on which a lot opened by it ends.
# A tier entry says rank before, rank after, first day of no validity; REF is the ladder.
# COUNTED says counter, amount (of either sign) and, as LOT, the day on which it counts.
ENTRY = 10
E_EVENT, E_AT, E_DAY, E_KIND, E_UNIT, E_AMOUNT, E_LOT, E_REF = range(8)  # E_AT 0: the start of the day
E_CAUSE, E_FROM = 8, 9  # of points that were taken: by what (-1: nothing), of which lot; OPENING has the day earned
ACCRUAL, ACCRUAL_PENDING, ACTIVATION, CANCELLATION, REDEMPTION, RETURN, EXPIRY = range(1, 8)
HOLDING, CAPTURE, RELEASE, LAPSE, CLAWBACK, CLAWBACK_PENDING, OWED, REPAYMENT = range(8, 16)
CREDIT, DEBIT, TRANSFER_OUT, TRANSFER_IN, OPENING, MERGE_OUT, MERGE_IN = range(16, 23)
CONVERSION_OUT, CONVERSION_IN, DEPOSIT, WITHDRAWAL = 23, 24, 25, 26
BY_HAND, PAID = (CREDIT, DEBIT), (DEPOSIT, WITHDRAWAL)  # what gives points and what takes them
TIER_QUALIFIED, TIER_RENEWED, TIER_REVIEWED, TIER_GRACE, TIER_ASSIGNED, TIER_REFUNDED = range(40, 46)
COUNTED = 60

# P: numbers of a program
P_UNITS, P_RULES, P_GRANTS, P_WINDOWS, P_LADDERS, P_COUNTERS, P_STREAKS, P_CAPS, P_MILESTONES = range(9)
P_UNIT = 9  # + unit * UNIT_ROW
U_EXPIRY, U_REFUNDS, U_REINSTATE, U_COUNTER, U_ACTIVITY = range(5)  # expiry; policy; expiry or -1; counter or -1; bits
U_CONVERT, U_INTO, U_LEAST, U_STEP, U_GIVES = range(5, 10)  # U_CONVERT: an expiry that ends as conversions come, or -1
UNIT_ROW = 10
ACTIVITY_EARN, ACTIVITY_REDEEM, ACTIVITY_BEHAVIOUR = 1, 2, 4  # bits; behaviours count from bit 2 on, by code - 1
P_EXPIRY = P_UNIT + UNITS_MAX * UNIT_ROW  # + expiry * EXPIRY_ROW
X_KIND, X_MONTHS, X_DAYS, X_STEP, X_SHIFT, X_DATES = range(6)  # X_DATES: how many, they follow
EXPIRY_ROW = 6 + DATES_MAX
P_GRANT = P_EXPIRY + EXPIRIES_MAX * EXPIRY_ROW  # + grant * GRANT_ROW
G_UNIT, G_EXPIRY, G_PENDING, G_MONTHS, G_DAYS, G_STEP, G_SHIFT, G_DATE, G_EVENT = range(9)  # G_EXPIRY -1: the unit's
G_CANCEL_MONTHS, G_CANCEL_DAYS = 9, 10  # -1: never
G_WORKDAYS, G_ON_DATES = 11, 12  # column of the facts with the day; an expiry of the days on which points come; or -1
GRANT_ROW = 13
P_WINDOW = P_GRANT + GRANTS_MAX * GRANT_ROW  # + window * PW_ROW
PW_KIND, PW_LENGTH, PW_STEP, PW_SHIFT, PW_OFFSET, PW_COUNTER, PW_LADDER, PW_MEASURED = range(8)
PW_ROW = 8  # PW_MEASURED: 1 where a ladder asks for the window. PW_LADDER: the ladder that empties it, -1 none; one
# since the tier is emptied whenever that is set, others with a step up
P_COUNTER = P_WINDOW + WINDOWS_MAX * PW_ROW  # + counter * 2: kind, unit or code of the behaviour
COUNT_SPEND, COUNT_ORDERS, COUNT_EARNED, COUNT_EVENTS = range(4)
P_STREAK = P_COUNTER + COUNTERS_MAX * 2  # + streak: code of the behaviour
P_CAP = P_STREAK + STREAKS_MAX  # + cap * CAP_ROW
C_OF, C_REF, C_SCOPE, C_TIMES, C_KIND, C_LENGTH, C_STEP, C_SHIFT, C_LIMIT = range(
    9
)  # C_REF: a unit or, of RULE, a grant
CAP_ROW = 9
CAP_EARNED, CAP_REDEEMED, CAP_TRANSFERRED, CAP_RULE = range(4)
SCOPE_WINDOW, SCOPE_TRANSACTION, SCOPE_BALANCE = range(3)
P_LADDER = P_CAP + CAPS_MAX * CAP_ROW  # + ladder * PL_ROW
PL_LEVELS, PL_VALIDITY, PL_LENGTH, PL_STEP, PL_SHIFT, PL_EVALUATION, PL_DOWNGRADE = range(7)
PL_GRACE_MONTHS, PL_GRACE_DAYS, PL_GRACE_STEP, PL_GRACE_SHIFT = 7, 8, 9, 10  # months and days 0: no grace
PL_RESETS, PL_ONE_STEP, PL_FALLS, PL_HOLDS = 11, 12, 13, 14  # PL_HOLDS: bit of each level that nobody falls below
PL_MORE = 15  # months that a validity by calendar lasts after the end of its period
PL_ROW = 16
P_TIER_EXPIRY = P_LADDER + LADDERS_MAX * PL_ROW  # + rank * UNITS_MAX + unit, of the first ladder: expiry or -1
P_MILESTONE = P_TIER_EXPIRY + LEVELS_MAX * UNITS_MAX  # + milestone * PM_ROW
PM_KIND, PM_LENGTH, PM_STEP, PM_SHIFT, PM_GRANT, PM_POINTS, PM_MOST = range(7)
PM_ROW = 7
P_NUMBER = P_MILESTONE + MILESTONES_MAX * PM_ROW  # the numbers of the rules

# o: facts of an order or behaviour
O_AT, O_DAY, O_KIND, O_NET, O_GROSS, O_TAX, O_SHIPPING, O_POINTS_PAID, O_STORE, O_BRAND, O_CHANNEL, O_LINES = range(12)
O_MONTH, O_MONTH_DAY, O_WEEKDAY, O_HOUR, O_HOLIDAY, O_WORKDAY, O_LUNAR = range(12, 19)
O_ATTRIBUTE = 19  # the program's attributes of orders and behaviours, then the aggregates over lines
KIND_ORDER = 0  # O_KIND; a behaviour has the program's code of its kind, from 1

# lines of orders: stride LINE, then the program's attributes of lines
LINE_NET, LINE_QUANTITY, LINE_CATEGORY, LINE_SKU = range(4)
LINE_ATTRIBUTE = 4

# out: the rules' values, what every grant should get, what it gets; then the ladders' levels and the milestones
# `rules` fills out[: rules + grants], `award` the next grants, `tiers` has an array of its own:
OUT_REACHED, OUT_KEPT = 0, 1  # + ladder * 2: bit of each level whose condition holds, for moving up and for keeping
OUT_MILESTONE = LADDERS_MAX * 2  # + milestone: how many times it is reached
TIERS_SIZE = OUT_MILESTONE + MILESTONES_MAX
