"""Paid membership in the console: plans are written and changed, subscriptions dealt with, amounts shown before."""

import pytest
from django.apps import apps

from shuke.foundation import ids
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import NewMember
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor, ActorKind, Role, StaffTerms
from shuke.rooms.paid import facade as paid
from shuke.rooms.paid.contracts import Length, Order, RefundRule, State
from shuke.rooms.payments import facade as payments
from shuke.rooms.payments.contracts import RefundState

BY = Actor(ActorKind.SYSTEM, "tests", "tests")
PLAN = {
    "code": "plus",
    "kind": "service",
    "name_zh": "熟客卡",
    "name_en": "Plus",
    "tag": "plus",
    "month": "15",
    "year": "120.50",
    "trial_days": "14",
    "cooling_off_days": "7",
    "refund": "prorata",
    "notice_days": "30, 7",
    "try_days": "-1, 2, 5",
    "grace_days": "7",
    "gives": "免邮 | Free delivery | 80",
}


@pytest.fixture
def desk(log_in, program):
    return log_in(Role.OWNER)


@pytest.fixture
def anna(program):
    (member,) = members.enrol([NewMember(name="Anna", phone="+12125550199")], BY)
    return member.id


def sold(member_id):
    bought = paid.buy(Order(member_id, "plus", Length.YEAR, "counter"), BY)
    payments.start(bought.payment_id)
    return paid.subscription(bought.subscription.id), ids.encode("sub", bought.subscription.id)


def test_a_plan_is_written_and_its_terms_change(desk):
    assert desk.post("/plans/new", PLAN)["Location"] == "/plans/plus"
    terms = paid.plan("plus").version.terms
    assert (terms.prices, terms.try_days, terms.gives[0].value_minor) == (
        {Length.MONTH: 1_500, Length.YEAR: 12_050},
        (-1, 2, 5),
        8_000,
    )
    page = desk.get("/plans/plus").content.decode()
    assert "$120.50" in page
    assert "Free delivery" in page

    changed = {name: value for name, value in PLAN.items() if name not in {"code", "kind", "tag"}} | {"month": "18"}
    assert desk.post("/plans/plus", changed).status_code == 302
    assert paid.plan("plus").version.terms.prices[Length.MONTH] == 1_800
    desk.post("/plans/plus/sale", {"on_sale": "no"})
    assert paid.plan("plus").on_sale is False


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"month": "15.005"}, "金额格式不正确"),
        ({"month": "", "year": ""}, "大于零"),
        ({"try_days": "soon"}, "以逗号分隔的整数"),
        ({"gives": "Free delivery"}, "三部分"),
        ({"code": "Plus!"}, "小写字母"),
    ],
)
def test_a_plan_that_does_not_hold_together_is_shown_again(desk, wrong, told):
    answer = desk.post("/plans/new", PLAN | wrong)

    assert (answer.status_code, told in answer.content.decode()) == (422, True)
    assert paid.list_plans() == ()


def test_a_cancellation_does_what_was_shown(desk, anna):
    desk.post("/plans/new", PLAN)
    found, id = sold(anna)
    page = desk.get(f"/subscriptions/{id}").content.decode()
    assert '<strong data-testid="refund">$120.50</strong>' in page

    desk.post(f"/subscriptions/{id}/cancel", {"refund_minor": "12049"})
    assert paid.subscription(found.id).state is State.ACTIVE
    desk.post(f"/subscriptions/{id}/cancel", {"refund_minor": "12050"})

    assert paid.subscription(found.id).state is State.CANCELLED
    assert [payment.refunded_minor for payment in payments.page(9).payments] == [12_050]
    after = desk.get(f"/subscriptions/{id}").content.decode()
    assert ">已退回<" in after
    assert '<td data-label="扣款周期"><span>第 1 期</span></td>' in after


def test_a_subscription_is_given_extended_and_let_run_out(desk, anna):
    desk.post("/plans/new", PLAN)
    member = ids.encode("mbr", anna)
    assert desk.post(f"/members/{member}/plans/give", {"plan": "plus", "length": "month"}).status_code == 422
    desk.post(f"/members/{member}/plans/give", {"plan": "plus", "length": "month", "reason": "a mishap"})
    (given,) = paid.page(9).subscriptions
    id = ids.encode("sub", given.id)
    assert desk.post(f"/subscriptions/{id}/extend", {"days": "0", "reason": "x"}).status_code == 422
    desk.post(f"/subscriptions/{id}/extend", {"days": "3", "reason": "a mishap"})
    desk.post(f"/subscriptions/{id}/renewal", {"on": "no"})

    after = paid.subscription(given.id)
    assert ((after.ends_at - given.ends_at).days, after.leaving) == (3, True)
    assert paid.quote_leaving(given.id, at_once=True).rule is RefundRule.NOTHING
    assert "a mishap" not in desk.get(f"/members/{member}/plans").content.decode()
    listed = desk.get("/subscriptions", {"state": "active", "plan": "plus"}).content.decode()
    assert (id in listed, members.get(anna).display_name in listed) == (True, True)
    nobodys = desk.get("/subscriptions", {"state": "lapsed"}).content.decode()
    assert (id in nobodys, "没有符合条件的订阅" in nobodys) == (False, True)


def test_nobody_deals_with_their_own_plans(desk, log_in, anna):
    desk.post("/plans/new", PLAN)
    found, id = sold(anna)
    service, member = log_in(Role.SERVICE), ids.encode("mbr", anna)
    (person,) = [one for one in org.list_staff() if one.role is Role.SERVICE]
    org.change_staff(person.id, StaffTerms(Role.SERVICE, (), None, member), BY)

    asked = (
        (f"/members/{member}/plans/give", {"plan": "plus", "length": "month", "reason": "a mishap"}),
        (f"/subscriptions/{id}/cancel", {"refund_minor": "12050"}),
        (f"/subscriptions/{id}/change", {"plan": "plus", "length": "month"}),
        (f"/subscriptions/{id}/extend", {"days": "3", "reason": "a mishap"}),
    )

    assert [service.post(address, form).status_code for address, form in asked] == [403] * 4
    assert paid.page(9).subscriptions == (found,)


def test_activation_codes_come_as_a_file(desk, anna):
    desk.post("/plans/new", PLAN)
    desk.post("/activation-codes", {"plan": "plus", "length": "month", "count": "2", "note": "fair"})
    (batch,) = paid.batches()
    file = desk.post(f"/activation-codes/{ids.encode('bat', batch.id)}.csv")
    head, first, second = file.content.decode("utf-8-sig").split()

    assert (head, first[-1], len(first), len(second)) == ("code,used_at", ",", 20, 20)
    assert paid.use_code(anna, first[:-1], BY).state is State.ACTIVE
    assert "1 / 2" in desk.get("/activation-codes").content.decode()


def test_a_change_of_plan_shows_what_is_due_and_does_that(desk, anna):
    desk.post("/plans/new", PLAN)
    desk.post("/plans/new", PLAN | {"code": "max", "tag": "max", "name_en": "Max", "month": "", "year": "300"})
    year, id = sold(anna)
    asked = {"plan": "max", "length": "year", "method": "counter"}
    shown = desk.get(f"/subscriptions/{id}/change", asked).content.decode()
    due = paid.quote_switch(year.id, "max", Length.YEAR).due_minor
    assert f'data-testid="due">${due // 100}.{due % 100:02d}<' in shown
    assert "金额已有变化" in desk.post(f"/subscriptions/{id}/change", asked | {"shown": "1.0"}).content.decode()
    assert paid.subscription(year.id).state is State.ACTIVE

    desk.post(f"/subscriptions/{id}/change", asked | {"shown": f"{due}.0"})
    now, before = paid.page(9).subscriptions
    assert (now.plan.code, now.state, before.state) == ("max", State.ACTIVE, State.CANCELLED)
    assert payments.page(9).payments[0].amount_minor == due
    assert desk.get(f"/subscriptions/{id}/change", asked).status_code == 422


def test_a_refund_that_failed_is_listed_and_tried_again(desk, anna, log_in):
    desk.post("/plans/new", PLAN)
    subscription, _ = sold(anna)
    paid.cancel(subscription.id, BY, at_once=True)
    (payment,) = payments.page(9).payments
    (refund,) = payments.refunds_of([payment.id])[payment.id]
    assert "没有失败的退款" in desk.get("/failed-refunds").content.decode()
    apps.get_model("payments", "Refund").objects.filter(pk=refund.id).update(
        state="failed", check_at=None, reason="NO_AUTH"
    )
    apps.get_model("payments", "Payment").objects.filter(pk=payment.id).update(refunded_minor=0)
    page, address = (
        desk.get("/failed-refunds").content.decode(),
        f"/failed-refunds/{ids.encode('prf', refund.id)}/retry",
    )
    assert all(text in page for text in ("NO_AUTH", "120.50", address))

    assert log_in(Role.CLERK).post(address).status_code == 403
    assert payments.find(payment.id).refunded_minor == 0
    assert desk.post(address)["Location"] == "/failed-refunds"

    assert payments.find(payment.id).refunded_minor == 12_050
    assert payments.refunds_of([payment.id])[payment.id][0].state is RefundState.DONE


def test_a_subscription_that_waits_for_its_first_payment_says_what_it_will_cost(desk, anna):
    desk.post("/plans/new", PLAN)
    asked = paid.buy(Order(anna, "plus", Length.YEAR, "counter"), BY).subscription
    page = desk.get(f"/subscriptions/{ids.encode('sub', asked.id)}").content.decode()
    assert ("120.50" in page, 'data-testid="saved"' in page) == (True, False)
    assert "120.50" in desk.get("/subscriptions?state=pending").content.decode()


def test_a_refund_that_failed_is_paid_by_hand_once_with_its_proof(desk, anna, log_in):
    desk.post("/plans/new", PLAN)
    subscription, id = sold(anna)
    paid.cancel(subscription.id, BY, at_once=True)
    (payment,) = payments.page(9).payments
    (refund,) = payments.refunds_of([payment.id])[payment.id]
    apps.get_model("payments", "Refund").objects.filter(pk=refund.id).update(state="failed", check_at=None)
    apps.get_model("payments", "Payment").objects.filter(pk=payment.id).update(refunded_minor=0)
    name = ids.encode("prf", refund.id)
    address, proof = (
        f"/failed-refunds/{name}/paid-by-hand",
        {f"{name}-reference": "ICBC 0042", f"{name}-note": "卡已注销"},
    )
    assert "登记人工打款" in desk.get("/failed-refunds").content.decode()

    assert log_in(Role.CLERK).post(address, proof).status_code == 403
    missing = desk.post(address)
    assert (missing.status_code, "data-shown" in missing.content.decode()) == (422, True)
    assert payments.find(payment.id).refunded_minor == 0
    assert desk.post(address, proof)["Location"] == "/failed-refunds"

    page = desk.get("/failed-refunds").content.decode()
    assert all(text in page for text in ("ICBC 0042", "卡已注销", "没有失败的退款", "120.50"))
    assert "ICBC 0042" in desk.get(f"/subscriptions/{id}").content.decode()
    (line,) = [one for one in org.audit_lines(9).lines if one.action == "refund.paid_by_hand"]
    assert (line.after["reference"], line.after["amount_minor"]) == ("ICBC 0042", 12_050)
    assert desk.post(address, proof).status_code == 409
    assert payments.find(payment.id).refunded_minor == 12_050
