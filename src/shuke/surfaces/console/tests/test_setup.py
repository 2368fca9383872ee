"""The first run in the browser: once, with the token of the terminal."""

import html
import re

import pytest
from django.test import Client

from shuke.foundation.models import Deployment
from shuke.rooms.org import facade as org
from shuke.rooms.programs import facade as programs

GIVEN = {
    "token": "told-by-the-terminal",
    "name": "南京路咖啡",
    "currency": "CNY",
    "time_zone": "Asia/Shanghai",
    "language": "zh-hans",
    "email": "boss@example.com",
}


@pytest.fixture
def open_setup(db, settings, tmp_path, monkeypatch):
    monkeypatch.setenv("SHUKE_HOME", str(tmp_path))
    settings.SHUKE_SETUP_TOKEN = "told-by-the-terminal"
    return Client()


def test_it_is_closed_without_a_token_of_the_server(db):
    assert Client().get("/setup").status_code == 404
    assert Client().get("/")["Location"] == "/setup"


def test_it_makes_shop_and_owner_once_and_then_leads_to_the_log_in(open_setup):
    assert open_setup.get("/setup?token=told-by-the-terminal").status_code == 200

    answer = open_setup.post("/setup", GIVEN)

    assert answer.status_code == 200
    password = answer.context["password"]
    assert password in answer.content.decode()
    assert (org.organisation().name, org.organisation().time_zone) == ("南京路咖啡", "Asia/Shanghai")
    assert [(person.email, person.role) for person in org.list_staff()] == [("boss@example.com", "owner")]
    assert Deployment.objects.count() == 1
    assert open_setup.get("/setup")["Location"] == "/login"
    assert open_setup.post("/setup", GIVEN)["Location"] == "/login"
    assert open_setup.post("/login", {"email": "boss@example.com", "password": password}).status_code == 302


@pytest.mark.parametrize(
    "wrong",
    [{"token": "guessed"}, {"email": "boss"}, {"currency": "XXX1"}, {"time_zone": "Mars/Olympus"}, {"name": ""}],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_made(open_setup, wrong):
    answer = open_setup.post("/setup", GIVEN | wrong)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == list(wrong)
    assert org.organisation() is None
    assert org.list_staff() == []


def test_the_first_program_starts_from_one_that_can_be_published(log_in, shop):
    client = log_in()

    page = client.get("/programs/publish").content.decode()

    text = html.unescape(re.search(r'id="program-text"[^>]*>(.*?)</textarea>', page, re.DOTALL)[1])
    assert "currency: USD\ntime_zone: America/New_York\n" in text
    assert client.post("/programs/publish", {"text": text, "publish": ""}).status_code == 302
    assert programs.current().program == "cafe"
