"""Bodies that are not what the API reads: a clear 4xx that names the field, and nothing written."""

import json

import pytest
from django.db import connection
from tests.api.conftest import order

from shuke.surfaces.http import bodies


@pytest.fixture
def nothing_written(api, member):
    """Hand over the client, and see afterwards that orders, entries and keys are as they were."""

    def counts():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT (SELECT count(*) FROM orders_order), (SELECT count(*) FROM points_entry), "
                "(SELECT count(*) FROM business_key), (SELECT count(*) FROM members_member)"
            )
            return cursor.fetchone()

    before = counts()
    yield api
    assert counts() == before


def text(**changes):
    return json.dumps(order(**changes))


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 422, "invalid_request"),
        (b"{", 400, "invalid_json"),
        (b"not json", 400, "invalid_json"),
        (b'{"a": 1', 400, "invalid_json"),
        (b"[1]", 422, "invalid_request"),
        (b'"text"', 422, "invalid_request"),
        (b"null", 422, "invalid_request"),
        (b'\xef\xbb\xbf{"a": 1}', 400, "invalid_json"),
        (text().encode("utf-16"), 400, "invalid_json"),
        (b'{"store": "\xff\xfe"}', 400, "invalid_json"),
        (text().replace("8650", "NaN").encode(), 400, "invalid_json"),
        (text().replace("8650", "-Infinity").encode(), 400, "invalid_json"),
        (text().replace("8650", "9" * 4000).encode(), 422, "invalid_request"),
        (text().replace("8650", "1e309").encode(), 422, "invalid_request"),
        (text().replace("8650", "9" * 5000).encode(), 400, "invalid_json"),
        (text(store="a\x00b").encode(), 400, "invalid_characters"),
        (text(store="a").replace('"a"', r'"\ud800"').encode(), 400, "invalid_characters"),
        (text(store="a").replace('"a"', r'"\udc00\ud800"').encode(), 400, "invalid_characters"),
        (b'{"\\u0000": 1}', 400, "invalid_characters"),
        (
            text().replace('"source": "till-3"', '"source": "till-3", "source": "till-4"').encode(),
            400,
            "json_duplicate_key",
        ),
        (b'"' + rb"\"" * 1_000_000, 400, "invalid_json"),
        (b"[" * 1_000_000, 400, "invalid_json"),
        (b"[" * 33 + b"]" * 33, 400, "json_too_deep"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, 400, "json_too_deep"),
        (b'{"a": "' + b"x" * bodies.BODY_LIMIT_BYTES + b'"}', 413, "body_too_large"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_is_no_order_is_refused(nothing_written, body, status, code):
    answer = nothing_written.post("/v1/orders", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer["Content-Type"] == "application/problem+json"


def test_brackets_in_texts_and_emoji_escapes_are_no_offence(api, member):
    store = "[{" * 40 + "\U0001f600 \\u0000"
    answer = api.post("/v1/orders", json.dumps(order(store=store)))
    assert answer.status_code == 201
    assert api.get(f"/v1/orders/{answer.json()['id']}").json()["store"] == store


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/json", ""]
)
def test_a_body_of_another_kind_is_refused(nothing_written, kind):
    client, headers = nothing_written.client, nothing_written.headers
    answer = client.generic("POST", "/v1/orders", json.dumps(order()), content_type=kind, **headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"source": ""}, "/source", "bad_format"),
        ({"source": "x" * 65}, "/source", "bad_format"),
        ({"source": "a b"}, "/source", "bad_format"),
        ({"external_id": "x" * 201}, "/external_id", "too_long"),
        ({"external_id": "a\nb"}, "/external_id", "bad_format"),
        ({"external_id": 7}, "/external_id", "not_a_text"),
        ({"currency": "usd"}, "/currency", "bad_format"),
        ({"occurred_at": "2017-01-15"}, "/occurred_at", "bad_time"),
        ({"occurred_at": "2017-01-15T10:00:00"}, "/occurred_at", "bad_time"),
        ({"occurred_at": "2017-02-30T10:00:00Z"}, "/occurred_at", "bad_time"),
        ({"occurred_at": "0001-01-01T00:00:00+23:59"}, "/occurred_at", "bad_time"),
        ({"occurred_at": "2017-01-15T10:00:00+99:99"}, "/occurred_at", "bad_time"),
        ({"occurred_at": 1484496000}, "/occurred_at", "bad_time"),
        ({"occurred_at": "２０１７-01-15T10:00:00Z"}, "/occurred_at", "bad_time"),
        ({"member": {}}, "/member", "exactly_one"),
        ({"member": {"id": None}}, "/member/id", "not_a_text"),
        ({"member": {"id": "mbr_1"}}, "/member/id", "bad_format"),
        ({"member": {"phone": "13800000001", "id": "mbr_01KAKV3Z5R8QX5J4Y0V9W6T2NM"}}, "/member", "exactly_one"),
        ({"member": "mbr_01KAKV3Z5R8QX5J4Y0V9W6T2NM"}, "/member", "not_an_object"),
        ({"lines": {}}, "/lines", "not_a_list"),
        ({"lines": [{"sku": "a", "quantity": 1, "net_minor": 1}] * 1_001}, "/lines", "too_long"),
        ({"lines": [{"sku": "a", "quantity": 1}]}, "/lines/0/net_minor", "required"),
        ({"points": 5}, "/points", "unknown_field"),
        ({"a/b~c": 5}, "/a~1b~0c", "unknown_field"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_the_answer_names_the_field(nothing_written, change, pointer, code):
    answer = nothing_written.post("/v1/orders", order(**change))
    assert answer.status_code == 422
    assert (answer.json()["errors"][0]["pointer"], answer.json()["errors"][0]["code"]) == (pointer, code)


def test_messages_are_chinese_for_who_reads_chinese(nothing_written):
    answer = nothing_written.post("/v1/orders", order(net_minor=10**10), HTTP_ACCEPT_LANGUAGE="zh-CN,zh;q=0.9")
    assert answer.json()["title"] == "请求不符合接口定义"
    assert answer.json()["errors"][0]["message"] == "不得大于 1000000000"


@pytest.mark.parametrize(
    "path",
    [
        "/v1/members/by-external-id/shop/%00",
        "/v1/members/by-external-id/shop/a%0Ab",
        "/v1/members/by-external-id/shop/" + "x" * 201,
        "/v1/members/by-external-id/%F0%9F%98%80/a",
        "/v1/members/mbr_",
        "/v1/members/mbr_zzzzzzzzzzzzzzzzzzzzzzzzzz",
        "/v1/members/mbr_ZZZZZZZZZZZZZZZZZZZZZZZZZZ",
        "/v1/orders/mbr_01KAKV3Z5R8QX5J4Y0V9W6T2NM",
        "/v1/points-entries/ent_01KAKV3Z5R8QX5J4Y0V9W6T2NM0",
        "/v1/points-entries/ent_01KAKV3Z5R8QX5J4Y0V9W6T2NMZZZZZZZZZZ",
        "/v1/programs/Grocer/current",
    ],
)
def test_a_path_that_is_no_id_is_refused(api, path):
    answer = api.get(path)
    assert answer.status_code in {404, 422}
    assert answer["Content-Type"] == "application/problem+json"


def test_a_body_in_chunks_is_refused(nothing_written):
    answer = nothing_written.post("/v1/orders", order(), HTTP_TRANSFER_ENCODING="chunked")
    assert (answer.status_code, answer.json()["code"]) == (411, "length_required")


def test_a_batch_of_seven_mebibytes_is_taken(api, member):
    line = {"sku": "s" * 190, "category": "c" * 190, "quantity": 1, "net_minor": 1}
    orders = [order(f"A-{number}", net_minor=17, lines=[line] * 17) for number in range(1_000)]
    body = json.dumps({"orders": orders})
    assert 7 * 2**20 < len(body) < bodies.BODY_LIMIT_BYTES
    assert api.post("/v1/orders/batch?dry_run=true", body).json()["recorded"] == 1_000


def test_a_length_of_thousands_of_digits_is_refused(nothing_written):
    answer = nothing_written.post("/v1/orders", order(), CONTENT_LENGTH="9" * 5_000)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


@pytest.mark.parametrize("inside", ["%s", '{"orders": [{"lines": [%s]}]}'])
def test_an_object_of_too_many_members_is_refused_before_it_is_built(nothing_written, inside):
    for count, code in ((100, "invalid_request"), (101, "json_too_many_members"), (200_000, "json_too_many_members")):
        many = json.dumps({f"k{number}": [number, {}] for number in range(count)})
        assert nothing_written.post("/v1/orders", inside % many).json()["code"] == code


def test_ten_faults_of_an_item_are_named(nothing_written):
    wrong = order(lines=[{f"k{number}": 1 for number in range(100)}] * 1_000)
    assert len(nothing_written.post("/v1/orders", wrong).json()["errors"]) == 10
    refused = nothing_written.post("/v1/orders/batch", {"orders": [wrong, wrong]}).json()["results"]
    assert [len(item["problem"]["errors"]) for item in refused] == [10, 10]


@pytest.mark.parametrize("query", ["dry_run=true&dry_run=false", "dry_run=true&dry_run=true"])
def test_a_parameter_given_twice_is_refused(nothing_written, query):
    answer = nothing_written.post(f"/v1/orders?{query}", order())
    assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [("query:dry_run", "given_twice")]
