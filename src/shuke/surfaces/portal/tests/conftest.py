"""A small shop whose members hold their phones: a program that greets who joins, and what was sent to whom."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client

from shuke.adapters.messages_recording import Recording
from shuke.foundation import clock
from shuke.rooms.coupons.contracts import Kind as CouponKind
from shuke.rooms.coupons.contracts import MemberLimit, TemplateDraft
from shuke.rooms.mall import facade as mall
from shuke.rooms.mall.contracts import ItemDraft, Limits, Price, Restock, Way
from shuke.rooms.mall.contracts import Kind as MallKind
from shuke.rooms.messaging import facade as messaging
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor, ActorKind, Kind, NewOrganisation, NewStore
from shuke.rooms.programs import facade as programs

GROCER = Path(__file__).parents[5] / "examples" / "grocer.yaml"
GREETING = (
    "behaviours: {joined: }\nearn:\n  - {code: welcome, unit: points, on: [joined], points: 50}\n"  # 50 for joining
)
TESTER = Actor(ActorKind.CLI, "cli", "tests")
NOON = datetime(2026, 6, 15, 4, tzinfo=UTC)
PHONE, OTHER = "13800000001", "13800000002"


@pytest.fixture
def shop(db):
    clock.set_business_clock(NOON)
    messaging.carry_with(Recording())
    made = org.create_organisation(NewOrganisation("街角杂货", "CNY", "Asia/Shanghai", "zh-hans", Kind.SANDBOX), TESTER)
    org.open_store(NewStore("nanjinglu", "南京路店"), None, TESTER)
    return made


@pytest.fixture
def program(shop):
    text = GROCER.read_text().replace("USD", "CNY").replace("America/New_York", "Asia/Shanghai")
    return programs.publish(text.replace("earn:\n", GREETING), TESTER)


def last_code():
    """Return the code of the latest message."""
    return re.search(r"\d{6}", messaging.inbox(1)[0].text)[0]


def ask(client, phone, path="/m/login"):
    return client.post(path, {"phone": phone, "ask": "code"})


def join(client, phone=PHONE, path="/j/nanjinglu", **boxes):
    ask(client, phone, path)
    return client.post(path, {"phone": phone, "code": last_code(), "service": "yes"} | boxes)


@pytest.fixture
def phone(program):
    """Return a client on which a member is logged in who joined in the store: `phone("13800000002")`."""

    def held(number=PHONE):
        client = Client(headers={"user-agent": "Mozilla/5.0 (iPhone) Safari/605"})
        assert join(client, number).status_code == 302
        return client

    return held


@pytest.fixture
def tea(program):
    """An item of the mall: 10 points, five pieces, one for each member, to be picked up."""
    draft = ItemDraft("tea", MallKind.GOODS, "龙井一罐", (Price(10),), ways=(Way.PICKUP,), limits=Limits(per_member=1))
    item = mall.create_item(draft, TESTER)
    mall.restock([Restock(item.id, 5, "delivery")], TESTER)
    return item


@pytest.fixture
def ten_off(program):
    """A coupon that members take themselves: 10 off from 50."""
    draft = TemplateDraft(
        "ten-off",
        "满 50 减 10",
        CouponKind.THRESHOLD,
        "{amount: 10, minimum: {cart_money: 50}}",
        "Asia/Shanghai",
        claimable=True,
        per_member=MemberLimit(1),
    )
    return programs.create_coupon_template(draft, TESTER)
