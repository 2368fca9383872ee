"""Subscriptions when two records become one person: they go on, no plan is held twice, and an undo gives them back."""

import pytest

from shuke.adapters.payment_sandbox.provider import Behaviour
from shuke.core.values.errors import Refusal
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import NewMember
from shuke.rooms.paid import facade as paid
from shuke.rooms.paid.contracts import Length, Order, State
from shuke.rooms.programs import facade as programs
from tests.paid import club


@pytest.fixture
def people(db):
    club.open_club()
    new = [NewMember(name=name, phone=f"+8613800000{number:03}") for number, name in enumerate(("Anna", "Ben"))]
    return [member.id for member in programs.enrol(new, club.BY)]


def merge(survivor, source):
    return programs.merge_members(survivor, [source], "same person", club.BY)


def plans_of(member_id):
    return {one.plan.code: one.state for one in paid.page(9, member_id=member_id).subscriptions}


def violations():
    return [found for check in programs.verify_all() for found in check.violations]


def test_a_subscription_goes_on_with_the_record_that_stays_and_is_renewed_there(people):
    anna, ben = people
    bought = club.buy(ben, length=Length.MONTH)

    merge(anna, ben)

    assert (plans_of(anna), plans_of(ben)) == ({"plus": State.ACTIVE}, {})
    assert "plus" in members.get(anna).tags
    club.pass_days(40)
    assert plans_of(anna) == {"plus": State.ACTIVE}
    assert club.money(anna) == (1_500, 0)  # the renewal
    told, leaving = paid.cancel(bought.id, club.BY, at_once=True)
    club.run()
    assert (told.state, "plus" in members.get(anna).tags) == (State.CANCELLED, False)
    assert leaving.refund_minor == club.money(anna)[1] > 0
    assert violations() == []


def test_undoing_gives_it_back_with_what_was_paid_since(people):
    anna, ben = people
    club.buy(ben, length=Length.MONTH)
    own = club.buy(anna, plan="gold-card")
    merged = merge(anna, ben)
    club.pass_days(40)

    programs.unmerge_members(merged.id, "two people", club.BY)

    assert (plans_of(anna), plans_of(ben)) == ({"gold-card": State.ACTIVE}, {"plus": State.ACTIVE})
    assert (members.get(anna).tags, members.get(ben).tags) == (("goldcard",), ("plus",))
    assert paid.subscription(own.id).member_id == anna
    assert violations() == []


def test_what_ended_meanwhile_is_not_carried_again(people):
    anna, ben = people
    one = club.buy(ben)
    merged = merge(anna, ben)
    paid.cancel(one.id, club.BY, at_once=True)

    programs.unmerge_members(merged.id, "two people", club.BY)

    assert plans_of(ben) == {"plus": State.CANCELLED}
    assert members.get(ben).tags == ()
    assert violations() == []


def test_no_plan_is_held_twice(people):
    anna, ben = people
    for member_id in (anna, ben):
        club.buy(member_id)
    before = plans_of(anna), plans_of(ben), club.money(anna), club.money(ben)

    with pytest.raises(Refusal) as refused:
        merge(anna, ben)

    assert (refused.value.code, refused.value.params) == ("merge_two_plans", {"plan": "plus"})
    assert (plans_of(anna), plans_of(ben), club.money(anna), club.money(ben)) == before
    assert members.get(ben).status == "active"


def test_what_is_paid_after_the_merge_for_what_never_began_goes_back(people):
    anna, ben = people
    bought = paid.buy(Order(ben, "plus", Length.YEAR, "sandbox"), club.BY)
    merge(anna, ben)

    club.pay(bought.payment_id, Behaviour.PAYS)
    club.run()

    assert club.money(ben) == (12_000, 12_000)
    assert plans_of(anna) == {}


def test_a_trial_is_one_of_a_person(people):
    anna, ben = people
    trial = paid.try_out(ben, "plus", Length.YEAR, club.BY)
    paid.cancel(trial.id, club.BY, at_once=True)
    merge(anna, ben)

    with pytest.raises(Refusal) as refused:
        paid.try_out(anna, "plus", Length.YEAR, club.BY)

    assert refused.value.code == "no_trial"
