"""Run a compiled program for one member at a time, in CPython, over plain lists.

Knows the core's machines and the generated text; must not know where a member's state is kept. The caller loads what
`Desk.needs` names, calls one verb, and writes what the outcome says. A verb that is refused leaves the state as it was.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from shuke.core.state import earning, endings, ladders, lots, passing, spending
from shuke.core.state.slots import (
    AT,
    AVAILABLE,
    BY_HAND,
    DAY,
    E_FROM,
    ENTRIES,
    ENTRY,
    G_UNIT,
    GRANT_ROW,
    M_SIZE,
    MERGE_IN,
    MERGE_OUT,
    O_AT,
    O_KIND,
    P_CAPS,
    P_GRANT,
    P_GRANTS,
    P_MILESTONES,
    P_RULES,
    P_STREAKS,
    PAID,
    TAKE_TAIL,
    TIERS_SIZE,
    TRANSFER_IN,
)
from shuke.core.values.dates import NEVER
from shuke.core.values.errors import Refusal
from shuke.engine import needs
from shuke.engine.arrays import Arrays
from shuke.engine.compile import Compiled, seen_slots
from shuke.engine.generated import functions_of
from shuke.engine.limits import check_balances, check_order, check_points, check_redemption, more_than_held, spend
from shuke.engine.outcomes import NOTHING, Told, outcome_of
from shuke.engine.rows import Rows
from shuke.engine.states import (
    BehaviourFacts,
    Given,
    LadderState,
    MemberState,
    Needs,
    OrderFacts,
    Outcome,
    RefundFacts,
    Slice,
)
from shuke.engine.zones import local_day, zone_table

ALL_BITS = -1
ROOM = 24  # rows and entries that a verb usually needs at most; it is tried again with more where it needs more

Act = Callable[[Arrays], "Told"]
Amounts = Sequence[tuple[int, int]]  # of units


class Desk:
    """Everything of one published program that a verb needs, made once per process."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self.zone = compiled.program.time_zone
        self._zone_at, self._zone_offset = zone_table(self.zone)
        self._P = list(compiled.numbers)
        self._units = len(compiled.program.units)
        self._prepare, self._rules, self._tiers = functions_of(compiled)
        self._seen = seen_slots(compiled)
        self._rows = Rows(compiled)
        self._expiries = needs.expiries(self._P)
        self._behaviours = {code: number for number, code in enumerate(compiled.behaviours, start=1)}
        self._t = [0] * TIERS_SIZE

    # ---- states

    def fresh(self, joined_at: int, birth_md: int = 0, lunar_md: int = 0, tags: int = 0) -> MemberState:
        """Return the state of a member who has just joined, at a UTC second."""
        day = local_day(joined_at, self.zone)
        program = self.compiled.program
        count = len(self.compiled.windows)
        return MemberState(
            standing_at=joined_at,
            standing_day=day,
            joined_day=day,
            birth_md=birth_md,
            lunar_md=lunar_md,
            tags=tags,
            available=[0] * self._units,
            pending=[0] * self._units,
            held=[0] * self._units,
            debt=[0] * self._units,
            next_lots=[1] * self._units,
            active_days=[-1] * self._units,
            ladders=[LadderState() for _ in program.ladders],
            windows=[0] * count,
            resets=[(-NEVER, 0)] * count,
            streaks=[(0, -NEVER)] * self._P[P_STREAKS],
            caps=[0] * self._P[P_CAPS],
            milestones=[0] * self._P[P_MILESTONES],
            lots=[],
            days=[],
        )

    def needs(
        self, state: MemberState, until_at: int, next_due_day: int, *, draws: bool = False, counts_from: int = NEVER
    ) -> Needs:
        """Say what must be loaded before facts up to `until_at` are applied; `next_due_day` as kept with the member.

        `draws`: one takes points or gives them back; `counts_from`: the first day on which one changes what counted.
        """
        day = max(state.standing_day, local_day(until_at, self.zone))
        wanted = draws or next_due_day <= day or any(hold.until <= until_at for hold in state.holds)
        return Needs(
            wanted or needs.may_end(self._P, self._expiries, state.standing_day, day),
            needs.days_from(self.compiled, self._P, state.standing_day, day, counts_from),
        )

    def window_bounds(self, day: int, joined_day: int) -> list[tuple[int, int]]:
        """Return each window's first local day and the first one after it, as of local `day`, resets apart."""
        return needs.window_bounds(self.compiled, self._P, day, joined_day)

    def windows_from(self, days: Sequence[tuple[int, ...]], state: MemberState) -> list[int]:
        """Return what the windows hold as of where the member stands, from days with every counter."""
        return needs.windows_from(self.compiled, self._P, days, state)

    # ---- facts

    def order(self, state: MemberState, order: OrderFacts, cause: int = 0) -> Outcome:
        """Advance the member to the order, decide it, count it.

        Raises:
            Refusal: `amount_out_of_range`, `too_many_lines`, `too_many_orders`, `balance_limit`.
        """
        check_order(order, state.orders)
        at = max(order.occurred_at, state.standing_at)
        o, items = self._prepared(order, at)
        return self._act(state, order.occurred_at, lambda a: self._decide(a, o, items, cause))

    def behaviour(self, state: MemberState, fact: BehaviourFacts, cause: int = 0, confirms: int = -1) -> Outcome:
        """Advance the member to a behaviour, decide it, count it; it is about the order with the cause `confirms`.

        Raises:
            Refusal: `unknown_behaviour`, `balance_limit`.
        """
        kind = self._behaviours.get(fact.kind)
        if kind is None:
            raise Refusal("unknown_behaviour", f"The program knows no behaviour «{fact.kind}».", pointer="/kind")
        at = max(fact.occurred_at, state.standing_at)
        o = self._rows.behaviour(fact, kind, at)
        self._prepare(o, 0, [], 0, 0, self._zone_at, self._zone_offset, self._P)

        def act(a: Arrays) -> Told:
            if confirms >= 0:
                earning.confirm(self._tiers, self._t, a.m, a.R, a.e, self._P, confirms, kind)
            return self._decide(a, o, [], cause)

        return self._act(state, fact.occurred_at, act)

    def refund(self, state: MemberState, refund: RefundFacts, decided_by: "Desk | None" = None) -> Outcome:
        """Advance the member to the refund, decide what remains of the order, take back the difference.

        `decided_by` is the desk of the version that decided the order, where that is another one.
        """
        targets = (decided_by or self).targets(refund)

        def act(a: Arrays) -> Told:
            m, R, e, P = a.m, a.R, a.e, self._P
            for cause, points in refund.paid:
                lots.give_back(m, R, e, P, cause, points)
            before = self._t.copy()
            self._tiers(m, P, before)
            clawbacks = []
            for g, past in enumerate(refund.grants):
                unit, lot, gone, day, begin = past.unit, past.lot, past.gone, past.counted_day, m[ENTRIES]
                back = earning.refund_grant(m, R, e, P, unit, past.points, past.back, targets[g], lot, gone, day)
                if back > past.back:
                    clawbacks.append(a.clawback(begin, unit, lot, back - past.back))
            net, whole, begin = refund.net_off, int(refund.whole), m[ENTRIES]
            earning.refund_order(self._tiers, self._t, before, m, R, e, P, net, whole, refund.counted_day)
            return Told(clawbacks=(*clawbacks, *a.milestones_lost(begin)))

        return self._act(state, refund.occurred_at, act)

    def redeem(self, state: MemberState, unit: int, points: int, occurred_at: int, cause: int = 0) -> Outcome:
        """Advance the member to the redemption and draw points, soonest-ending lots first.

        Raises:
            Refusal: `points_out_of_range`, `redeem_bounds`, `insufficient_points`, `cap_reached`.
        """
        check_redemption(self.compiled.program.units[unit], points)

        def act(a: Arrays) -> Told:
            spend(a, unit, points, lambda: spending.redeem(a.m, a.R, a.e, self._P, unit, points, cause))
            return NOTHING

        return self._act(state, occurred_at, act)

    def give_back(self, state: MemberState, cause: int, points: int, occurred_at: int) -> Outcome:
        """Give points of a redemption back to their lots and dates.

        Raises:
            Refusal: `more_than_redeemed`.
        """

        def act(a: Arrays) -> Told:
            if lots.give_back(a.m, a.R, a.e, self._P, cause, points) > 0:
                raise Refusal("more_than_redeemed", "The redemption has not so many points to give back.")
            return NOTHING

        return self._act(state, occurred_at, act)

    def hold(self, state: MemberState, unit: int, points: int, occurred_at: int, until: int, cause: int) -> Outcome:
        """Set points aside until a UTC second.

        Raises:
            Refusal: `points_out_of_range`, `redeem_bounds`, `hold_ends_before`, `insufficient_points`, `cap_reached`.
        """
        check_redemption(self.compiled.program.units[unit], points)

        def act(a: Arrays) -> Told:
            if until <= a.m[AT]:
                raise Refusal("hold_ends_before", "The hold would end before it begins.", pointer="/until")
            held = (unit, points, cause, until, local_day(until, self.zone))
            spend(a, unit, points, lambda: spending.hold(a.m, a.R, a.e, self._P, *held))
            return NOTHING

        return self._act(state, occurred_at, act)

    def capture(self, state: MemberState, cause: int, points: int, occurred_at: int) -> Outcome:
        """Spend points of a hold.

        Raises:
            Refusal: `hold_closed`, `more_than_held`.
        """

        def act(a: Arrays) -> Told:
            if not spending.capture(a.m, a.R, a.e, cause, points):
                row = spending.find_hold(a.m, a.R, cause)
                if row < 0:
                    raise Refusal("hold_closed", "The hold is closed.")
                raise more_than_held(a, row, points)
            return NOTHING

        return self._act(state, occurred_at, act)

    def release(self, state: MemberState, cause: int, occurred_at: int) -> Outcome:
        """Give what a hold still sets aside back.

        Raises:
            Refusal: `hold_closed`.
        """

        def act(a: Arrays) -> Told:
            if not spending.let_go(a.m, a.R, a.e, self._P, cause):
                raise Refusal("hold_closed", "The hold is closed.")
            return NOTHING

        return self._act(state, occurred_at, act)

    def adjust(
        self, state: MemberState, amounts: Amounts, occurred_at: int, ends_day: int | None = None, *, paid: bool = False
    ) -> Outcome:
        """Give points by hand or, `paid`, for money: a lot to `ends_day` (None: as the unit says), or take them (< 0).

        Raises:
            Refusal: `points_out_of_range`, `insufficient_points`, `balance_limit`, `lot_has_ended`.
        """

        def act(a: Arrays) -> Told:
            gives, takes = PAID if paid else BY_HAND
            for unit, points in amounts:
                check_points(abs(points))
                if points < 0:
                    spend(a, unit, -points, partial(spending.debit, a.m, a.R, a.e, takes, unit, -points))
                    continue
                if ends_day is not None and ends_day <= a.m[DAY]:
                    raise Refusal("lot_has_ended", "These points have ended already.", pointer="/expires_on")
                ends = ends_day or endings.lot_end(self._P, endings.expiry_of(a.m, self._P, unit, -1), a.m[DAY])
                lots.credit(a.m, a.R, a.e, gives, unit, points, ends, 0)
            return NOTHING

        return self._act(state, occurred_at, act)

    def hand_over(self, state: MemberState, unit: int, points: int, occurred_at: int) -> Outcome:
        """Take usable points, at most what there is, to another record of the person; `slices` say which."""

        def act(a: Arrays) -> Told:
            begin = a.m[TAKE_TAIL]
            lots.draw(a.m, a.R, a.e, MERGE_OUT, unit, points, 0, 1)
            return Told(slices=a.slices(begin))

        return self._act(state, occurred_at, act)

    def take_over(self, state: MemberState, unit: int, slices: Sequence[Slice], occurred_at: int) -> Outcome:
        """Take points of another record of the person, one lot for each slice, as it is.

        Raises:
            Refusal: `balance_limit`.
        """

        def act(a: Arrays) -> Told:
            for piece in slices:
                entry = a.m[ENTRIES] * ENTRY
                lots.credit(a.m, a.R, a.e, MERGE_IN, unit, piece.points, piece.ends, int(piece.gift))
                if entry + ENTRY <= len(a.e):
                    a.e[entry + E_FROM] = int(piece.gift)
            return NOTHING

        return self._act(state, occurred_at, act)

    def open_lot(
        self, state: MemberState, unit: int, points: int, occurred_at: int, ends_day: int, earned_day: int
    ) -> Outcome:
        """Open a lot of an opening balance with its own dates; it counts as earned on `earned_day` (NEVER: today).

        Raises:
            Refusal: `points_out_of_range`, `balance_limit`, `lot_has_ended`, `earned_in_future`.
        """
        check_points(points)

        def act(a: Arrays) -> Told:
            if a.m[DAY] < earned_day < NEVER:
                raise Refusal("earned_in_future", "Nobody has earned points after today.", pointer="/earned_on")
            if ends_day <= a.m[DAY]:
                raise Refusal("lot_has_ended", "These points have ended already.", pointer="/expires_on")
            day = min(earned_day, a.m[DAY])
            spending.open_lot(self._tiers, self._t, a.m, a.R, a.e, self._P, unit, points, ends_day, day)
            return NOTHING

        return self._act(state, occurred_at, act)

    def give(self, state: MemberState, unit: int, points: int, occurred_at: int, cause: int) -> Outcome:
        """Give points to somebody else; `slices` of the outcome say which.

        Raises:
            Refusal: `points_out_of_range`, `insufficient_points`, `gifts_not_given_on`, `cap_reached`.
        """
        check_points(points)
        transfer = self.compiled.program.units[unit].transfer
        regift = transfer is not None and transfer.regift

        def act(a: Arrays) -> Told:
            begin = a.m[TAKE_TAIL]
            usable = a.m[AVAILABLE + unit] if regift else spending.transferable(a.m, a.R, unit)
            if usable < points <= a.m[AVAILABLE + unit]:
                raise Refusal("gifts_not_given_on", "Points that were a gift can't be given on.", pointer="/points")
            spend(a, unit, points, partial(spending.give, a.m, a.R, a.e, self._P, unit, points, cause, int(regift)))
            return Told(slices=tuple(replace(piece, gift=True) for piece in a.slices(begin)))

        return self._act(state, occurred_at, act)

    def receive(self, state: MemberState, unit: int, slices: Sequence[Slice], occurred_at: int) -> Outcome:
        """Take points that somebody else gave, one lot for each slice; dated anew where the unit says so.

        Raises:
            Refusal: `balance_limit`.
        """
        transfer = self.compiled.program.units[unit].transfer
        keeps = transfer is None or transfer.keeps_expiry

        def act(a: Arrays) -> Told:
            for piece in slices:
                x = endings.expiry_of(a.m, self._P, unit, -1)
                ends = piece.ends if keeps else endings.lot_end(self._P, x, a.m[DAY])
                lots.credit(a.m, a.R, a.e, TRANSFER_IN, unit, piece.points, ends, int(piece.gift))
            return NOTHING

        return self._act(state, occurred_at, act)

    def assign(
        self, state: MemberState, ladder: int, rank: int, until_day: int, occurred_at: int, *, exactly: bool
    ) -> Outcome:
        """Give a tier by hand until a local day, as a floor under what is earned; `exactly` may also lower it.

        Raises:
            Refusal: `tier_ends_before`.
        """

        def act(a: Arrays) -> Told:
            if until_day <= a.m[DAY]:
                raise Refusal("tier_ends_before", "The tier would end before it begins.", pointer="/until")
            ladders.assign(a.m, a.R, a.e, self._P, ladder, rank, until_day, int(exactly))
            return NOTHING

        return self._act(state, occurred_at, act)

    def adopt(self, state: MemberState, *, upgrades: bool, downgrades: bool) -> Outcome:
        """Look at every ladder as its version comes into force, where members move `at once`."""

        def act(a: Arrays) -> Told:
            m, R, e, P = a.m, a.R, a.e, self._P
            for k in range(len(state.ladders)):
                self._tiers(m, P, self._t)
                if downgrades:
                    ladders.fall(ALL_BITS, self._t, m, R, e, P, k)
                if upgrades:
                    ladders.qualify(m, R, e, P, self._t, k)
            return NOTHING

        return self._act(state, state.standing_at, act)

    def advance(self, state: MemberState, until_at: int) -> Outcome:
        """Let time pass for the member up to a UTC second (never back)."""
        return self._act(state, until_at, lambda _: NOTHING, bounded=False)

    # ---- questions

    def replay(self, vector: Sequence[int], lines: Sequence[int] = ()) -> list[int]:
        """Decide again on what a decision saw: every rule's value, what each grant should get, and what it gets.

        `lines` are the order's as `line_rows` gives them, needed where a unit is rounded by line.
        """
        out = [0] * self.compiled.out_size
        o = list(vector[: self.compiled.width])
        count = len(lines) // self.compiled.line_width
        earning.award(self._rules, o, 0, lines, 0, count, self._seen_by(vector), self._P, out)
        return out

    def targets(self, refund: RefundFacts) -> list[int]:
        """Return what each grant would have given of an order had it been what remains of it."""
        if refund.whole:
            return [0] * len(refund.grants)
        o, items = self._prepared(refund.remains, refund.vector[O_AT])
        out = [0] * self.compiled.out_size
        seen = self._seen_by(refund.vector)
        earning.award(self._rules, o, 0, items, 0, len(refund.remains.lines), seen, self._P, out)
        return out[-len(refund.grants) :]

    def slots_of(self, state: MemberState) -> list[int]:
        """Return a state as the machines' slots, for explanations."""
        return Arrays(self.compiled, self._P, state, 0).m

    def line_rows(self, order: OrderFacts) -> list[int]:
        """Return the order's lines as `replay` takes them."""
        return self._rows.lines(order)

    # ---- arrays

    def _decide(self, a: Arrays, o: list[int], items: list[int], cause: int) -> Told:
        compiled, P = self.compiled, self._P
        earning.streak(a.m, P, o[O_KIND])
        vector = (*o, *(a.m[slot] for slot in self._seen))
        out = [0] * (compiled.out_size + 2 * P[P_GRANTS])
        count = len(items) // compiled.line_width
        earning.decide(self._rules, self._tiers, self._t, o, 0, items, 0, count, a.m, a.R, a.e, P, out, cause)
        grants, first = P[P_GRANTS], P[P_RULES]
        given = tuple(
            Given(
                g,
                P[P_GRANT + g * GRANT_ROW + G_UNIT],
                out[first + g],
                out[first + grants + g],
                out[first + 2 * grants + g],
                out[first + 3 * grants + g],
            )
            for g in range(grants)
        )
        return Told(vector=vector, given=given)

    def _act(self, state: MemberState, occurred_at: int, act: Act, *, bounded: bool = True) -> Outcome:
        """Advance a copy of the state, act on it, and take it over; with more room again where it was not enough.

        Only a fact can be refused for a balance too large: time goes on over any.
        """
        at = max(occurred_at, state.standing_at)
        day = local_day(at, self.zone)
        room = ROOM
        while True:
            a = Arrays(self.compiled, self._P, state, room)
            passing.advance(self._tiers, self._t, a.m, a.R, a.e, self._P, at, day)
            passed = a.m[ENTRIES]
            told = NOTHING if a.is_full else act(a)
            if not a.is_full:
                break
            room *= 4
        if bounded:
            check_balances(a.m, self._P)
        a.save(state)
        return outcome_of(a, told, passed, self._P, self.zone, late=occurred_at < at)

    def _prepared(self, order: OrderFacts, at: int) -> tuple[list[int], list[int]]:
        o, items = self._rows.order(order, at), self._rows.lines(order)
        self._prepare(o, 0, items, 0, len(order.lines), self._zone_at, self._zone_offset, self._P)
        return o, items

    def _seen_by(self, vector: Sequence[int]) -> list[int]:
        """Return the member as a decision saw it."""
        m = [0] * M_SIZE
        for slot, value in zip(self._seen, vector[self.compiled.width :], strict=True):
            m[slot] = value
        return m
