"""A database is bound to the keys that it was written with."""

from dataclasses import replace

import pytest

from shuke.core.values.errors import Refusal
from shuke.foundation import deployment
from shuke.foundation import home as homes
from shuke.foundation.models import Deployment

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(tmp_path, monkeypatch):
    for variable in ("SHUKE_KIND", "SHUKE_DJANGO_KEY", "SHUKE_FIELD_KEYS", "SHUKE_BLIND_KEY"):
        monkeypatch.delenv(variable)
    monkeypatch.setenv("SHUKE_HOME", str(tmp_path))
    return homes.current()


def check_code(home, secrets, kind):
    with pytest.raises(Refusal) as refused:
        deployment.check(home, secrets, kind)
    return refused.value.code


def test_establishing_marks_home_and_database_once(home):
    deployment.establish(home, "live", "en")
    before = Deployment.objects.values().get()
    deployment.establish(homes.current(), "live", "en")
    assert Deployment.objects.values().get() == before
    assert homes.current().kind == "live"


def test_an_empty_database_is_anybodys(home):
    deployment.check(home, home.make_secrets(), "live")


def test_other_keys_are_refused_with_a_sentence(home):
    deployment.establish(home, "live", "en")
    secrets = homes.current().secrets()
    assert check_code(home, replace(secrets, field_keys=(b"x" * 32,)), "live") == "database_of_other_keys"
    assert check_code(home, replace(secrets, blind_key=b"x" * 32), "live") == "database_of_other_keys"


def test_a_rotated_key_is_good_while_the_old_one_is_kept(home):
    deployment.establish(home, "live", "en")
    secrets = homes.current().secrets()
    deployment.check(home, replace(secrets, field_keys=(b"x" * 32, *secrets.field_keys)), "live")


def test_a_database_of_the_other_kind_is_refused(home):
    deployment.establish(home, "live", "en")
    assert check_code(home, homes.current().secrets(), "sandbox") == "database_of_other_kind"
    with pytest.raises(Refusal) as refused:
        deployment.establish(homes.current(), "sandbox", "en")
    assert refused.value.code == "home_of_other_kind"


def test_no_key_is_in_the_database(home):
    deployment.establish(home, "live", "en")
    secrets = homes.current().secrets()
    stored = repr(Deployment.objects.values().get())
    for key in (*secrets.field_keys, secrets.blind_key):
        assert key.hex() not in stored
