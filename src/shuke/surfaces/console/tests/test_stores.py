"""Who is for one store learns nothing of another store's orders, on no page and in no form; the points stay whole."""

import re
from datetime import datetime, timedelta

import pytest

from shuke.foundation import clock, ids
from shuke.rooms.members.contracts import ID_PREFIX, MemberRef, NewMember
from shuke.rooms.orders import facade as orders
from shuke.rooms.orders.contracts import Line
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import NewStore, Role, StaffTerms
from shuke.rooms.points import facade as points
from shuke.rooms.points.contracts import Kind
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import BehaviourFact, OrderFact, RedeemFact, RefundFact
from shuke.surfaces.console.acting import ORDER_PREFIX
from shuke.surfaces.console.tests.conftest import NOON, TESTER
from shuke.surfaces.console.views import dealings, member

PROGRAM = """\
shuke: 1
program: corner
currency: USD
time_zone: America/New_York
behaviours:
  review: {name: 写评价}
units:
  points: {scale: 0, round: floor, at: order, value: 0.01, pending: {for: 3 days}, expiry: {after: 60 days}}
tiers:
  ladder: main
  measure: SPEND('this year')
  validity: end of next calendar year
  levels:
    - {code: base, from: 0, multiplier: 1}
    - {code: silver, from: 500, multiplier: 1}
earn:
  - {code: spend, unit: points, points: order.net * tier.multiplier}
  - {code: review, unit: points, on: review, points: 30, pending: none}
"""
SHOWN = {"HID-", "HIDR-", "HIDB-", "777.77", "111.11", "武康路店", "wukanglu"}  # to who is for every store
SECRETS = SHOWN | {"HIDSKU", "666.66"}
STORES = {"武康路店", "wukanglu"}  # stand as such on pages that are not about a member
ABOUT = re.compile(r"/(members/mbr_\w+|entries|orders|redemptions)")


def at(days: float) -> datetime:
    return NOON - timedelta(days=days)


@pytest.fixture
def stores(shop):
    brand = org.create_brand("main", "Main", TESTER)
    return org.create_stores(brand.id, [NewStore("nanjinglu", "南京路店"), NewStore("wukanglu", "武康路店")], TESTER)


@pytest.fixture
def lin(stores):
    """林小满: a year with every kind of points that an order and a review of 武康路店 moved, and one order of 南京路店."""
    programs.publish(PROGRAM, TESTER)
    (lin,) = programs.enrol([NewMember(phone="+8613800000001", name="林小满", joined_at=at(100))], TESTER)
    ref = MemberRef(id=lin.id)
    lines = (Line("HIDSKU", "food", 1, 77_777),)
    facts = [
        OrderFact("pos", "HID-1", ref, at(90), 77_777, 77_777, "USD", "wukanglu", "store", lines),
        BehaviourFact("pos", "HIDB-1", ref, "review", at(89.5), store="wukanglu"),
        RefundFact("pos", "HIDR-0", ("pos", "HID-1"), net_minor=11_111, occurred_at=at(89)),
        RedeemFact("pos", "used", ref, 100, occurred_at=at(80), order=("pos", "HID-2")),
        OrderFact("pos", "HID-2", ref, at(79), 77_777, 77_777, "USD", "wukanglu", "store", lines),
        RefundFact("pos", "HIDR-2", ("pos", "HID-2"), net_minor=11_111, occurred_at=at(70)),
        RefundFact("pos", "HIDR-1", ("pos", "HID-1"), net_minor=11_111, occurred_at=at(65)),
        OrderFact("pos", "own", ref, at(2), 5_000, 5_000, "USD", "nanjinglu", "store"),
    ]
    results = programs.record(facts, TESTER, history=True)
    assert [result.refusal for result in results] == [None] * len(facts)
    programs.advance_due(clock.business_now())
    return lin


@pytest.fixture
def of_nanjinglu(log_in):
    """Return a client of somebody with a role who is for 南京路店 alone."""

    def log_in_for(role):
        client = log_in(role)
        person = next(each for each in org.list_staff() if each.role is role)
        if role is Role.OWNER:
            org.create_staff("other@example.com", "Other", Role.OWNER, TESTER)
        org.change_staff(person.id, StaffTerms(role, ["nanjinglu"], None, None), TESTER)
        return client

    return log_in_for


def walk(client, *starts):
    """Open the pages and all that they link to, and return by address (status, text)."""
    waiting, seen = list(starts), {}
    while waiting:
        address = waiting.pop()
        if address in seen or address.startswith("/static"):
            continue
        answer = client.get(address)
        seen[address] = answer.status_code, answer.content.decode()
        found = re.findall(r'(?:href|hx-get)="(/[^"#]*|\?[^"#]*)', seen[address][1])
        waiting += [address.split("?")[0] + link if link[0] == "?" else link.replace("&amp;", "&") for link in found]
    return seen


def tell(pages):
    """Return the secrets in pages, by address."""
    found = {
        address: {secret for secret in SECRETS if secret in text and (secret not in STORES or ABOUT.match(address))}
        for address, (_, text) in pages.items()
    }
    return {address: secrets for address, secrets in found.items() if secrets}


@pytest.mark.parametrize("role", [Role.SERVICE, Role.OPERATOR, Role.APPROVER, Role.OWNER])
def test_no_page_tells_of_an_order_of_another_store_and_no_link_is_shut(of_nanjinglu, lin, role):
    client, address = of_nanjinglu(role), f"/members/{ids.encode(ID_PREFIX, lin.id)}"
    entries = [entry.key.id for entry in points.entries_page(lin.id, 100).entries]

    pages = walk(
        client, "/", address, "/ledger?from=2026-03-01&to=2026-05-31", *(f"/entries/{entry}/why" for entry in entries)
    )

    assert {address: status for address, (status, _) in pages.items() if status not in (200, 302)} == {}
    assert tell(pages) == {}
    assert len(pages) > len(entries) + 20


def test_what_is_withheld_is_there_for_who_is_for_every_store(log_in, lin):
    pages = walk(log_in(Role.SERVICE), f"/members/{ids.encode(ID_PREFIX, lin.id)}")

    assert set().union(*tell(pages).values()) == SHOWN


KINDS = (
    *(Kind.ACCRUAL_PENDING, Kind.CLAWBACK_PENDING, Kind.ACTIVATION, Kind.ACCRUAL, Kind.REDEMPTION),
    *(Kind.RETURN, Kind.CLAWBACK, Kind.EXPIRY),
)


@pytest.mark.parametrize("kind", KINDS)
def test_the_points_of_another_stores_order_are_shown_and_say_that_it_is_one(of_nanjinglu, lin, kind):
    client, address = of_nanjinglu(Role.SERVICE), f"/members/{ids.encode(ID_PREFIX, lin.id)}"
    entry = next(entry for entry in reversed(points.entries_page(lin.id, 100).entries) if entry.kind is kind)

    answer = client.get(f"/entries/{entry.key.id}/why")

    page = answer.content.decode()
    assert answer.status_code == 200
    assert f"{abs(entry.amount)}" in page
    assert "其他门店" in page
    assert entry.key.id in client.get(f"{address}/entries").content.decode()


def test_an_order_of_another_store_is_not_refunded(of_nanjinglu, lin):
    client = of_nanjinglu(Role.OWNER)
    hidden = next(order for order in orders.page_of_member(lin.id, 10).orders if order.external_id == "HID-2")
    before = points.entries_page(lin.id, 100)

    address = f"/orders/{ids.encode(ORDER_PREFIX, hidden.id)}/refund"
    answers = [client.get(address), client.post(address, {"key": "k", "amount": "1", "confirm": "yes"})]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert points.entries_page(lin.id, 100) == before


def test_what_is_withheld_shuts_off_no_page_of_what_is_not(of_nanjinglu, stores, monkeypatch):
    monkeypatch.setattr(dealings, "_ROWS", 2)
    monkeypatch.setattr(member, "_EVENTS", 2)
    programs.publish(PROGRAM, TESTER)
    (lin,) = programs.enrol([NewMember(phone="+8613800000001", joined_at=at(100))], TESTER)
    ref = MemberRef(id=lin.id)
    codes = ["nanjinglu"] * 3 + ["wukanglu"] * 9
    facts = [
        *(OrderFact("pos", f"o-{n}", ref, at(50 - n), 50, 50, "USD", code) for n, code in enumerate(codes)),
        *(BehaviourFact("pos", f"b-{n}", ref, "review", at(30 - n), store=code) for n, code in enumerate(codes)),
    ]
    assert [result.refusal for result in programs.record(facts, TESTER, history=True)] == [None] * len(facts)
    client, address = of_nanjinglu(Role.SERVICE), f"/members/{ids.encode(ID_PREFIX, lin.id)}"

    for tab, names in (("", "ob"), ("/orders", "o"), ("/behaviours", "b")):
        told, link = "", f"{address}{tab}"
        while link:
            page = client.get(link).content.decode()
            told += page
            onward = re.search(r'rel="next" href="([^"]+)"', page)
            link = f"{address}{tab}{onward[1].replace('&amp;', '&')}" if onward else ""
        expected = sorted(f"pos {name}-{n}" for name in names for n in range(3))
        assert sorted(set(re.findall(r"pos [ob]-\d+", told))) == expected
