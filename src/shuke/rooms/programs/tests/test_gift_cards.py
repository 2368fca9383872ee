"""Gift cards: made, sold, loaded once by one member, or made void."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.rooms.members.contracts import Status
from shuke.rooms.orders.contracts import Line
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import Choice, ValuePaymentFact
from shuke.rooms.programs.tests.conftest import ACTOR, NOW, member, order
from shuke.rooms.programs.tests.value_shop import CAFE, CLERK, at_desk, has, laws_hold
from shuke.rooms.value import facade as value
from shuke.rooms.value.contracts import CardState, NewBatch, ValueWarning

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(now):
    return facade.publish(CAFE, ACTOR)


def made(**other):
    return facade.make_gift_cards(NewBatch(**{"name": "Spring", "cards": 2, "amount_minor": 10_000} | other), CLERK)


def codes_of(batch):
    return [card.code for card in value.cards_page(batch.id, 10).cards]


def refused(verb):
    with pytest.raises(Refusal) as found:
        verb()
    return found.value.code


def test_cards_are_made_sold_and_loaded_once(anna, enrol):
    enrol(2)
    batch = made()
    first, second = codes_of(batch)
    assert (len(first.replace("-", "")), first != second, batch.warnings) == (16, True, ())
    assert refused(lambda: facade.load_gift_card(first, member(1), CLERK)) == "gift_card_not_usable"

    facade.sell_gift_cards([first], CLERK)
    loaded = facade.load_gift_card(first.lower().replace("-", " "), member(1), CLERK)

    assert (loaded.amount_minor, loaded.bonus_minor, loaded.method) == (10_000, 0, "gift_card")
    assert facade.load_gift_card(first, member(1), CLERK) == replace(loaded, repeated=True)
    assert refused(lambda: facade.load_gift_card(first, member(2), CLERK)) == "gift_card_not_usable"
    assert has(anna) == (10_000, 0)
    assert value.card_batch(batch.id).states == {
        CardState.MADE: 1,
        CardState.ACTIVE: 0,
        CardState.LOADED: 1,
        CardState.VOID: 0,
    }
    assert laws_hold()


def test_a_card_does_not_pay_for_the_order_in_which_it_was_sold(anna):
    code, _ = codes_of(made())
    facade.sell_gift_cards([code], CLERK, ("till", "O1"))
    facade.sell_gift_cards([code], CLERK, ("till", "O1"))
    facade.load_gift_card(code, member(1), CLERK)

    lines = (Line("card", "SHOP", 1, 10_000, gift_card=True), Line("mug", "SHOP", 1, 4_000))
    own = facade.evaluate_cart(order("O1", 14_000, currency="CNY", lines=lines), Choice(value=14_000))
    other = facade.evaluate_cart(order("O2", 4_000, currency="CNY"), Choice(value=4_000))
    assert (own.value.most_minor, own.pay_minor) == (0, 14_000)
    assert (other.value.most_minor, other.pay_minor) == (4_000, 0)


def test_a_void_card_is_worth_nothing_and_a_loaded_one_is_not_made_void(anna):
    first, second = codes_of(made(active=True))
    facade.load_gift_card(first, member(1), CLERK)

    assert facade.void_gift_card(second, "lost", CLERK).state is CardState.VOID
    assert facade.void_gift_card(second, "lost", CLERK).state is CardState.VOID
    assert refused(lambda: facade.load_gift_card(second, member(1), CLERK)) == "gift_card_not_usable"
    assert refused(lambda: facade.void_gift_card(first, "lost", CLERK)) == "gift_card_in_other_state"
    assert refused(lambda: facade.sell_gift_cards([first, second], CLERK)) == "gift_card_in_other_state"
    assert refused(lambda: facade.void_gift_card("AAAA-BBBB", "lost", CLERK)) == "unknown_gift_card"
    assert has(anna) == (10_000, 0)


def test_a_card_is_loaded_to_its_last_day_by_who_takes_part(anna):
    (code,) = codes_of(made(cards=1, active=True, ends_on=date(2026, 6, 1)))
    facade.set_status(anna, Status.FROZEN, "suspect", ACTOR)
    assert refused(lambda: facade.load_gift_card(code, member(1), CLERK)) == "member_frozen"
    facade.set_status(anna, Status.ACTIVE, "cleared", ACTOR)
    clock.set_business_clock(NOW + timedelta(days=1))
    assert refused(lambda: facade.load_gift_card(code, member(1), CLERK)) == "gift_card_not_usable"
    assert (has(anna), value.gift_card(code).state) == ((0, 0), CardState.ACTIVE)


def test_a_card_above_the_limit_is_warned_of_or_refused(anna):
    assert made(amount_minor=100_001).warnings == (ValueWarning.UNNAMED_LIMIT,)
    assert refused(lambda: made(cards=0)) == "card_count"
    assert refused(lambda: made(amount_minor=0)) == "value_amount"
    facade.publish(CAFE.replace("unnamed: 1000", "unnamed: 1000, over: refuse"), ACTOR)
    assert refused(lambda: made(amount_minor=100_001)) == "value_limit"
    assert len(value.card_batches(10).batches) == 1


def test_figures_tell_all_that_came_and_went(anna):
    at_desk("T1", 50_000)
    facade.load_gift_card(codes_of(made(active=True))[0], member(1), CLERK)
    facade.pay_with_value(ValuePaymentFact("pos", "P1", member(1), 61_000), CLERK)
    at_desk("T2", 5_000)
    facade.ask_value_refund(member(1), 2_000, "asked for it", CLERK, None)

    found = facade.value_figures()
    assert (found.paid_in_minor, found.bonus_given_minor, found.principal_used_minor, found.bonus_used_minor) == (
        65_000,
        8_000,
        60_000,
        1_000,
    )
    assert (found.refunded_minor, found.fees_minor, found.bonus_withdrawn_minor) == (2_000, 100, 2_800)
    assert (found.principal_minor, found.bonus_minor, found.cards_open_minor) == (3_000, 4_200, 10_000)
    assert has(anna) == (3_000, 4_200)
    assert laws_hold()
