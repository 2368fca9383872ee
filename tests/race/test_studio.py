"""The studio while others write: a live history is of one instant, and no run is asked for over what is removed."""

from datetime import UTC, datetime

import pytest

from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.rooms.members.contracts import ExternalId, MemberRef, NewMember
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import NewOrganisation
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import OrderFact
from shuke.rooms.studio import facade as studio
from shuke.rooms.studio import queries
from shuke.rooms.studio.contracts import RunKind, RunRequest, State
from shuke.rooms.studio.models import History, Run
from shuke.rooms.studio.services import histories, reading, runs
from shuke.rooms.studio.tests.conftest import ACTOR, PROGRAM
from tests.race.beside import once

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def _order(member, number):
    return OrderFact(
        "till", f"{member}-{number}", MemberRef(external=ExternalId("till", member)), NOW, 10_00, 10_00, "USD"
    )


def _record(number):
    for result in programs.record([_order("ann", number), _order("bob", number)], ACTOR):
        assert result.refusal is None


@pytest.fixture
def live(transactional_db, settings, tmp_path):
    """A history of ann and bob with an order each, which waits for a worker; its id."""
    settings.SHUKE_HOME = tmp_path
    org.create_organisation(NewOrganisation("Corner", "USD", "UTC", "en", "sandbox"), ACTOR)
    clock.set_business_clock(NOW)
    programs.publish(PROGRAM, ACTOR)
    programs.enrol([NewMember((ExternalId("till", code),), joined_at=NOW) for code in ("ann", "bob")], ACTOR)
    _record(1)
    return histories.begin_live("live", ACTOR).id


def test_a_live_history_is_of_one_instant_whatever_is_recorded_meanwhile(live, monkeypatch):
    monkeypatch.setattr(reading, "_CHUNK", 1)
    ended = once(monkeypatch, programs, "recorded_history", lambda: _record(2), before=False)

    assert studio.read_history(live) is State.READY
    ended()

    counts = studio.history(live).counts
    assert (counts["members"], counts["orders"], counts["net_minor"]) == (2, 2, 20_00)
    later = histories.begin_live("later", ACTOR).id
    studio.read_history(later)
    assert studio.history(later).counts["orders"] == 4


def test_reading_the_live_database_leaves_off_when_it_is_told_to(live, monkeypatch):
    monkeypatch.setattr(reading, "_CHUNK", 1)
    ended = once(monkeypatch, programs, "recorded_history", lambda: studio.cancel_history(live), before=False)

    assert studio.read_history(live) is State.CANCELLED
    ended()


def test_a_history_that_goes_while_a_run_over_it_is_asked_for_leaves_no_run(live, monkeypatch):
    studio.read_history(live)
    ended = once(monkeypatch, histories, "ready", lambda: studio.remove_history(live, ACTOR), before=False)

    with pytest.raises(Refusal) as refused:
        runs.ask(RunRequest(RunKind.BACKTEST, live, PROGRAM), ACTOR)
    ended()

    assert refused.value.code == "unknown_history"
    assert (History.objects.count(), Run.objects.count()) == (0, 0)


def test_a_history_over_which_a_run_is_asked_for_stays(live, monkeypatch):
    studio.read_history(live)
    ended = once(monkeypatch, queries, "insert", lambda: studio.remove_history(live, ACTOR), before=True)

    asked = runs.ask(RunRequest(RunKind.BACKTEST, live, PROGRAM), ACTOR)
    with pytest.raises(Refusal) as refused:
        ended()

    assert refused.value.code == "history_in_use"
    assert studio.do_run(asked.id) is State.READY
