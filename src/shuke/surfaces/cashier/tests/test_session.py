"""Who works at the till: a browser that is one, a PIN that opens nothing else, and hands that change."""

import json
from datetime import timedelta, timezone

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from shuke.foundation import clock, ids
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Role, StaffTerms
from shuke.surfaces.cashier.counter import IDLE
from shuke.surfaces.cashier.tests.conftest import TESTER


def state(browser):
    answer = browser.get("/till/state")
    return answer.status_code, json.loads(answer.content)


def test_any_other_browser_is_told_how_to_become_a_till(street):
    stranger = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
    for path in ("", "log-in", "customer"):
        answer = stranger.get(f"/till/{path}")
        assert answer.status_code == 401
        assert "此浏览器还不是收银台" in answer.content.decode()
    assert state(stranger) == (401, {"code": "unknown_till", "sentence": "此浏览器不是收银台，或已被停用。"})


def test_a_clerk_logs_in_with_a_pin_and_it_opens_nothing_but_the_till(street):
    browser = street.browser
    assert browser.get("/till/").status_code == 302
    assert state(browser)[1]["code"] == "till_locked"
    page = browser.get("/till/log-in").content.decode()
    assert "小王" in page
    wrong = browser.post("/till/log-in", {"clerk": str(street.clerk), "pin": "no"})
    assert (wrong.status_code, "PIN 不正确" in wrong.content.decode()) == (403, True)
    assert org.open_shift(street.till.id) is None

    browser.post("/till/log-in", {"clerk": str(street.clerk), "pin": street.pin})

    status, told = state(browser)
    assert (status, told["clerk"], told["store"], told["digits"]) == (200, "小王", "南京路店", 2)
    assert browser.get("/till/").status_code == 200
    assert browser.get("/members").status_code == 302  # to the console's own log-in


def test_a_clerk_with_a_password_does_not_open_the_list_of_members(street):
    client = Client()
    user = get_user_model().objects.get(pk=street.clerk)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/members").status_code == 403


@pytest.mark.parametrize("who", ["nobody", "019aa7b1-fcb8-4e3a-b148-5e036e67a0a8"])
def test_who_is_not_of_the_store_has_a_wrong_pin(street, who):
    assert street.browser.post("/till/log-in", {"clerk": who, "pin": street.pin}).status_code == 403
    assert org.open_shift(street.till.id) is None


def test_five_wrong_pins_are_too_many(street):
    answers = [street.browser.post("/till/log-in", {"clerk": str(street.clerk), "pin": "no"}) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [403] * 4 + [429]
    assert street.browser.post("/till/log-in", {"clerk": str(street.clerk), "pin": street.pin}).status_code == 429


def test_a_till_nobody_works_at_asks_for_the_pin_again_and_the_shift_goes_on(at_work, monkeypatch):
    shift = org.open_shift(at_work.till.id)
    later = clock.machine_now() + IDLE + timedelta(seconds=1)
    monkeypatch.setattr(clock, "machine_now", lambda: later)

    assert state(at_work.browser)[1]["code"] == "till_locked"
    assert at_work.sale("K-1", member=None, lines=[100], expected_minor=100) == (
        401,
        {"code": "till_locked", "sentence": "请重新登录。"},
    )
    at_work.browser.post("/till/log-in", {"clerk": str(at_work.clerk), "pin": at_work.pin})

    assert state(at_work.browser)[0] == 200
    assert org.open_shift(at_work.till.id) == shift


@pytest.mark.parametrize(
    "end",
    [
        lambda street: street.browser.post("/till/lock"),
        lambda street: street.ask("hand-over"),
        lambda street: org.give_pin(street.clerk, TESTER),
        lambda street: org.set_staff_active(street.clerk, False, TESTER),
        lambda street: org.change_staff(street.clerk, StaffTerms(Role.CLERK, ["wukanglu"], None, None), TESTER),
        lambda street: org.change_staff(street.clerk, StaffTerms(Role.ANALYST, [], None, None), TESTER),
    ],
    ids=["lock", "hand-over", "new PIN", "shut out", "other store", "other role"],
)
def test_a_log_in_ends_at_once(at_work, end):
    end(at_work)
    assert state(at_work.browser)[1]["code"] == "till_locked"


def test_a_closed_till_is_none(at_work):
    org.close_till(at_work.till.id, TESTER)
    assert state(at_work.browser)[1]["code"] == "unknown_till"
    assert org.open_shift(at_work.till.id) is None


def test_handing_over_tells_what_was_done_and_somebody_else_begins(at_work):
    at_work.sale("K-1", member=None, lines=[5_000], expected_minor=5_000)
    began = org.open_shift(at_work.till.id).began_at.astimezone(timezone(timedelta(hours=8)))
    status, report = at_work.ask("hand-over")

    assert (status, report["clerk"], report["money"]) == (200, "小王", "¥50.00")
    assert report["began"] == began.strftime("%H:%M")  # of Shanghai, whatever the tablet's clock
    assert [(row["work"], row["count"]) for row in report["rows"]] == [("销售", "1")]
    assert org.open_shift(at_work.till.id) is None
    other, _ = org.create_staff("li@example.com", "小李", Role.CLERK, TESTER)
    at_work.browser.post("/till/log-in", {"clerk": str(other.id), "pin": org.give_pin(other.id, TESTER)})
    assert json.loads(at_work.browser.get("/till/shift").content)["clerk"] == "小李"
    assert json.loads(at_work.browser.get("/till/shift").content)["rows"] == []


def test_every_call_needs_its_token(at_work):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies.update(at_work.browser.cookies)
    assert strict.post("/till/sell", "{}", content_type="application/json").status_code == 403
    token = json.loads(strict.get("/till/state").content)["token"]
    answer = strict.post(
        "/till/read", '{"text": "/0001"}', content_type="application/json", headers={"X-CSRFToken": token}
    )
    assert answer.status_code == 200


def test_the_worker_comes_from_its_own_folder_and_names_what_the_pages_load(at_work):
    answer = at_work.browser.get("/till/sw.js")
    assert answer["Content-Type"].startswith("text/javascript")
    worker = answer.content.decode()
    page = at_work.browser.get("/till/").content.decode() + at_work.browser.get("/till/customer").content.decode()
    loaded = {part.split('"')[0] for part in page.replace("src=", "href=").split('href="')[1:]}
    assert {path for path in loaded if path.startswith("/static/")} - set(
        worker.replace('"', " ").replace(",", " ").split()
    ) == set()
    assert json.loads(at_work.browser.get("/till/manifest.json").content)["start_url"] == "/till/"


def test_the_owner_makes_a_browser_a_till_and_is_logged_out_of_it(street):
    owner, _ = org.create_staff("owner@example.com", "老板", Role.OWNER, TESTER)
    browser = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
    user = get_user_model().objects.get(pk=owner.id)
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert "前台" in browser.get("/tills").content.decode()

    answer = browser.post("/tills", {"name": "二号台", "store": "wukanglu"})

    assert (answer.status_code, answer["Location"]) == (302, "/till/")
    cookie = answer.cookies["shuke-till"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert browser.get("/tills").status_code == 302
    assert "武康路店" in browser.get("/till/log-in").content.decode()


def test_the_owner_gives_a_pin_closes_a_till_and_reads_the_shifts(at_work):
    at_work.sale("K-1", member=None, lines=[5_000], expected_minor=5_000)
    owner, _ = org.create_staff("owner@example.com", "老板", Role.OWNER, TESTER)
    desk = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
    user = get_user_model().objects.get(pk=owner.id)
    desk.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    page = desk.get("/tills").content.decode()
    assert "¥50.00" in page
    assert "当班" in page
    given = desk.post("/staff/pin", {"email": "clerk@example.com"}).content.decode()
    pin = given.split('data-testid="secret">')[1][:6]
    assert at_work.browser.post("/till/log-in", {"clerk": str(at_work.clerk), "pin": pin}).status_code == 302
    (till,) = org.list_tills()

    assert desk.post(f"/tills/{ids.encode('til', till.id)}/close").status_code == 302
    assert state(at_work.browser)[1]["code"] == "unknown_till"
    assert desk.post("/staff/pin", {"email": "nobody@example.com"}).status_code == 404


def test_a_clerk_chooses_another_pin_and_goes_on_working(at_work):
    refused = [at_work.ask("pin", pin=at_work.pin, new_pin=new) for new in ("12345", "111111", at_work.pin, "12345a")]
    assert {(status, told["code"]) for status, told in refused} == {(409, "pin_unfit")}
    new = "270182" if at_work.pin != "270182" else "314159"
    assert at_work.ask("pin", pin="000000x", new_pin=new)[1]["code"] == "wrong_pin"

    assert at_work.ask("pin", pin=at_work.pin, new_pin=new) == (200, {"kind": "pin"})
    assert state(at_work.browser)[0] == 200
    at_work.browser.post("/till/lock")
    clerk = str(at_work.clerk)
    tries = [at_work.browser.post("/till/log-in", {"clerk": clerk, "pin": pin}) for pin in (at_work.pin, new)]
    assert [answer.status_code for answer in tries] == [403, 302]
