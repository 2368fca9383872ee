"""Any sequence of earning, waiting, holding, spending, refunding and transferring leaves every law of the ledger whole.

A small engine decides from what stands, as the write path does; a model of plain integers follows what accounts hold.
"""

from collections import Counter, defaultdict
from dataclasses import astuple
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from shuke.core.values.dates import NEVER
from shuke.rooms.points import facade
from shuke.rooms.points.contracts import Account, Clawback, Kind, Move, NewUnit, Posting, Wait
from shuke.rooms.points.tests.conftest import ANNA, BEN, RECORDED_AT, at

PEOPLE = (ANNA, BEN)


class Engine:
    def __init__(self, unit):
        self.unit, self.day, self.facts = unit, 1, 1_000
        self.orders, self.spent, self.model = defaultdict(list), defaultdict(list), defaultdict(Counter)

    def account(self, who):
        return facade.balances([who])[who].get(self.unit) or Account(self.unit, 0, 0, 0)

    def post(self, who, reference, *moves, until_day=None):
        if not moves:
            return
        posting = Posting(who, self.day, at(self.day), reference, moves, until_day and at(until_day))
        facade.post([posting], {who: facade.balances([who])[who]}, RECORDED_AT)
        for move in moves:
            signed = move.kind.sign * move.points
            self.model[who][move.kind.account] += signed
            self.model[who][move.kind.counter_account] -= signed

    def fact(self):
        self.facts += 1
        return UUID(int=self.facts)

    def ends(self, days):
        return {} if days is None else {"expires_day": self.day + days, "expires_at": at(self.day + days)}

    def credit(self, who, kind, points, reference, **lot):
        """Open a lot; what is owed is repaid of it at once."""
        account = self.account(who)
        number, repaid = account.lot_count + 1, min(account.debt, points)
        repayment = [Move(Kind.REPAYMENT, self.unit, number, repaid)] if repaid else []
        self.post(who, reference, Move(kind, self.unit, number, points, **lot), *repayment)

    def slices(self, who, points):
        for lot in facade.open_lots([who])[who]:
            taken = min(points, lot.remaining)
            points -= taken
            if taken:
                yield lot.number, taken

    def back(self, who, kind, points, reference, take):
        """Put points of a take back into their lot, and repay with them."""
        owed = min(self.account(who).debt, points)
        repayment = [Move(Kind.REPAYMENT, self.unit, take.lot_number, owed)] if owed else []
        move = Move(kind, self.unit, take.lot_number, points, taken_by=take.reference)
        self.post(who, reference, move, *repayment)

    # --- what members do ---

    def earn(self, who, _, points, days):
        reference = self.fact()
        self.orders[who].append(reference)
        self.credit(who, Kind.ACCRUAL, points, reference, **self.ends(days))

    def earn_pending(self, who, _, points, days):
        reference, number = self.fact(), self.account(who).lot_count + 1
        self.orders[who].append(reference)
        wait = Wait(self.day + days) if days else Wait(event="received", cancel_day=self.day + 4)
        self.post(who, reference, Move(Kind.ACCRUAL_PENDING, self.unit, number, points, wait=wait))

    def adjust(self, who, _, points, days):
        self.credit(who, Kind.CREDIT, points, self.fact(), **self.ends(days))

    def redeem(self, who, _, points, days):
        if points <= self.account(who).available:
            reference = self.fact()
            self.spent[who].append(reference)
            self.post(who, reference, *(Move(Kind.REDEMPTION, self.unit, *part) for part in self.slices(who, points)))

    def hold(self, who, _, points, days):
        if points <= self.account(who).available:
            reference = self.fact()
            self.spent[who].append(reference)
            moves = [Move(Kind.HOLDING, self.unit, *part) for part in self.slices(who, points)]
            self.post(who, reference, *moves, until_day=self.day + (days or 1))

    def capture(self, who, _, points, days):
        for hold in facade.open_holds([who])[who][:1]:
            for take in [take for take in hold.takes if take.held][:1]:
                move = Move(Kind.CAPTURE, self.unit, take.lot_number, min(points, take.held), taken_by=hold.id)
                self.post(who, self.fact(), move)

    def give_back(self, who, _, points, days):
        causes = [(who, reference) for reference in self.spent[who]]
        takes = [take for taken in facade.takes_of(causes).values() for take in taken]
        for take in takes[-1:]:
            if take.used > take.returned and take.expires_day > self.day:
                self.back(who, Kind.RETURN, min(points, take.used - take.returned), self.fact(), take)

    def refund(self, who, _, points, days):
        """Take back of an order's lot: of itself, then of what ends soonest, the rest is owed or forgiven."""
        for reference in self.orders[who][-2:]:
            (lot,) = facade.lots_of([(who, reference)])[reference]
            claim = rest = min(points, lot.earned - lot.clawed)
            moves = []
            if lot.waiting and rest:
                moves.append(Move(Kind.CLAWBACK_PENDING, self.unit, lot.number, min(rest, lot.waiting)))
                rest -= moves[0].points
            moves += [Move(Kind.CLAWBACK, self.unit, *part) for part in self.slices(who, rest)]
            taken = sum(move.points for move in moves)
            owed = claim - taken if days != 1 else 0
            owing = [Move(Kind.OWED, self.unit, None, owed)] if owed else []
            if claim:
                refund = self.fact()
                self.post(who, refund, *moves, *owing)
                facade.settle([Clawback(who, refund, self.unit, lot.number, taken, owed, claim - taken - owed)])

    def give(self, who, to, points, days):
        if to != who and points <= self.account(who).available:
            reference = self.fact()
            ends = {lot.number: lot for lot in facade.open_lots([who])[who]}
            for number, part in list(self.slices(who, points)):
                self.post(who, reference, Move(Kind.TRANSFER_OUT, self.unit, number, part))
                day = ends[number].expires_day
                end = {} if day == NEVER else {"expires_day": day, "expires_at": at(day)}
                self.credit(to, Kind.TRANSFER_IN, part, reference, gift=True, **end)

    # --- what time does ---

    def tomorrow(self):
        self.day += 1
        for who in PEOPLE:
            for hold in facade.open_holds([who])[who]:
                if hold.until_at <= at(self.day):
                    self._end(who, hold)
            for lot in facade.waiting_lots([who])[who]:
                if lot.wait.ready_day <= self.day:
                    owed = min(self.account(who).debt, lot.waiting)
                    repayment = [Move(Kind.REPAYMENT, self.unit, lot.number, owed)] if owed else []
                    active = Move(Kind.ACTIVATION, self.unit, lot.number, lot.waiting, **self.ends(5))
                    self.post(who, None, active, *repayment)
                elif lot.wait.cancel_day <= self.day:
                    self.post(who, None, Move(Kind.CANCELLATION, self.unit, lot.number, lot.waiting))
            ended = [lot for lot in facade.open_lots([who])[who] if lot.expires_day <= self.day]
            self.post(who, None, *(Move(Kind.EXPIRY, self.unit, lot.number, lot.remaining) for lot in ended))

    def _end(self, who, hold):
        for take in hold.takes:
            if take.held and take.expires_day <= self.day:
                lapse = Move(Kind.LAPSE, self.unit, take.lot_number, take.held, taken_by=hold.id)
                self.post(who, None, lapse)
            elif take.held:
                self.back(who, Kind.RELEASE, take.held, None, take)


VERBS = ("earn", "earn_pending", "adjust", "redeem", "hold", "capture", "give_back", "refund", "give", "tomorrow")
steps = st.tuples(
    st.sampled_from((*VERBS, "redeem", "refund", "give_back", "tomorrow")),
    st.sampled_from(PEOPLE),
    st.sampled_from(PEOPLE),
    st.integers(1, 60),
    st.sampled_from([1, 3, 6, None]),
)


@pytest.mark.django_db
@settings(max_examples=12, deadline=None)
@given(st.lists(steps, min_size=60, max_size=90))
def test_any_history_of_all_kinds_keeps_every_law(history):
    with transaction.atomic():
        engine = Engine(facade.declare_units([NewUnit("points", 0)])["points"].id)
        facade.open_holders(PEOPLE)
        for verb, who, to, points, days in history:
            if verb == "tomorrow":
                engine.tomorrow()
            else:
                getattr(engine, verb)(who, to, points, days)

        for who in PEOPLE:
            account, model = engine.account(who), engine.model[who]
            assert (account.available, account.pending, account.held, account.debt) == (
                *(model["available"], model["pending"], model["held"], -model["debt"]),
            )
        totals = facade.totals(engine.unit)
        together = facade.all_accounts(engine.unit)
        assert totals.outstanding == together.available + together.pending + together.held - together.debt
        months = facade.monthly(engine.unit)
        assert min((min(astuple(month)) for month in months), default=0) >= 0
        came = sum(month.issued + month.returned for month in months)
        assert totals.outstanding == came - sum(month.taken_back + month.redeemed + month.expired for month in months)
        assert (totals.transferred, totals.issued) == (0, -sum(model["issued"] for model in engine.model.values()))
        assert facade.verify().violations == ()
        transaction.set_rollback(True)
