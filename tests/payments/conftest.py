"""A sandbox with its pretended provider, a member, and an ear for what is paid and what fails."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.apps import apps

from shuke.adapters.payment_sandbox.provider import Sandbox
from shuke.foundation import clock
from shuke.rooms.payments import booking, sending
from shuke.rooms.payments.contracts import Purpose

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
ANNA = UUID(int=1)


@pytest.fixture(autouse=True)
def heard(db, monkeypatch):
    """What handlers were told, as (what, reference, state)."""
    told = []
    clock.set_business_clock(NOW)
    apps.get_model("members", "Member").objects.create(
        id=ANNA, status="active", joined_at=NOW, recorded_at=NOW, language="en", birth_md=0, name_blinds=[]
    )
    monkeypatch.setattr(sending, "PROVIDERS", {"sandbox": Sandbox()})
    monkeypatch.setattr(booking, "PAID", {Purpose.PLAN: lambda paid: told.append(("paid", paid.reference))})
    monkeypatch.setattr(booking, "FAILED", {Purpose.PLAN: lambda paid: told.append(("failed", paid.reference))})
    return told
