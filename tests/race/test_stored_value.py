"""Many at once for the same money: a callback is booked once, a card is loaded once, the last cent is spent once."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connections

from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.rooms.members.contracts import ExternalId, MemberRef, NewMember
from shuke.rooms.org.contracts import Actor, ActorKind
from shuke.rooms.payments import facade as payments
from shuke.rooms.payments.contracts import Acknowledgement, ChargeAnswer, Outcome
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import TopUpFact, ValuePaymentFact
from shuke.rooms.value import facade as value
from shuke.rooms.value.contracts import DESK, NewBatch

pytestmark = pytest.mark.django_db(transaction=True)

CLIENTS = 16
BY = Actor(ActorKind.CLI, "tests", "tests")
TEA_HOUSE = (Path(__file__).parents[2] / "examples" / "tea-house.yaml").read_text("utf-8")


class Provider:
    """Says whenever it is asked that the one charge is done."""

    acknowledgement = Acknowledgement("text/plain", "ok")

    def charge(self, charge):
        self.asked = charge
        return ChargeAnswer(charge.payment_id, Outcome.PENDING)

    query = charge

    def read_callback(self, headers, body):
        return ChargeAnswer(self.asked.payment_id, Outcome.DONE, self.asked.amount_minor, self.asked.currency)


@pytest.fixture
def people(transactional_db):
    clock.set_business_clock(datetime(2026, 6, 1, 12, tzinfo=UTC))
    facade.publish(TEA_HOUSE, BY)
    new = [NewMember((ExternalId("till", str(number)),)) for number in range(2)]
    return [member.id for member in facade.enrol(new, BY)]


def rush(verb):
    """Let so many clients do something at once, each with its number; return how many were told what."""
    barrier = threading.Barrier(CLIENTS)

    def one(client):
        barrier.wait()
        try:
            verb(client)
        except Refusal as refused:
            return refused.code
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(CLIENTS) as pool:
        return Counter(pool.map(one, range(CLIENTS)))


def held(member_id):
    found = facade.value_of(member_id)
    return found.principal_minor, found.bonus_minor


def broken():
    return [violation for checked in facade.verify_all() for violation in checked.violations]


def test_a_callback_told_by_many_at_once_tops_up_once(people, monkeypatch):
    monkeypatch.setattr(payments.sending, "PROVIDERS", {"fake": Provider()})
    facade.top_up(TopUpFact("app", "T1", MemberRef(id=people[0]), 20_000), BY)

    assert rush(lambda _: payments.answered("fake", {}, b"")) == {"done": CLIENTS}
    assert (held(people[0]), broken()) == ((20_000, 2_000), [])


def test_a_card_that_many_load_at_once_is_one_members(people):
    batch = facade.make_gift_cards(NewBatch("Spring", 1, 10_000, active=True), BY)
    (card,) = value.cards_page(batch.id, 1).cards

    told = rush(lambda client: facade.load_gift_card(card.code, MemberRef(id=people[client % 2]), BY))

    assert told == {"done": CLIENTS // 2, "gift_card_not_usable": CLIENTS // 2}
    assert (sorted(map(held, people)), broken()) == ([(0, 0), (10_000, 0)], [])


def test_the_last_cent_is_spent_once(people):
    facade.top_up(TopUpFact("till", "T1", MemberRef(id=people[0]), 20_000, DESK), BY)

    def pay(client):
        facade.pay_with_value(ValuePaymentFact("till", str(client), MemberRef(id=people[0]), 5_500), BY)

    assert rush(pay) == {"done": 4, "insufficient_value": CLIENTS - 4}
    assert (held(people[0]), broken()) == ((0, 0), [])
