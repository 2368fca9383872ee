"""Log-in, its lock-out, log-out and the choice of a language."""

from datetime import UTC, datetime

import pytest
from axes.models import AccessAttempt
from django.test import Client

from shuke.foundation.addresses import client_address
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Role
from shuke.surfaces.console import log_ins
from shuke.surfaces.console.tests.conftest import TESTER


@pytest.fixture
def staff(shop):
    return org.create_staff("mei@example.com", "梅", Role.OPERATOR, TESTER, "zh-hans")


def try_log_in(client, email, password):
    return client.post("/login", {"email": email, "password": password})


def test_a_generated_password_opens_the_console(staff):
    _person, password = staff
    client = Client()

    answer = try_log_in(client, "  MEI@example.com ", password)

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get("/", follow=True).redirect_chain[-1] == ("/overview", 302)
    assert client.get("/members").status_code == 200


def test_a_wrong_password_and_an_unknown_address_get_the_same_words(staff):
    wrong = try_log_in(Client(), "mei@example.com", "no")
    unknown = try_log_in(Client(), "nobody@example.com", "no")

    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert "邮箱或密码不正确。" in wrong.content.decode()
    assert "邮箱或密码不正确。" in unknown.content.decode()


@pytest.mark.parametrize("email", ["mei@example.com", "nobody@example.com"])
def test_the_fifth_failure_locks_known_and_unknown_addresses_alike(staff, email):
    for _attempt in range(4):
        assert try_log_in(Client(), email, "no").status_code == 401

    fifth = try_log_in(Client(), email, "no")
    with_the_right_one = try_log_in(Client(), email, staff[1])

    for answer in (fifth, with_the_right_one):
        assert answer.status_code == 429
        assert "失败次数过多，请 15 分钟后再试。" in answer.content.decode()


def test_a_page_sends_who_is_not_logged_in_to_the_log_in_and_back(staff):
    client = Client()

    assert client.get("/members?q=1")["Location"] == "/login?next=/members%3Fq%3D1"
    answer = client.post("/login", {"email": "mei@example.com", "password": staff[1], "next": "/members?q=1"})
    assert answer["Location"] == "/members?q=1"


def test_log_in_never_leads_to_another_site(staff):
    answer = Client().post(
        "/login", {"email": "mei@example.com", "password": staff[1], "next": "https://elsewhere.example/"}
    )

    assert answer["Location"] == "/"


def test_the_language_is_kept_with_the_account_and_for_the_log_in_page(log_in):
    client = log_in()

    answer = client.post("/language", {"language": "en", "next": "/members"})

    assert answer["Location"] == "/members"
    assert [person.language for person in org.list_staff()] == ["en"]
    assert "All members" in client.get("/members").content.decode()
    client.post("/logout")
    assert "Log in" in client.get("/login").content.decode()


def test_a_language_that_we_do_not_speak_changes_nothing(log_in):
    client = log_in()

    client.post("/language", {"language": "xx"})

    assert [person.language for person in org.list_staff()] == ["zh-hans"]


def test_log_out_ends_the_session_and_takes_a_post(log_in):
    client = log_in()

    assert client.get("/logout")["Location"] == "/"
    assert client.put("/logout").status_code == 405
    assert client.get("/members").status_code == 200
    client.post("/logout")
    assert client.get("/members").status_code == 302


def test_a_form_without_its_token_is_refused_with_what_to_do(shop):
    answer = Client(enforce_csrf_checks=True).post("/login", {"email": "a@example.com", "password": "b"})

    assert answer.status_code == 403
    assert "表单已失效" in answer.content.decode()


def test_choosing_the_language_one_has_leaves_no_audit_line(log_in):
    client = log_in()
    before = org.audit_lines(50).lines

    client.post("/language", {"language": "zh-hans"})

    assert org.audit_lines(50).lines == before


def test_a_log_in_ends_after_half_an_hour_without_use(log_in):
    client = log_in()
    client.get("/members")
    session = client.session
    session["seen"] -= 1_801
    session.save()

    assert client.get("/members").status_code == 302


def test_a_log_in_ends_after_twelve_hours_of_use(log_in):
    client = log_in()
    client.get("/members")
    session = client.session
    session["began"] -= 43_201
    session.save()

    assert client.get("/members").status_code == 302


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.7", "127.0.0.1"),
        (1, "198.51.100.9, 203.0.113.7", "203.0.113.7"),
        (2, "203.0.113.7, 192.0.2.1", "203.0.113.7"),
        (2, "203.0.113.7", "127.0.0.1"),
        (1, "nonsense", "127.0.0.1"),
    ],
)
def test_the_address_of_a_client_is_what_our_proxy_saw(rf, settings, proxies, forwarded, address):
    settings.SHUKE_PROXIES = proxies

    assert client_address(rf.get("/", headers={"X-Forwarded-For": forwarded})) == address


def test_behind_a_proxy_a_stranger_does_not_lock_the_owner_out(staff, settings):
    settings.SHUKE_PROXIES = 1
    stranger = Client(headers={"X-Forwarded-For": "198.51.100.9"})
    for _attempt in range(5):
        try_log_in(stranger, "mei@example.com", "no")
    owner = Client(headers={"X-Forwarded-For": "203.0.113.7"})

    assert try_log_in(stranger, "mei@example.com", staff[1]).status_code == 429
    assert try_log_in(owner, "mei@example.com", staff[1]).status_code == 302


def test_what_locks_nobody_out_any_more_is_forgotten(staff):
    try_log_in(Client(), "mei@example.com", "no")
    assert log_ins.prune()["attempts"] == 0
    AccessAttempt.objects.update(attempt_time=datetime(2026, 1, 1, tzinfo=UTC))

    assert log_ins.prune()["attempts"] == 1
    assert not AccessAttempt.objects.exists()


def test_plain_http_in_a_network_has_its_banner(shop, settings):
    assert 'class="banner"' not in Client().get("/login").content.decode()
    settings.SHUKE_INSECURE_LAN = True

    assert "明文 HTTP" in Client().get("/login").content.decode()
