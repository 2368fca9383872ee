"""People to enrol, and a Chinese organisation for their phone numbers."""

import pytest

from shuke.core.values.errors import Refusal
from shuke.rooms.members import facade
from shuke.rooms.members.contracts import NewMember
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor, ActorKind, NewOrganisation

ACTOR = Actor(ActorKind.STAFF, "stf_1", "林经理", "req_1")


@pytest.fixture
def actor():
    return ACTOR


@pytest.fixture
def shop(db):
    return org.create_organisation(NewOrganisation("茶铺", "CNY", "Asia/Shanghai", "zh-hans", "sandbox"), ACTOR)


@pytest.fixture
def enrolled(shop):
    """Enrol one person by keyword and return the member."""

    def enrol(**given):
        [answer] = facade.enrol([NewMember(**given)], ACTOR)
        if isinstance(answer, Refusal):
            raise answer
        return answer

    return enrol


@pytest.fixture
def refused():
    """Run a verb that has to refuse with `code`, and return the refusal."""

    def run(code, verb, *arguments):
        with pytest.raises(Refusal) as caught:
            verb(*arguments)
        assert caught.value.code == code
        return caught.value

    return run
