"""Odd input never breaks a page: whatever stands in an address or a form, the answer is no fault of ours."""

from urllib.parse import quote

import pytest
from django.test import Client

from shuke.foundation import ids
from shuke.rooms.orders import facade as orders
from shuke.rooms.org.contracts import Role
from shuke.rooms.points import facade as points

ODD = {
    "nul": "%00",
    "long": "a" * 5_000,
    "digits": "9" * 5_000,
    "surrogate": "%ED%A0%80",
    "direction": quote("\u202e"),
    "month 13": quote("2026-13-45T00:00"),
    "year 9999": quote("9999-12-31T23:59"),
    "first year": quote("0001-01-01T00:00"),
}
READ = {
    "login": ("next",),
    "setup": ("token",),
    "overview": ("x",),
    "members": ("q", "status", "cursor", "find"),
    "members/{member}": ("orders", "entries", "tiers", "staff", "joined"),
    "members/{member}/entries": ("cursor",),
    "members/{member}/lots": ("cursor",),
    "members/{member}/tiers": ("cursor",),
    "members/{member}/orders": ("cursor",),
    "members/{member}/behaviours": ("cursor",),
    "members/{member}/behaviour": ("kind",),
    "ledger": ("from", "to", "kind", "unit", "cursor"),
    "adjustments": ("cursor",),
    "tiers": ("ladder",),
    "entries/{entry}/why": ("x",),
    "programs": ("program",),
    "programs/grocer/1": ("view",),
    "clock": ("to",),
    "audit": ("subject", "cursor"),
    "jobs": ("x",),
    "keys": ("x",),
}
SENT = {
    "login": ("email", "password", "next"),
    "language": ("language", "next"),
    "members": ("q", "status"),
    "members/{member}/status": ("status", "reason"),
    "members/{member}/reveal": ("field", "reason"),
    "members/{member}/adjust": ("key", "unit", "way", "points", "expires_on", "reason"),
    "members/{member}/transfer": ("key", "to", "unit", "points"),
    "members/{member}/tier": ("key", "tier", "until", "exactly", "reason"),
    "orders/{order}/refund": ("key", "what", "amount"),
    "members/{member}/holds/{hold}/release": ("x",),
    "programs/publish": ("text", "publish"),
    "clock": ("days", "to"),
    "keys": ("name", "scopes"),
    "staff": ("name", "email", "role"),
    "staff/reset": ("email",),
    "ledger-check": ("x",),
}
IN_PATHS = (
    "members/{odd}",
    "orders/{odd}/refund",
    "members/{odd}/adjust",
    "entries/{odd}/why",
    "programs/{odd}/1",
    "programs/grocer/{odd}",
    "overview/{odd}.csv",
)
GOOD = {
    "login": {"email": "owner@example.com", "password": "no"},
    "members/{member}/status": {"status": "frozen", "reason": "x"},
    "members/{member}/reveal": {"field": "phone", "reason": "x"},
    "members/{member}/adjust": {"key": "k", "unit": "points", "way": "give", "points": "1", "reason": "x"},
    "members/{member}/transfer": {"key": "k", "to": "x", "unit": "points", "points": "1"},
    "members/{member}/tier": {"key": "k", "tier": "main/gold", "reason": "x"},
    "orders/{order}/refund": {"key": "k", "what": "amount", "amount": "1"},
    "keys": {"name": "x", "scopes": "orders:write"},
    "staff": {"name": "x", "email": "x@example.com", "role": "service"},
}


@pytest.fixture
def places(member):
    entry = points.entries_page(member.id, 1).entries[0].key.id
    order = orders.page_of_member(member.id, 1).orders[0].id
    names = {"order": ids.encode("ord", order), "hold": "hld_00000000000000000000000000"}
    return names | {"member": ids.encode("mbr", member.id), "entry": entry}


def reads(odd, places):
    """Yield (path, address) of every GET parameter and of every part of an address."""
    for path, names in READ.items():
        for name in names:
            for query in (f"{name}={odd}", f"{name}[]={odd}", f"{name}={odd}&{name}=1"):
                yield path, f"/{path.format(**places)}?{query}"
        yield path, f"/{path.format(**places)}?{odd}=1"
    for path in IN_PATHS:
        yield path, "/" + path.format(odd=odd)


def sends(odd, places):
    """Yield (path, address, body) of every POST parameter, the others as they should be."""
    for path, names in SENT.items():
        for name in names:
            rest = "".join(f"&{key}={quote(value)}" for key, value in GOOD.get(path, {}).items() if key != name)
            for sent in (f"{name}={odd}", f"{name}[]={odd}", f"{name}={odd}&{name}={odd}"):
                yield path, "/" + path.format(**places), sent + rest


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_odd_input_never_breaks_a_page(log_in, places, odd):
    nobody, owner = Client(raise_request_exception=False), log_in(Role.OWNER)
    owner.raise_request_exception = False

    answers = [
        (path, (nobody if path in {"login", "setup"} else owner).get(address)) for path, address in reads(odd, places)
    ]
    answers += [
        (path, (nobody if path == "login" else owner).post(address, body, "application/x-www-form-urlencoded"))
        for path, address, body in sends(odd, places)
    ]

    assert {path for path, answer in answers if answer.status_code >= 500} == set()
