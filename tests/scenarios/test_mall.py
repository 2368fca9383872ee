"""What the mall owes to others: money that is paid for it, coupons that it gives, suppliers that may not answer."""

from datetime import date, timedelta

import pytest

from shuke.adapters.payment_sandbox import provider as sandbox
from shuke.adapters.payment_sandbox.provider import Behaviour
from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.rooms.coupons import contracts as coupons_contracts
from shuke.rooms.coupons import facade as coupons
from shuke.rooms.coupons.contracts import TemplateDraft
from shuke.rooms.mall import delivering
from shuke.rooms.mall import facade as mall
from shuke.rooms.mall.contracts import (
    Address,
    Delivered,
    ItemDraft,
    Kind,
    Price,
    Restock,
    State,
    Supplied,
    SupplierDraft,
    SupplierKind,
    Supply,
    Way,
)
from shuke.rooms.members.contracts import ExternalId, NewMember
from shuke.rooms.payments import facade as payments
from shuke.rooms.points import facade as points
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import AdjustFact, ExchangeFact
from shuke.rooms.programs.tests.conftest import ACTOR, NOW, PROGRAM, member

HOME = Address("Anna Bell", "+12125550123", "New York", "5 Main Street")
DEAR = ItemDraft("mug", Kind.GOODS, "Mug", (Price(300, 1_250),))


@pytest.fixture
def rich(db):
    """Member 1 with 1,000 points: 400 to the end of June, 600 to the end of August."""
    clock.set_business_clock(NOW)
    facade.publish(PROGRAM, ACTOR)
    (anna,) = facade.enrol([NewMember((ExternalId("till", "1"),), joined_at=NOW)], ACTOR)
    for number, (amount, last) in enumerate(((400, date(2026, 6, 30)), (600, date(2026, 8, 31)))):
        facade.adjust(AdjustFact("desk", str(number), member(1), amount, "gift", expires_on=last), ACTOR, None)
    return anna.id


def stocked(draft, pieces=10):
    item = mall.create_item(draft, ACTOR)
    mall.restock([Restock(item.id, pieces, "first delivery")], ACTOR)
    return mall.item(item.id)


def wish(id="x-1", item="mug", **changes):
    return ExchangeFact("app", id, member(1), item, **{"way": Way.SHIP, "address": HOME, **changes})


def usable(member_id):
    return facade.standing(member_id).balances[0].available


def lots(member_id):
    return [lot.remaining for lot in points.open_lots([member_id])[member_id]]


def left(item):
    return mall.item(item.id).left


def violations():
    return [found for check in facade.verify_all() for found in check.violations]


def refused(fact):
    with pytest.raises(Refusal) as refusal:
        facade.exchange(fact, ACTOR)
    return refusal.value.code


def pay(order_id):
    """Let the member pay what is asked for an order, and the provider tell of it."""
    payment = facade.mall_payment_of(order_id)
    payments.start(payment.id)
    sandbox.settle(payment.id, Behaviour.PAYS, Behaviour.PAYS)
    sandbox.deliver(clock.business_now())


def test_points_and_cash_wait_for_the_payment(rich):
    mug = stocked(DEAR)

    done = facade.exchange(wish(quantity=2), ACTOR)

    assert (done.order.state, done.order.cash_minor, done.payment.amount_minor) == (State.PAYING, 2_500, 2_500)
    assert (usable(rich), facade.standing(rich).balances[0].held, left(mug)) == (400, 600, 8)
    with pytest.raises(Refusal) as refusal:
        facade.confirm_exchange(done.order.id, ACTOR)
    assert refusal.value.code == "order_in_other_state"

    pay(done.order.id)

    assert mall.order(done.order.id).state is State.TO_SHIP
    assert (usable(rich), facade.standing(rich).balances[0].held) == (400, 0)
    facade.cancel_exchange(done.order.id, ACTOR)
    facade.cancel_exchange(done.order.id, ACTOR)
    assert (lots(rich), left(mug), facade.mall_payment_of(done.order.id).refunded_minor) == ([400, 600], 10, 2_500)
    assert violations() == []


def test_money_that_comes_too_late_goes_back(rich):
    mug = stocked(DEAR)
    done = facade.exchange(wish(), ACTOR)
    clock.set_business_clock(NOW + timedelta(minutes=15))
    assert facade.lapse_exchanges() == {"lapsed": 1}

    pay(done.order.id)

    assert mall.order(done.order.id).state is State.CANCELLED
    assert (usable(rich), left(mug), facade.mall_payment_of(done.order.id).refunded_minor) == (1_000, 10, 1_250)
    assert violations() == []


def test_a_coupon_is_issued_with_its_order_and_frozen_when_that_is_taken_back(rich):
    offer = "{amount: 10, minimum: {money: 50}}"
    template = TemplateDraft("ten", "Ten off", coupons_contracts.Kind.THRESHOLD, offer, "UTC", most=3)
    facade.create_coupon_template(template, ACTOR)
    ticket = ItemDraft("ticket", Kind.COUPON, "Ten off", (Price(100),), ways=(Way.DELIVER,), coupon="ten")
    item = stocked(ticket)

    got = facade.exchange(wish(item="ticket", way=None, address=None, quantity=2), ACTOR).order

    held = coupons.of_member(rich, NOW)
    assert (got.state, [coupon.cause for coupon in held]) == (State.DELIVERED, [coupons_contracts.Cause.MALL] * 2)
    assert refused(wish("y", item="ticket", way=None, address=None, quantity=2)) == "coupons_exhausted"
    assert (usable(rich), left(item)) == (800, 8)
    facade.refund_exchange(got.id, ACTOR, "not wanted", restock=True)
    assert [coupon.state for coupon in coupons.of_member(rich, NOW)] == [coupons_contracts.State.FROZEN] * 2
    assert (usable(rich), left(item)) == (1_000, 10)
    assert violations() == []


class Elsewhere:
    """A supplier's service that answers as it is told to, and remembers what it was asked."""

    def __init__(self, *answers):
        self.answers, self.asked = list(answers), []

    def deliver(self, wanted, access):
        self.asked.append(("deliver", wanted.key, wanted.quantity))
        return self.answers.pop(0)

    def query(self, wanted, access):
        self.asked.append(("query", wanted.key, wanted.quantity))
        return self.answers.pop(0)


UNKNOWN = Supplied(Delivered.UNKNOWN, detail="no answer")


@pytest.fixture
def film(rich, monkeypatch):
    """Let a service be asked for an item, and the machine's time pass with each look for what is due."""
    draft = SupplierDraft("tv", "TV", SupplierKind.HTTP, "https://tv.example", "s3cret")
    mall.write_supplier(draft, ACTOR)
    item = ItemDraft("film", Kind.VIRTUAL, "Film", (Price(100),), ways=(Way.DELIVER,), supply=Supply("tv", "F", 550))
    made = stocked(item)

    def served_by(service):
        monkeypatch.setitem(delivering._suppliers, SupplierKind.HTTP, service)
        return facade.exchange(wish(item="film", way=None, address=None), ACTOR).order, made

    return served_by


def ask_again(monkeypatch, hours):
    later = clock.machine_now() + timedelta(hours=hours)
    monkeypatch.setattr(clock, "machine_now", lambda: later)
    return facade.deliver_exchanges()


def test_what_a_supplier_did_not_answer_is_asked_about_under_the_same_key(rich, film, monkeypatch):
    service = Elsewhere(UNKNOWN, UNKNOWN, None, Supplied(Delivered.DELIVERED, ("C-1",), "T-9"))
    got, item = film(service)
    assert (got.state, service.asked) == (State.DELIVERING, [])

    assert facade.deliver_exchanges()["unknown"] == 1
    assert facade.deliver_exchanges()["unknown"] == 0  # its time has not come
    with pytest.raises(Refusal) as refusal:
        facade.cancel_exchange(got.id, ACTOR)
    assert (refusal.value.code, usable(rich), left(item)) == ("delivery_uncertain", 900, 9)
    assert mall.statement("tv", 2026, 6).open == 1
    assert ask_again(monkeypatch, 1)["unknown"] == 1
    assert ask_again(monkeypatch, 2)["delivered"] == 1

    ((key, *_),) = {(key, quantity) for _, key, quantity in service.asked}
    assert (key[:4], [verb for verb, *_ in service.asked]) == ("mlo_", ["deliver", "query", "query", "deliver"])
    assert (mall.order(got.id).state, mall.codes_for(got.id, rich)) == (State.DELIVERED, ("C-1",))
    (line,) = mall.statement("tv", 2026, 6).lines
    assert (line.reference, line.cost_minor, line.sku) == ("T-9", 550, "F")
    assert violations() == []


def test_what_a_supplier_refuses_is_cancelled_with_points_and_stock_back(rich, film):
    got, item = film(Elsewhere(Supplied(Delivered.REFUSED, detail="gone")))

    assert facade.deliver_exchanges()["refused"] == 1

    assert mall.order(got.id).state is State.CANCELLED
    assert (lots(rich), left(item), mall.deliveries([got.id])[got.id].detail) == ([400, 600], 10, "gone")
    assert mall.statement("tv", 2026, 6).lines == ()
    assert violations() == []


def test_a_refusal_that_was_heard_before_a_crash_is_carried_through(rich, film):
    got, item = film(Elsewhere(Supplied(Delivered.REFUSED, detail="gone")))
    assert mall.ask_supplier(got.id).state is Delivered.REFUSED
    assert (mall.order(got.id).state, left(item)) == (State.DELIVERING, 9)

    assert facade.deliver_exchanges()["refused"] == 0

    assert (mall.order(got.id).state, lots(rich), left(item)) == (State.CANCELLED, [400, 600], 10)
    assert violations() == []


def test_too_few_codes_are_no_delivery(rich, film):
    got, _ = film(Elsewhere(Supplied(Delivered.DELIVERED, ())))

    assert facade.deliver_exchanges()["unknown"] == 1
    assert (mall.order(got.id).state, mall.codes_for(got.id, rich)) == (State.DELIVERING, ())
