"""Opening lots and tiers from files: with their own dates, once each, whole rows or none, and taken back."""

from datetime import UTC, date, datetime

import pytest

from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import ExternalId, MemberRef, NewMember
from shuke.rooms.points import facade as points
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import ImportFile, ImportState, RowState
from shuke.rooms.programs.facts import AdjustFact
from shuke.rooms.programs.tests.conftest import ACTOR

HEADER = "external_id,points,expires_on,earned_on,tier,tier_until"


@pytest.fixture
def bring(program):
    """Check and commit a file of rows and return its report."""

    def bring(*rows, header=HEADER):
        data = "\n".join([header, *rows]).encode()
        checked = facade.check_import(ImportFile("old.csv", data, "crm", {}), ACTOR)
        report = facade.commit_import(checked.id, ACTOR)
        assert dict(report.foreseen) == dict(report.counts)
        return report

    return bring


def known(code):
    return members.resolve([MemberRef(external=ExternalId("crm", code))])[0]


def lots(code):
    found = points.lots_page(known(code), 50).lots
    return sorted((lot.earned, lot.remaining, str(lot.expires_at)[:10]) for lot in found)


def states(report):
    return {state.value: count for state, count in report.counts.items()}


def test_several_lots_and_a_tier_come_with_their_own_dates(bring):
    report = bring("A-1,300,2026-12-31,2026-01-15,silver,2027-03-31", "A-1,50,2027-06-30,,,", "A-1,20,,,,")

    assert states(report) == {"created": 1, "updated": 2}
    assert lots("A-1") == [(20, 20, "None"), (50, 50, "2027-07-01"), (300, 300, "2027-01-01")]
    standing = facade.standing(known("A-1"))
    assert [balance.available for balance in standing.balances] == [370]
    assert (standing.tier.code, standing.tier.until) == ("silver", date(2027, 3, 31))


def test_equal_lots_of_one_file_are_several_and_the_same_file_brings_none_again(bring):
    rows = ("A-1,100,2026-12-31,,,", "A-1,100,2026-12-31,,,", "B-1,5,,,,")
    bring(*rows)
    before = lots("A-1")

    again = bring(*rows)

    assert before == [(100, 100, "2027-01-01"), (100, 100, "2027-01-01")]
    assert states(again) == {"skipped": 3}
    assert (lots("A-1"), lots("B-1")) == (before, [(5, 5, "None")])


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("X-1,1.5,,,,", "invalid_points", "points"),
        ("X-1,-5,,,,", "invalid_points", "points"),
        ("X-1,5,never,,,", "not_a_time", "expires_on"),
        ("X-1,5,2026-05-31,,,", "lot_has_ended", "expires_on"),
        ("X-1,5,,2026-06-02,,", "earned_in_future", "earned_on"),
        ("X-1,5,2100-01-01,,,", "out_of_bounds", "expires_on"),
        ("X-1,,2026-12-31,,,", "points_missing", "expires_on"),
        ("X-1,,,,gold,2027-01-01", "unknown_tier", "tier"),
        ("X-1,,,,silver,", "tier_until_missing", "tier"),
        ("X-1,5,,,silver,2026-05-01", "tier_ends_before", "tier_until"),
    ],
)
def test_a_row_whose_points_or_tier_are_refused_leaves_nobody(bring, row, code, column):
    report = bring("A-1,10,,,,", row, "B-1,20,,,base,")

    assert states(report) == {"created": 2, "failed": 1}
    (fault,) = report.faults
    assert (fault.code, fault.rows, fault.column) == (code, (3,), column)
    assert known("X-1") is None
    assert (lots("A-1"), lots("B-1")) == ([(10, 10, "None")], [(20, 20, "None")])


def test_a_unit_is_named_by_code_and_an_unknown_one_is_refused(bring):
    report = bring("A-1,10,points", "B-1,10,miles", header="external_id,points,unit")

    assert states(report) == {"created": 1, "failed": 1}
    assert (report.faults[0].code, report.faults[0].found) == ("unknown_unit", "miles")


def test_an_undo_takes_the_points_back_and_they_may_come_again(bring):
    rows = ("A-1,300,2026-12-31,,silver,2027-03-31", "A-1,50,,,,")
    first = bring(*rows)
    gone = known("A-1")

    undone = facade.undo_import(first.id, ACTOR)

    assert (undone.state, states(undone)) == (ImportState.UNDONE, {"undone": 2})
    assert [account.available for account in points.balances([gone])[gone].values()] == [0]
    assert known("A-1") is None
    assert states(bring(*rows)) == {"created": 1, "updated": 1}
    assert lots("A-1") == [(50, 50, "None"), (300, 300, "2027-01-01")]


def test_members_who_moved_since_and_points_of_others_stay(bring):
    (bella,) = facade.enrol([NewMember((ExternalId("crm", "B-1"),), joined_at=datetime(2026, 5, 1, tzinfo=UTC))], ACTOR)
    report = bring("A-1,300,,,,", "B-1,50,,,,", "C-1,10,,,,")
    moved = AdjustFact("desk", "1", MemberRef(id=known("A-1")), 5, "sorry")
    assert facade.record([moved], ACTOR)[0].refusal is None

    undone = facade.undo_import(report.id, ACTOR)

    assert states(undone) == {"undone": 1, "kept": 2}
    assert {(one.code, one.rows) for one in undone.faults} == {("touched_since", (2,)), ("value_stays", (3,))}
    assert [account.available for account in points.balances([bella.id])[bella.id].values()] == [50]
    assert undone.counts[RowState.KEPT] == 2


def test_without_a_program_points_are_refused(now):
    checked = facade.check_import(
        ImportFile("old.csv", b"phone,points\n+8613800000001,5\n+8613800000002,\n", "crm", {}), ACTOR
    )

    assert (dict(checked.foreseen), checked.faults[0].code) == ({RowState.FAILED: 1, RowState.CREATED: 1}, "no_program")
