"""Paid plans on the phone: bought and paid in the sandbox, renewed or not, left with the amount that was shown."""

import re
from datetime import timedelta

import pytest

from shuke.adapters.payment_sandbox import provider as sandbox
from shuke.foundation import clock, ids
from shuke.rooms.org.contracts import Actor, ActorKind
from shuke.rooms.paid import facade as paid
from shuke.rooms.paid.contracts import Given, Kind, Length, PlanDraft, State, Terms
from shuke.rooms.payments import facade as payments
from shuke.surfaces.portal.tests.conftest import OTHER

BY = Actor(ActorKind.SYSTEM, "tests", "tests")
TERMS = Terms({Length.MONTH: 1_500, Length.YEAR: 12_000}, trial_days=14, gives=(Given("免邮", "Free delivery", 8_000),))


@pytest.fixture
def plan(phone):
    paid.create_plan(PlanDraft("plus", Kind.SERVICE, "熟客卡", "Plus", "plus", TERMS), BY)


def bought(client, **chosen):
    """Buy a year, pay it as the sandbox is told to, and return the subscription."""
    page = client.post("/m/plans/plus/buy", {"length": "year", "renews": "yes"}, follow=True)
    provider = re.search(r'href="(/sandbox/pay/[^"]+)"', page.content.decode())[1]
    client.post(provider, {"behaviour": "pays", "later": "pays"} | chosen, follow=True)
    return paid.page(9).subscriptions[0]


def test_the_phone_says_what_the_plan_has_saved_and_what_is_left_to_break_even(phone, plan):
    client = phone()
    year = bought(client)
    page = client.get("/m/plans").content.decode()
    assert 'data-testid="saved">¥0.00<' in page
    assert 'data-testid="break-even">还差 ¥120.00<' in page
    assert paid.savings([year.id])[year.id].to_break_even_minor == 12_000


def test_a_plan_is_bought_paid_and_left(phone, plan):
    client = phone()
    shown = client.get("/m/plans").content.decode()
    assert "¥120.00" in shown
    assert "¥15.00" in shown
    year = bought(client)
    assert (year.state, year.auto_renew, year.renews_at_minor) == (State.ACTIVE, True, 12_000)

    id = ids.encode("sub", year.id)
    client.post(f"/m/plans/{id}/renewal", {"on": "no"})
    assert paid.subscription(year.id).leaving is True
    assert '<strong data-testid="refund">¥120.00</strong>' in client.get(f"/m/plans/{id}/leave").content.decode()
    client.post(f"/m/plans/{id}/leave", {"at_once": "yes", "refund_minor": "1"})
    assert paid.subscription(year.id).state is State.ACTIVE
    client.post(f"/m/plans/{id}/leave", {"at_once": "yes", "refund_minor": "12000"})

    assert paid.subscription(year.id).state is State.CANCELLED
    assert payments.page(9).payments[0].refunded_minor == 12_000
    assert "¥120.00 正在退款，请留意到账。" in client.get("/m/plans").content.decode()
    sandbox.deliver(clock.business_now())
    assert "¥120.00 已退款。" in client.get("/m/plans").content.decode()
    clock.set_business_clock(clock.business_now() + timedelta(days=15))
    assert 'data-testid="refund"' not in client.get("/m/plans").content.decode()


def test_a_declined_payment_gives_nothing(phone, plan):
    client = phone()
    page = client.post("/m/plans/plus/buy", {"length": "year"}, follow=True)
    provider = re.search(r'href="(/sandbox/pay/[^"]+)"', page.content.decode())[1]
    client.post(provider, {"behaviour": "declines", "later": "pays"})
    assert paid.page(9).subscriptions == ()


def test_nobody_reaches_anothers_plan_or_payment(phone, plan):
    year = bought(phone())
    stranger, id = phone(OTHER), ids.encode("sub", year.id)
    payment = ids.encode("pay", payments.page(9).payments[0].id)

    answers = [
        stranger.get(f"/m/plans/{id}/leave"),
        stranger.post(f"/m/plans/{id}/leave", {"at_once": "yes", "refund_minor": "12000"}),
        stranger.post(f"/m/plans/{id}/renewal", {"on": "no"}),
        stranger.get(f"/m/pay/{payment}"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert (paid.subscription(year.id).state, paid.subscription(year.id).leaving) == (State.ACTIVE, False)


def test_a_trial_and_an_activation_code(phone, plan):
    client = phone()
    client.post("/m/plans/plus/trial")
    (trial,) = paid.page(9).subscriptions
    assert trial.state is State.TRIAL
    wrong = client.post("/m/plans/code", {"code": "0000"})
    assert (wrong.status_code, "autofocus" in wrong.content.decode()) == (422, True)
    batch = paid.make_codes("plus", Length.MONTH, 1, "", None, BY)
    client.post("/m/plans/code", {"code": paid.codes_of(batch.id, BY)[0][0]})

    assert (paid.subscription(trial.id).state, len(paid.history(trial.id).periods)) == (State.ACTIVE, 2)


def test_a_change_of_plan_shows_its_price_and_is_paid(phone, plan):
    paid.create_plan(PlanDraft("max", Kind.SERVICE, "尊享卡", "Max", "max", Terms({Length.YEAR: 30_000})), BY)
    client = phone()
    year = bought(client)
    address = f"/m/plans/{ids.encode('sub', year.id)}/change"
    shown = client.get(address, {"to": "max:year"}).content.decode()
    assert '<strong data-testid="due">¥180.33</strong>' in shown  # 300.00 - 120.00 * 364 / 365
    stale = client.post(address, {"to": "max:year", "shown": "1.0"}).content.decode()
    assert "金额已有变化" in stale
    assert paid.subscription(year.id).state is State.ACTIVE

    page = client.post(address, {"to": "max:year", "shown": "18033.0"}, follow=True).content.decode()
    client.post(re.search(r'href="(/sandbox/pay/[^"]+)"', page)[1], {"behaviour": "pays"})
    now, before = paid.page(9).subscriptions
    assert (now.plan.code, now.state, before.state) == ("max", State.ACTIVE, State.CANCELLED)


def test_a_cheaper_plan_gives_the_rest_back(phone, plan):
    paid.create_plan(PlanDraft("mini", Kind.SERVICE, "轻享卡", "Mini", "mini", Terms({Length.MONTH: 500})), BY)
    client = phone()
    address = f"/m/plans/{ids.encode('sub', bought(client).id)}/change"
    assert '<strong data-testid="due">¥114.67</strong>' in client.get(address, {"to": "mini:month"}).content.decode()
    client.post(address, {"to": "mini:month", "shown": "0.11467"})
    assert [one.plan.code for one in paid.page(9).subscriptions if one.is_live] == ["mini"]
    assert payments.page(9).payments[0].refunded_minor == 11_467
