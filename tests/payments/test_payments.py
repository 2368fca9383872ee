"""A payment is asked for once, booked once whatever the provider tells how often, and given back at most once over."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from shuke.adapters.payment_sandbox import provider as sandbox
from shuke.adapters.payment_sandbox.models import Pretended
from shuke.adapters.payment_sandbox.provider import Behaviour, Sandbox
from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.rooms.org.contracts import Actor, ActorKind
from shuke.rooms.payments import facade, models, sending
from shuke.rooms.payments.contracts import Purpose, Reconciled, RefundState, State
from tests.payments.conftest import ANNA, NOW

BY = Actor(ActorKind.SYSTEM, "tests", "tests")


def ask(reference="p-1", amount_minor=9_900, agreement=""):
    return facade.ask(Purpose.PLAN, reference, ANNA, amount_minor, "CNY", "sandbox", clock.business_now(), agreement)


def pay(payment, behaviour=Behaviour.PAYS, later=Behaviour.PAYS):
    facade.start(payment.id)
    sandbox.settle(payment.id, behaviour, later)
    return facade.find(payment.id)


def pass_days(days):
    clock.set_business_clock(clock.business_now() + timedelta(days=days))
    facade.reconcile()
    return sandbox.deliver(clock.business_now())


def stored():
    return list(models.Payment.objects.values()), list(models.Refund.objects.values())


def refused(code, verb, *arguments):
    before = stored()
    with pytest.raises(Refusal) as caught:
        verb(*arguments)
    assert (caught.value.code, stored()) == (code, before)


def test_a_payment_is_asked_for_once_and_paid_where_its_address_says(heard):
    payment = ask()
    assert ask() == payment
    assert (payment.state, payment.pay_url) == (State.PENDING, "")

    started = facade.start(payment.id)
    assert (started.state, started.pay_url[:16]) == (State.PENDING, "/sandbox/pay/pay")

    paid = pay(payment)
    assert (paid.state, paid.paid_at, paid.agreement) == (State.PAID, NOW, "sandbox:pays")
    assert heard == [("paid", "p-1")]


def test_another_amount_for_the_same_reference_is_refused(heard):
    ask()
    refused("payment_asked_differently", ask, "p-1", 9_901)
    refused("payment_amount_invalid", ask, "p-2", 0)


def test_what_is_told_twice_and_late_is_booked_once(heard):
    payment = ask()
    pay(payment, Behaviour.TWICE)
    row = Pretended.objects.get(pk=payment.id)
    before = stored()

    assert facade.answered("sandbox", *sandbox.callback(row)).body == "ok"

    assert (heard, stored()) == ([("paid", "p-1")], before)


def test_a_callback_that_is_not_the_providers_changes_nothing(heard):
    payment = ask()
    facade.start(payment.id)
    row = Pretended.objects.get(pk=payment.id)
    row.outcome = "done"
    headers, body = sandbox.callback(row)

    refused("payment_callback_refused", facade.answered, "sandbox", headers, body.replace(b"9900", b"9901"))
    refused("payment_callback_refused", facade.answered, "sandbox", {}, body)
    refused("payment_callback_refused", facade.answered, "sandbox", headers | {sandbox.SIGNATURE: "é"}, body)
    refused("unknown_payment_method", facade.answered, "barter", headers, body)
    row.amount_minor = 1
    refused("payment_amount_differs", facade.answered, "sandbox", *sandbox.callback(row))
    assert heard == []


def test_what_failed_may_still_be_paid_and_what_was_paid_never_fails(heard):
    payment = ask()
    assert pay(payment, Behaviour.DECLINES).state is State.FAILED
    row = Pretended.objects.get(pk=payment.id)
    row.outcome = "done"
    facade.answered("sandbox", *sandbox.callback(row))
    assert facade.find(payment.id).state is State.PAID
    row.outcome = "failed"
    facade.answered("sandbox", *sandbox.callback(row))

    assert facade.find(payment.id).state is State.PAID
    assert heard == [("failed", "p-1"), ("paid", "p-1")]


def test_a_charge_under_an_agreement_needs_nobody(heard):
    paid, declined = ask("a", agreement="sandbox:pays"), ask("b", agreement="sandbox:declines")

    assert facade.reconcile() == Reconciled(2, 2)
    sandbox.deliver(NOW)

    assert [facade.find(one.id).state for one in (paid, declined)] == [State.PAID, State.FAILED]
    assert sorted(heard) == [("failed", "b"), ("paid", "a")]


def test_a_provider_that_keeps_silent_is_asked_again(heard):
    payment = ask(agreement="sandbox:silent")
    assert facade.start(payment.id).state is State.PENDING
    assert facade.reconcile() == Reconciled(0, 0)  # not again at once

    pass_days(1)

    assert (facade.find(payment.id).state, heard) == (State.PAID, [("paid", "p-1")])
    assert Pretended.objects.count() == 1


def test_a_provider_that_never_heard_of_it_is_sent_it_again(heard):
    payment = ask(agreement="sandbox:silent")
    facade.start(payment.id)
    Pretended.objects.all().delete()

    pass_days(1)
    pass_days(1)

    assert (facade.find(payment.id).state, heard) == (State.PAID, [("paid", "p-1")])


def test_what_is_told_late_comes_in_business_time(heard):
    payment = ask(agreement="sandbox:late")

    assert [pass_days(1) for _ in range(4)] == [0, 0, 0, 1]
    assert facade.find(payment.id).paid_at == NOW + timedelta(days=4)


def test_nobody_pays_and_the_provider_gives_up(heard):
    payment = ask()
    facade.start(payment.id)

    pass_days(2)

    assert (facade.find(payment.id).state, heard) == (State.FAILED, [("failed", "p-1")])


def test_refunds_never_come_to_more_than_was_paid(heard):
    payment = pay(ask())
    first = facade.refund(payment.id, 4_000, "cooling-off", NOW)
    assert facade.refund(payment.id, 4_000, "cooling-off", NOW) == first
    refused("payment_asked_differently", facade.refund, payment.id, 3_999, "cooling-off", NOW)
    refused("refund_exceeds_payment", facade.refund, payment.id, 5_901, "more", NOW)
    refused("refund_exceeds_payment", facade.refund, payment.id, 0, "nothing", NOW)

    pass_days(0)
    assert (facade.find(payment.id).state, facade.find(payment.id).refunded_minor) == (State.REFUNDED_PART, 4_000)
    facade.refund(payment.id, 5_900, "rest", NOW)
    pass_days(0)

    assert (facade.find(payment.id).state, facade.find(payment.id).refunded_minor) == (State.REFUNDED, 9_900)
    assert [(one.key, one.state) for one in facade.refunds_of([payment.id])[payment.id]] == [
        ("cooling-off", RefundState.DONE),
        ("rest", RefundState.DONE),
    ]
    assert facade.verify().violations == ()


def test_what_was_not_paid_is_not_given_back(heard):
    refused("payment_not_paid", facade.refund, ask().id, 1, "no", NOW)


def test_a_refund_that_fails_gives_its_room_back(heard):
    payment = pay(ask())
    refund = facade.refund(payment.id, 9_900, "all", NOW)
    facade.reconcile()
    row = Pretended.objects.get(pk=refund.id)
    row.outcome = "failed"

    facade.answered("sandbox", *sandbox.callback(row))

    assert (facade.find(payment.id).state, facade.find(payment.id).refunded_minor) == (State.PAID, 0)
    assert facade.refund(payment.id, 9_900, "again", NOW).state is RefundState.PENDING
    assert facade.failed_refunds(9).refunds == ()  # the money is on its way back otherwise
    refused("refund_exceeds_payment", facade.retry_refund, refund.id, NOW, BY)
    assert facade.refunds_of([payment.id])[payment.id][0].state is RefundState.FAILED


def test_a_refund_that_failed_is_tried_again_as_itself(heard):
    payment = pay(ask())
    refund = facade.refund(payment.id, 9_900, "all", NOW)
    facade.reconcile()
    row = Pretended.objects.get(pk=refund.id)
    row.outcome = "failed"
    facade.answered("sandbox", *sandbox.callback(row))
    assert [(paid.id, one.id) for paid, one in facade.failed_refunds(9).refunds] == [(payment.id, refund.id)]

    tried = facade.retry_refund(refund.id, NOW, BY)
    assert (tried.id, tried.state, facade.find(payment.id).refunded_minor) == (refund.id, RefundState.PENDING, 9_900)
    facade.reconcile()

    assert (facade.find(payment.id).state, facade.failed_refunds(9).refunds) == (State.REFUNDED, ())
    assert facade.retry_refund(refund.id, NOW, BY).state is RefundState.DONE
    assert facade.verify().violations == ()


def test_only_the_refunds_of_one_member_are_sent_at_once(heard, monkeypatch):
    asked = []
    monkeypatch.setattr(sending, "send_refund", lambda refund_id, _: asked.append(refund_id))
    refund = facade.refund(pay(ask()).id, 9_900, "all", NOW)
    facade.send_refunds(UUID(int=2))
    assert asked == []
    facade.send_refunds(ANNA)
    assert asked == [refund.id]


def test_a_method_without_keys_and_an_answer_of_another_shape_keep_no_other_waiting(heard, monkeypatch):
    gone, broken, good = ask("p-1"), ask("p-2"), ask("p-3")
    models.Payment.objects.filter(pk=gone.id).update(method="gone")
    charge = Sandbox.charge

    def answer(self, told):
        if told.payment_id == broken.id:
            raise KeyError("code_url")
        return charge(self, told)

    monkeypatch.setattr(Sandbox, "charge", answer)
    assert facade.reconcile() == Reconciled(3, 1)
    assert [facade.find(one.id).pay_url != "" for one in (gone, broken, good)] == [False, False, True]


def test_the_database_refuses_what_must_not_be(heard):
    payment = ask()
    for wrong in ({"refunded_minor": 9_901}, {"state": "paid"}, {"state": "lost"}, {"amount_minor": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            models.Payment.objects.filter(pk=payment.id).update(**wrong)


def test_pages_go_on_after_their_cursor(heard):
    asked = [ask(f"p-{number}").id for number in range(5)]

    first = facade.page(3)
    second = facade.page(3, first.next_cursor)

    assert [one.id for one in (*first.payments, *second.payments)] == asked[::-1]
    assert second.next_cursor is None
    assert facade.page(9, state=State.PAID).payments == ()
    with pytest.raises(Refusal, match="cursor"):
        facade.page(3, "1.2")
