"""A sound deployment has no violation; each way of tampering is found, under the law that it breaks."""

from datetime import timedelta

import pytest
from django.db import connection

from shuke.rooms.members.contracts import ExternalId, MemberRef
from shuke.rooms.points import facade as points
from shuke.rooms.programs import facade, queries
from shuke.rooms.programs.tests.conftest import ACTOR, NOW, PROGRAM, member, order, redemption
from shuke.rooms.tiers import facade as tiers

REFUSES_NO_MORE = "CREATE OR REPLACE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$"
STRANGER = MemberRef(external=ExternalId("till", "999"))


@pytest.fixture
def shop(anna, enrol):
    """Anna (silver): two orders, 1,200 points, 100 redeemed. Ben: one order. One order of somebody unknown."""
    ben = enrol(2)
    answers = facade.record(
        [
            order("a", 600_00),
            redemption("r", 100, NOW + timedelta(seconds=1)),
            order("b", 480_00, NOW + timedelta(days=0, seconds=2)),
            order("c", 7_00, who=member(2)),
            order("d", 5_00, who=STRANGER),
        ],
        ACTOR,
    )
    assert [answer.refusal for answer in answers] == [None] * 5
    return {"anna": anna, "ben": ben, **dict(zip("arbcd", (answer.reference for answer in answers), strict=True))}


def tamper(statement: str) -> None:
    """Run a statement without triggers and foreign keys, as somebody with rights on the database could."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement)
        cursor.execute("SET session_replication_role = origin")


def found() -> set[tuple[str, object, str]]:
    return {(one.invariant, one.holder_id, one.detail) for one in facade.verify().violations}


def test_a_sound_deployment_has_no_violation(shop):
    checks = facade.verify_all()
    assert [one for check in checks for one in check.violations] == []
    assert [law.id for law in checks[2].checked] == ["I6", "I18", "I33", "I34", "I35", "I36", "I37"]


def test_before_a_program_is_published_there_is_nothing_to_find(now):
    facade.record([order("a", 5_00)], ACTOR)
    assert found() == set()


def test_it_stays_sound_through_time_and_versions(shop):
    facade.publish(PROGRAM.replace("SPEND('this year')", "SPEND('30 days')"), ACTOR, NOW + timedelta(days=2))
    facade.move_clock(NOW + timedelta(days=20), ACTOR)
    facade.record([order("e", 30_00, NOW + timedelta(days=20)), order("f", 1_00, NOW + timedelta(days=19))], ACTOR)
    assert [one for check in facade.verify_all() for one in check.violations] == []
    facade.move_clock(NOW + timedelta(days=1_000), ACTOR)
    assert [one for check in facade.verify_all() for one in check.violations] == []


# statement, and what is found of it: law, whose, sentence
TAMPERINGS = {
    "key of an order deleted": (
        "DELETE FROM business_key WHERE kind = 'order' AND external_id = 'a'",
        [("I6", "anna", "The order {a} has no business key.")],
    ),
    "key of a stranger's order deleted": (
        "DELETE FROM business_key WHERE kind = 'order' AND external_id = 'd'",
        [("I6", None, "The order {d} has no business key.")],
    ),
    "key of a redemption deleted": (
        "DELETE FROM business_key WHERE kind = 'redemption'",
        [("I6", "anna", "The redemption {r} has no business key.")],
    ),
    "stranger's order deleted": (
        "DELETE FROM orders_order WHERE external_id = 'd'",
        [("I6", None, "The business key of order {d} stands for nothing.")],
    ),
    "decision deleted": (
        "DELETE FROM programs_decision WHERE fact_id = '{c}'",
        [
            ("I33", "ben", "Fact {c} has no decision."),
            ("I33", "ben", "Fact {c} was given 0 of unit {unit}, the ledger has 7."),
        ],
    ),
    "decision's points changed": (
        "UPDATE programs_decision SET points = '{{8}}' WHERE fact_id = '{c}'",
        [
            ("I33", "ben", "Fact {c} was given 8 of unit {unit}, the ledger has 7."),
            ("I36", "ben", "Fact {c} was given [8], decided again it is [7]."),
        ],
    ),
    "accrual of another order": (
        "UPDATE points_entry SET reference = '{d}' WHERE reference = '{c}'",
        [
            ("I33", "ben", "Fact {c} was given 7 of unit {unit}, the ledger has 0."),
            ("I33", "ben", "Fact {d} was given 0 of unit {unit}, the ledger has 7."),
        ],
    ),
    "lines deleted": (
        "DELETE FROM orders_line WHERE order_id = '{c}'",
        [
            (
                "I33",
                "ben",
                "Fact {c} has day, net, gross and lines {{20605,700,700,0}}, it was decided on {{20605,700,700,1}}.",
            )
        ],
    ),
    "gross amount changed": (
        "UPDATE orders_order SET gross_minor = 701 WHERE id = '{c}'",
        [
            (
                "I33",
                "ben",
                "Fact {c} has day, net, gross and lines {{20605,700,701,1}}, it was decided on {{20605,700,700,1}}.",
            )
        ],
    ),
    "net amount changed": (
        "UPDATE orders_order SET net_minor = 699 WHERE id = '{c}'",
        [
            (
                "I33",
                "ben",
                "Fact {c} has day, net, gross and lines {{20605,699,700,1}}, it was decided on {{20605,700,700,1}}.",
            ),
            ("I34", "ben", "Window 1 holds 700, what was counted comes to 699."),
        ],
    ),
    "order not counted": (
        "UPDATE orders_order SET counted = false WHERE id = '{c}'",
        [
            ("I33", "ben", "Fact {c} was decided and does not count."),
            ("I34", "ben", "The membership counts 1 orders, there are 0."),
            ("I34", "ben", "Window 1 holds 700, what was counted comes to 0."),
        ],
    ),
    "orders counted wrong": (
        "UPDATE programs_membership SET orders = 9 WHERE member_id = '{ben}'",
        [("I34", "ben", "The membership counts 9 orders, there are 1.")],
    ),
    "window changed": (
        "UPDATE programs_membership SET memory = '{{7,-1}}' WHERE member_id = '{ben}'",
        [("I34", "ben", "Window 1 holds 7, what was counted comes to 700.")],
    ),
    "nothing due": (
        "UPDATE programs_membership SET next_due_at = NULL WHERE member_id = '{ben}'",
        [("I35", "ben", "The next due day is never, time owes something on day 21000.")],
    ),
    "due too late": (
        "UPDATE programs_membership SET next_due_at = next_due_at + interval '1 day' WHERE member_id = '{ben}'",
        [("I35", "ben", "The next due day is 21001, time owes something on day 21000.")],
    ),
    "member stands past the end of a lot": (
        "UPDATE points_lot SET expires_day = 20605, expires_at = '2026-06-01 13:00Z' WHERE holder_id = '{ben}'",
        [
            ("I35", "ben", "A lot that ended on day 20605 has points left on day 20605."),
            ("I35", "ben", "The next due day is 21000, time owes something on day 20605."),
        ],
    ),
    "vector changed": (
        "UPDATE programs_decision SET vector[4] = 900, points = '{{9}}' WHERE fact_id = '{c}'",
        [
            (
                "I33",
                "ben",
                "Fact {c} has day, net, gross and lines {{20605,700,700,1}}, it was decided on {{20605,900,700,1}}.",
            ),
            ("I33", "ben", "Fact {c} was given 9 of unit {unit}, the ledger has 7."),
        ],
    ),
    "trigger with another body": (
        REFUSES_NO_MORE.format("programs_refuse_change"),
        [
            ("I37", None, f"The trigger {trigger} is missing, off or another one.")
            for trigger in (
                "programs_decision_final", "programs_decision_never_emptied",
                "programs_version_final", "programs_version_never_emptied",
                "programs_withdrawal_final", "programs_withdrawal_never_emptied",
            )
        ],
    ),
    "keys may be emptied": (
        "ALTER TABLE business_key DISABLE TRIGGER USER",
        [("I37", None, "The trigger business_key_never_emptied is missing, off or another one.")],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("statement", "expected"), TAMPERINGS.values(), ids=TAMPERINGS)
def test_tampering_is_found(shop, statement, expected):
    names = {**shop, "unit": points.all_units()[0].id}
    tamper(statement.format(**names) if "$$" not in statement else statement)

    assert found() == {(law, shop.get(whose), said.format(**names)) for law, whose, said in expected}


def test_a_tier_held_since_another_day_is_found(shop):
    tamper("UPDATE tiers_state SET since_day = 1 WHERE member_id = '{anna}'".format(**shop))

    (one,) = tiers.verify().violations
    assert (one.invariant, one.holder_id) == ("I20", shop["anna"])
    assert one.detail.endswith("is held since day 1, its changes say day 20605.")


@pytest.mark.parametrize(
    ("function", "verify", "law"),
    [("points_entry_refuse_change", points.verify, "I5"), ("tiers_change_refuse_change", tiers.verify, "I20")],
)
def test_a_trigger_that_refuses_no_more_is_found(shop, function, verify, law):
    tamper(REFUSES_NO_MORE.format(function))

    assert [(one.invariant, one.holder_id) for one in verify().violations] == [(law, None)]


def test_the_sample_is_spread_over_all_decisions(anna):
    facade.record([order(str(n), 1_00, NOW + timedelta(seconds=n)) for n in range(40)], ACTOR)

    assert len(queries.decision_sample(1_000)) == 40
    assert len(queries.decision_sample(10)) == 10
