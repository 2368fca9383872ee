"""Stored value through the pretended provider: however it tells of a payment, value comes once, and its money goes back."""

from datetime import timedelta
from pathlib import Path

import pytest

from shuke.adapters.payment_sandbox import provider as sandbox
from shuke.adapters.payment_sandbox.models import Pretended
from shuke.adapters.payment_sandbox.provider import Behaviour
from shuke.foundation import clock
from shuke.rooms.members.contracts import ExternalId, MemberRef, NewMember
from shuke.rooms.org.contracts import Actor, ActorKind
from shuke.rooms.payments import booking
from shuke.rooms.payments import facade as payments
from shuke.rooms.payments.contracts import ByHand, Purpose, RefundState
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import TopUpFact
from shuke.rooms.value import facade as value
from shuke.rooms.value.contracts import TopUpState

BY = Actor(ActorKind.CLI, "tests", "tests")
TEA_HOUSE = (Path(__file__).parents[2] / "examples" / "tea-house.yaml").read_text("utf-8")
BEN = MemberRef(external=ExternalId("till", "2"))


@pytest.fixture
def ben(heard, monkeypatch):
    monkeypatch.setattr(booking, "PAID", {Purpose.VALUE: facade.value_paid})
    monkeypatch.setattr(booking, "FAILED", {Purpose.VALUE: facade.value_failed})
    facade.publish(TEA_HOUSE, BY)
    (ben,) = facade.enrol([NewMember((ExternalId("till", "2"),))], BY)
    return ben.id


def asked(behaviour):
    """Ask for 200.00 and let the provider do as told."""
    made = facade.top_up(TopUpFact("app", "T1", BEN, 20_000, "sandbox"), BY)
    payments.start(made.payment.id)
    sandbox.settle(made.payment.id, behaviour, behaviour)
    return made


def pass_days(days):
    clock.set_business_clock(clock.business_now() + timedelta(days=days))
    payments.reconcile()
    sandbox.deliver(clock.business_now())


def held(member_id):
    found = facade.value_of(member_id)
    return found.principal_minor, found.bonus_minor


@pytest.mark.parametrize("behaviour", [Behaviour.PAYS, Behaviour.TWICE, Behaviour.LATE])
def test_value_comes_once_and_its_money_goes_back_through_the_provider(ben, behaviour):
    made = asked(behaviour)
    pass_days(4)
    assert (value.top_up(made.id).state, held(ben)) == (TopUpState.PAID, (20_000, 2_000))

    refund = facade.ask_value_refund(BEN, None, "moves away", BY, None)
    assert ([part.state for part in refund.parts], held(ben)) == ([RefundState.PENDING], (0, 0))
    pass_days(4)
    (part,) = value.refund_of(refund.id).parts
    assert (part.state, part.amount_minor, part.covered_minor) == (RefundState.DONE, 19_000, 20_000)
    assert value.top_up(made.id).state is TopUpState.REFUNDED
    assert value.verify().violations == ()


def test_what_is_declined_tops_up_nothing(ben):
    made = asked(Behaviour.DECLINES)
    pass_days(1)
    assert (value.top_up(made.id).state, held(ben)) == (TopUpState.FAILED, (0, 0))


def test_a_part_that_the_provider_refused_is_paid_by_hand(ben):
    asked(Behaviour.PAYS)
    pass_days(0)
    refund = facade.ask_value_refund(BEN, None, "moves away", BY, None)
    (part,) = refund.parts
    (sent,) = payments.refunds_of([part.payment_id])[part.payment_id]
    payments.send_refund(sent.id)
    row = Pretended.objects.get(pk=sent.id)
    row.outcome = "failed"
    payments.answered("sandbox", *sandbox.callback(row))
    assert value.refund_of(refund.id).parts[0].state is RefundState.FAILED

    payments.pay_refund_by_hand(sent.id, "cash book 7", "", clock.business_now(), BY)

    (part,) = value.refund_of(refund.id).parts
    assert (part.state, part.amount_minor, part.by_hand) == (
        RefundState.DONE,
        19_000,
        ByHand("tests", "cash book 7", ""),
    )
    figures = facade.value_figures()
    assert (held(ben), figures.refunded_minor, figures.fees_minor) == ((0, 0), 20_000, 1_000)
    assert value.verify().violations == payments.verify().violations == ()
