"""A publish beside writers: it waits for them, not for ever, and who waits for it goes on."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import connection, connections

from shuke.core.values.errors import Refusal
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.points import facade as points
from shuke.rooms.programs import facade
from shuke.rooms.programs.services import publishing
from shuke.rooms.programs.tests.conftest import ACTOR, PROGRAM, enrol, now, order, program  # noqa: F401  # fixtures
from shuke.rooms.programs.tests.test_record import everything

NEXT = PROGRAM.replace("multiplier: 1.25", "multiplier: 1.5")


@contextmanager
def _writing(member_id):
    """Let somebody else hold a member while the block runs."""
    began, end = threading.Event(), threading.Event()

    def write():
        try:
            with unit_of_work():
                points.lock([member_id])
                began.set()
                assert end.wait(60)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        writer = pool.submit(write)
        assert began.wait(60)
        try:
            yield
        finally:
            end.set()
        writer.result(60)


@pytest.mark.django_db(transaction=True)
def test_a_publish_gives_up_where_somebody_goes_on_writing(enrol, monkeypatch):  # noqa: F811
    monkeypatch.setattr(publishing, "PATIENCE_SECONDS", 1)
    anna = enrol(1)
    before = everything()

    with _writing(anna):
        with pytest.raises(Refusal) as refused:
            facade.publish(NEXT, ACTOR)
        again = facade.publish(PROGRAM, ACTOR)  # the text that runs waits for nobody

    assert (refused.value.code, refused.value.params) == ("writers_busy", {"seconds": 1})
    assert (again.number, facade.current().number, everything()) == (1, 1, before)
    assert facade.publish(NEXT, ACTOR).number == 2
    assert facade.record([order("a", 10_00)], ACTOR)[0].version == 2


@pytest.mark.django_db(transaction=True)
def test_a_publish_leaves_other_waits_as_long_as_they_were(program):  # noqa: F811
    with unit_of_work(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '7s'")
        facade.publish(NEXT, ACTOR)
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("7s",)
