"""Nobody finds a code by trying: a member, key, address or clerk who sends too many wrong ones waits."""

from datetime import timedelta

import pytest
from tests.api.test_carts import cart
from tests.api.test_coupons import FRIEND, MEMBER, TEN

from shuke.foundation import clock, guesses
from shuke.foundation.models import WrongCode


@pytest.fixture
def now(monkeypatch):
    """The machine's time, which stands still until it is moved."""
    at = [clock.machine_now()]
    monkeypatch.setattr(clock, "machine_now", lambda: at[0])
    return at


@pytest.fixture
def coupon(api, member):
    api.post("/v1/coupon-templates", TEN | {"transferable": True})
    issued = api.post("/v1/coupons", {"template": "ten", "member": MEMBER}, HTTP_IDEMPOTENCY_KEY="once")
    return issued.json()["coupon"]


def accept(api, code, member=MEMBER):
    return api.post("/v1/coupons/accept", {"claim_code": code, "member": member})


def test_a_member_who_tries_ten_wrong_codes_waits_and_then_may_try_again(api, coupon, friend, now):
    gift = api.post(f"/v1/coupons/{coupon['id']}/offer", {"member": MEMBER}).json()["claim_code"]
    for _ in range(10):
        assert accept(api, "AAAA-AAAA-AAAA-AAAA", FRIEND).json()["code"] == "unknown_coupon_gift"
        now[0] += timedelta(seconds=6)
    stopped = accept(api, gift, FRIEND)  # the right one, too late
    assert (stopped.status_code, stopped.json()["code"], stopped["Retry-After"]) == (429, "too_many_guesses", "841")
    assert api.get(f"/v1/coupons/{coupon['id']}").json()["state"] == "offered"
    assert accept(api, "AAAA-AAAA-AAAA-AAAA").json()["code"] == "unknown_coupon_gift"  # another member may

    now[0] += timedelta(seconds=841)
    assert accept(api, gift, FRIEND).json()["member_id"] == friend["id"]


def test_codes_in_carts_count_each_and_in_dry_runs_too(api, coupon, now):
    tried = cart(coupons=["AAAA", "BBBB", coupon["code"], "CCCC"])
    for path in ("evaluate", "evaluate", "commit?dry_run=true"):
        named = (
            {"source": "s", "external_id": "1", "occurred_at": "2017-01-15T12:00:00-05:00"} if "commit" in path else {}
        )
        assert api.post(f"/v1/carts/{path}", tried | named).status_code < 300
    assert WrongCode.objects.count() == 3 * 3 * 3  # codes, requests, and each of key, address and member
    assert api.post("/v1/carts/evaluate", tried).status_code == 200
    assert api.post("/v1/carts/evaluate", tried).json()["code"] == "too_many_guesses"
    assert api.post("/v1/carts/evaluate", tried | {"member": None}).status_code == 200


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("coupons/lookup", {"code": "AAAA"}, "unknown_coupon"),
        ("subscription-activations", {"code": "AAAA-AAAA-AAAA-AAAA", "member": MEMBER}, "unknown_activation_code"),
        ("gift-cards/look-up", {"code": "AAAA-AAAA-AAAA-AAAA"}, "unknown_gift_card"),
        ("mall/pickups", {"code": "123456782", "store": "367"}, "pickup_code_unknown"),
    ],
)
def test_a_key_and_an_address_wait_too(api, member, now, path, body, code):
    assert api.post(f"/v1/{path}", body).json()["code"] == code
    guesses.count([guesses.address("127.0.0.1")] * 99)
    stopped = api.post(f"/v1/{path}", body)
    assert (stopped.status_code, stopped.json()["code"], stopped["Retry-After"]) == (429, "too_many_guesses", "901")
    now[0] += guesses.WITHIN
    assert guesses.prune(now[0]) >= 101
    assert WrongCode.objects.count() == 0
    assert api.post(f"/v1/{path}", body).json()["code"] == code
