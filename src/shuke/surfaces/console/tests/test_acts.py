"""What staff do to a member by hand: seen before it is done, done once, refused in words with nothing changed."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from shuke.foundation import clock, ids
from shuke.rooms.members.contracts import MemberRef, NewMember
from shuke.rooms.orders import facade as orders
from shuke.rooms.orders.contracts import Line
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import ApprovalState, NewStore, Role, StaffTerms
from shuke.rooms.points import facade as points
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import HoldFact, OrderFact, RedeemFact, RefundFact
from shuke.surfaces.console.tests.conftest import NOON, TESTER

CORNER = """\
shuke: 1
program: corner
currency: USD
time_zone: America/New_York
behaviours: {review: {name: 写评价, stars: number}}
units:
  points: {value: 0.01, transfer: {least: 10}}
tiers:
  ladder: main
  measure: SPEND('this year')
  validity: end of next calendar year
  levels:
    - {code: base, from: 0, multiplier: 1}
    - {code: silver, from: 500, multiplier: 1.2}
    - {code: gold, from: 5000, multiplier: 1.5}
earn:
  - {code: spend, unit: points, points: order.net * tier.multiplier}
  - {code: review, unit: points, on: review, points: 5 * event.stars}
"""


@pytest.fixture
def people(shop):
    """林小满: 880 points, silver; 周可: none."""
    programs.publish(CORNER, TESTER)
    joined = datetime(2026, 1, 1, 12, tzinfo=UTC)
    new = [
        NewMember(phone=f"+861380000000{n}", name=name, joined_at=joined) for n, name in ((1, "林小满"), (2, "周可"))
    ]
    lin, zhou = programs.enrol(new, TESTER)
    assert record(OrderFact("till", "1", MemberRef(id=lin.id), at(2), 88_000, 88_000, "USD")).points == {"points": 880}
    return lin, zhou


def at(days):
    return NOON - timedelta(days=days)


def record(*facts):
    results = programs.record(facts, TESTER)
    assert [result.refusal for result in results] == [None] * len(facts)
    return results[-1]


def page_of(member):
    return f"/members/{ids.encode('mbr', member.id)}"


def balance(member):
    (found,) = programs.standing(member.id).balances
    return found.available, found.pending, found.held, found.debt


def text(answer):
    return " ".join(re.sub(r"<[^>]*>", " ", answer.content.decode()).split())


def through(client, address, form):
    """Open a form, see what would happen, and return the filled form with its key, and the preview."""
    key = re.search(r'name="key" value="([^"]+)"', client.get(address).content.decode())[1]
    filled = {"key": key} | form
    return filled, client.post(address, filled)


def test_an_adjustment_is_seen_first_and_then_done_once(log_in, people):
    lin, _ = people
    client, address = log_in(Role.SERVICE), f"{page_of(lin)}/adjust"
    form = {"unit": "points", "way": "give", "points": "120", "reason": "破损补偿"}

    filled, preview = through(client, address, form)

    assert "人工增加 +120" in text(preview)
    assert "880 → 1,000" in text(preview)
    assert "你的单次限额为 500" in text(client.get(address))
    assert balance(lin) == (880, 0, 0, 0)
    for told in ("已完成。", "没有重复执行"):
        answer = client.post(address, filled | {"confirm": "yes"}, follow=True)
        assert told in text(answer)
        assert balance(lin) == (1000, 0, 0, 0)
    page = text(client.get(page_of(lin)))
    assert "调整了积分 Test service · 破损补偿" in page
    entry = points.entries_page(lin.id, 1).entries[0].key.id
    why = text(client.get(f"/entries/{entry}/why"))
    assert "谁增加了这些积分，为什么？" in why
    assert "破损补偿" in why
    assert "林** +120 破损补偿 Test service" in text(log_in(Role.OPERATOR).get("/adjustments"))


def test_goodwill_above_the_limit_is_asked_for_and_done_by_a_colleague(log_in, people):
    lin, _ = people
    client, address = log_in(Role.SERVICE), f"{page_of(lin)}/adjust"
    form = {"unit": "points", "way": "give", "points": "2000", "reason": "老会员关怀"}

    filled, preview = through(client, address, form)
    assert "超过你的单次限额 500" in text(preview)
    assert org.approvals_page(None, 10).approvals == ()

    answer = client.post(address, filled | {"confirm": "yes"}, follow=True)
    assert "已提交审批" in text(answer)
    assert balance(lin) == (880, 0, 0, 0)
    (asked,) = org.approvals_page(ApprovalState.PENDING, 10).approvals
    twice, _ = through(client, address, form)
    assert twice["key"] != filled["key"]
    assert "已提交审批" in text(client.post(address, twice | {"confirm": "yes"}, follow=True))
    assert org.approvals_page(None, 10).approvals == (asked,)
    assert "+2,000 老会员关怀" in text(client.get("/adjustments"))

    approver = log_in(Role.APPROVER)
    approver.post(f"/approvals/{ids.encode('apr', asked.id)}/decision", {"decision": "approve"})
    assert balance(lin) == (2880, 0, 0, 0)
    page = text(client.get(page_of(lin)))
    assert "人工增加" in page
    assert "Test approver" in page


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"way": "take", "points": "881"}, "可用积分不足"),
        ({"points": "1.5"}, "请填写整数"),
        ({"points": "0"}, "须大于 0"),
        ({"points": "-5"}, "请填写整数"),
        ({"points": "99999999999999"}, "请填写整数"),
        ({"expires_on": "2026-06-01"}, "最后一天不能早于今天"),
        ({"reason": ""}, 'class="wrong"'),
        ({"unit": "gold"}, 'class="wrong"'),
    ],
)
def test_an_adjustment_that_will_not_do_is_told_beside_its_field(log_in, people, form, told):
    lin, _ = people
    sound = {"unit": "points", "way": "give", "points": "10", "reason": "x"}

    _, answer = through(log_in(), f"{page_of(lin)}/adjust", sound | form)

    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert balance(lin) == (880, 0, 0, 0)


def test_nobody_adjusts_their_own_account(log_in, people):
    lin, _ = people
    client = log_in(Role.SERVICE)
    person = org.list_staff()[-1]
    org.change_staff(person.id, StaffTerms(Role.SERVICE, [], None, ids.encode("mbr", lin.id)), TESTER)

    for act in ("adjust", "transfer"):
        answer = client.get(f"{page_of(lin)}/{act}")
        assert answer.status_code == 403
        assert "这是你本人的账户" in text(answer)
    assert balance(lin) == (880, 0, 0, 0)


def test_points_are_given_to_another_member(log_in, people):
    lin, zhou = people
    client, address = log_in(Role.SERVICE), f"{page_of(lin)}/transfer"

    filled, preview = through(client, address, {"to": "+8613800000002", "unit": "points", "points": "80"})
    assert "转赠他人 −80" in text(preview)
    assert "880 → 800" in text(preview)
    client.post(address, filled | {"confirm": "yes"})

    assert (balance(lin), balance(zhou)) == ((800, 0, 0, 0), (80, 0, 0, 0))
    for to, told in (("nobody", "没有这位会员"), ("+8613800000001", "不能转赠给自己")):
        _, answer = through(client, address, {"to": to, "unit": "points", "points": "80"})
        assert answer.status_code == 422
        assert told in text(answer)
    assert (balance(lin), balance(zhou)) == ((800, 0, 0, 0), (80, 0, 0, 0))


def test_a_tier_is_given_with_its_last_day_and_reason(log_in, people):
    _, zhou = people
    client, address = log_in(Role.OPERATOR), f"{page_of(zhou)}/tier"

    filled, preview = through(client, address, {"tier": "main/gold", "until": "2026-12-31", "reason": "同业匹配"})
    assert "普通会员 → 金卡" in text(preview)
    client.post(address, filled | {"confirm": "yes"})

    (tier,) = programs.standing(zhou.id).tiers
    assert (tier.code, tier.until.isoformat(), tier.gift) == ("gold", "2026-12-31", "gold")
    page = text(client.get(page_of(zhou)))
    assert "人工授予金卡，保持到 2026-12-31：同业匹配" in page
    assert "人工授予 同业匹配" in text(client.get(f"{page_of(zhou)}/tiers"))
    assert log_in(Role.SERVICE).get(address).status_code == 403


def test_a_behaviour_is_recorded_by_who_may_record_facts(log_in, people):
    lin, _ = people
    client, address = log_in(), f"{page_of(lin)}/behaviour"

    filled, preview = through(client, address, {"attribute_stars": "4", "store": ""})
    assert "累积 +20" in text(preview)
    client.post(address, filled | {"confirm": "yes"})

    assert balance(lin) == (900, 0, 0, 0)
    assert "写评价" in text(client.get(f"{page_of(lin)}/behaviours"))
    assert "写评价" in text(client.get(page_of(lin)))


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(("act", "told"), [("transfer", "不允许转赠积分"), ("tier", "没有可授予的等级")])
def test_what_the_program_leaves_no_choice_for_is_told_instead_of_an_empty_list(log_in, act, told):
    plain = re.sub(r"tiers:.*(?=earn:)", "", CORNER, flags=re.DOTALL).replace(", transfer: {least: 10}", "")
    programs.publish(plain.replace(" * tier.multiplier", ""), TESTER)
    (member,) = programs.enrol([NewMember(phone="+8613800000002", name="周可")], TESTER)

    client, address = log_in(), f"{page_of(member)}/{act}"
    for answer in (client.get(address), client.post(address, {"key": "k", "preview": "yes"})):
        assert f"生效中的会员计划{told}" in text(answer)
        assert "<select" not in answer.content.decode()


@pytest.mark.parametrize(("until", "told"), [("9999-12-31", "2099-12-28"), ("0001-01-01", "数值超出允许范围")])
def test_a_hold_ends_on_a_day_that_facts_may_have(log_in, people, until, told):
    lin, _ = people
    client, address = log_in(Role.SERVICE), f"{page_of(lin)}/hold"

    filled, answer = through(client, address, {"unit": "points", "points": "10", "until": until})

    assert (answer.status_code, told in text(answer)) == (422, True)
    assert client.post(address, filled | {"confirm": "yes"}).status_code == 422
    assert balance(lin) == (880, 0, 0, 0)


def test_a_hold_on_the_last_day_of_all_is_made(log_in, people):
    lin, _ = people
    client, address = log_in(Role.SERVICE), f"{page_of(lin)}/hold"

    filled, _ = through(client, address, {"unit": "points", "points": "10", "until": "2099-12-28"})
    client.post(address, filled | {"confirm": "yes"})

    assert balance(lin) == (870, 0, 10, 0)


def test_a_hold_is_released_once(log_in, people):
    lin, _ = people
    held = record(HoldFact("mall", "h", MemberRef(id=lin.id), 60, NOON + timedelta(hours=2), occurred_at=NOON))
    client = log_in(Role.SERVICE)
    assert balance(lin) == (820, 0, 60, 0)
    assert "另有 60 已预占" in text(client.get(f"{page_of(lin)}/lots"))
    address = f"{page_of(lin)}/holds/{ids.encode('hld', held.reference)}/release"

    for told in ("已完成。", "没有重复执行"):
        assert told in text(client.post(address, follow=True))
        assert balance(lin) == (880, 0, 0, 0)
    assert client.post(f"{page_of(lin)}/holds/hld_00000000000000000000000000/release").status_code == 404


@pytest.fixture
def sale(people):
    """The order of ¥81 of the worked example: 97 points at ×1.2, paid with 500 points."""
    lin, _ = people
    ref = MemberRef(id=lin.id)
    lines = (Line("TEA", "food", 2, 5_000), Line("CAKE", "food", 1, 3_100))
    record(
        RedeemFact("till", "pay", ref, 500, occurred_at=at(1), order=("till", "sale")),
        OrderFact("till", "sale", ref, at(1), 8_100, 8_600, "USD", "nanjinglu", "store", lines, points_paid_minor=500),
    )
    assert balance(lin) == (477, 0, 0, 0)
    found = next(order for order in orders.page_of_member(lin.id, 10).orders if order.external_id == "sale")
    return f"/orders/{ids.encode('ord', found.id)}/refund"


def test_a_refund_takes_back_49_and_48_and_returns_250_and_250(log_in, people, sale):
    lin, _ = people
    client = log_in()

    filled, preview = through(client, sale, {"what": "amount", "amount": "40.50"})
    for part in ("退回 +250", "追回 −49", "477 → 678"):
        assert part in text(preview)
    assert balance(lin) == (477, 0, 0, 0)
    for _twice in range(2):
        client.post(sale, filled | {"confirm": "yes"})
        assert balance(lin) == (678, 0, 0, 0)

    filled, preview = through(client, sale, {"what": "all"})
    for part in ("退回 +250", "追回 −48", "678 → 880"):
        assert part in text(preview)
    client.post(sale, filled | {"confirm": "yes"})
    assert balance(lin) == (880, 0, 0, 0)

    _, third = through(client, sale, {"what": "all"})
    assert third.status_code == 422
    assert "这笔订单已全部退完" in text(third)
    assert text(client.get(page_of(lin))).count("退款 $40.50 till sale") == 2
    assert "已全部退完" in text(client.get(f"{page_of(lin)}/orders"))


def test_a_claw_back_is_explained_by_what_the_rest_earns(log_in, people, sale):
    lin, _ = people
    client = log_in()
    filled, _ = through(client, sale, {"what": "amount", "amount": "40.50"})
    client.post(sale, filled | {"confirm": "yes"})
    taken = next(entry for entry in points.entries_page(lin.id, 20).entries if entry.kind == "clawback")

    why = text(client.get(f"/entries/{taken.key.id}/why"))

    assert "为什么追回这些积分？" in why
    assert re.search(r"订单原得 批次 #\d+ 97 剩余部分按原判定应得 48 本次追回 −49", why)


def test_what_a_refund_gives_back_is_explained_by_what_had_paid_and_is_then_not_offered_again(log_in, people, sale):
    lin, _ = people
    client = log_in()
    told = []
    for form in ({"what": "amount", "amount": "20.25"}, {"what": "all"}):
        assert "兑换" in text(client.get(page_of(lin)))
        assert "/return" in client.get(page_of(lin)).content.decode()
        filled, _ = through(client, sale, form)
        client.post(sale, filled | {"confirm": "yes"})
        back = next(entry for entry in points.entries_page(lin.id, 20).entries if entry.kind == "return")
        told.append(text(client.get(f"/entries/{back.key.id}/why")))

    for page, steps in zip(
        told, (("20.25", 125, "", 125), ("81.00", 500, " 此前已退回，或已随批次到期 125", 375)), strict=True
    ):
        refunded, due, before, now = steps
        assert "这些积分为什么退回？" in page
        assert (
            f"曾用于抵扣该订单的积分 500 该订单累计退款 ${refunded} 按比例累计应退回 {due}{before} 本次退回 +{now} "
            "退回到以下批次"
        ) in page
        assert "剩余部分按原判定应得" not in page
    assert "/return" not in client.get(page_of(lin)).content.decode()
    assert balance(lin) == (880, 0, 0, 0)


def test_a_refund_of_lines_takes_pieces_and_money(log_in, people, sale):
    lin, _ = people
    client = log_in()

    filled, preview = through(client, sale, {"what": "lines", "quantity_1": "1", "net_1": "25.00"})
    assert "追回 −30" in text(preview)
    client.post(sale, filled | {"confirm": "yes"})

    assert "1 × · $25.00" in text(client.get(sale))
    for form, told in (
        ({"what": "lines"}, "请至少填写一行"),
        ({"what": "lines", "quantity_1": "9", "net_1": "1"}, "超过了可退的余额"),
        ({"what": "amount", "amount": "999"}, "超过了可退的余额"),
        ({"what": "amount", "amount": "1.234"}, "最多 2 位小数"),
    ):
        before = balance(lin)
        _, answer = through(client, sale, form)
        assert (answer.status_code, told in text(answer)) == (422, True), form
        assert balance(lin) == before


def test_who_is_of_one_store_refunds_only_its_orders(log_in, people, sale):
    lin, _ = people
    brand = org.create_brand("corner", "街角", TESTER)
    org.create_stores(brand.id, [NewStore("wukanglu", "武康路店")], TESTER)
    client = log_in(Role.OWNER)
    log_in(Role.OPERATOR)
    person = next(each for each in org.list_staff() if each.role is Role.OWNER)
    spare, _password = org.create_staff("second@example.com", "Second", Role.OWNER, TESTER)
    org.change_staff(person.id, StaffTerms(Role.OWNER, ["wukanglu"], None, None), TESTER)

    answer = client.get(sale)

    assert answer.status_code == 403
    assert "其他门店" in text(answer)
    assert balance(lin) == (477, 0, 0, 0)
    assert spare.role is Role.OWNER


def test_what_is_owed_is_shown_and_never_a_balance_below_zero(log_in, people, sale):
    lin, _ = people
    record(RedeemFact("till", "rest", MemberRef(id=lin.id), 477, occurred_at=clock.business_now()))
    first = next(order for order in orders.page_of_member(lin.id, 10).orders if order.external_id == "1")
    client, address = log_in(), f"/orders/{ids.encode('ord', first.id)}/refund"

    filled, preview = through(client, address, {"what": "all"})
    assert "欠分 0 → 880" in text(preview)
    client.post(address, filled | {"confirm": "yes"})

    assert balance(lin) == (0, 0, 0, 880)
    assert "欠分 880 将由之后获得的积分优先抵还" in text(client.get(page_of(lin)))
    owed = next(entry for entry in points.entries_page(lin.id, 20).entries if entry.kind == "owed")
    assert "余额不足，转为欠分 −880" in text(client.get(f"/entries/{owed.key.id}/why"))


def test_the_ledger_lists_days_kinds_and_units(log_in, people, sale):
    client = log_in(Role.OPERATOR)

    assert client.get("/ledger").context["rows"][0][0].kind == "accrual"
    kinds = {row[0].kind for row in client.get("/ledger?kind=redemption").context["rows"]}
    assert kinds == {"redemption"}
    yesterday = f"{at(1).date()}"
    rows = client.get(f"/ledger?from={yesterday}&to={yesterday}").context["rows"]
    assert sorted(row[0].amount for row in rows) == [-500, 97]
    assert client.get("/ledger?from=2026-01-01&to=2026-01-02").context["rows"] == []
    assert "这段时间没有积分变动" in text(client.get("/ledger?from=2026-01-01&to=2026-01-02"))


def test_the_ladder_shows_levels_with_who_stands_there(log_in, people):
    page = text(log_in(Role.ANALYST).get("/tiers"))

    assert "SPEND('this year')".replace("'", "&#x27;") in page
    assert "银卡 $500.00 相同 × 1.2 1 50.0%" in page
    assert "到当年末，再加 1 个周期" in page


def test_an_order_tells_of_a_refund_before_it_that_had_no_effect(log_in, people):
    lin, _ = people
    key, who = ("pos", "early"), MemberRef(id=lin.id)
    facts = [
        RefundFact("pos", "r-early", key, net_minor=9_901),
        OrderFact(*key, who, clock.business_now(), 9_900, 9_900, "USD"),
    ]
    results = programs.record(facts, TESTER)
    assert [result.refusal for result in results] == [None, None]

    client = log_in()
    page = text(client.get(f"{page_of(lin)}/orders"))

    assert "未生效的退款 pos r-early: 超过了可退的余额。" in page
    why = text(client.get(f"/entries/{results[1].entries[0].id}/why"))
    assert "先于订单到达的退款 pos r-early 未生效：超过了可退的余额。" in why
