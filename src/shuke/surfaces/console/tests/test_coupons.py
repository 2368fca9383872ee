"""Coupons in the console: made in words, sent after counting, filled, recalled, given to one member and frozen."""

import re

import pytest
from procrastinate.contrib.django import app

from shuke.foundation import ids
from shuke.rooms.coupons import facade as coupons
from shuke.rooms.coupons.contracts import BatchState, State, TemplateState
from shuke.rooms.members.contracts import MemberRef
from shuke.rooms.org.contracts import Role
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import OrderFact, RefundFact
from shuke.surfaces.console.tests.conftest import NOON, TESTER

TEN = {
    "kind": "threshold",
    "name": "满减",
    "code": "ten",
    "amount": "10",
    "minimum": "50",
    "codes": "own",
    "period": "ever",
    "gives_back": "on",
}


def text(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def work_off(job, batch):
    """Do what a worker would, in the test's own connection."""
    app.tasks[job].func.__wrapped__(str(batch.id))


@pytest.fixture
def made(log_in, program):
    """Make a template as told with the page, and return who made it."""
    client = log_in(Role.OPERATOR)

    def make(**other):
        answer = client.post("/coupons/new", TEN | other)
        assert answer.status_code == 302, text(answer)
        return client

    return make


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, "满 $50 减 $10"),
        ({"kind": "discount", "percent": "12", "at_most": "20", "minimum": ""}, "8.8 折（最多优惠 $20）"),
        ({"kind": "cash", "amount": "5.50"}, "减 $5.50"),
        ({"kind": "shipping", "minimum": ""}, "包邮"),
        ({"kind": "gift", "gift": "mug", "minimum": "30"}, "满 $30 赠 mug × 1"),
        ({"kind": "exchange", "pieces": "1", "lines": "item.category = 'COFFEE'"}, "免费 1 件"),
        ({"kind": "packet", "pot": "100", "shares": "30", "least": "0.5"}, "共 $100，随机分为 30 份，每份至少 $0.50"),
    ],
)
def test_each_kind_is_told_in_words_before_it_is_made(log_in, program, said, words):
    client = log_in(Role.OPERATOR)
    shown = text(client.post("/coupons/preview", TEN | said))
    assert words in shown
    assert coupons.templates() == ()
    assert client.post("/coupons/new", TEN | said).status_code == 302
    assert words in text(client.get("/coupons/ten"))


def test_what_is_wrong_stands_at_its_field_and_nothing_is_made(log_in, program):
    client = log_in(Role.OPERATOR)
    for said, words in (
        ({"when": "order.nett > 1"}, "order.nett"),
        ({"codes": "one"}, "通用码与「一个通用码」须一同选填。"),
        ({"codes": "one", "one_code": "SPRING", "days": "14"}, "通用码不设有效天数，请填开始日期与最后一天。"),
        (
            {"codes": "one", "one_code": "SPRING", "claimable": "on"},
            "通用码不属于任何会员，不能领取、以积分购买、按规则发放或转赠。",
        ),
        ({"given_when": "order.net >= 300"}, "填了条件，请选择按什么发放。"),
        ({"name": "好\u200d友"}, "名称须为 1 至 80 个可见字符。"),
        ({"since": "2027-05-02", "until": "2027-05-01"}, "结束须晚于开始。"),
        ({"budget": "5"}, "预算不足一张券的成本。"),
        ({"amount": "ten"}, "最多 2 位小数"),
    ):
        answer = client.post("/coupons/new", TEN | said)
        assert (answer.status_code, words in text(answer)) == (422, True), text(answer)
    assert coupons.templates() == ()


def test_it_is_counted_before_it_is_sent(made, member):
    client = made(budget="25")
    told = client.post("/coupons/ten/send", {"name": "春天", "tags": "", "tier": ""})
    assert 'data-testid="members"><strong>1</strong>' in told.content.decode()
    assert coupons.batches(coupons.template_by_code("ten").id) == ()
    client.post("/coupons/ten/send", {"name": "春天", "tags": "", "tier": "", "confirm": "yes"})
    (batch,) = coupons.batches(coupons.template_by_code("ten").id)
    work_off("push_coupons", batch)
    assert (coupons.batch(batch.id).state, coupons.batch(batch.id).made) == (BatchState.DONE, 1)
    outside = ids.encode("cpb", batch.id)
    assert "已收回 1 张" in text(
        client.post(f"/coupon-batches/{outside}", {"to": "recall", "reason": "错发"}, follow=True)
    )


def test_a_pool_is_filled_downloaded_and_recalled(made):
    client = made(codes="pool")
    assert client.post("/coupons/ten/fill", {"count": ""}).status_code == 422
    client.post("/coupons/ten/fill", {"count": "3"})
    (batch,) = coupons.batches(coupons.template_by_code("ten").id)
    work_off("make_coupons", batch)
    lines = client.get(f"/coupon-batches/{ids.encode('cpb', batch.id)}/codes.csv").content.decode().splitlines()
    assert (len(lines), lines[0]) == (4, "code,state")
    for action, state in (("pause", TemplateState.PAUSED), ("resume", TemplateState.ACTIVE)):
        client.post("/coupons/ten/change", {"to": action})
        assert coupons.template_by_code("ten").state is state
    shown = client.post("/coupons/ten/recall", {"reason": "印错了"}, follow=True)
    assert "已收回 3 张" in text(shown)
    assert coupons.template_by_code("ten").state is TemplateState.STOPPED


def test_one_is_given_for_goodwill_and_frozen(made, member):
    client = made(per_member="1")
    page = client.get(f"/members/{outside(member.id)}/coupon").content.decode()
    key = re.search(r'name="key" value="([^"]+)"', page)[1]
    form = {"key": key, "template": "ten", "reason": "等了很久"}
    for _ in range(2):  # sent twice, it counts once
        assert client.post(f"/members/{outside(member.id)}/coupon", form).status_code == 302
    again = client.post(f"/members/{outside(member.id)}/coupon", form | {"key": "other"})
    assert "该会员已达每人限额" in text(again)
    (held,) = coupons.of_member(member.id, NOON)
    assert "满 $50 减 $10" in text(client.get(f"/members/{outside(member.id)}/coupons"))
    client.post(f"/coupons/{ids.encode('cpn', held.id)}/freeze", {"to": "freeze", "reason": "丢失"})
    assert coupons.coupon(held.id, NOON).state is State.FROZEN
    client.post(f"/coupons/{ids.encode('cpn', held.id)}/freeze", {"to": "thaw", "reason": "找到"})
    assert coupons.coupon(held.id, NOON).state is State.ISSUED


def test_a_rule_is_read_as_it_is_typed_and_what_it_gave_is_told_with_its_order(made, member):
    rule = {"given_on": "order", "given_when": "order.net >= 300"}
    client = made()
    shown = text(
        client.post("/coupons/preview", TEN | rule | {"code": "n", "given_when": "order.net > 1 AND order.nett > 2"})
    )
    assert "1:19 · 没有此事实：“order.nett”" in shown
    assert "自动发放 每笔订单，须满足：订单金额至少为 $300" in text(
        client.post("/coupons/preview", TEN | rule | {"code": "n"})
    )
    assert [each.draft.code for each in coupons.templates()] == ["ten"]
    client.post("/coupons/new", TEN | rule | {"code": "twenty", "name": "满赠"})
    sale = OrderFact("till", "A-7", MemberRef(id=member.id), NOON, 300_00, 300_00, "USD")
    programs.record([sale], TESTER)
    for page in (f"/members/{outside(member.id)}/coupons", f"/members/{outside(member.id)}"):
        assert "因订单 A-7 获得" in text(client.get(page))
    programs.record([RefundFact("till", "R-7", ("till", "A-7"), NOON)], TESTER)
    for page in (f"/members/{outside(member.id)}/coupons", f"/members/{outside(member.id)}"):
        assert "已作废（所属订单已退款）" in text(client.get(page))


def test_what_was_done_stands_in_the_audit_log_in_words(made, log_in):
    client = made()
    client.post("/coupons/ten/change", {"to": "pause"})
    client.post("/coupons/ten/recall", {"reason": "印错了"})
    shown = text(log_in().get("/audit"))
    for words in ("创建券模板", "变更券模板", "收回优惠券", "印错了"):
        assert words in shown


def outside(member_id):
    return ids.encode("mbr", member_id)
