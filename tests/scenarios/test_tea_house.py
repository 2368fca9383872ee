"""The tea house of examples/: a regular pays ahead, drinks it up, takes a gift card, and moves away with the rest."""

from datetime import UTC, datetime

import pytest

from shuke.foundation import clock
from shuke.rooms.members.contracts import ExternalId, MemberRef, NewMember
from shuke.rooms.orders.contracts import Line
from shuke.rooms.org.contracts import Actor, ActorKind
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import Choice, OrderFact, RefundFact, TopUpFact
from shuke.rooms.value import facade as value
from shuke.rooms.value.contracts import DESK, NewBatch
from tests.scenarios.guests import example

BY = Actor(ActorKind.CLI, "tests", "tests")
ANNA = MemberRef(external=ExternalId("till", "1"))
NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)


@pytest.fixture
def anna(db):
    clock.set_business_clock(NOON)
    facade.publish(example("tea-house"), BY)
    (anna,) = facade.enrol([NewMember((ExternalId("till", "1"),))], BY)
    return anna.id


def has(member_id):
    """Return points, principal and bonus."""
    return tuple(balance.available for balance in facade.standing(member_id).balances)


def test_a_year_at_the_tea_house(anna):
    made = facade.top_up(TopUpFact("till", "T1", ANNA, 100_000, DESK), BY)
    assert (made.bonus_minor, has(anna)) == (20_000, (1_000, 100_000, 20_000))

    tea = OrderFact("till", "A1", ANNA, NOON, 12_000, 12_000, "CNY", lines=(Line("puer", "TEA", 1, 12_000),))
    done = facade.commit_cart(tea, BY, Choice(value=12_000), expected_minor=0)
    assert (done.priced.value.used_principal_minor, done.priced.value.used_bonus_minor) == (10_000, 2_000)
    assert has(anna) == (1_120, 90_000, 18_240)  # 120 points as with cash, 2.40 of the bonus back

    facade.record([RefundFact("till", "R1", ("till", "A1"), net_minor=6_000)], BY)
    assert has(anna) == (1_060, 95_000, 19_120)  # half of all of it

    batch = facade.make_gift_cards(NewBatch("New Year", 1, 20_000, active=True), BY)
    facade.load_gift_card(value.cards_page(batch.id, 1).cards[0].code, ANNA, BY)
    assert has(anna) == (1_060, 115_000, 19_120)  # a card is no top-up, so rules don't hear of it

    left = facade.ask_value_refund(ANNA, None, "moves away", BY, None)
    assert (left.principal_minor, left.fee_minor, left.bonus_minor) == (115_000, 5_750, 19_120)
    assert [(part.method, part.amount_minor) for part in left.parts] == [("gift_card", 20_000), ("desk", 89_250)]
    assert has(anna) == (1_060, 0, 0)
    assert [violation for checked in facade.verify_all() for violation in checked.violations] == []
