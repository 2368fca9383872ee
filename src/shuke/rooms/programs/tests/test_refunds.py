"""Refunds through the one write path: what they give back and take, and when nothing is left; exact values."""

import pytest
from django.db import connection

from shuke.rooms.orders import facade as orders
from shuke.rooms.orders.contracts import Line, RefundLine, RefundState
from shuke.rooms.points import facade as points
from shuke.rooms.points.contracts import Kind, StaleLedgerError
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import OrderFact, PaidBack, RedeemFact, RefundFact, Status
from shuke.rooms.programs.services import recording
from shuke.rooms.programs.tests.conftest import ACTOR, NOW, PROGRAM, code, member

MILESTONES = """\
milestones:
  - {code: second, unit: points, measure: "ORDERS('this year')", per: year, at: 2, points: 500}
"""


def bought(id: str, net: int, **other) -> OrderFact:
    return OrderFact("till", id, member(1), NOW, net, net, "USD", **other)


def paid(id: str, points: int, order: str) -> RedeemFact:
    return RedeemFact("till", id, member(1), points, order=("till", order))


def refund(id: str, order: str, **what) -> RefundFact:
    return RefundFact("till", id, ("till", order), **what)


def record(*facts):
    results = facade.record(list(facts), ACTOR)
    assert [result.status for result in results] == [Status.RECORDED] * len(facts), results
    return results


def balance(member_id):
    (found,) = facade.standing(member_id).balances
    return found.available, found.debt


@pytest.mark.parametrize(("spent", "left"), [(0, (100, 0)), (550, (0, 450))])
def test_a_milestone_that_a_refund_took_the_member_below_is_taken_back(now, enrol, spent, left):
    facade.publish(PROGRAM + MILESTONES, ACTOR)
    anna = enrol(1)
    record(bought("a", 10_000), bought("b", 10_000))
    assert balance(anna) == (700, 0)
    if spent:
        record(RedeemFact("till", "x", member(1), spent))
    record(refund("r", "b"))
    assert balance(anna) == left
    with connection.cursor() as cursor:
        cursor.execute("SELECT lot_number = 0, taken + owed FROM points_clawback ORDER BY lot_number")
        assert cursor.fetchall() == [(True, 500), (False, 100)]
    assert points.verify().violations == ()


@pytest.mark.parametrize("order", ["a", "free", "unknown"])
@pytest.mark.parametrize(
    ("what", "pointer"),
    [
        ({"net_minor": 0}, "/net_minor"),
        ({"lines": (RefundLine(1, 0, 0), RefundLine(2, 0, 0))}, "/lines"),
    ],
)
def test_a_refund_that_takes_nothing_off_is_refused(now, enrol, order, what, pointer):
    facade.publish(PROGRAM, ACTOR)
    anna = enrol(1)
    lines = (Line("x", "", 1, 10_000), Line("gift", "", 1, 0))
    record(bought("a", 10_000, lines=lines), bought("free", 0, lines=lines[1:]))
    (result,) = facade.record([refund("r", order, **what)], ACTOR)
    assert (code(result.refusal), result.refusal.pointer) == ("refund_of_nothing", pointer)
    assert (balance(anna), orders.parked_refunds([("till", "unknown")])) == ((100, 0), {("till", "unknown"): []})
    record(refund("r", "a", lines=(RefundLine(2, 1, 0),)))  # the name is free; goods that cost nothing may come back
    assert balance(anna) == (100, 0)


@pytest.mark.parametrize("first", [("sale", "r1", "r2"), ("r1", "sale", "r2"), ("r1", "r2", "sale")])
def test_what_paid_comes_back_whenever_the_refund_comes(enrol, first):
    anna = enrol(1)
    record(bought("before", 100_000), paid("p1", 300, "sale"), paid("p2", 101, "sale"))
    facts = {
        "sale": bought("sale", 10_000),
        "r1": refund("r1", "sale", net_minor=5_000),
        "r2": refund("r2", "sale", net_minor=5_000),
    }
    for each in first:
        (last,) = record(facts[each])
    assert (last.balances, balance(anna)) == ({"points": 1_000}, (1_000, 0))
    assert points.verify().violations == ()


def test_a_free_order_is_finished_once(enrol):
    anna = enrol(1)
    lines = (Line("A", "tea", 2, 0), Line("B", "tea", 1, 0))
    record(bought("before", 10_000), paid("p", 90, "gift"), bought("gift", 0, lines=lines))
    record(refund("r1", "gift", lines=(RefundLine(1, 1, 0),)))
    assert balance(anna) == (10, 0)
    record(refund("r2", "gift"))
    assert balance(anna) == (100, 0)
    (again,) = facade.record([refund("r3", "gift")], ACTOR)
    assert code(again.refusal) == "already_refunded"


def test_a_free_order_is_finished_line_by_line(enrol):
    anna = enrol(1)
    record(bought("before", 10_000), paid("p", 90, "gift"), bought("gift", 0, lines=(Line("A", "tea", 2, 0),)))
    record(refund("r1", "gift", lines=(RefundLine(1, 1, 0),)), refund("r2", "gift", lines=(RefundLine(1, 1, 0),)))
    assert balance(anna) == (100, 0)
    (again,) = facade.record([refund("r3", "gift")], ACTOR)
    assert code(again.refusal) == "already_refunded"


def test_who_loses_every_race_is_asked_to_come_again(enrol, monkeypatch):
    anna = enrol(1)

    def lost(*_, **__):
        raise StaleLedgerError("Somebody was quicker.")

    monkeypatch.setattr(recording, "_attempt", lost)
    with pytest.raises(recording.Refusal) as refused:
        facade.record([bought("a", 10_000)], ACTOR)
    assert refused.value.code == "unavailable"
    assert balance(anna) == (0, 0)


UNFIT = [
    ({"net_minor": 10_001}, "more_than_left", "it takes off more than was left"),
    ({"lines": (RefundLine(7, 1, 1),)}, "unknown_line", "the order has no such line"),
]


@pytest.mark.parametrize(("what", "because", "told"), UNFIT)
def test_an_order_tells_of_a_refund_before_it_that_did_not_fit(enrol, what, because, told):
    anna = enrol(1)
    record(refund("r", "a", **what))

    (sale,) = record(bought("a", 10_000, lines=(Line("A", "tea", 1, 10_000),)))

    assert (sale.points, balance(anna)) == ({"points": 100}, (100, 0))
    (known,) = orders.refunds_of(sale.reference)
    assert (known.state, known.refused_because, known.member_id) == (RefundState.REFUSED, because, anna)
    sentence = f"The refund till/r, which came before the order, was not carried out: {told}."
    assert facade.told(facade.explain_order(sale.reference), "en")[-1] == sentence
    assert facade.told(facade.explain_entry(sale.entries[0]), "en")[-1] == sentence
    (again,) = record(refund("r2", "a"))
    assert (again.points, balance(anna)) == ({"points": -100}, (0, 0))
    assert [law for each in facade.verify_all() for law in each.violations] == []


@pytest.mark.parametrize("first", [("sale", "r1", "r2"), ("r1", "r2", "sale")])
def test_what_came_back_is_explained_by_what_had_paid_and_the_refunds_so_far(enrol, first):
    anna = enrol(1)
    lines = (Line("A", "tea", 2, 10_000), Line("G", "gift", 1, 5_000, gift_card=True))
    record(bought("before", 100_000), paid("p1", 300, "sale"), paid("p2", 101, "sale"))
    facts = {
        "sale": bought("sale", 15_000, lines=lines),
        "r1": refund("r1", "sale", lines=(RefundLine(1, 1, 3_400), RefundLine(2, 1, 5_000))),
        "r2": refund("r2", "sale"),
    }
    for each in first:
        record(facts[each])

    back = [entry for entry in points.entries_page(anna, 50).entries if entry.kind is Kind.RETURN]
    told = {}
    for explained in map(facade.explain_entry, [entry.key for entry in back]):
        sentence = facade.told(explained, "en")[2]
        told[explained.cause.external_id] = explained.paid_back, sum(lot.points for lot in explained.lots), sentence

    sentence = "401 points had paid for the order, of which {} are to be back by its refunds so far."
    assert told == {
        "r1": (PaidBack(401, 102 + 34, 3_400, 10_000), 136, sentence.format(136)),
        "r2": (PaidBack(401, 401, 10_000, 10_000), 265, sentence.format(401)),
    }
