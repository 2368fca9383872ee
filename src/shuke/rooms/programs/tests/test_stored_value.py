"""Stored value: money comes in at the desk and through payments, once, with its bonus."""

from dataclasses import replace

import pytest

from shuke.core.values.errors import Refusal
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import ExternalId, MemberRef, Status
from shuke.rooms.payments import facade as payments
from shuke.rooms.payments.contracts import State
from shuke.rooms.points import facade as points
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import AdjustFact, ImportFile, OpeningFact, TopUpFact
from shuke.rooms.programs.services import benefit_points
from shuke.rooms.programs.tests.conftest import ACTOR, member
from shuke.rooms.programs.tests.test_record import everything
from shuke.rooms.programs.tests.value_shop import CAFE, CLERK, Provider, at_desk, has, laws_hold
from shuke.rooms.value.contracts import TopUpState, ValueWarning

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(now):
    return facade.publish(CAFE, ACTOR)


@pytest.fixture
def provider(monkeypatch):
    made = Provider()
    monkeypatch.setattr(payments.sending, "PROVIDERS", {"fake": made, "counter": Provider()})
    return made


@pytest.fixture
def asked(anna, provider, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        return facade.top_up(TopUpFact("app", "T1", member(1), 20_000), ACTOR)


def test_money_taken_at_the_desk_is_there_at_once_with_its_bonus_and_is_not_earned(anna):
    made = at_desk("T1", 50_000)

    assert (made.state, made.amount_minor, made.bonus_minor, made.payment) == (TopUpState.PAID, 50_000, 8_000, None)
    assert has(anna) == (50_000, 8_000)
    entries = points.entries_of([(anna, made.deposit_id)])[made.deposit_id]
    assert [(entry.kind, entry.counter_account, entry.amount) for entry in entries] == [
        ("deposit", "paid_in", 50_000),
        ("deposit", "paid_in", 8_000),
    ]
    assert laws_hold()


def test_a_repeat_is_answered_and_other_content_is_refused(anna):
    first = at_desk("T1", 20_000)

    assert at_desk("T1", 20_000) == replace(first, repeated=True)
    with pytest.raises(Refusal) as refused:
        at_desk("T1", 30_000)
    assert refused.value.code == "already_recorded_differently"
    assert has(anna) == (20_000, 2_000)


@pytest.mark.parametrize(
    ("fact", "code", "pointer"),
    [
        (TopUpFact("t", "1", member(1), 4_999, "desk"), "top_up_bounds", "/amount_minor"),
        (TopUpFact("t", "1", member(1), 500_001, "desk"), "top_up_bounds", "/amount_minor"),
        (TopUpFact("t", "1", member(1), 5_000, "counter"), "unknown_payment_method", "/method"),
        (TopUpFact("t", "1", member(1), 5_000, "value"), "unknown_payment_method", "/method"),
        (TopUpFact("t", "1", member(9), 5_000, "desk"), "unknown_member", "/member"),
        (TopUpFact("", "1", member(1), 5_000, "desk"), "text_length", "/source"),
    ],
)
def test_what_is_refused_leaves_nothing(anna, provider, fact, code, pointer):
    with pytest.raises(Refusal) as refused:
        facade.top_up(fact, CLERK)

    assert (refused.value.code, refused.value.pointer) == (code, pointer)
    assert has(anna) == (0, 0)
    assert facade.top_ups(10).top_ups == ()


def test_only_who_took_the_money_says_so(anna):
    with pytest.raises(Refusal) as refused:
        facade.top_up(TopUpFact("portal", "1", member(1), 5_000, "desk"), ACTOR)

    assert refused.value.code == "desk_needs_clerk"
    assert has(anna) == (0, 0)


def test_more_than_a_prepaid_card_may_hold_is_told_or_refused(anna):
    at_desk("T1", 300_000)
    assert at_desk("T2", 200_000).warnings == ()
    assert at_desk("T3", 5_000).warnings == (ValueWarning.NAMED_LIMIT,)
    assert facade.value_of(anna).warnings == (ValueWarning.NAMED_LIMIT,)

    facade.publish(CAFE.replace("unnamed: 1000", "unnamed: 1000, over: refuse"), ACTOR)
    with pytest.raises(Refusal) as refused:
        at_desk("T4", 5_000)
    assert (refused.value.code, refused.value.params) == ("value_limit", {"most": "5,000.00", "asked": "5,100.00"})
    assert has(anna)[0] == 505_000


def test_a_payment_tops_up_when_it_is_paid_however_often_it_is_told(anna, asked, provider):
    assert (asked.state, asked.payment.state, has(anna)) == (TopUpState.ASKED, State.PENDING, (0, 0))

    payments.answered("fake", {}, b"failed")
    assert facade.top_up_of(asked.id).state is TopUpState.FAILED
    for _ in range(3):
        payments.answered("fake", {}, b"done")  # late, and again and again

    assert facade.top_up_of(asked.id).state is TopUpState.PAID
    assert has(anna) == (20_000, 2_000)
    assert laws_hold()


def test_money_that_the_member_cannot_have_any_more_goes_back(anna, asked, provider):
    facade.set_status(anna, Status.FROZEN, "asked for it", ACTOR)
    payments.answered("fake", {}, b"done")

    done = facade.top_up_of(asked.id)
    assert (done.state, done.payment.refunded_minor, done.deposit_id) == (TopUpState.RETURNED, 20_000, None)
    assert has(anna) == (0, 0)
    assert laws_hold()


def test_nobody_leaves_money_behind_without_saying_so(anna):
    at_desk("T1", 20_000)
    with pytest.raises(Refusal) as refused:
        facade.set_status(anna, Status.EXITED, "moves away", ACTOR)
    assert (refused.value.code, refused.value.params) == ("value_left", {"left": "200.00"})
    assert members.facts([anna])[anna].status is Status.ACTIVE

    facade.set_status(anna, Status.EXITED, "moves away", ACTOR, give_up_value=True)
    with pytest.raises(Refusal) as refused:
        at_desk("T2", 20_000)
    assert refused.value.code == "unknown_member"
    assert laws_hold()


def test_rules_hear_of_a_top_up_where_the_program_declares_it(anna):
    told = CAFE.replace("units:", "behaviours: {top_up: {amount: number}}\nunits:").replace(
        "earn:", "earn:\n  - {code: paid-ahead, unit: points, on: top_up, points: event.amount}"
    )
    facade.publish(told, ACTOR)
    at_desk("T1", 20_050)
    at_desk("T1", 20_050)

    assert {balance.unit: balance.available for balance in facade.standing(anna).balances} == {
        "points": 200,
        "balance": 20_050,
        "gift": 2_000,
    }
    assert laws_hold()


@pytest.mark.parametrize(
    "fact",
    [
        AdjustFact("desk", "A1", member(1), 1_000, "a mishap", "balance"),
        AdjustFact("desk", "A1", member(1), -1_000, "a mishap", "balance"),
    ],
)
def test_principal_moves_with_money_alone_and_never_by_hand(anna, fact):
    at_desk("T1", 50_000)
    before = everything()

    (result,) = facade.record([fact], CLERK)

    assert (result.refusal.code, result.refusal.pointer) == ("principal_by_hand", "/unit")
    assert everything() == before
    (given,) = facade.record([replace(fact, unit="gift")], CLERK)
    assert (given.refusal, has(anna)) == (None, (50_000, 8_000 + fact.points))


def test_a_balance_of_another_system_comes_as_an_opening_and_goes_back_by_hand(anna):
    (result,) = facade.record([OpeningFact("old", "A1", member(1), 30_000, "balance")], ACTOR)

    assert (result.refusal, has(anna)) == (None, (30_000, 0))
    seen = facade.preview_value_refund(member(1))
    assert [(part.method, part.amount_minor) for part in seen.parts] == [("", seen.principal_minor - seen.fee_minor)]
    assert seen.principal_minor == 30_000
    assert laws_hold()


def test_an_import_of_principal_and_points_is_undone_whole(program):
    data = b"external_id,points,unit\nZ-1,300,balance\nZ-1,700,points\n"
    checked = facade.check_import(ImportFile("old.csv", data, "crm", {}), ACTOR)
    facade.commit_import(checked.id, ACTOR)
    (came,) = members.resolve([MemberRef(external=ExternalId("crm", "Z-1"))])
    units = {unit.id: unit.code for unit in points.all_units()}

    def held():
        return {units[one.unit_id]: one.available for one in points.balances([came])[came].values() if one.available}

    assert held() == {"balance": 300_00, "points": 700}
    undone = facade.undo_import(checked.id, ACTOR)
    assert ({state.value: count for state, count in undone.counts.items()}, held()) == ({"undone": 2}, {})
    assert laws_hold()


def test_benefits_give_points_and_never_principal(now):
    facade.publish(CAFE.replace("  points: {round: floor}\n", "").replace("points, points", "gift, points"), ACTOR)
    assert benefit_points._spendable().code == "gift"
