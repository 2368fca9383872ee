"""Who may do what: every route that exists, tried as every principal, against the table that people reviewed.

The rows of `authz_matrix.csv` are the router's; a route or method without its row fails. A cell says `ok` where the
gate lets the request through (whatever becomes of it then), `login` where it leads to a log-in page (of staff, or of members), or the status.
"""

import csv
import difflib
import io
import re
from contextlib import nullcontext
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.test import Client, override_settings
from django.urls import get_resolver
from tests.api.conftest import BY

from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import SCOPES, Role

TABLE = Path(__file__).with_name("authz_matrix.csv")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
SAMPLES = {
    "member_id": "mbr_01KAKV3Z5R8QX5J4Y0V9W6T2NM",
    "order_id": "ord_01KAKV3Z5R8QX5J4Y0V9W6T2NM",
    "entry_id": "ent_01KAKV3Z5R8QX5J4Y0V9W6T2NM1001",
    "refund_id": "rfd_01KAKV3Z5R8QX5J4Y0V9W6T2NM",
    "redemption_id": "rdm_01KAKV3Z5R8QX5J4Y0V9W6T2NM",
    "hold_id": "hld_01KAKV3Z5R8QX5J4Y0V9W6T2NM",
    "draft_id": "drf_01KAKV3Z5R8QX5J4Y0V9W6T2NM",
    "payment_refund_id": "prf_01KAKV3Z5R8QX5J4Y0V9W6T2NM",
    "code": "insufficient_points",
    "key_id": "019aa7b1-fcb8-4e3a-b148-5e036e67a0a8",
    "staff_id": "019aa7b1-fcb8-4e3a-b148-5e036e67a0a8",
    "approval_id": "apr_01KAKV3Z5R8QX5J4Y0V9W6T2NM",
    "template": "spring10",
    "kind": "apple",
    "coupon_id": "cpn_01KAKV3Z5R8QX5J4Y0V9W6T2NM",
    "batch_id": "cpb_01KAKV3Z5R8QX5J4Y0V9W6T2NM",
    "source": "shop",
    "external_id": "nobody",
    "program": "grocer",
    "attribute": "skin",
    "merge_id": "mrg_01KAKV3Z5R8QX5J4Y0V9W6T2NM",
    "import_id": "imp_01KAKV3Z5R8QX5J4Y0V9W6T2NM",
    "item": "cup",
    "mall_order_id": "mlo_01KAKV3Z5R8QX5J4Y0V9W6T2NM",
    "benefit": "lounge",
    "history_id": "his_01KAKV3Z5R8QX5J4Y0V9W6T2NM",
    "file_id": "hif_01KAKV3Z5R8QX5J4Y0V9W6T2NM",
    "run_id": "run_01KAKV3Z5R8QX5J4Y0V9W6T2NM",
    "member": "7",
    "ladder": "main",
    "use_id": "use_01KAKV3Z5R8QX5J4Y0V9W6T2NM",
    "request_id": "frq_01KAKV3Z5R8QX5J4Y0V9W6T2NM",
    "item_id": "019aa7b1-fcb8-4e3a-b148-5e036e67a0a8",
    "picture_id": "019aa7b1-fcb8-4e3a-b148-5e036e67a0a8",
    "supplier": "cards",
    "month": "2017-03",
    "slug": "grocer",
    "number": "1",
    "chart": "points",
    "till_id": "til_01KAKV3Z5R8QX5J4Y0V9W6T2NM",
    "path": "nothing.css",
    "store": "nowhere",
    "device_id": "dev_01KAKV3Z5R8QX5J4Y0V9W6T2NM",
    "unit": "1",
    "method": "sandbox",
    "plan": "plus",
    "subscription_id": "sub_01KAKV3Z5R8QX5J4Y0V9W6T2NM",
    "activation_id": "bat_01KAKV3Z5R8QX5J4Y0V9W6T2NM",
    "payment_id": "pay_01KAKV3Z5R8QX5J4Y0V9W6T2NM",
    "top_up_id": "tup_01KAKV3Z5R8QX5J4Y0V9W6T2NM",
    "value_use_id": "vus_01KAKV3Z5R8QX5J4Y0V9W6T2NM",
    "value_refund_id": "vrf_01KAKV3Z5R8QX5J4Y0V9W6T2NM",
    "card_batch_id": "gcb_01KAKV3Z5R8QX5J4Y0V9W6T2NM",
}
# Forms that would do something, sent about objects that are there.
GOOD_FORMS = {
    "/members/<str:member_id>/status": {"status": "frozen", "reason": "lost card"},
    "/members/<str:member_id>/profile": {"tags": "vip"},
    "/members/<str:member_id>/reveal": {"field": "phone", "reason": "a call"},
    "/keys": {"name": "new", "scopes": "points:read"},
    "/keys/<uuid:key_id>/revoke": {},
    "/staff": {"name": "Bob", "email": "bob@example.com", "role": "clerk"},
    "/staff/<uuid:staff_id>/active": {"active": "no"},
    "/staff/<uuid:staff_id>": {"role": "service", "adjust_limit": "700"},
    "/staff/reset": {"email": "ann@example.com"},
    "/staff/pin": {"email": "ann@example.com"},
}
SCOPE_COLUMNS = [str(scope) for scope in sorted(SCOPES)]
PRINCIPALS = ["anonymous", *map(str, Role), *SCOPE_COLUMNS, "revoked key", "sandbox key on live"]


def routes(patterns=None, prefix="/"):
    """Yield the templates of all routes of the project."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if hasattr(pattern, "url_patterns"):
            yield from routes(pattern.url_patterns, prefix + str(pattern.pattern))
        elif pattern.name != "api-root":  # a name for building addresses; it answers 404 to everybody
            yield prefix + str(pattern.pattern)


def address(route):
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda match: SAMPLES[match[1]], route)


@pytest.fixture
def principals(shop, member, monkeypatch):
    """For each principal the cookies and headers of its requests, and the settings under which they arrive."""
    found = {"anonymous": ({}, {})}
    monkeypatch.setitem(SAMPLES, "member_id", member["id"])
    monkeypatch.setitem(SAMPLES, "key_id", str(org.create_key("till", ["points:read"], BY)[0].id))
    monkeypatch.setitem(SAMPLES, "staff_id", str(org.create_staff("ann@example.com", "Ann", Role.CLERK, BY)[0].id))
    for role in Role:
        staff, _ = org.create_staff(f"{role}@example.com", role.value.title(), role, BY)
        client = Client()
        client.force_login(
            get_user_model().objects.get(pk=staff.id), backend="django.contrib.auth.backends.ModelBackend"
        )
        found[str(role)] = (client.cookies, {})
    for scope in SCOPE_COLUMNS:
        found[scope] = ({}, bearer(org.create_key(scope, [scope], BY)[1]))
    found["every scope"] = ({}, bearer(org.create_key("every", SCOPES, BY)[1]))
    key, secret = org.create_key("revoked", SCOPES, BY)
    org.revoke_key(key.id, BY)
    found["revoked key"] = ({}, bearer(secret))
    found["sandbox key on live"] = ({}, bearer(org.create_key("sandbox", SCOPES, BY)[1]))
    return found


def bearer(secret):
    return {"HTTP_AUTHORIZATION": f"Bearer {secret}"}


def send(method, route, cookies, headers, **options):
    """Send one request and leave nothing of it."""
    client = Client(raise_request_exception=False, **options)
    client.cookies.update(cookies)
    kind = "application/json" if route.startswith("/v1/") else "application/x-www-form-urlencoded"
    body = "{}" if route.startswith("/v1/") and method != "GET" else ""
    with transaction.atomic():
        response = client.generic(method, address(route), body, content_type=kind, **headers)
        transaction.set_rollback(True)
    return response


def sent_as(name, method, route, principals):
    with override_settings(SHUKE_KIND="live") if name.endswith("on live") else nullcontext():
        return send(method, route, *principals[name])


def state():
    """Return what is in every table of the database, as one digest each."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        found = {}
        for table in tables:
            cursor.execute(f'SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM "{table}" t')
            (found[table],) = cursor.fetchone()
    return found


def cell(response):
    if response.status_code == 302 and response["Location"].startswith(("/login", "/m/login")):
        return "login"
    return str(response.status_code) if response.status_code in {401, 403, 405} or response.status_code >= 500 else "ok"


def as_text(rows):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["method", "route", *PRINCIPALS])
    writer.writerows(rows)
    return out.getvalue()


def by_scope(method, route, principals, reviewed):
    """Return the cells of the scopes of a route that keys open, in their order.

    The scopes that are refused by the table are tried together first: what one key with all of them may not do, none of
    them may. A page reads no key, so the one with every scope speaks for all of them.
    """
    if not route.startswith("/v1/"):
        return [cell(send(method, route, *principals["every scope"]))] * len(SCOPE_COLUMNS)
    refused = [scope for scope in SCOPE_COLUMNS if reviewed.get(scope) == "403"]
    together = ({}, bearer(org.create_key("refused", refused, BY)[1])) if refused else None
    if together and cell(send(method, route, *together)) != "403":
        refused = []
    return ["403" if name in refused else cell(sent_as(name, method, route, principals)) for name in SCOPE_COLUMNS]


def test_every_route_answers_every_principal_as_reviewed(principals):
    with TABLE.open() as table:
        reviewed = {(row["method"], row["route"]): row for row in csv.DictReader(table)}
    rows = []
    for route in dict.fromkeys(routes()):  # a path of several methods is there once for each
        for method in METHODS:
            first = cell(send(method, route, *principals["anonymous"]))
            if first != "405":
                roles = [cell(sent_as(str(role), method, route, principals)) for role in Role]
                scopes = by_scope(method, route, principals, reviewed.get((method, route), {}))
                keys = [cell(sent_as(name, method, route, principals)) for name in PRINCIPALS[-2:]]
                rows.append([method, route, first, *roles, *scopes, *keys])
    difference = list(difflib.unified_diff(TABLE.read_text().splitlines(), as_text(rows).splitlines(), "table", "code"))
    assert difference == [], "review and edit authz_matrix.csv:\n" + "\n".join(difference)


def test_a_session_changes_nothing_without_its_token(principals):
    """Every form of the console refuses a request that another site could send (CSRF)."""
    with TABLE.open() as table:
        forms = [row["route"] for row in csv.DictReader(table) if row["method"] == "POST" and row["owner"] != "401"]
    client = Client(enforce_csrf_checks=True)
    client.cookies.update(principals["owner"][0])
    before = state()
    statuses = {route: client.post(address(route), GOOD_FORMS.get(route, {})).status_code for route in forms}
    assert statuses == dict.fromkeys(forms, 403)
    assert state() == before


@pytest.mark.parametrize("route", GOOD_FORMS)
def test_a_session_with_its_token_does_change_what_that_test_watches(principals, route):
    client = Client()
    client.cookies.update(principals["owner"][0])
    before = state()
    assert client.post(address(route), GOOD_FORMS[route]).status_code in {200, 302}
    assert state() != before


def test_the_last_owner_cannot_shut_themselves_out(principals):
    client = Client()
    client.cookies.update(principals["owner"][0])
    own = get_user_model().objects.get(email="owner@example.com")
    client.post(f"/staff/{own.pk}/active", {"active": "no"})
    own.refresh_from_db()
    assert own.is_active


def test_the_api_takes_no_session(principals):
    with TABLE.open() as table:
        rows = [row for row in csv.DictReader(table) if row["route"].startswith("/v1/") and row["anonymous"] == "401"]
    assert rows
    for row in rows:
        assert {row[str(role)] for role in Role} | {row["revoked key"], row["sandbox key on live"]} == {"401"}


def test_a_key_opens_exactly_the_operations_of_its_scope():
    from shuke.surfaces.http.reference import document

    with TABLE.open() as table:
        rows = {(row["method"], row["route"]): row for row in csv.DictReader(table)}
    for path, methods in document()["paths"].items():
        for method, details in methods.items():
            route = re.sub(r"{external_id}", "<path:external_id>", path)
            route = re.sub(r"{(\w+)}", r"<\1>", route)
            row = rows[method.upper(), route]
            scope = details["security"][0]["apiKey"][0] if details["security"] else None
            for name in SCOPE_COLUMNS:
                assert row[name] == ("ok" if scope in {None, name} else "403"), (path, name)
