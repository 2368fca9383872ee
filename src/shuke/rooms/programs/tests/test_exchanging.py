"""Exchanges through the mall: points, stock and order move together or not at all, and all of it comes back."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.rooms.mall import facade as mall
from shuke.rooms.mall.contracts import (
    Address,
    ItemDraft,
    Kind,
    Limits,
    OrderSearch,
    Period,
    Price,
    Restock,
    State,
    SupplierDraft,
    SupplierKind,
    Supply,
    Visibility,
    Way,
)
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import Amendment
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import NewStore
from shuke.rooms.points import facade as points
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import AdjustFact, ExchangeFact
from shuke.rooms.programs.tests.conftest import ACTOR, NOW, member, order

HOME = Address("Anna Bell", "+12125550123", "New York", "5 Main Street")
MUG = ItemDraft("mug", Kind.GOODS, "Mug", (Price(300),), ways=(Way.SHIP, Way.PICKUP))


@pytest.fixture
def rich(anna):
    """Member 1 with 1,000 points: 400 to the end of June, 600 to the end of August."""
    for number, (amount, last) in enumerate(((400, date(2026, 6, 30)), (600, date(2026, 8, 31)))):
        facade.adjust(AdjustFact("desk", str(number), member(1), amount, "gift", expires_on=last), ACTOR, None)
    return anna


def stocked(draft=MUG, pieces=10):
    item = mall.create_item(draft, ACTOR)
    mall.restock([Restock(item.id, pieces, "first delivery")], ACTOR)
    return mall.item(item.id)


def wish(id="x-1", item="mug", number=1, **changes):
    return ExchangeFact("app", id, member(number), item, **{"way": Way.SHIP, "address": HOME, **changes})


def usable(member_id):
    return facade.standing(member_id).balances[0].available


def lots(member_id):
    return [lot.remaining for lot in points.open_lots([member_id])[member_id]]


def left(item):
    return mall.item(item.id).left


def violations():
    return [found for check in facade.verify_all() for found in check.violations]


def refused(fact, **options):
    with pytest.raises(Refusal) as refusal:
        facade.exchange(fact, ACTOR, **options)
    return refusal.value.code


def test_points_stock_and_order_move_together_and_come_back_to_their_lots(rich):
    mug = stocked()

    done = facade.exchange(wish(quantity=2), ACTOR)
    again = facade.exchange(wish(quantity=2), ACTOR)

    assert (done.repeated, again.repeated, again.order) == (False, True, done.order)
    assert (done.order.points, done.order.unit, done.order.state) == (600, "points", State.TO_SHIP)
    assert done.order.address_masked == "A*** +121****0123 New York"
    assert (lots(rich), left(mug)) == ([400], 8)
    assert refused(wish(quantity=3)) == "already_recorded_differently"

    cancelled = facade.cancel_exchange(done.order.id, ACTOR, "changed their mind")
    twice = facade.cancel_exchange(done.order.id, ACTOR, "again")

    assert (cancelled.state, twice.state) == (State.CANCELLED, State.CANCELLED)
    assert (lots(rich), left(mug)) == ([400, 600], 10)
    assert [step.state for step in mall.steps(done.order.id)] == [State.TO_SHIP, State.CANCELLED]
    assert [(move.cause, move.change) for move in mall.movements(mug.id, 9)] == [
        ("returned", 2),
        ("ordered", -2),
        ("received", 10),
    ]
    assert violations() == []


def test_a_dry_run_says_the_same_and_leaves_nothing(rich):
    mug = stocked()

    tried = facade.exchange(wish(), ACTOR, dry_run=True)

    assert (tried.order.points, tried.order.state) == (300, State.TO_SHIP)
    assert (usable(rich), left(mug)) == (1000, 10)
    assert mall.orders_page(OrderSearch(), 9).orders == ()
    assert facade.exchange(wish(), ACTOR).repeated is False


def test_the_first_price_that_fits_is_theirs_without_falling_through(rich):
    """Row 3 would be cheaper for everybody; a silver member or a vip pays by the first row for them (rule 26)."""
    prices = (Price(250, tier="silver"), Price(350, tag="vip"), Price(300))
    stocked(replace(MUG, prices=prices))

    assert facade.mall_of(member(1)).offers[0].price == Price(300)
    members.amend([Amendment(rich, add_tags=("vip",))], ACTOR)
    assert facade.mall_of(member(1)).offers[0].price == Price(350, tag="vip")
    facade.record([order("o-1", 60_000)], ACTOR)  # silver from 500 dollars on
    offer = facade.mall_of(member(1)).offers[0]
    assert (offer.price, offer.usable, offer.missing, offer.affordable) == (Price(250, tier="silver"), 1600, 0, True)
    assert facade.exchange(wish(), ACTOR).order.points == 250


@pytest.mark.parametrize(
    "hidden",
    [
        Visibility(tiers=("silver",)),
        Visibility(tags=("vip",)),
        Visibility(stores=("S-2",)),
        Visibility(starts_at=NOW + timedelta(seconds=1)),
        Visibility(ends_at=NOW),
    ],
)
def test_who_does_not_see_an_item_does_not_get_it(rich, hidden):
    mug = stocked(replace(MUG, visibility=hidden))

    assert facade.mall_of(member(1), "S-1").offers == ()
    assert refused(wish(store="S-1")) == "item_not_for_sale"
    assert (usable(rich), left(mug)) == (1000, 10)


def test_limits_count_orders_that_stand_and_forget_what_was_cancelled(rich):
    mug = stocked(replace(MUG, prices=(Price(100),), limits=Limits(per_member=4, per_period=2, period=Period.MONTH)))
    first = facade.exchange(wish("a", quantity=2), ACTOR).order

    assert refused(wish("b")) == "item_limit_reached"
    assert facade.mall_of(member(1)).offers[0].allowance == 0
    facade.cancel_exchange(first.id, ACTOR)
    facade.exchange(wish("b", quantity=2), ACTOR)
    clock.set_business_clock(NOW + timedelta(days=30))  # July
    facade.exchange(wish("c", quantity=2), ACTOR)
    clock.set_business_clock(NOW + timedelta(days=61))  # August: four in all
    assert refused(wish("d")) == "item_limit_reached"
    assert left(mug) == 6
    assert violations() == []


def test_a_day_has_its_own_stock(rich, enrol):
    mug = stocked(replace(MUG, prices=(Price(10),), limits=Limits(per_day=3)))
    first = facade.exchange(wish("a", quantity=3), ACTOR).order

    assert refused(wish("b")) == "sold_out_today"
    assert (usable(rich), left(mug)) == (970, 7)
    facade.cancel_exchange(first.id, ACTOR)
    facade.exchange(wish("b", quantity=2), ACTOR)
    mall.change_item(mug.id, replace(mug.draft, limits=Limits(per_day=4)), ACTOR)
    assert refused(wish("c", quantity=3)) == "sold_out_today"
    facade.exchange(wish("c", quantity=2), ACTOR)
    clock.set_business_clock(NOW + timedelta(days=1))
    facade.exchange(wish("d", quantity=4), ACTOR)
    assert left(mug) == 2
    assert violations() == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"quantity": 0}, "out_of_bounds"),
        ({"quantity": -1}, "out_of_bounds"),
        ({"quantity": 10**30}, "sold_out"),
        ({"quantity": 11}, "sold_out"),
        ({"quantity": 4}, "insufficient_points"),
        ({"item": "cup"}, "unknown_item"),
        ({"way": Way.DELIVER}, "way_not_possible"),
        ({"address": None}, "address_required"),
        ({"address": replace(HOME, street=" ")}, "text_length"),
        ({"number": 99}, "unknown_member"),
        ({"store": "x" * 201}, "text_length"),
        ({"id": ""}, "text_length"),
    ],
)
def test_what_is_refused_leaves_nothing(rich, change, code):
    mug = stocked()

    assert refused(wish(**change)) == code
    assert (lots(rich), left(mug)) == ([400, 600], 10)
    assert mall.orders_page(OrderSearch(), 9).orders == ()
    assert facade.exchange(wish(), ACTOR).repeated is False


def test_a_reservation_holds_points_and_stock_until_it_is_confirmed_or_lapses(rich):
    mug = stocked()
    one = facade.exchange(wish("a", reserve=True), ACTOR).order
    other = facade.exchange(wish("b", reserve=True), ACTOR).order

    assert (one.state, one.until_at) == (State.PLACED, NOW + timedelta(minutes=15))
    assert (usable(rich), facade.standing(rich).balances[0].held, left(mug)) == (400, 600, 8)
    begun = facade.confirm_exchange(one.id, ACTOR)
    assert (begun.state, facade.confirm_exchange(one.id, ACTOR)) == (State.TO_SHIP, begun)
    clock.set_business_clock(NOW + timedelta(minutes=15))
    with pytest.raises(Refusal, match="in time"):
        facade.confirm_exchange(other.id, ACTOR)
    assert facade.lapse_exchanges() == {"lapsed": 1}
    assert facade.lapse_exchanges() == {"lapsed": 0}
    assert mall.order(other.id).state is State.CANCELLED
    assert (usable(rich), facade.standing(rich).balances[0].held, left(mug)) == (700, 0, 9)
    assert violations() == []


def test_a_confirmed_reservation_comes_back_when_it_is_cancelled(rich):
    stocked()
    one = facade.exchange(wish(reserve=True), ACTOR).order
    facade.confirm_exchange(one.id, ACTOR)

    facade.cancel_exchange(one.id, ACTOR)

    assert lots(rich) == [400, 600]
    assert violations() == []


def test_shipment_ends_with_the_address_deleted(rich):
    mug = stocked()
    sent = facade.exchange(wish(), ACTOR).order
    assert mall.reveal_address(sent.id, "label", ACTOR) == HOME

    shipped = mall.ship(sent.id, "SF", "SF123", ACTOR)
    assert (shipped.state, shipped.carrier, shipped.tracking) == (State.SHIPPED, "SF", "SF123")
    with pytest.raises(Refusal, match="shipped"):
        facade.cancel_exchange(sent.id, ACTOR)
    assert usable(rich) == 700
    done = mall.complete(sent.id, ACTOR)
    assert (done.state, done.address_masked) == (State.DONE, "")
    with pytest.raises(Refusal, match="deleted"):
        mall.reveal_address(sent.id, "curious", ACTOR)

    back = facade.refund_exchange(sent.id, ACTOR, "broken", restock=False)
    assert (back.state, lots(rich), left(mug)) == (State.REFUNDED, [400, 600], 9)
    assert violations() == []


def test_a_pickup_code_opens_one_order_in_its_store(rich):
    stocked()
    waiting = facade.exchange(wish(way=Way.PICKUP, address=None, store="S-1"), ACTOR).order
    code = waiting.pickup_code
    assert (len(code), waiting.state) == (9, State.READY_FOR_PICKUP)

    for wrong, why in (
        (str(int(code[0] == "0")) + code[1:], "pickup_code_wrong"),
        ("000000000", "pickup_code_unknown"),
    ):
        with pytest.raises(Refusal) as refusal:
            mall.hand_out(wrong, "S-1", ACTOR)
        assert refusal.value.code == why
    with pytest.raises(Refusal) as refusal:
        mall.hand_out(code, "S-2", ACTOR)
    assert refusal.value.code == "pickup_elsewhere"
    assert mall.order(waiting.id) == waiting

    assert mall.hand_out(f"{code[:3]} {code[3:]}", "S-1", ACTOR).state is State.PICKED_UP
    with pytest.raises(Refusal) as refusal:
        mall.hand_out(code, "S-1", ACTOR)
    assert refusal.value.code == "pickup_code_used"


def test_pickups_and_items_name_stores_and_tiers_that_there_are(rich):
    """A shop with stores hands out in one of them; before it has any, nothing is asked."""
    assert facade.exchange(wish("x-0", item=stocked().code, way=Way.PICKUP, address=None), ACTOR).order.store == ""
    org.create_stores(org.create_brand("mugs", "Mugs", ACTOR).id, [NewStore("S-1", "First")], ACTOR)
    (mug,) = mall.all_items()

    for store, code in (("", "store_required"), ("nope", "unknown_store")):
        assert refused(wish(way=Way.PICKUP, address=None, store=store)) == code
    for change, code, pointer in (
        ({"visibility": Visibility(stores=("S-1", "nope"))}, "unknown_store", "/visibility/stores"),
        ({"visibility": Visibility(tiers=("silver", "glod"))}, "unknown_tier", "/visibility/tiers/1"),
        ({"prices": (Price(1, tier="glod"), Price(2))}, "unknown_tier", "/prices/0/tier"),
    ):
        for write in (
            lambda draft: facade.create_mall_item(replace(draft, code="cup"), ACTOR),
            lambda draft: facade.change_mall_item(mug.id, draft, ACTOR),
        ):
            with pytest.raises(Refusal) as refusal:
                write(replace(MUG, **change))
            assert (refusal.value.code, refusal.value.pointer) == (code, pointer)
    assert (mall.all_items(), usable(rich)) == ([mug], 700)

    known = replace(MUG, prices=(Price(250, tier="silver"), Price(300)), visibility=Visibility(stores=("S-1",)))
    assert facade.change_mall_item(mug.id, known, ACTOR).draft == known
    assert facade.exchange(wish(way=Way.PICKUP, address=None, store="S-1"), ACTOR).order.store == "S-1"


def test_codes_of_a_pool_are_given_once_and_shown_to_their_owner(rich, enrol):
    mall.write_supplier(SupplierDraft("cards", "Cards", SupplierKind.POOL), ACTOR)
    film = ItemDraft("film", Kind.VIRTUAL, "Film", (Price(100),), ways=(Way.DELIVER,), supply=Supply("cards", "F", 550))
    item = mall.create_item(film, ACTOR)
    assert mall.import_cards(item.id, ["AAA-1", "AAA-2", " AAA-1", "AAA-3"], ACTOR) == (3, 1)
    assert mall.import_cards(item.id, ["AAA-3"], ACTOR) == (0, 1)
    assert left(item) == 3

    got = facade.exchange(wish(item="film", way=None, address=None, quantity=2), ACTOR).order

    assert (got.state, left(item)) == (State.DELIVERED, 1)
    assert mall.codes_for(got.id, rich) == ("AAA-1", "AAA-2")
    assert mall.reveal_codes(got.id, "a call", ACTOR) == ("AAA-1", "AAA-2")
    with pytest.raises(Refusal):
        mall.codes_for(got.id, enrol(2))
    assert refused(wish("y", item="film", way=None, address=None, quantity=2)) == "sold_out"
    with pytest.raises(Refusal) as refusal:
        mall.restock([Restock(item.id, 5, "by hand")], ACTOR)
    assert refusal.value.code == "stock_not_by_hand"
    told = mall.statement("cards", 2026, 6)
    assert (told.total_minor, told.open, [line.quantity for line in told.lines]) == (1100, 0, [2])
    assert mall.statement("cards", 2026, 7).lines == ()
    assert violations() == []


def test_stock_is_moved_by_staff_never_below_zero(rich):
    mug = stocked()

    for change, code in ((-11, "stock_below_zero"), (0, "stock_unchanged"), (10**30, "out_of_bounds")):
        with pytest.raises(Refusal) as refusal:
            mall.restock([Restock(mug.id, change, "count")], ACTOR)
        assert refusal.value.code == code
    assert mall.restock([Restock(mug.id, -10, "count")], ACTOR) == {mug.id: 0}
    assert refused(wish()) == "sold_out"
    assert violations() == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"code": "Mug!"}, "bad_code"),
        ({"name": ""}, "text_length"),
        ({"prices": ()}, "price_required"),
        ({"prices": (Price(0, 100),)}, "price_required"),
        ({"prices": (Price(-1),)}, "out_of_bounds"),
        ({"prices": (Price(10**13),)}, "out_of_bounds"),
        ({"prices": (Price(1, -1),)}, "out_of_bounds"),
        ({"prices": (Price(1), Price(2, tier="gold"))}, "price_unreached"),
        ({"ways": (Way.DELIVER,)}, "way_not_possible"),
        ({"ways": ()}, "way_not_possible"),
        ({"hold_minutes": 0}, "out_of_bounds"),
        ({"limits": Limits(per_member=0)}, "out_of_bounds"),
        ({"limits": Limits(per_day=-1)}, "out_of_bounds"),
        ({"limits": Limits(per_period=10**20)}, "out_of_bounds"),
        ({"supply": Supply(cost_minor=-1)}, "out_of_bounds"),
        ({"visibility": Visibility(starts_at=NOW, ends_at=NOW)}, "item_ends_before"),
        ({"kind": Kind.VIRTUAL, "ways": (Way.DELIVER,)}, "unknown_supplier"),
    ],
)
def test_an_item_that_cannot_be_is_refused(now, change, code):
    with pytest.raises(Refusal) as refusal:
        mall.create_item(replace(MUG, **change), ACTOR)
    assert refusal.value.code == code
    assert mall.all_items() == []


def test_an_item_is_changed_by_who_saw_it_last(now):
    mug = stocked()

    dearer = mall.change_item(mug.id, replace(mug.draft, prices=(Price(400),)), ACTOR, mug.revision)

    assert (dearer.draft.prices, dearer.revision) == ((Price(400),), 2)
    with pytest.raises(Refusal) as refusal:
        mall.change_item(mug.id, mug.draft, ACTOR, mug.revision)
    assert refusal.value.code == "item_changed"
    assert mall.item(mug.id) == dearer


def test_a_picture_is_what_it_begins_with(now):
    png = b"\x89PNG\r\n\x1a\n" + b"x" * 40

    kept = mall.keep_picture(png)

    assert (mall.keep_picture(png), mall.picture(kept).kind, mall.picture(kept).content) == (kept, "image/png", png)
    for content, code in ((b"<svg/>", "not_a_picture"), (png + b"x" * 2**21, "picture_too_large")):
        with pytest.raises(Refusal) as refusal:
            mall.keep_picture(content)
        assert refusal.value.code == code
