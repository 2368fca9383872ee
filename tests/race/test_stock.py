"""Many who want the last pieces: each piece goes to one, nobody pays for none, and nobody is refused while one is left."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connections

from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.rooms.mall import facade as mall
from shuke.rooms.mall.contracts import Address, ItemDraft, Kind, Limits, Price, Restock, Way
from shuke.rooms.members.contracts import ExternalId, MemberRef, NewMember
from shuke.rooms.org.contracts import Actor, ActorKind
from shuke.rooms.points import facade as points
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import AdjustFact, ExchangeFact
from shuke.surfaces.cli.demo import PROGRAM

pytestmark = pytest.mark.django_db(transaction=True)

ACTOR = Actor(ActorKind.SYSTEM, "tests", "tests")
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOME = Address("Anna", "12345678", "", "5 Main Street")


@pytest.fixture
def shop(transactional_db):
    clock.set_business_clock(NOW)
    facade.publish(PROGRAM.read_text(), ACTOR)


def buyers(count, each=100):
    new = [NewMember((ExternalId("till", str(number)),), joined_at=NOW) for number in range(count)]
    chunks = [new[first : first + 1_000] for first in range(0, count, 1_000)]
    ids = [member.id for chunk in chunks for member in facade.enrol(chunk, ACTOR)]
    facts = [AdjustFact("desk", str(id), MemberRef(id=id), each, "gift") for id in ids]
    for first in range(0, count, 1_000):
        facade.record(facts[first : first + 1_000], ACTOR)
    return ids


def stocked(code, pieces, **limits):
    item = mall.create_item(ItemDraft(code, Kind.GOODS, "Mug", (Price(10),), limits=Limits(**limits)), ACTOR)
    mall.restock([Restock(item.id, pieces, "first")], ACTOR)
    return item.id


def rush(ids, code, clients, name=""):
    """Let clients ask at once, each for its share of the members; return how many were told what."""
    barrier = threading.Barrier(clients)

    def one(client):
        told = []
        barrier.wait()
        try:
            for id in ids[client::clients]:
                fact = ExchangeFact("app", f"{name}{id}", MemberRef(id=id), code, 1, Way.SHIP, "", HOME)
                try:
                    facade.exchange(fact, ACTOR)
                    told.append("done")
                except Refusal as refused:
                    told.append(refused.code)
        finally:
            connections.close_all()
        return told

    with ThreadPoolExecutor(clients) as pool:
        return Counter(each for told in pool.map(one, range(clients)) for each in told)


def usable(ids):
    unit = next(unit.id for unit in points.all_units() if unit.code == "points")
    return sum(accounts[unit].available for accounts in points.balances(ids).values())


def test_of_two_who_want_the_last_one_gets_it_twenty_times(shop):
    ids = buyers(2, each=300)
    item = stocked("mug", 0 + 1)
    for number in range(20):
        if number:
            mall.restock([Restock(item, 1, "one more")], ACTOR)
        assert rush(ids, "mug", 2, f"{number}-") == {"done": 1, "sold_out": 1}
    assert (mall.item(item).left, usable(ids)) == (0, 600 - 20 * 10)
    assert mall.verify().violations == ()


def test_a_days_pieces_go_to_as_many_as_there_are(shop):
    ids = buyers(40)
    item = stocked("mug", 100, per_day=25)

    assert rush(ids, "mug", 8) == {"done": 25, "sold_out_today": 15}
    assert (mall.item(item).left, usable(ids)) == (75, 40 * 100 - 250)
    assert mall.verify().violations == ()


@pytest.mark.long
def test_ten_thousand_want_a_hundred(shop):
    ids = buyers(10_000)
    item = stocked("mug", 100)

    assert rush(ids, "mug", 32) == {"done": 100, "sold_out": 9_900}
    assert (mall.item(item).left, usable(ids)) == (0, 10_000 * 100 - 1_000)
    assert [found for check in facade.verify_all() for found in check.violations] == []
