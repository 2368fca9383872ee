"""API keys: the secret is shown once, and only a living key of this kind of deployment is let in."""

import hashlib

import pytest

from shuke.core.values.errors import Refusal
from shuke.foundation import ids
from shuke.rooms.org import facade
from shuke.rooms.org.contracts import Actor, ActorKind, KeyPrincipal, Right
from shuke.rooms.org.models import ApiKey, AuditLine

pytestmark = pytest.mark.django_db

ACTOR = Actor(ActorKind.CLI, "cli", "shuke keys")


def refused(code, verb, *arguments):
    with pytest.raises(Refusal) as caught:
        verb(*arguments)
    assert caught.value.code == code
    return caught.value


def test_secret_lets_in_with_its_scopes_and_is_not_stored():
    key, secret = facade.create_key("till", ["orders:write", "members:read"], ACTOR)
    assert secret.startswith("sk_test_")
    assert len(secret) == 40
    assert key.prefix == secret[:12]
    principal = facade.authenticate_key(secret)
    assert principal == KeyPrincipal(
        key.id, "till", frozenset({Right.ORDERS_WRITE, Right.MEMBERS_READ}), livemode=False
    )
    row = ApiKey.objects.get()
    assert bytes(row.digest) == hashlib.sha256(secret.encode()).digest()
    line = facade.audit_lines(1).lines[0]
    assert (line.action, line.subject) == ("key.created", ids.encode("key", key.id))
    assert line.after == {"name": "till", "prefix": key.prefix, "scopes": ["members:read", "orders:write"]}
    assert secret not in repr(line) + repr(row.__dict__) + repr(key)


def test_revoked_key_is_refused():
    key, secret = facade.create_key("till", ["orders:write"], ACTOR)
    assert facade.revoke_key(key.id, ACTOR).revoked_at is not None
    refused("unauthenticated", facade.authenticate_key, secret)
    refused("key_revoked", facade.revoke_key, key.id, ACTOR)
    refused("unknown_api_key", facade.revoke_key, ids.new_id(), ACTOR)
    assert [line.action for line in facade.audit_lines(9).lines] == ["key.revoked", "key.created"]


@pytest.mark.parametrize(("made_in", "used_in"), [("sandbox", "live"), ("live", "sandbox")])
def test_key_of_the_other_kind_is_refused_even_in_a_copy_of_its_database(settings, made_in, used_in):
    settings.SHUKE_KIND = made_in
    _, secret = facade.create_key("till", ["orders:write"], ACTOR)
    assert facade.authenticate_key(secret).livemode is (made_in == "live")
    settings.SHUKE_KIND = used_in
    refusal = refused("wrong_mode", facade.authenticate_key, secret)
    assert refusal.params == {"kind": made_in}


@pytest.mark.parametrize("secret", ["", "sk_test_", "sk_test_unknown", "Bearer x", "sk_teſt_x", "\x00"])
def test_what_is_no_key_is_refused(secret):
    facade.create_key("till", ["orders:write"], ACTOR)
    refused("unauthenticated", facade.authenticate_key, secret)


@pytest.mark.parametrize(
    ("name", "scopes", "code"),
    [
        ("", ["orders:write"], "invalid_name"),
        ("till", [], "scope_required"),
        ("till", ["orders:write", "staff:write"], "unknown_scope"),
        ("till", ["everything"], "unknown_scope"),
    ],
)
def test_bad_key_is_refused_and_nothing_is_written(name, scopes, code):
    refused(code, facade.create_key, name, scopes, ACTOR)
    assert ApiKey.objects.count() == 0
    assert AuditLine.objects.count() == 0
