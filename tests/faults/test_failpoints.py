"""Every verb of the write path, ended after each of its statements and called again: as if nothing had happened."""

import json
import os
from time import perf_counter

import psycopg
import pytest
from benchmarks.figures import machine, write
from django.db import connection, connections

from shuke.foundation import clock, ids, randomness, sql
from shuke.rooms.members.contracts import ExternalId, MemberRef
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import AdjustFact, OrderFact, Status
from tests.api.conftest import BY
from tests.faults import failpoints
from tests.faults.lives import DATABASE, Club
from tests.faults.verbs import LATER, VERBS

A = MemberRef(external=ExternalId("shop", "A"))
SIZES = int(os.environ.get("SIZES", "3"))  # operations of each verb, each another one


@pytest.fixture(scope="module")
def club(database_url, django_db_setup, django_db_blocker, open_folder):
    """A club in a database of its own; the machine's clock stands still and dice fall alike, so that runs
    can be compared.
    """
    folder = open_folder / "killed"
    folder.mkdir(mode=0o755)
    url = psycopg.conninfo.make_conninfo(database_url, dbname=DATABASE)
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        connections.close_all()
        patch.setitem(connection.settings_dict, "NAME", DATABASE)
        patch.setenv("SHUKE_HOME", str(folder))
        patch.setenv("DATABASE_URL", url)
        patch.setattr(clock, "machine_now", lambda: LATER)
        patch.setattr(randomness, "below", lambda limit: 0)
        made = Club(database_url)
        made.make()
        yield made
        connections.close_all()


def _unclean(club, verb, size, points):
    """End a verb at each point, call it again, and return the points after which it was not as if undisturbed."""
    first, again = club.undisturbed(verb, size)
    assert (first.violations, again.violations, again.rows) == ([], [], first.rows)
    found = []
    for point in points:
        after = club.killed(verb, size, point)
        if after.violations or after.rows != first.rows or after.answer not in (first.answer, again.answer):
            found.append((verb, size, *point))
    return found


def test_a_statement_is_called_by_its_file_or_by_its_first_words():
    names = {
        sql.load("shuke.rooms.points", "post_entries"): "points/post_entries",
        'SELECT "points_unit"."id" FROM "points_unit" LIMIT 1': "select points_unit",
        "SELECT pg_advisory_xact_lock(%s)": "select pg_advisory_xact_lock",
        'INSERT INTO "org_audit_line" VALUES (1)': "insert into org_audit_line",
        "UPDATE points_holder SET a = 1 FROM unnest(%s)": "update points_holder",
        'SAVEPOINT "s1_x2"': "savepoint",
    }
    assert {failpoints.name_of(statement) for statement in names} == set(names.values())


def test_a_process_ends_at_the_point_that_the_environment_names(club):
    club.begin_anew()
    after = club.killed("redemption", 1, ("points/post_accounts", 1))
    assert json.loads(after.answer[0])[0] == 201
    points = club.passed("redemption", 1)
    assert ("points/post_accounts", 1) in points
    assert points[-1] == ("commit", 1)


@pytest.mark.parametrize("verb", ["orders", "import-commit", "advance"])
def test_a_call_that_was_ended_in_the_middle_is_made_again_as_if_it_were_the_first(club, verb):
    points = [(name, number) for name, number in club.passed(verb, 1) if "/" in name or name == "commit"]
    assert len(points) >= 5
    assert _unclean(club, verb, 1, points[:5]) == []


def _adjust_in_two(known, size):
    """Give points in one transaction and note in the next that it is done: what no verb may do."""
    done = programs.record([_order_of_a("noted")], BY, dry_run=True)[0].status is Status.REPEATED
    if not done:
        programs.record([AdjustFact("till", str(ids.new_id()), A, 10, "a gift")], BY)
        programs.record([_order_of_a("noted")], BY)


def _order_of_a(name):
    return OrderFact("till", name, A, LATER, 1_00, 1_00, "USD")


def test_a_verb_that_is_doubled_by_a_kill_is_found(club, monkeypatch):
    monkeypatch.setitem(VERBS, "doubled", _adjust_in_two)
    points = [point for point in club.passed("doubled", 1) if point[0] == "commit"]
    assert points == [("commit", 1), ("commit", 2)]
    assert _unclean(club, "doubled", 1, points) == [("doubled", 1, "commit", 1)]


@pytest.mark.long
def test_every_verb_is_ended_after_each_of_its_statements(club):
    """Write the figures into benchmarks/failpoints.json; SIZES says how many operations of each verb."""
    started, places, passed, unclean = perf_counter(), set(), 0, []
    for size in range(1, SIZES + 1):
        for verb in VERBS:
            points = club.passed(verb, size)
            places |= {name for name, _ in points}
            passed += len(points)
            unclean += _unclean(club, verb, size, points)
    result = {
        "what": "Verbs of the write path ended after each of their statements, and called again with the same key",
        "verbs": len(VERBS),
        "operations_of_a_verb": SIZES,
        "places": len(places),
        "kills": passed,
        "clean": passed - len(unclean),
        "unclean": unclean,
        "seconds": round(perf_counter() - started),
        "machine": machine("django", "psycopg"),
    }
    write("failpoints", result)
    assert unclean == []
    assert len(places) >= 40
