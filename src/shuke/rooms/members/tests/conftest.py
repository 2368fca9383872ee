"""People for the tests of the room, enrolled on 1 March 2026 in a shop in Shanghai."""

from datetime import UTC, datetime

import pytest

from shuke.foundation import clock
from shuke.rooms.members import facade
from shuke.rooms.members.contracts import ExternalId, NewMember
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor, ActorKind, Kind, NewOrganisation

BY = Actor(ActorKind.STAFF, "stf_1", "Ann")
NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)


@pytest.fixture
def shop(db):
    clock.set_business_clock(NOON)
    return org.create_organisation(NewOrganisation("街角", "CNY", "Asia/Shanghai", "zh-hans", Kind.SANDBOX), BY)


@pytest.fixture
def enrol(shop):
    """Enrol one person and return them: `enrol("A-1", phone=..., name=...)`."""

    def enrol(code, **fields):
        (answer,) = facade.enrol([NewMember((ExternalId("pos", code),), **fields)], BY)
        if not hasattr(answer, "id"):
            raise answer
        return answer

    return enrol
