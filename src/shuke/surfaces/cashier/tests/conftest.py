"""A street with two shops, a till in one of them with a clerk, and two members on the edge of things."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings as django_settings
from django.test import Client

from shuke.foundation import clock
from shuke.rooms.members.contracts import MemberRef, NewMember
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor, ActorKind, Kind, NewOrganisation, NewStore, Role, Till
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import AdjustFact, OrderFact

PROGRAM = Path(__file__).parents[5] / "tests" / "e2e" / "till.yaml"
TESTER = Actor(ActorKind.CLI, "cli", "tests")
NOON = datetime(2026, 6, 15, 2, tzinfo=UTC)
PHONES = ("+8613800000001", "+8613800000002")


@dataclass
class Street:
    """A till with a browser that is it, and who may work there."""

    till: Till
    browser: Client
    clerk: UUID
    pin: str
    members: list[UUID]

    def ask(self, path, **body):
        """Ask as the page does; return the status and the answer."""
        answer = self.browser.post(f"/till/{path}", json.dumps(body), content_type="application/json")
        return answer.status_code, json.loads(answer.content)

    def sale(self, key, **body):
        told = {"key": key, "occurred_at": NOON.isoformat(), "points": 0} | body
        return self.ask("sell", **told)


@pytest.fixture
def street(db):
    clock.set_business_clock(NOON)
    org.create_organisation(NewOrganisation("街角杂货", "CNY", "Asia/Shanghai", "zh-hans", Kind.SANDBOX), TESTER)
    for code, name in (("nanjinglu", "南京路店"), ("wukanglu", "武康路店")):
        org.open_store(NewStore(code, name), None, TESTER)
    programs.publish(PROGRAM.read_text(), TESTER)
    members = [
        member.id for member in programs.enrol([NewMember(phone=phone, name="林小满") for phone in PHONES], TESTER)
    ]
    for member, spent, points in zip(members, (231_000, 496_000), (1_280, 900), strict=True):
        ref, at = MemberRef(id=member), NOON - timedelta(days=1)
        first = OrderFact("pos", f"first-{member}", ref, at, spent, spent, "CNY", store="wukanglu")
        correction = AdjustFact("pos", f"first-{member}", ref, points - spent // 100, "opening", occurred_at=at)
        assert [result.refusal for result in programs.record([first, correction], TESTER)] == [None, None]
    till, secret = org.enrol_till("前台", "nanjinglu", TESTER)
    clerk, _ = org.create_staff("clerk@example.com", "小王", Role.CLERK, TESTER, stores=["nanjinglu"])
    browser = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
    browser.cookies[django_settings.TILL_COOKIE_NAME] = secret
    return Street(till, browser, clerk.id, org.give_pin(clerk.id, TESTER), members)


@pytest.fixture
def at_work(street):
    """The street with the clerk logged in."""
    answer = street.browser.post("/till/log-in", {"clerk": str(street.clerk), "pin": street.pin})
    assert (answer.status_code, answer["Location"]) == (302, "/till/")
    return street
