"""A small shop for the tests of pages: staff of every role, a program, and members with orders by the write path."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from shuke.foundation import clock
from shuke.rooms.members.contracts import ExternalId, MemberRef, NewMember
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor, ActorKind, Kind, NewOrganisation, Role
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import OrderFact, RedeemFact

GROCER = Path(__file__).parents[5] / "examples" / "grocer.yaml"
TESTER = Actor(ActorKind.CLI, "cli", "tests")
NOON = datetime(2026, 6, 15, 16, tzinfo=UTC)


@pytest.fixture
def shop(db):
    new = NewOrganisation("街角杂货", "USD", "America/New_York", "zh-hans", Kind.SANDBOX)
    clock.set_business_clock(NOON)
    return org.create_organisation(new, TESTER)


@pytest.fixture
def log_in(shop):
    """Return a client that is logged in as somebody with the role, in the language."""

    def log_in(role=Role.OWNER, language="zh-hans"):
        staff, _password = org.create_staff(f"{role.value}@example.com", f"Test {role.value}", role, TESTER, language)
        client = Client()
        user = get_user_model().objects.get(pk=staff.id)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return log_in


@pytest.fixture
def program(shop):
    return programs.publish(GROCER.read_text(), TESTER)


@pytest.fixture
def member(program):
    """林小满: a silver member with 800 and 287 points earned by two orders, of which 500 are redeemed."""
    new = NewMember(
        external=(ExternalId("pos", "A-1"),),
        phone="+8613800000001",
        name="林小满",
        birthday=date(1990, 5, 6),
        joined_at=datetime(2026, 1, 1, 12, tzinfo=UTC),
    )
    (enrolled,) = programs.enrol([new], TESTER)
    ref = MemberRef(id=enrolled.id)
    facts = [
        OrderFact("pos", "1", ref, datetime(2026, 6, 1, 12, tzinfo=UTC), 80_000, 80_000, "USD", "nanjinglu", "store"),
        OrderFact("pos", "2", ref, datetime(2026, 6, 2, 12, tzinfo=UTC), 22_999, 22_999, "USD", "nanjinglu", "store"),
        RedeemFact("pos", "3", ref, 500, occurred_at=datetime(2026, 6, 3, 12, tzinfo=UTC)),
    ]
    assert [result.refusal for result in programs.record(facts, TESTER)] == [None, None, None]
    return enrolled
