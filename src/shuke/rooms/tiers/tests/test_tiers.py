"""Tiers are what their changes say, exactly, or nothing is written at all."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.apps import apps
from django.db import IntegrityError, connection

from shuke.core.values.dates import NEVER
from shuke.core.values.errors import Refusal
from shuke.foundation.transactions import unit_of_work
from shuke.foundation.verification import Violation
from shuke.rooms.tiers import facade, models
from shuke.rooms.tiers.contracts import (
    MonthOfMoves,
    Reason,
    StaleTierError,
    Tier,
    TierChange,
    TierCount,
    TierState,
    TierUpdate,
)

ANNA, BEN = UUID(int=1), UUID(int=2)
BASE, SILVER, GOLD = Tier("base", 0), Tier("silver", 1), Tier("gold", 2)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PROGRAM = 7


def change(day, before, after, reason=Reason.QUALIFIED, until_day=400):
    return TierChange(day, EPOCH + timedelta(days=day), before, after, until_day, reason, UUID(int=day))


JOINED = change(1, None, BASE, Reason.ENROLLED, NEVER)


def write(*updates, program_id=PROGRAM):
    facade.write(updates, program_id, EPOCH)


def stored():
    return list(models.State.objects.order_by("pk").values()), list(models.Change.objects.order_by("pk").values())


@pytest.fixture(autouse=True)
def _members(db):
    members = apps.get_model("members", "Member").objects  # only rows to point at, so not through the room's door
    for id in (ANNA, BEN):
        members.create(
            id=id, status="active", joined_at=EPOCH, recorded_at=EPOCH, language="en", birth_md=0, name_blinds=[]
        )


def test_a_tier_is_the_last_of_its_changes():
    up = change(40, BASE, SILVER)
    renewed = change(50, SILVER, SILVER, Reason.RENEWED, until_day=800)
    write(TierUpdate(ANNA, "main", 0, (JOINED,)), TierUpdate(BEN, "main", 0, (JOINED, up)))
    write(TierUpdate(BEN, "main", 2, (renewed,)))

    assert facade.load([ANNA, BEN, UUID(int=9)], PROGRAM) == {
        ANNA: {"main": TierState(BASE, 1, NEVER, 1)},
        BEN: {"main": TierState(SILVER, 40, 800, 3)},
    }
    assert facade.history(BEN, PROGRAM) == (JOINED, up, renewed)
    assert facade.load([ANNA], PROGRAM + 1) == {}
    assert facade.verify().violations == ()


def test_ladders_stand_side_by_side_with_grace_and_gift():
    up = TierChange(40, EPOCH, BASE, GOLD, 90, Reason.ASSIGNED, UUID(int=4), "status match")
    write(
        TierUpdate(ANNA, "main", 0, (JOINED, up), floor=GOLD, floor_until_day=90),
        TierUpdate(ANNA, "club", 0, (JOINED,)),
    )
    write(TierUpdate(ANNA, "club", 1, (), grace=True))
    write(TierUpdate(ANNA, "main", 2, ()))

    assert facade.load([ANNA], PROGRAM) == {
        ANNA: {"main": TierState(GOLD, 40, 90, 2), "club": TierState(BASE, 1, NEVER, 1, grace=True)}
    }
    assert facade.history(ANNA, PROGRAM, "main") == (JOINED, up)
    assert facade.history(ANNA, PROGRAM) == (JOINED, JOINED, up)
    assert facade.distribution(PROGRAM, "club") == (TierCount(BASE, 1),)
    assert facade.verify().violations == ()


def test_a_stale_update_is_refused_and_nothing_stays():
    write(TierUpdate(ANNA, "main", 0, (JOINED,)))
    before = stored()

    for stale in (TierUpdate(ANNA, "main", 0, (JOINED,)), TierUpdate(ANNA, "main", 2, (change(40, BASE, GOLD),))):
        with pytest.raises(StaleTierError), unit_of_work():
            write(TierUpdate(BEN, "main", 0, (JOINED,)), stale)

    assert stored() == before


@pytest.mark.parametrize(
    "wrong",
    [
        TierUpdate(BEN, "main", 0, (change(1, None, BASE),)),
        TierUpdate(BEN, "main", 0, (JOINED, JOINED)),
        TierUpdate(BEN, "main", 0, (change(1, BASE, SILVER),)),
        TierUpdate(BEN, "main", 0, (change(1, None, Tier("cellar", -1), Reason.ENROLLED),)),
    ],
    ids=["not enrolled first", "enrolled twice", "from nowhere", "rank below 0"],
)
def test_a_refusal_leaves_nothing(wrong):
    with pytest.raises(IntegrityError), unit_of_work():
        write(TierUpdate(ANNA, "main", 0, (JOINED,)), wrong)

    assert stored() == ([], [])


@pytest.mark.parametrize("statement", ["UPDATE tiers_change SET day = 0", "DELETE FROM tiers_change"])
def test_changes_are_never_changed(statement):
    write(TierUpdate(ANNA, "main", 0, (JOINED,)))

    with pytest.raises(IntegrityError, match="never changed or deleted"), connection.cursor() as cursor:
        cursor.execute(statement)


def test_distribution_and_moves():
    write(
        TierUpdate(ANNA, "main", 0, (JOINED, change(40, BASE, GOLD), change(41, GOLD, SILVER, Reason.REVIEWED))),
        TierUpdate(BEN, "main", 0, (JOINED, change(41, BASE, SILVER), change(70, SILVER, SILVER, Reason.RENEWED))),
    )
    write(TierUpdate(ANNA, "main", 0, (JOINED,)), program_id=PROGRAM + 1)

    assert facade.distribution(PROGRAM, "main") == (TierCount(SILVER, 2),)
    assert facade.distribution(PROGRAM + 1, "main") == (TierCount(BASE, 1),)
    assert facade.moves_by_month(PROGRAM, "main") == (MonthOfMoves(1970, 2, 2, 1, 0), MonthOfMoves(1970, 3, 0, 0, 1))


def test_changes_stream_by_member_and_number():
    up = change(40, BASE, GOLD)
    write(TierUpdate(BEN, "main", 0, (JOINED, up)), TierUpdate(ANNA, "main", 0, (JOINED, up)))
    write(TierUpdate(ANNA, "main", 0, (JOINED,)), program_id=PROGRAM + 1)

    whole = [(who, "main", made) for who in (ANNA, BEN) for made in (JOINED, up)]
    assert list(facade.stream_changes(PROGRAM)) == whole
    assert list(facade.stream_changes(PROGRAM, chunk=1)) == whole


@pytest.mark.parametrize("size", [1, 2])
def test_the_number_of_statements_does_not_grow_with_the_batch(size, django_assert_num_queries):
    with django_assert_num_queries(4):  # savepoint, states, changes, release
        write(*(TierUpdate(member_id, "main", 0, (JOINED,)) for member_id in (ANNA, BEN)[:size]))


@pytest.mark.parametrize(
    ("tampering", "holder_id", "detail"),
    [
        (
            "UPDATE tiers_state SET tier_code = 'gold', rank = 2",
            ANNA,
            "The tier in program 7 is gold until day 400, its last change says silver until day 400.",
        ),
        (
            "UPDATE tiers_state SET until_day = NULL",
            ANNA,
            "The tier in program 7 is silver until day never, its last change says silver until day 400.",
        ),
        (
            "UPDATE tiers_change SET before_code = 'gold' WHERE number = 2",
            ANNA,
            "Change 2 in program 7 does not follow the one before it.",
        ),
        (
            "DELETE FROM tiers_change WHERE number = 1",
            ANNA,
            "Change 2 in program 7 does not follow the one before it.",
        ),
    ],
)
def test_tampering_is_found(tampering, holder_id, detail):
    write(TierUpdate(ANNA, "main", 0, (JOINED, change(40, BASE, SILVER))))
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(tampering)
        cursor.execute("SET session_replication_role = origin")

    assert Violation("I20", holder_id, detail) in facade.verify().violations


def test_a_missing_trigger_is_found():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE tiers_change DISABLE TRIGGER tiers_change_append_only")

    (found,) = facade.verify().violations
    assert found == Violation(
        "I20", None, "Changes of tier can be changed: a trigger that refuses it is missing, off or another."
    )


def test_changes_are_paged_latest_first_through_those_of_one_instant():
    up, again = change(5, BASE, SILVER), change(5, SILVER, SILVER, Reason.RENEWED)
    write(TierUpdate(ANNA, "main", 0, (JOINED, up, again)), TierUpdate(ANNA, "club", 0, (JOINED,)))

    whole = facade.changes_page(ANNA, PROGRAM, 9)
    assert whole.changes == (("main", again), ("main", up), ("club", JOINED), ("main", JOINED))
    assert whole.next_cursor is None
    for limit in (1, 2, 3):
        pages, cursor = [], None
        while not pages or cursor:
            page = facade.changes_page(ANNA, PROGRAM, limit, cursor)
            pages.append(page.changes)
            cursor = page.next_cursor
        assert [len(page) for page in pages[:-1]] == [limit] * (len(pages) - 1)
        assert sum(pages, ()) == whole.changes
    for wrong in ("x", "1", "999999999999999999.0"):
        with pytest.raises(Refusal) as refused:
            facade.changes_page(ANNA, PROGRAM, 1, wrong)
        assert refused.value.code == "invalid_cursor"
