"""The mall in the console: items written, priced and stocked in place, orders fulfilled, codes and addresses shown."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from shuke.foundation import ids
from shuke.rooms.mall import facade as mall
from shuke.rooms.mall.contracts import Address, OrderSearch, State, Way
from shuke.rooms.members.contracts import MemberRef
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import NewStore, Role, StaffTerms
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import ExchangeFact
from shuke.surfaces.console.tests.conftest import TESTER

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 40
ITEM = {
    "code": "mug",
    "kind": "goods",
    "name": "保温杯",
    "unit": "points",
    "ways": ["ship", "pickup"],
    "counted": "on",
    "on_sale": "on",
    "period": "month",
    "hold_minutes": "15",
    "row_tier": ["gold", ""],
    "row_tag": ["", ""],
    "row_points": ["80", "100"],
    "row_cash": ["", ""],
}
HOME = Address("林小满", "13800000001", "上海", "南京路 5 号")


@pytest.fixture
def client(log_in, program):
    return log_in()


@pytest.fixture
def mug(client):
    picture = SimpleUploadedFile("mug.png", PNG, "image/png")
    assert client.post("/mall/new", ITEM | {"picture": picture}).status_code == 302
    item = mall.item_by_code("mug")
    change = {"points": "100", "on_sale": "yes", "change": "5", "reason": "首批"}
    assert client.post(f"/mall/items/{item.id}/change", change).status_code == 302
    return mall.item(item.id)


def exchanged(member, way=Way.SHIP, id="x", item="mug", store=""):
    address = HOME if way is Way.SHIP else None
    return programs.exchange(
        ExchangeFact("app", id, MemberRef(id=member.id), item, 1, way, store, address), TESTER
    ).order


def page(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_item_is_written_with_its_prices_and_picture(client, mug):
    assert [(price.tier, price.points) for price in mug.draft.prices] == [("gold", 80), ("", 100)]
    assert (mug.left, mug.draft.ways) == (5, (Way.SHIP, Way.PICKUP))
    shown = client.get(f"/pictures/{mug.draft.picture}")
    assert (shown["Content-Type"], shown.content, shown["X-Content-Type-Options"]) == ("image/png", PNG, "nosniff")

    text = page(client, "/mall")
    assert "保温杯" in text
    assert "另有 1 个专享价" in text
    assert client.post(f"/mall/items/{mug.id}", ITEM | {"name": "水杯"}).status_code == 302
    after = mall.item(mug.id)
    assert (after.name, after.draft.picture, after.left) == ("水杯", mug.draft.picture, 5)
    assert "首批" in page(client, f"/mall/items/{mug.id}/movements")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"row_points": ["-1", "100"]}, "整数"),
        ({"row_points": ["", "0"], "row_tier": ["", ""]}, "至少 1 积分"),
        ({"row_tier": ["", "gold"]}, "永远不会生效"),
        ({"code": "Mug!"}, "代码"),
        ({"per_day": "0"}, "1"),
        ({"picture": SimpleUploadedFile("x.png", b"<svg/>", "image/png")}, "PNG、JPEG 或 WebP"),
        ({"ways": []}, "不支持这种领取方式"),
        ({"kind": "virtual"}, "没有这家供应商"),
    ],
)
def test_what_cannot_be_is_told_and_stores_nothing(client, wrong, told):
    answer = client.post("/mall/new", ITEM | wrong)

    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert mall.all_items() == []


@pytest.mark.parametrize(
    "change",
    [
        {"points": "-5"},
        {"points": ""},
        {"points": "120", "change": "-6", "reason": "count"},
        {"points": "120", "change": "3"},
        {"points": "120", "change": "1.5", "reason": "count"},
        {"points": "120", "change": "9" * 30, "reason": "count"},
    ],
)
def test_price_and_stock_change_together_or_not_at_all(client, mug, change):
    answer = client.post(f"/mall/items/{mug.id}/change", {"on_sale": "yes"} | change, follow=True)

    assert 'class="notice bad' in answer.content.decode()
    assert mall.item(mug.id) == mug


def test_an_order_is_sent_and_its_address_shown_for_a_reason(client, mug, member):
    order = exchanged(member)
    (row,) = mall.orders_page(OrderSearch(), 9).orders
    text = page(client, "/mall/orders?state=to_ship")
    assert order.number in text
    address = f"/mall/orders/mlo_{text.split('/mall/orders/mlo_')[1][:26]}"
    assert HOME.street not in page(client, address)

    shown = client.post(f"{address}/reveal", {"what": "address", "reason": "面单"}).content.decode()
    assert HOME.street in shown
    assert org.audit_lines(1).lines[0].action == "mall.address_revealed"
    assert client.post(f"{address}/reveal", {"what": "address", "reason": ""}).status_code == 302
    client.post(f"{address}/act", {"act": "ship", "carrier": "顺丰", "tracking": "SF1"})
    assert (mall.order(row.id).state, mall.order(row.id).tracking) == (State.SHIPPED, "SF1")
    client.post(f"{address}/undo", {"act": "cancel"})
    assert mall.order(row.id).state is State.SHIPPED
    client.post(f"{address}/undo", {"act": "refund", "note": "破损", "restock": "yes"})
    assert (mall.order(row.id).state, mall.item(mug.id).left) == (State.REFUNDED, 5)
    assert "破损" in page(client, address)


def test_an_order_is_handed_out_by_its_code(client, mug, member):
    org.open_store(NewStore("s1", "一店"), None, TESTER)
    order = exchanged(member, Way.PICKUP, store="s1")

    wrong = client.post("/mall/pickup", {"code": "123", "store": "s1"}, follow=True).content.decode()
    assert "自提码有误" in wrong
    told = client.post("/mall/pickup", {"code": order.pickup_code, "store": "s1"}, follow=True).content.decode()
    assert "请交付：保温杯 × 1" in told
    assert mall.order(order.id).state is State.PICKED_UP


def test_value_goes_back_by_staff_of_the_store_who_may_and_never_to_themselves(log_in, mug, member):
    for code in ("s1", "s2"):
        org.open_store(NewStore(code, code), None, TESTER)
    fact = ExchangeFact("app", "x", MemberRef(id=member.id), "mug", 1, Way.PICKUP, "s1")
    order = programs.exchange(fact, TESTER).order
    mall.hand_out(order.pickup_code, "s1", TESTER)
    address, points = f"/mall/orders/{ids.encode('mlo', order.id)}/undo", programs.standing(member.id).balances
    clerk, service = log_in(Role.CLERK), log_in(Role.SERVICE)
    (person,) = [one for one in org.list_staff() if one.role is Role.SERVICE]

    refused = [clerk.post(address, {"act": "refund"})]
    org.change_staff(person.id, StaffTerms(Role.SERVICE, ("s2",), None, None), TESTER)
    refused.append(service.post(address, {"act": "refund"}))
    org.change_staff(person.id, StaffTerms(Role.SERVICE, ("s1",), None, ids.encode("mbr", member.id)), TESTER)
    refused.append(service.post(address, {"act": "refund"}))

    assert [answer.status_code for answer in refused] == [403, 403, 403]
    assert mall.order(order.id).state is State.PICKED_UP
    assert programs.standing(member.id).balances == points
    org.change_staff(person.id, StaffTerms(Role.SERVICE, ("s1",), None, None), TESTER)
    service.post(address, {"act": "refund"})
    assert mall.order(order.id).state is State.REFUNDED


def test_codes_are_imported_given_out_and_settled(client, member):
    assert client.post("/mall/suppliers", {"code": "cards", "name": "卡商", "kind": "pool"}).status_code == 302
    virtual = ITEM | {
        "code": "film",
        "name": "影视",
        "kind": "virtual",
        "supplier": "cards",
        "sku": "F1",
        "cost": "5.5",
    }
    assert client.post("/mall/new", virtual).status_code == 302
    film = mall.item_by_code("film")
    client.post(f"/mall/items/{film.id}/cards", {"codes": "AAA-1\nAAA-2\n\nAAA-1"})
    assert mall.item(film.id).left == 2
    order = exchanged(member, None, item="film")

    listed = page(client, "/mall/orders")
    address = f"/mall/orders/mlo_{listed.split('/mall/orders/mlo_')[1][:26]}"
    assert "AAA-1" not in page(client, address)
    assert "AAA-1" in client.post(f"{address}/reveal", {"what": "codes", "reason": "来电"}).content.decode()
    assert "$5.50" in page(client, "/mall/statements/cards")
    file = client.get("/mall/statements/cards?month=2026-06&file=yes").content.decode("utf-8-sig")
    (line,) = list(csv.reader(io.StringIO(file)))[1:]
    assert line[1:] == [order.number, "film", "F1", "", "1", "550", "USD"]
    assert "当月没有发放" in page(client, "/mall/statements/cards?month=2026-05")


def test_a_service_address_must_be_https(client):
    answer = client.post("/mall/suppliers", {"code": "tv", "name": "TV", "kind": "http", "url": "http://tv.example"})

    assert answer.status_code == 422
    assert "https" in answer.content.decode()
    assert mall.suppliers() == []


def test_readers_are_offered_no_change(log_in, mug, member):
    exchanged(member)
    analyst = log_in(Role.ANALYST)

    assert "data-open" not in page(analyst, "/mall").split("<main")[1]
    assert "林" not in page(analyst, "/mall/orders")
    assert analyst.post(f"/mall/items/{mug.id}/change", {"points": "1"}).status_code == 403
    assert mall.item(mug.id).draft.prices[-1].points == 100
