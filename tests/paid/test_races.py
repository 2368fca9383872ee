"""Renewal, cancellation and callbacks at once: whoever is first, nobody pays for what they don't have."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from shuke.adapters.payment_sandbox import provider as sandbox
from shuke.adapters.payment_sandbox.models import Pretended
from shuke.config import plans
from shuke.core.values.errors import Refusal
from shuke.rooms.paid import facade as paid
from shuke.rooms.paid.contracts import Length, Order, State
from shuke.rooms.payments import facade as payments
from tests.paid import club
from tests.paid.club import BY

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 3


def at_once(*works):
    """Do all at the same time, each in a connection of its own; return what each came to."""
    barrier = threading.Barrier(len(works))

    def run(work):
        barrier.wait()
        try:
            return work()
        except Refusal as refused:
            return refused.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return [done.result(60) for done in [pool.submit(run, work) for work in works]]


def callbacks_of(payment_id):
    """Return a call back that tells a payment was paid."""
    payments.start(payment_id)
    row = Pretended.objects.get(pk=payment_id)
    row.outcome = "done"
    row.save()
    headers, body = sandbox.callback(row)
    return lambda: payments.answered("sandbox", headers, body)


def test_a_callback_told_four_times_beside_a_cancellation(transactional_db):
    club.open_club()
    for member in club.enrol(*"ABCDE"[:ROUNDS]):
        bought = paid.buy(Order(member, "plus", Length.YEAR, "sandbox"), BY)
        tell, id = callbacks_of(bought.payment_id), bought.subscription.id

        at_once(tell, tell, lambda one=id: paid.cancel(one, BY, at_once=True), tell, tell)

        assert paid.subscription(id).state is State.CANCELLED
        assert club.money(member) == (12_000, 12_000)
    assert paid.verify().violations == payments.verify().violations == ()


def test_a_renewal_that_is_due_beside_its_callback_and_a_cancellation(transactional_db):
    club.open_club()
    months = [(member, club.buy(member, length=Length.MONTH)) for member in club.enrol(*"ABCDE"[:ROUNDS])]
    club.pass_days(28)
    for member, month in months:
        club.clock.set_business_clock(max(club.clock.business_now(), month.ends_at - club.timedelta(hours=20)))
        at_once(
            plans.advance,
            plans.advance,
            payments.reconcile,
            lambda one=month.id: paid.cancel(one, BY, at_once=True),
        )
        club.run()
        assert paid.subscription(month.id).state is State.CANCELLED
        paid_in, back = club.money(member)
        kept = sum(period.value_minor for period in paid.history(month.id).periods)
        assert (paid_in in {1_500, 3_000}, kept <= paid_in - back <= 1_500) == (True, True)
    assert paid.verify().violations == payments.verify().violations == ()


def test_one_activation_code_and_one_order_at_once(transactional_db):
    club.open_club()
    batch = paid.make_codes("plus", Length.MONTH, ROUNDS, "", None, BY)
    people = club.enrol(*"ABCDE"[:ROUNDS])
    for member, (code, _) in zip(people, paid.codes_of(batch.id, BY), strict=True):
        bought = paid.buy(Order(member, "plus", Length.YEAR, "sandbox"), BY)
        tell = callbacks_of(bought.payment_id)
        use = lambda code=code, member=member: paid.use_code(member, code, BY)  # noqa: E731

        done = at_once(use, tell, use, tell)

        assert sum(one == "activation_code_used" for one in done) == 1
        live = [one for one in paid.page(9, member_id=member).subscriptions if one.is_live]
        assert [len(paid.history(one.id).periods) for one in live] == [2]
    assert paid.verify().violations == ()
