"""Coupons and the rewards mall on a member's phone: taken once, redeemed once, refused in words, nobody else's."""

import re
from dataclasses import replace

from shuke.foundation import ids
from shuke.rooms.coupons import facade as coupons
from shuke.rooms.coupons.contracts import Kind as CouponKind
from shuke.rooms.coupons.contracts import MemberLimit, TemplateDraft, Use
from shuke.rooms.mall import facade as mall
from shuke.rooms.mall.contracts import ItemDraft, OrderSearch, Price, Restock, State, Way
from shuke.rooms.mall.contracts import Kind as MallKind
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import MemberRef, Status
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import OrderFact, RefundFact
from shuke.surfaces.portal.tests.conftest import NOON, OTHER, PHONE, TESTER


def member_id(phone=PHONE):
    return members.resolve([MemberRef(phone=phone)])[0]


def page(answer):
    return answer.content.decode()


def usable(phone=PHONE):
    return programs.standing(member_id(phone)).balances[0].available


def key_of(text):
    return re.search(r'name="key" value="([^"]+)"', text)[1]


def test_an_item_is_redeemed_once_however_often_it_is_sent(phone, tea):
    held = phone()
    assert "龙井一罐" in page(held.get("/m/mall"))
    assert 'href="/m/mall/tea/redeem"' in page(held.get("/m/mall/tea"))
    key = key_of(page(held.get("/m/mall/tea/redeem")))
    sent = {"key": key, "way": "pickup", "store": "nanjinglu"}

    first, again = (held.post("/m/mall/tea/redeem", sent) for _ in range(2))
    assert (first.status_code, first["Location"]) == (302, again["Location"])
    assert (usable(), mall.item(tea.id).left) == (40, 4)
    order = page(held.get(first["Location"]))
    assert "待自提" in order
    assert re.search(r'data-testid="pickup-code">\w+', order)
    assert "南京路店" in order
    assert "龙井一罐" in page(held.get("/m/mall/orders"))

    limited = held.post("/m/mall/tea/redeem", sent | {"key": "another"})
    assert (limited.status_code, usable(), mall.item(tea.id).left) == (422, 40, 4)
    assert "已达兑换上限" in page(held.get("/m/mall/tea"))

    assert held.post(first["Location"])["Location"] == first["Location"]
    assert (usable(), mall.item(tea.id).left) == (50, 5)
    over = page(held.get(first["Location"]))
    assert ("取消兑换" in over, "<dt>已退回</dt><dd>10 " in over, "<dt>已用</dt>" in over) == (False, True, False)


def test_what_is_gone_too_dear_or_frozen_is_refused_in_words(phone, tea):
    held = phone()
    text = page(held.get("/m/mall/tea/redeem"))
    sent = {"key": key_of(text), "way": "pickup", "store": "nanjinglu"}
    mall.restock([Restock(tea.id, -5, "broken")], TESTER)
    gone = held.post("/m/mall/tea/redeem", sent)
    assert (gone.status_code, "已兑完" in page(gone), usable()) == (422, True, 50)
    assert "已兑完" in page(held.get("/m/mall"))

    members.set_status(member_id(), Status.FROZEN, "lost", TESTER)
    assert held.get("/m/mall").status_code == 200
    frozen = held.post("/m/mall/tea/redeem", sent)
    assert (frozen.status_code, usable()) == (409, 50)
    assert "冻结" in page(frozen)


def test_an_order_is_nobody_elses(phone, tea):
    mine, others = phone(), phone(OTHER)
    key = key_of(page(others.get("/m/mall/tea/redeem")))
    where = others.post("/m/mall/tea/redeem", {"key": key, "way": "pickup", "store": "nanjinglu"})["Location"]
    assert mine.get(where).status_code == 404
    assert mine.post(where).status_code == 404
    assert mall.orders_page(OrderSearch(), 10).orders[0].state is State.READY_FOR_PICKUP
    assert (usable(), usable(OTHER)) == (50, 40)
    # the same key of another member is another order
    assert mine.post("/m/mall/tea/redeem", {"key": key, "way": "pickup", "store": "nanjinglu"})["Location"] != where


def test_a_coupon_is_taken_once_and_shown_with_its_code(phone, ten_off):
    held, others = phone(), phone(OTHER)
    text = page(held.get("/m/coupons"))
    assert "可免费领取" in text
    sent = {"template": "ten-off", "key": key_of(text)}
    assert [held.post("/m/coupons", sent).status_code for _ in range(2)] == [302, 302]
    (coupon,) = coupons.of_member(member_id(), NOON)
    where = re.search(r'href="(/m/coupons/cpn_\w+)"', page(held.get("/m/coupons")))[1]
    shown = page(held.get(where))
    assert f'data-testid="coupon-code">{coupon.code}<' in shown
    assert 'data-testid="coupons">1<' in page(held.get("/m/"))
    assert others.get(where).status_code == 404

    refused = held.post("/m/coupons", {"template": "ten-off", "key": "another"})
    assert (refused.status_code, len(coupons.of_member(member_id(), NOON))) == (422, 1)
    assert held.post("/m/coupons", {"template": "nothing", "key": "x"}).status_code == 422


def test_coupons_are_offered_to_whom_they_are_given_and_sold_for_their_points(phone, ten_off):
    for changes in (
        {"code": "dear", "name": "四十积分券", "points": 40, "per_member": MemberLimit(2)},
        {"code": "gold", "name": "金卡券", "claim_when": "member.tier = 'gold'"},
    ):
        programs.create_coupon_template(replace(ten_off.draft, **changes), TESTER)
    held = phone()
    text = page(held.get("/m/coupons"))
    assert re.findall(r'name="template" value="([^"]+)"', text) == ["dear", "ten-off"]
    assert "40 积分</button>" in text
    assert "满 50 减 10</strong><small>满 ¥50 减 ¥10</small><small>可免费领取" in text
    assert held.post("/m/coupons", {"template": "dear", "key": key_of(text)}).status_code == 302
    assert ([each.name for each in coupons.of_member(member_id(), NOON)], usable()) == (["四十积分券"], 10)
    poor = held.post("/m/coupons", {"template": "dear", "key": "second"})
    assert (poor.status_code, len(coupons.of_member(member_id(), NOON)), usable()) == (422, 1, 10)

    held.post("/m/coupons", {"template": "ten-off", "key": "k"})
    (ten,) = (each for each in coupons.of_member(member_id(), NOON) if each.template_code == "ten-off")
    coupons.redeem([Use(ten.id, member_id(), "pos", "1", 1_000, NOON)])
    text = page(held.get("/m/coupons"))
    assert 'value="ten-off"' not in text  # one had, one used: that was all
    assert "满 50 减 10</strong><small>已使用。</small>" in text


def test_an_item_that_costs_money_too_is_paid_on_the_phone(phone, tea):
    pot = mall.create_item(ItemDraft("pot", MallKind.GOODS, "茶壶", (Price(20, 3_900),), ways=(Way.PICKUP,)), TESTER)
    mall.restock([Restock(pot.id, 2, "delivery")], TESTER)
    held = phone()
    text = page(held.get("/m/mall/pot/redeem"))
    assert "¥39.00" in text
    sent = {"key": key_of(text), "way": "pickup", "store": "nanjinglu"}
    asked = held.post("/m/mall/pot/redeem", sent)
    assert asked["Location"].startswith("/m/pay/pay_")
    (order,) = mall.orders_page(OrderSearch(), 10).orders
    assert (order.state, usable(), mall.item(pot.id).left) == (State.PAYING, 30, 1)
    assert asked["Location"] in page(held.get(f"/m/mall/orders/{ids.encode('mlo', order.id)}"))

    prepared = held.post(asked["Location"], follow=True)  # where nothing commits, it is sent by hand
    held.post(re.search(r'href="(/sandbox/pay/[^"]+)"', page(prepared))[1], {"behaviour": "pays"})
    assert mall.order(order.id).state is State.READY_FOR_PICKUP
    assert f'/m/mall/orders/{ids.encode("mlo", order.id)}"' in page(held.get(asked["Location"]))
    assert held.post("/m/mall/pot/redeem", sent)["Location"].startswith("/m/mall/orders/")


def test_where_no_phone_pays_an_item_for_money_is_had_in_the_store(phone, tea, monkeypatch):
    mall.create_item(ItemDraft("pot", MallKind.GOODS, "茶壶", (Price(20, 3_900),), ways=(Way.PICKUP,)), TESTER)
    monkeypatch.setattr("shuke.surfaces.portal.views.paying.payments.methods", lambda: ("counter",))
    held = phone()
    assert 'href="/m/mall/pot/redeem"' not in page(held.get("/m/mall/pot"))
    refused = held.post("/m/mall/pot/redeem", {"key": "k", "way": "pickup", "store": "nanjinglu"})
    assert (refused.status_code, mall.orders_page(OrderSearch(), 10).orders, usable()) == (422, (), 50)


def test_a_coupon_says_for_which_order_it_was_given_and_that_its_refund_took_it_back(phone):
    held = phone()
    draft = TemplateDraft(
        "twenty", "满百送二十", CouponKind.CASH, "amount: 20", "UTC", given_on="order", given_when="order.net >= 100"
    )
    programs.create_coupon_template(draft, TESTER)
    sale = OrderFact("till", "A-7", MemberRef(phone=PHONE), NOON, 100_00, 100_00, "CNY")
    ((coupon,),) = [each.coupons for each in programs.record([sale], TESTER)]
    one = f"/m/coupons/{ids.encode('cpn', coupon.id)}"
    assert "因订单 A-7 获得" in page(held.get("/m/coupons"))
    assert "因订单 A-7 获得" in page(held.get(one))
    programs.record([RefundFact("till", "R-7", ("till", "A-7"), NOON)], TESTER)
    assert "赠送此券的订单已退款" in page(held.get("/m/coupons"))
    assert "赠送此券的订单已退款" in page(held.get(one))
