"""A sale, a refund and what is sent late: once each, by the numbers."""

from datetime import timedelta

import pytest

from shuke.foundation import clock, ids
from shuke.rooms.coupons.contracts import Kind, TemplateDraft
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import ID_PREFIX, Purpose, Status
from shuke.rooms.orders import facade as orders
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Role, StaffTerms, Work, WorkSum
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import RefundFact
from shuke.surfaces.cashier.tests.conftest import NOON, PROGRAM, TESTER


def available(street, place=0):
    return programs.standing(street.members[place]).balances[0].available


def outside(street, place=0):
    return ids.encode(ID_PREFIX, street.members[place])


def report(street):
    return org.shift_report(org.open_shift(street.till.id).id)


def test_points_pay_a_sale_and_the_rest_earns(at_work):
    code = members.show_code(at_work.members[0], clock.machine_now()).text
    status, found = at_work.ask("read", text=code)
    assert (status, found["kind"]) == (200, "members")
    (card,) = found["members"]
    assert (card["name"], card["phone"], card["points"]["available"]) == ("林**", "138****0001", "1,280")

    _, most = at_work.ask("price", member=card["id"], lines=[8_600], points=1_280)
    assert (most["points"]["most"], most["points"]["used"], most["pay_minor"], most["earns"]) == (
        500,
        500,
        8_100,
        "+97",
    )
    status, answer = at_work.sale("K-1", member=card["id"], lines=[8_600], points=500, expected_minor=8_100)

    assert status == 200
    assert (answer["paid"], answer["earned"], answer["used"]) == ("¥81.00", "+97", "−500")
    assert (answer["before"], answer["after"]) == ("1,280", "877")
    assert available(at_work) == 877
    assert report(at_work).sums == (WorkSum(Work.SALE, 1, 8_100, 97, 500),)


def test_a_sale_that_is_sent_ten_times_is_one(at_work):
    sale = {"member": outside(at_work), "lines": [8_600], "points": 500, "expected_minor": 8_100}
    answers = [at_work.sale("K-1", **sale) for _ in range(10)]

    assert answers == [answers[0]] * 10
    assert available(at_work) == 877
    assert orders.recorded_from("till") == 1
    assert report(at_work).sums == (WorkSum(Work.SALE, 1, 8_100, 97, 500),)
    status, refused = at_work.sale("K-1", **sale | {"lines": [9_000]})
    assert (status, refused["code"]) == (409, "already_recorded_differently")


def test_a_sale_that_lifts_a_member_says_so_and_multiplies_from_the_next_one_on(at_work):
    member = outside(at_work, 1)
    _, first = at_work.sale("K-1", member=member, lines=[8_600], expected_minor=8_600)
    _, second = at_work.sale("K-2", member=member, lines=[10_000], expected_minor=10_000)

    assert (first["earned"], first["tier"]) == ("+103", "升级金卡")
    assert second["earned"] == "+150"
    assert "tier" not in second


def test_a_coupon_that_a_rule_gives_is_told_before_and_after_the_sale_and_on_the_receipt(at_work):
    draft = TemplateDraft(
        "twenty", "满百送二十", Kind.CASH, "amount: 20", "UTC", given_on="order", given_when="order.net >= 100"
    )
    programs.create_coupon_template(draft, TESTER)
    sale = {"member": outside(at_work), "lines": [10_000]}

    _, told = at_work.ask("price", **sale, points=0)
    _, less = at_work.ask("price", **sale | {"lines": [9_999]}, points=0)
    _, answer = at_work.sale("K-1", **sale, expected_minor=10_000)

    assert (told["gives"], less["gives"], answer["gave"]) == ("满百送二十", "", "满百送二十")
    assert answer["receipt"]["points"][-1] == ["赠券", "满百送二十"]
    assert at_work.sale("K-1", **sale, expected_minor=10_000)[1] == answer


def test_offers_are_taken_off_and_another_price_than_told_is_refused(at_work):
    _, priced = at_work.ask("price", member=None, lines=[15_000, 5_000], points=0)
    assert (priced["pay_minor"], priced["listed"]) == (17_000, "¥200.00")
    assert [offer["off"] for offer in priced["offers"]] == ["−¥30.00"]

    status, refused = at_work.sale("K-1", member=None, lines=[15_000, 5_000], expected_minor=20_000)

    assert (status, refused["code"]) == (409, "price_changed")
    assert refused["sentence"] == "购物车金额已有变化，请查看新的金额。"
    assert orders.recorded_from("till") == 0
    assert report(at_work).sums == ()


def test_two_refunds_end_where_it_began_and_a_third_is_refused(at_work):
    at_work.sale("AAAA-BBBB-CCCC", member=outside(at_work), lines=[8_600], points=500, expected_minor=8_100)
    _, order = at_work.ask("read", text="aaaa-bbbb-cccc")
    assert (order["kind"], order["total"], order["left_minor"]) == ("order", "¥86.00", 8_600)
    half = {"order": order["id"], "amount": 4_300, "all": False, "lines": []}

    _, seen = at_work.ask("refund-preview", **half)
    assert (seen["cash"], seen["taken"], seen["given"], seen["after"]) == ("¥40.50", "−49", "+250", "1,078")
    assert available(at_work) == 877
    told = {"occurred_at": NOON.isoformat()}
    _, first = at_work.ask("refund", key="R-1", **half, **told)
    assert first == at_work.ask("refund", key="R-1", **half, **told)[1]
    assert available(at_work) == 1_078
    _, rest = at_work.ask("refund", key="R-2", order=order["id"], all=True, **told)
    assert (rest["cash"], rest["taken"], rest["given"], rest["after"]) == ("¥40.50", "−48", "+250", "1,280")

    status, refused = at_work.ask("refund", key="R-3", order=order["id"], all=True, **told)

    assert (status, refused["code"]) == (409, "already_refunded")
    assert available(at_work) == 1_280
    assert report(at_work).sums[1:] == (WorkSum(Work.REFUND, 2, -8_100, 500, 97),)


def test_what_is_handed_out_is_what_this_refund_took_off_whatever_another_till_did_meanwhile(at_work, monkeypatch):
    at_work.sale("K-1", member=outside(at_work), lines=[8_000], expected_minor=8_000)
    order = at_work.ask("read", text="K-1")[1]["id"]
    looked = orders.left

    def left(asked):
        """Answer, and let another till refund 30.00 before this one does."""
        found = looked(asked)
        monkeypatch.setattr(orders, "left", looked)
        other = RefundFact("till", "R-0", ("till", "K-1"), NOON, (), 3_000)
        assert programs.record([other], TESTER)[0].refusal is None
        return found

    monkeypatch.setattr(orders, "left", left)
    _, answer = at_work.ask("refund", key="R-1", order=order, all=True, occurred_at=NOON.isoformat())

    assert (answer["cash"], answer["whole"]) == ("¥50.00", False)
    assert report(at_work).sums[1:] == (WorkSum(Work.REFUND, 1, -5_000, 0, 60),)


def test_nobody_serves_themselves(at_work):
    at_work.sale("K-1", member=outside(at_work), lines=[100], expected_minor=100)
    order = at_work.ask("read", text="K-1")[1]["id"]
    terms = StaffTerms(Role.CLERK, ["nanjinglu"], None, outside(at_work))
    org.change_staff(at_work.clerk, terms, TESTER)
    before, sums = programs.standing(at_work.members[0]).balances, report(at_work).sums
    me, now = {"lines": [8_600], "member": outside(at_work)}, clock.machine_now().isoformat()
    late = {"offline": True, "typed": outside(at_work), "lines": [8_600], "scanned_at": now}

    answers = [
        at_work.ask("price", **me, points=0),
        at_work.sale("K-2", **me, points=500, expected_minor=8_100),
        at_work.sale("K-3", **late),
        at_work.ask("refund", key="R-1", order=order, all=True, occurred_at=NOON.isoformat()),
    ]

    assert [(status, answer["code"]) for status, answer in answers] == [(403, "own_account")] * 4
    assert (programs.standing(at_work.members[0]).balances, report(at_work).sums) == (before, sums)
    assert at_work.sale("K-4", member=outside(at_work, 1), lines=[100], expected_minor=100)[0] == 200


def test_when_a_code_was_scanned_is_not_the_browsers_word_where_it_spends_nor_ahead_of_now(at_work):
    now, member = clock.machine_now(), outside(at_work)
    old = members.show_code(at_work.members[0], now - timedelta(minutes=11)).text
    coming = members.show_code(at_work.members[0], now + timedelta(minutes=5)).text
    sale = {"member": member, "lines": [8_600], "code": old, "scanned_at": (now - timedelta(minutes=11)).isoformat()}
    ahead = {"code": coming, "scanned_at": (now + timedelta(minutes=5)).isoformat()}

    assert at_work.sale("K-1", **sale, points=500, expected_minor=8_100)[1]["code"] == "member_code_expired"
    assert at_work.sale("K-2", **sale | ahead, expected_minor=8_600)[1]["code"] == "member_code_unknown"
    assert (available(at_work), report(at_work).sums) == (1_280, ())

    assert at_work.sale("K-3", **sale, expected_minor=8_600)[0] == 200


def test_a_sale_that_is_given_back_whole_is_a_void(at_work):
    at_work.sale("K-1", member=None, lines=[5_000], expected_minor=5_000)
    _, order = at_work.ask("read", text="K-1")

    _, answer = at_work.ask("refund", key="R-1", order=order["id"], all=True, occurred_at=NOON.isoformat())

    assert (answer["cash"], answer["has_member"]) == ("¥50.00", False)
    assert report(at_work).sums[1:] == (WorkSum(Work.VOID, 1, -5_000, 0, 0),)


def test_the_sale_of_another_store_is_not_this_clerks(at_work):
    first = orders.page_of_member(at_work.members[0], 1).orders[0]

    status, refused = at_work.ask("read", text=ids.encode("ord", first.id))

    assert (status, refused["code"]) == (403, "store_forbidden")
    status, _ = at_work.ask(
        "refund", key="R-1", order=ids.encode("ord", first.id), all=True, occurred_at=NOON.isoformat()
    )
    assert status == 403
    assert orders.get(first.id).refunded_minor == 0


def test_what_was_sold_without_network_earns_when_it_is_sent_and_once(at_work):
    scanned = clock.machine_now() - timedelta(minutes=5)
    code = members.show_code(at_work.members[0], scanned).text
    at = (NOON - timedelta(minutes=5)).isoformat()
    sale = {"offline": True, "typed": code, "lines": [8_600], "occurred_at": at, "scanned_at": scanned.isoformat()}

    answers = [at_work.sale("K-1", **sale) for _ in range(10)]

    assert answers == [answers[0]] * 10
    assert answers[0][1]["earned"] == "+103"
    assert available(at_work) == 1_383
    assert orders.recorded_from("till") == 1
    assert report(at_work).offline == 1
    order = orders.get(ids.decode("ord", at_work.ask("read", text="K-1")[1]["id"]))
    assert order.occurred_at.isoformat() == at


def test_a_code_is_good_for_one_sale_and_ten_minutes(at_work):
    now = clock.machine_now()
    code, member = members.show_code(at_work.members[0], now).text, outside(at_work)
    old = members.show_code(at_work.members[1], now - timedelta(minutes=11)).text
    sale = {"member": member, "code": code, "scanned_at": now.isoformat(), "lines": [100], "expected_minor": 100}
    assert at_work.ask("read", text=code)[1]["code"] == at_work.ask("read", text=code)[1]["code"] == code
    assert at_work.sale("K-0", **sale | {"member": outside(at_work, 1)})[1]["code"] == "member_code_unknown"
    assert at_work.sale("K-1", **sale | {"expected_minor": 99})[1]["code"] == "price_changed"

    assert at_work.sale("K-1", **sale)[0] == 200

    assert at_work.ask("read", text=code)[1]["code"] == "member_code_used"
    assert at_work.sale("K-2", **sale)[1]["code"] == "member_code_used"
    assert orders.recorded_from("till") == 1
    assert at_work.ask("read", text=old)[1]["code"] == "member_code_expired"
    assert at_work.ask("read", text="812345678901234567")[1]["code"] == "unknown_text"


def test_the_end_of_a_phone_finds_masked_members_and_nothing_shorter(at_work):
    _, found = at_work.ask("read", text="/0002")
    assert [card["phone"] for card in found["members"]] == ["138****0002"]
    assert at_work.ask("read", text="/02")[1]["code"] == "tail_too_short"
    assert at_work.ask("read", text="/9999")[1]["code"] == "unknown_member"
    assert at_work.ask("read", text="林小满")[1]["code"] == "unknown_text"


def test_a_frozen_members_sale_is_kept_and_said_to_earn_nothing(at_work):
    members.set_status(at_work.members[0], Status.FROZEN, "lost", TESTER)

    status, answer = at_work.sale("K-1", member=outside(at_work), lines=[8_600], expected_minor=8_600)

    assert status == 200
    assert "冻结" in answer["note"]
    assert (answer["before"], answer["after"]) == ("1,280", "1,280")


def test_a_new_member_is_enrolled_once_and_only_who_agreed(at_work):
    told = {"key": "E-1", "occurred_at": NOON.isoformat(), "phone": "13900000003", "name": "王芳"}
    assert at_work.ask("enrol", **told)[1]["code"] == "consent_required"
    assert members.search("0003") == []

    status, answer = at_work.ask("enrol", **told, agreed=True, marketing=False)

    assert (status, answer["member"]["phone"], answer["member"]["points"]["available"]) == (200, "139****0003", "0")
    assert at_work.ask("enrol", **told, agreed=True, marketing=False) == (status, answer)
    assert at_work.ask("enrol", **told | {"key": "E-2"}, agreed=True)[1]["code"] == "duplicate_phone"
    (member,) = members.search("0003")
    given = {purpose: (one.given, one.through) for purpose, one in members.consents_of(member.id).items()}
    assert given == {Purpose.SERVICE: (True, "till nanjinglu"), Purpose.SMS_MARKETING: (False, "till nanjinglu")}


@pytest.mark.parametrize(
    "body",
    [
        {"lines": "8600"},
        {"lines": [-1]},
        {"lines": [1.5]},
        {"lines": []},
        {"lines": [1], "points": -1},
        {"lines": [True]},
    ],
)
def test_what_cannot_be_read_is_refused(at_work, body):
    status, answer = at_work.ask("price", **{"member": None, "points": 0} | body)
    assert (status, answer["code"]) == (409, "bad_request")


def test_offers_about_goods_match_what_was_scanned(at_work):
    offer = "offers:\n  - {code: tea, percent: 10, lines: \"item.sku = '6901234567892'\"}\n"
    programs.publish(PROGRAM.read_text().replace("offers:\n", offer), TESTER)
    tea = {"sku": "6901234567892", "quantity": 2, "minor": 5_000}
    _, priced = at_work.ask("price", member=None, lines=[1_000, tea], points=0, coupons=None)
    assert priced["pay_minor"] == 5_500
    _, sold = at_work.sale("K-1", member=None, lines=[1_000, tea], expected_minor=5_500)
    assert sold["receipt"]["rows"][:2] == [["商品 1", "¥10.00"], ["6901234567892 × 2", "¥50.00"]]
    _, found = at_work.ask("read", text="K-1")
    assert [(line["name"], line["quantity"], line["minor"]) for line in found["lines"]] == [
        ("商品 1", 1, 1_000),
        ("6901234567892", 2, 4_500),
    ]


def test_offers_about_categories_match_what_was_typed(at_work):
    offer = "offers:\n  - {code: coffee, percent: 50, lines: \"item.category = 'COFFEE'\"}\n"
    programs.publish(PROGRAM.read_text().replace("offers:\n", offer), TESTER)
    coffee, cup = ({"category": "COFFEE", "quantity": 1, "minor": 2_800}, {"sku": "cup", "quantity": 1, "minor": 500})
    _, priced = at_work.ask("price", member=None, lines=[coffee, cup], points=0, coupons=None)
    assert priced["pay_minor"] == 1_900
    _, sold = at_work.sale("K-1", member=None, lines=[coffee, cup], expected_minor=1_900)
    assert sold["receipt"]["rows"][:2] == [["COFFEE", "¥28.00"], ["cup", "¥5.00"]]
    _, found = at_work.ask("read", text="K-1")
    assert [(line["name"], line["minor"]) for line in found["lines"]] == [("COFFEE", 1_400), ("cup", 500)]
