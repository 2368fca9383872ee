"""A refund that its provider refused is paid by hand: once, with a proof, and never beside a later success."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.db import connections

from shuke.adapters.payment_sandbox import provider as sandbox
from shuke.adapters.payment_sandbox.models import Pretended
from shuke.adapters.payment_sandbox.provider import Behaviour
from shuke.core.values.errors import Refusal
from shuke.rooms.org import facade as org
from shuke.rooms.payments import facade
from shuke.rooms.payments.contracts import PAID_TWICE, ByHand, RefundState, State
from tests.payments.conftest import NOW
from tests.payments.test_payments import BY, ask, pass_days, pay, refused

HAND = ByHand("tests", "bank 17", "the card was closed")


def tell(refund, outcome):
    """Let the provider tell what became of a refund."""
    row = Pretended.objects.get(pk=refund.id)
    row.outcome = outcome
    facade.answered("sandbox", *sandbox.callback(row))


def failed(amount_minor=9_900):
    """Return a payment and a refund of it that the provider refused."""
    payment = pay(ask())
    refund = facade.refund(payment.id, amount_minor, "all", NOW)
    facade.reconcile()
    tell(refund, "failed")
    return payment, refund


def by_hand(refund, reference=" bank 17 ", note="the card was closed"):
    return facade.pay_refund_by_hand(refund.id, reference, note, NOW, BY)


def stands(payment):
    found = facade.find(payment.id)
    return found.state, found.refunded_minor


def test_it_closes_the_refund_and_says_who_when_and_by_which_proof(heard):
    payment, refund = failed(4_000)

    done = by_hand(refund)

    assert (done.state, done.done_at, done.by_hand) == (RefundState.DONE, NOW, HAND)
    assert stands(payment) == (State.REFUNDED_PART, 4_000)
    assert facade.failed_refunds(9).refunds == ()
    assert facade.refunds_by_hand(9) == ((facade.find(payment.id), done),)
    assert facade.refunds_of([payment.id])[payment.id] == (done,)
    (line,) = org.audit_lines(9).lines
    assert (line.action, line.after) == (
        "refund.paid_by_hand",
        {"amount_minor": 4_000, "currency": "CNY", "reference": "bank 17", "note": "the card was closed"},
    )
    assert facade.verify().violations == ()


def test_a_provider_that_keeps_the_money_at_first_gives_it_back_when_it_is_tried_again(heard):
    payment = pay(ask(), Behaviour.KEEPS)
    refund = facade.refund(payment.id, 9_900, "all", NOW)
    facade.reconcile()
    ((_, kept),) = facade.failed_refunds(9).refunds
    assert (kept.id, kept.reason, stands(payment)) == (refund.id, "declined", (State.PAID, 0))
    facade.retry_refund(refund.id, NOW, BY)
    facade.send_refund(refund.id)
    assert (facade.refund_of(refund.id)[1].state, stands(payment)) == (RefundState.DONE, (State.REFUNDED, 9_900))
    assert facade.verify().violations == ()


def test_it_is_not_done_twice_and_not_tried_again(heard):
    payment, refund = failed()
    done = by_hand(refund)
    refused("refund_not_failed", by_hand, refund)
    assert facade.retry_refund(refund.id, NOW, BY) == done
    refused("refund_exceeds_payment", facade.refund, payment.id, 1, "more", NOW)
    assert stands(payment) == (State.REFUNDED, 9_900)


def test_what_is_on_its_way_or_went_back_is_not_paid_by_hand(heard):
    payment = pay(ask())
    refund = facade.refund(payment.id, 9_900, "all", NOW)
    refused("refund_not_failed", by_hand, refund)
    pass_days(0)
    refused("refund_not_failed", by_hand, refund)
    assert stands(payment) == (State.REFUNDED, 9_900)


def test_a_success_that_is_told_late_closes_it_as_well(heard):
    payment, refund = failed()
    tell(refund, "done")
    assert stands(payment) == (State.REFUNDED, 9_900)
    refused("refund_not_failed", by_hand, refund)


def test_a_refusal_that_is_told_after_it_was_paid_by_hand_changes_nothing(heard):
    payment, refund = failed()
    done = by_hand(refund)
    tell(refund, "failed")
    assert (stands(payment), facade.refund_of(refund.id)[1]) == ((State.REFUNDED, 9_900), done)


def test_a_provider_that_pays_beside_a_hand_is_told_once_and_moves_nothing(heard):
    payment, refund = failed()
    done = by_hand(refund)
    tell(refund, "done")
    tell(refund, "done")
    tell(refund, "failed")
    assert (stands(payment), facade.refund_of(refund.id)[1]) == (
        (State.REFUNDED, 9_900),
        replace(done, reason=PAID_TWICE),
    )
    twice, by_hands = org.audit_lines(9).lines
    assert (twice.action, twice.actor.label, twice.after, by_hands.action) == (
        "refund.paid_twice",
        "sandbox",
        {"amount_minor": 9_900, "currency": "CNY"},
        "refund.paid_by_hand",
    )


def test_money_that_went_back_otherwise_is_not_paid_by_hand(heard):
    payment, refund = failed()
    facade.refund(payment.id, 5_000, "again", NOW)
    refused("refund_exceeds_payment", by_hand, refund)
    tell(refund, "done")  # nor booked beside it
    row = facade.refund_of(refund.id)[1]
    assert (stands(payment), row.state, row.reason) == ((State.PAID, 5_000), RefundState.FAILED, PAID_TWICE)
    assert [line.action for line in org.audit_lines(9).lines] == ["refund.paid_twice"]
    assert (facade.failed_refunds(9).refunds, facade.refunds_by_hand(9)[0][1].id) == ((), refund.id)


def test_what_was_told_as_paid_is_booked_once_what_went_back_otherwise_fails(heard):
    payment, refund = failed()
    other = facade.refund(payment.id, 5_000, "again", NOW)
    facade.reconcile()
    tell(refund, "done")
    tell(other, "failed")
    row = facade.refund_of(refund.id)[1]
    assert (stands(payment), row.state, row.reason) == ((State.REFUNDED, 9_900), RefundState.DONE, "")
    assert (facade.failed_refunds(9).refunds, facade.refunds_by_hand(9)) == ((), ())
    assert facade.verify().violations == ()


@pytest.mark.parametrize(
    ("reference", "note", "code"),
    [
        ("", "", "reference_required"),
        ("  ", "", "reference_required"),
        ("x" * 101, "", "reference_required"),
        ("a\nb", "", "reference_required"),
        ("bank 17", "x" * 201, "reason_too_long"),
        ("bank 17", "a\nb", "reason_required"),
    ],
)
def test_without_a_proof_nothing_is_closed(heard, reference, note, code):
    _, refund = failed()
    refused(code, by_hand, refund, reference, note)


@pytest.mark.django_db(transaction=True)
def test_four_at_once_close_it_once(transactional_db, heard):
    payment, refund = failed()
    works = [lambda: by_hand(refund), lambda: by_hand(refund, "bank 18"), lambda: tell(refund, "done")]
    works.append(lambda: facade.retry_refund(refund.id, NOW, BY))
    barrier = threading.Barrier(len(works))

    def run(work):
        barrier.wait()
        try:
            work()
        except Refusal as refusal:
            return refusal.code
        finally:
            connections.close_all()
        return ""

    with ThreadPoolExecutor(len(works)) as pool:
        told = [done.result(60) for done in [pool.submit(run, work) for work in works]]
    facade.reconcile()

    assert set(told) <= {"", "refund_not_failed"}
    assert told[:2].count("") <= 1
    assert told[2:] == ["", ""]
    assert stands(payment) == (State.REFUNDED, 9_900)
    assert facade.verify().violations == ()
