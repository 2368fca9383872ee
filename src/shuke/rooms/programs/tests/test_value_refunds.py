"""Refunds of stored value: told before, agreed to by a second person, back to where the money came from, less the fee."""

from uuid import UUID

import pytest

from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.rooms.members.contracts import Status
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor, ActorKind, KeyPrincipal, Right
from shuke.rooms.payments import facade as payments
from shuke.rooms.payments.contracts import RefundState
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import TopUpFact
from shuke.rooms.programs.tests.conftest import ACTOR, member
from shuke.rooms.programs.tests.value_shop import CAFE, CLERK, Provider, at_desk, has, laws_hold
from shuke.rooms.value import facade as value
from shuke.rooms.value.contracts import TopUpState

pytestmark = pytest.mark.django_db

BOSS = Actor(ActorKind.STAFF, "stf_2", "Boss")


@pytest.fixture
def program(now):
    return facade.publish(CAFE, ACTOR)


@pytest.fixture
def principal(db):
    return KeyPrincipal(UUID(int=1), "till", frozenset({Right.VALUE_REFUND, Right.APPROVALS_DECIDE}), livemode=True)


@pytest.fixture
def paid_in(anna, monkeypatch, django_capture_on_commit_callbacks):
    """100.00 at the desk, then 200.00 with a bonus of 20.00 through a provider; 60.00 of the principal are used."""
    monkeypatch.setattr(payments.sending, "PROVIDERS", {"fake": Provider()})
    at_desk("T1", 10_000)
    with django_capture_on_commit_callbacks(execute=True):
        facade.top_up(TopUpFact("app", "T2", member(1), 20_000), ACTOR)
    payments.answered("fake", {}, b"done")
    return anna


def parts_of(found):
    return [(part.method, part.covered_minor, part.amount_minor) for part in found.parts]


def test_a_preview_tells_the_fee_the_bonus_and_where_the_money_goes(paid_in):
    found = facade.preview_value_refund(member(1))
    assert (found.principal_minor, found.fee_minor, found.money_minor, found.bonus_minor) == (
        30_000,
        1_500,
        28_500,
        2_000,
    )
    assert parts_of(found) == [("fake", 20_000, 20_000), ("desk", 10_000, 8_500)]
    part = facade.preview_value_refund(member(1), 5_000)
    assert (part.fee_minor, part.bonus_minor, parts_of(part)) == (250, 333, [("fake", 5_000, 4_750)])
    assert has(paid_in) == (30_000, 2_000)


def test_one_asks_another_agrees_and_the_money_goes_back_newest_first(paid_in, principal):
    asked = facade.ask_value_refund(member(1), 25_000, "moves away", CLERK, principal)
    assert (asked.summary["money"], asked.summary["fee"], asked.summary["bonus"]) == ("237.50", "12.50", "16.66")
    assert has(paid_in) == (30_000, 2_000)
    with pytest.raises(Refusal) as refused:
        org.decide_approval(asked.id, approve=True, comment="", actor=CLERK, principal=principal)
    assert refused.value.code == "own_request"

    org.decide_approval(asked.id, approve=True, comment="", actor=BOSS, principal=principal)

    (done,) = value.refunds(10).refunds
    assert (done.principal_minor, done.bonus_minor, done.fee_minor) == (25_000, 1_666, 1_250)
    assert parts_of(done) == [("fake", 20_000, 20_000), ("desk", 5_000, 3_750)]
    assert [part.state for part in done.parts] == [RefundState.PENDING, None]
    assert has(paid_in) == (5_000, 334)
    states = [(top_up.method, top_up.state, top_up.refunded_minor) for top_up in facade.top_ups(10).top_ups]
    assert states == [("fake", TopUpState.REFUNDED, 20_000), ("desk", TopUpState.REFUNDED_PART, 5_000)]
    assert laws_hold()


def test_what_would_come_to_something_else_by_now_is_asked_for_again(paid_in, principal):
    asked = facade.ask_value_refund(member(1), 25_000, "moves away", CLERK, principal)
    facade.publish(CAFE.replace("fee_percent: 5", "fee_percent: 6"), ACTOR)

    with pytest.raises(Refusal) as refused:
        org.decide_approval(asked.id, approve=True, comment="", actor=BOSS, principal=principal)
    assert refused.value.code == "value_refund_changed"
    assert has(paid_in) == (30_000, 2_000)


def test_whoever_is_frozen_still_gets_their_money(paid_in):
    facade.set_status(paid_in, Status.FROZEN, "suspect", ACTOR)
    facade.ask_value_refund(member(1), None, "closed", CLERK, None)
    assert has(paid_in) == (0, 0)
    assert laws_hold()


@pytest.mark.parametrize(("minor", "code"), [(0, "value_amount"), (30_001, "insufficient_value")])
def test_no_more_is_refunded_than_there_is(paid_in, principal, minor, code):
    with pytest.raises(Refusal) as refused:
        facade.ask_value_refund(member(1), minor, "moves away", CLERK, principal)
    assert refused.value.code == code
    assert has(paid_in) == (30_000, 2_000)


def test_who_may_not_refund_asks_in_vain(paid_in):
    nobody = KeyPrincipal(paid_in, "till", frozenset(), livemode=True)
    with pytest.raises(Refusal) as refused:
        facade.ask_value_refund(member(1), None, "moves away", CLERK, nobody)
    assert refused.value.code == "forbidden"


def test_value_of_a_merged_record_goes_back_to_its_own_payment(paid_in, enrol):
    ben = enrol(2)
    facade.merge_members(ben, [paid_in], "one person", ACTOR)
    assert has(ben) == (30_000, 2_000)
    done = facade.ask_value_refund(member(2), None, "moves away", CLERK, None)
    assert parts_of(done) == [("fake", 20_000, 20_000), ("desk", 10_000, 8_500)]
    assert (has(ben), clock.business_now()) == ((0, 0), done.at)
    assert laws_hold()


def test_a_fault_half_way_leaves_everything_as_it_was(paid_in, monkeypatch):
    def broken(*_):
        raise RuntimeError("the machine stops here")

    monkeypatch.setattr(payments, "refund", broken)
    with pytest.raises(RuntimeError):
        facade.ask_value_refund(member(1), None, "moves away", CLERK, None)

    assert (has(paid_in), value.refunds(10).refunds) == ((30_000, 2_000), ())
    assert laws_hold()
