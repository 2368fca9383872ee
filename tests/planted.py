"""The faults of `tests.mutants`: in a file of the product one text, which stands there once, becomes another."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """`tests` are asked where the stories notice nothing; empty: those of machines and engine."""

    file: str
    before: str
    after: str
    tests: tuple[str, ...] = ()


def _in(file: str, *pairs: tuple[str, str], tests: tuple[str, ...] = ()) -> tuple[Fault, ...]:
    return tuple(Fault(file, before, after, tests) for before, after in pairs)


VERBS = ("src/shuke/rooms/programs", "tests/properties/test_ledger_machine.py")  # what the stories don't reach

CARTS = (
    "src/shuke/rooms/programs/tests/test_carts_committed.py",
    "src/shuke/rooms/programs/tests/test_merged_limits.py",
)
COUPONS = ("src/shuke/rooms/coupons", "tests/race/test_coupons.py")
MALL = ("src/shuke/rooms/programs/tests/test_exchanging.py", "tests/race/test_stock.py")

STUDIES = ("tests/parity/test_studies.py", "tests/engine/test_study.py")

FAULTS = (
    *_in(
        "core/state/spending.py",
        ("            left = P[p + C_LIMIT] - m[CAP + c]\n", "            left = P[p + C_LIMIT]\n"),
        ("    if points >= max(1, least):\n", "    if points >= 1:\n"),
        tests=STUDIES,
    ),
    *_in(
        "core/state/tally.py",
        ("        add_flow(S, T, who, day, unit, DEBT, -amount)\n", "        add_flow(S, T, who, day, unit, DEBT, amount)\n"),
        ("        born[lot] = born[unit * S[S_LOTS] + e[i + E_FROM]]", "        born[lot] = month"),
        ("    if e[i + E_DAY] < S[S_SINCE]:\n", "    if e[i + E_DAY] <= S[S_SINCE]:\n"),
        ("        out = TAKEN_BACK - USED\n        amount = -amount\n", "        out = TAKEN_BACK - USED\n"),
        tests=STUDIES,
    ),
    *_in(
        "core/state/replay.py",
        ("ref = events[row + V_REF] + copy_of(copies, D[d + D_SEEN + LADDER + T_RANK])", "ref = events[row + V_REF] + copy_of(copies, m[LADDER + T_RANK])"),
        ("    D[d + D_LEFT] -= net\n", ""),
        tests=STUDIES,
    ),
    *_in(
        "core/state/windows.py",
        ("start = day - length + 1", "start = day - length"),
        ("start = add_months(day, -length) + 1", "start = add_months(day, -length)"),
        ("start = day - weekday_of(day) + 1", "start = day - weekday_of(day)"),
        ("(length + offset) * step)", "length * step)"),
        ("(length - 1) * step)", "length * step)"),
        ("return first_day(period_start(day, step, shift) - offset * step)", "return day"),
        ("R[row] < end:", "R[row] <= end:"),
        ("m[s + W_LAST] and R[row] < start:", "m[s + W_LAST] and R[row] <= start:"),
        ("if m[STREAK + i * 2 + 1] < day - 1:", "if m[STREAK + i * 2 + 1] < day:"),
        ("return R[row + column] - m[s + W_BASE]", "return R[row + column]"),
        ("            if start > m[DAY]:\n                m[CAP + c] = 0", "            if start >= m[DAY]:\n                m[CAP + c] = 0"),
        ("            if start > m[DAY]:\n                m[MILESTONE + i] = 0", "            if start > day:\n                m[MILESTONE + i] = 0"),
        ("min(amount - there, max(0,", "max(amount - there, max(0,"),
        ("if day > -NEVER and day >= first:", "if day > -NEVER and day > first:"),
    ),
    *_in(
        "core/state/windows.py",
        ("if day == m[s + W_RESET] else amount", "if day > m[s + W_RESET] else amount"),
        tests=("tests/scenarios/test_scenarios.py",),
    ),
    *_in(
        "core/state/windows.py",
        ("if R[row + HOLD_MADE] >= start:", "if R[row + HOLD_MADE] > start:"),
        ("back = 1 if spent == 0 else 0", "back = 1"),
        tests=VERBS,
    ),
    *_in(
        "core/state/endings.py",
        ("(month - shift) // step * step + shift + step)", "(month - shift) // step * step + step)"),
        ("if day <= end < best:", "if day < end < best:"),
        ("if x < 0 and P[P_LADDERS] > 0:", "if P[P_LADDERS] > 0:"),
    ),
    *_in(
        "core/state/lots.py",
        ("if R[row + LOT_ENDS] < ends:", "if R[row + LOT_ENDS] <= ends:"),
        ("repaid = min(m[DEBT + unit], R[row + LOT_LEFT])", "repaid = 0"),
        ("(gifts == 1 or R[row + LOT_GIFT] == 0)", "(gifts == 1 or R[row + LOT_GIFT] == 1)"),
        ("if R[row + TAKE_CAUSE] == cause and R[row + TAKE_USED] > 0 and points > 0:", "if R[row + TAKE_USED] > 0 and points > 0:"),
        ("    points -= min(points, gone)\n", ""),
        ("if policy == REFUNDS_PENDING or points == 0:", "if points == 0:"),
        ("if points > 0 and policy == REFUNDS_DEBT:", "if points > 0:"),
        ("if policy == REFUNDS_KEEP:", "if policy == REFUNDS_PENDING:"),
        ("+ m[LOT_HEAD] * LOT + LOT_ENDS] <= day:", "+ m[LOT_HEAD] * LOT + LOT_ENDS] < day:"),
        ("if idle_end(m, P, unit) <= day:", "if idle_end(m, P, unit) < day:"),
    ),
    *_in(
        "core/state/ladders.py",
        ("+ step * (length + 1) + P[p + PL_MORE])", "+ step * length + P[p + PL_MORE])"),
        ("+ step * (length + 1) + P[p + PL_MORE])", "+ step * (length + 1))"),
        ("12 * (length + 1) + P[p + PL_MORE])", "12 * length + P[p + PL_MORE])"),
        ("12 * (length + 1) + P[p + PL_MORE])", "12 * (length + 1))"),
        ("return m[t + T_FLOOR] if day < m[t + T_FLOOR_UNTIL] else 0", "return m[t + T_FLOOR]"),
        ("target = rank + (1 if", "target = rank + (2 if"),
        ("by_calendar and until > m[row + T_UNTIL]", "until > m[row + T_UNTIL]"),
        ("if m[row + T_GRACE] == 1 or (", "if ("),
        ("    if target < rank and m[row + T_GRACE] == 0 and", "    if target < rank and"),
        ("        alone = rank - 1\n", "        alone = rank\n"),
        ("    alone = max(alone, lowest(m, P, k))\n", ""),
        ("add_months(day, -P[p + PL_MORE]) - 1 if renews_from_last_day(P, p) else day", "day"),
        ("add_months(day, -P[p + PL_MORE]) - 1 if", "day - 1 if"),
        ("before >> rank & 1 == 0 or kept", "kept"),
        ("if kind != TIER_GRACE:", "if kind == TIER_QUALIFIED:"),
        ("return P[p + PL_VALIDITY] == END_OF and P[p + PL_LENGTH] == 0", "return False"),
        ("end if step == 0 else duration_end(end - 1,", "end if step == 0 else duration_end(end,"),
        ("(exactly == 1 and rank != m[row + T_RANK])", "rank != m[row + T_RANK]"),
    ),
    *_in(
        "core/state/passing.py",
        ("while due <= day or", "while due < day or"),
        ("R[hold + HOLD_DAY] < due:", "R[hold + HOLD_DAY] <= due:"),
        ("    slide(m, R, P, day - 1)\n", "    slide(m, R, P, day)\n"),
        ("        qualify_all(tiers, t, m, R, e, P)\n", "        pass\n"),
        ("ready_now(m, R, e, P, first, m[DAY])", "ready_now(m, R, e, P, first, m[DAY] + 1)"),
        ("if R[row + WAIT_CANCEL] <= day:", "if R[row + WAIT_CANCEL] < day:"),
        ("            m[row + T_FLOOR] = 0\n", ""),
    ),
    *_in(
        "core/state/earning.py",
        ("if m[row] == 0 or m[row + 1] != m[DAY]:", "if m[row] == 0 or m[row + 1] == m[DAY]:"),
        ("- m[AVAILABLE + unit] - m[PENDING + unit]", "- m[AVAILABLE + unit]"),
        ("left = total if left > 0 else 0", "left = total if left >= 0 else 0"),
        ("left = total if total <= P[p + C_LIMIT] else 0", "left = P[p + C_LIMIT]"),
        ("        return ready - 1\n", "        return ready\n"),
        ("if pending == PENDING_DATE and P[p + G_DATE] > day:", "if pending == PENDING_DATE and P[p + G_DATE] >= day:"),
        ("    more = given - target - back\n", "    more = given - target\n"),
        ("fewer = min(m[MILESTONE + i], before) - after", "fewer = m[MILESTONE + i] - after"),
        ("    m[ORDERS] -= whole\n", ""),
    ),
    *_in(
        "core/state/spending.py",
        ("            if used > P[p + C_LIMIT]:", "            if used >= P[p + C_LIMIT]:"),
        ("    row = find_hold(m, R, cause)\n    if row < 0 or points >", "    row = find_hold(m, R, cause)\n    if row < 0 or points >="),
    ),
    *_in(
        "core/state/replay.py",
        ("        target = 0 if whole == 1 else out[given + g]\n", "        target = out[given + g]\n"),
        ("        D[d + D_FORGIVEN + g] += min(gone, D[d + D_BACK + g] - was)\n", ""),
        ("                D[slot + D_DAY + g] = m[DAY]\n", "                D[slot + D_DAY + g] = m[DAY] - 1\n"),
    ),
    *_in(
        "rooms/programs/services/refunds.py",
        ("if amount > sold.net_left:", "if amount > sold.net_left + 1:"),
        ("if net[line.line_number] > sold_line.net_minor:", "if net[line.line_number] >= sold_line.net_minor:"),
        tests=VERBS,
    ),
    *_in(
        "engine/remains.py",
        ("else points * taken.net // order.net_minor", "else points * taken.amount // order.net_minor"),
        ("left, net - by_lines)", "left, net)"),
        ("    taken = TakenOff(together, before.amount + amount)", "    taken = TakenOff(together, amount)"),
    ),
    *_in(
        "rooms/programs/services/verbs.py",
        ("facts, off) - each.returned)", "facts, off))"),
        ("    if points > left:", "    if points > left + 1:"),
        ("                    gone += move.points", "                    gone -= move.points"),
        tests=VERBS,
    ),
    *_in(
        "rooms/programs/services/dossiers.py",
        ("count.day] -= count.amount", "count.day] = count.amount"),
        tests=VERBS,
    ),
    *_in(
        "rooms/points/queries.py",
        ("ORDER BY id FOR NO KEY UPDATE", "ORDER BY id"),
        tests=("tests/race", "src/shuke/rooms/points"),
    ),
    *_in(
        "rooms/org/queries.py",
        ("tables.Approval.objects.select_for_update().filter(", "tables.Approval.objects.filter("),
        tests=("tests/race",),
    ),
    *_in(
        "rooms/programs/carts/counting.py",
        ("        if left <= 0:", "        if left < 0:"),
        ("if member_id and spans else ()", "if member_id and spans and False else ()"),
        tests=CARTS,
    ),
    *_in(
        "rooms/programs/carts/counting.py",
        ("    if any(_over(rule, day, counted) for rule in mine):", "    if False:"),
        tests=("tests/race/test_carts_at_once.py",),
    ),
    *_in(
        "rooms/programs/cart_queries.py",
        ("AND NOT returned AND day >= first", "AND day >= first"),
        tests=CARTS,
    ),
    *_in(
        "rooms/programs/carts/committing.py",
        ("    if uses and any(coupons.redeem(uses)):", "    if uses and not coupons.redeem(uses):"),
        tests=("tests/race/test_carts_at_once.py",),
    ),
    *_in(
        "rooms/programs/services/giving.py",
        ("        return rule.on == on", "        return True"),
        ("not any(each.whole for each in item.parked)", "item.answer is not None"),
        ("seen.append(remaining(item.seen, taken_off(item.parked[-1].after)))", "seen.append(item.seen)"),
        ("    return held and not holds", "    return not holds"),
        ("    if refunding.whole:\n        return True\n", ""),
        ("left = remaining(sold, taken_off(refunding.after))", "left = sold"),
        tests=("src/shuke/rooms/programs/tests/test_given_by_rules.py",),
    ),
    *_in(
        "rooms/programs/services/deciding.py",
        ("giving.take_back(taken, desktop,", "giving.take_back([], desktop,"),
        tests=("src/shuke/rooms/programs/tests/test_given_by_rules.py",),
    ),
    *_in(
        "rooms/payments/booking.py",
        ("    if row.reason == PAID_TWICE:", "    if row.reason:"),
        ("    row.reason = PAID_TWICE", "    pass"),
        tests=("tests/payments/test_by_hand.py",),
    ),
    *_in(
        "rooms/coupons/services/issuing.py",
        ("        left = max(0, row.per_member - count)", "        left = max(0, row.per_member - count + 1)"),
        ("if fact.cause is Cause.CLAIM and (not row.claimable", "if fact.cause is Cause.CLAIM and (row.claimable"),
        tests=COUPONS,
    ),
    *_in(
        "rooms/coupons/services/supply.py",
        ("        if issued + wanted <= most:", "        if issued + wanted <= most + 1:"),
        ("    granted = min(wanted, most - issued)", "    granted = wanted"),
        tests=COUPONS,
    ),
    *_in(
        "rooms/coupons/services/using.py",
        ("        elif not item.ours:", "        elif item.ours:"),
        (" if rows[use.template_id].gives_back]", "]"),
        tests=COUPONS,
    ),
    *_in(
        "rooms/coupons/services/limits.py",
        ("        found[merged[counter]] += count", "        found[merged[counter]] = count - 1"),
        tests=("src/shuke/rooms/programs/tests/test_merged_limits.py",),
    ),
    *_in(
        "rooms/benefits/claims.py",
        ("now.used + quantity > now.quota:", "now.used + quantity > now.quota + 1:"),
        ("    used = claim.used if period == claim.period_day else 0", "    used = 0"),
        tests=("src/shuke/rooms/benefits",),
    ),
    *_in(
        "rooms/mall/ordering.py",
        ("    if left is not None and placement.quantity > left:", "    if left is not None and placement.quantity > left + 1:"),
        ("    back = row.counted and restock", "    back = row.counted"),
        tests=MALL,
    ),
    *_in(
        "rooms/mall/stock.py",
        ("    if left < 0:\n        raise sold_out(day)\n", ""),
        tests=MALL,
    ),
    *_in(
        "rooms/paid/services/leaving.py",
        ("(2 * money * left + total) // (2 * total)", "money * left // total"),
        ("calendar.day_of(now) - calendar.day_of(period.paid_at) <=", "calendar.day_of(now) - calendar.day_of(period.paid_at) <"),
        tests=("tests/paid",),
    ),
    *_in(
        "rooms/paid/services/running.py",
        ("    starts_at = row.ends_at if follows else now", "    starts_at = now"),
        tests=("tests/paid",),
    ),
    *_in(
        "rooms/paid/services/answers.py",
        ("return row if charge.number == queries.next_number(row.id) else None", "return row"),
        tests=("tests/paid",),
    ),
    *_in(
        "rooms/paid/services/merging.py",
        ("        if row.plan_id in plans:", "        if False:"),
        tests=("tests/paid/test_merging.py",),
    ),
    *_in(
        "rooms/payments/booking.py",
        ("    if not 0 < amount_minor <= left:", "    if not 0 < amount_minor:"),
        tests=("tests/payments",),
    ),
    *_in(
        "rooms/payments/booking.py",
        ("answer.outcome is Outcome.DONE and row.state in {State.PENDING, State.FAILED}:", "answer.outcome is Outcome.DONE:"),
        tests=("tests/payments",),
    ),
    *_in(
        "engine/expressions.py",
        ('    exp.LT: "<",', '    exp.LT: "<=",'),
    ),
    *_in(
        "engine/compile.py",
        ("// 3_600", "// 3_601"),
    ),
    *_in(
        "engine/online.py",
        ("at = max(occurred_at, state.standing_at)\n        day", "at = occurred_at\n        day"),
    ),
)  # fmt: skip

# Of the generated text the first place where it stands.
GENERATED = (
    (" >= ", " > "),
    (" or ", " and "),
    ("not ", ""),
    ("floor_of(", "ceil_of("),
    ("half_up_of(", "half_even_of("),
    ("half_even_of(", "half_up_of("),
    ("min(", "max("),
    (" != -1", " != 0"),
    ("- first_day(month) + 1", "- first_day(month)"),
    ("reached += 2", "reached += 0"),
)
