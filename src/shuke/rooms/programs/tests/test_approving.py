"""Versions above the terms are published once somebody else agrees to what was compared, and as it was."""

import time
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from shuke.core.values.errors import Refusal
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import ActorKind, Approval, ApprovalState, Role, StaffPrincipal
from shuke.rooms.programs import facade
from shuke.rooms.programs.comparisons import Above, Effect, Liability, Shift, Worth, Yearly, above
from shuke.rooms.programs.contracts import PublishTerms
from shuke.rooms.programs.services import comparing
from shuke.rooms.programs.tests.conftest import ACTOR, NOW, PROGRAM, code, order

RAISED = PROGRAM.replace("value: 0.01", "value: 0.02")


def person(role: Role = Role.OPERATOR) -> tuple:
    """A principal and the actor who they are."""
    id = uuid4()
    principal = StaffPrincipal(id, role.value, role, org.rights_of(role), None, None, None, None)
    return principal, org.actor_of(principal, None)


@pytest.fixture
def operator(anna):
    """Somebody who may publish, in a shop that owes 100 points and issued them this year."""
    facade.record([order("o1", 10_000, NOW - timedelta(days=1))], ACTOR)
    return person()


@pytest.fixture
def approver():
    return person(Role.APPROVER)


def numbers() -> list[int]:
    return [version.number for version in facade.versions("corner")]


def ask(operator, text=RAISED, effective_from=None) -> Approval:
    principal, actor = operator
    asked = facade.publish(text, actor, effective_from, principal, ask=True)
    assert isinstance(asked, Approval)
    return asked


def yes(approval, approver):
    principal, actor = approver
    return org.decide_approval(approval.id, approve=True, comment="", actor=actor, principal=principal)


def test_what_changes_little_is_published_at_once(operator):
    principal, actor = operator
    made = facade.publish(PROGRAM + "# ours\n", actor, None, principal)
    assert (made.number, made.published_by, numbers()) == (2, principal.name, [2, 1])


def test_what_changes_much_is_refused_with_what_is_above(operator):
    principal, actor = operator
    with pytest.raises(Refusal) as refused:
        facade.publish(RAISED, actor, None, principal)
    assert refused.value.code == "approval_needed"
    assert refused.value.params == {
        "above": "what is owed changes by 100% (limit 5%); a year's cost changes by 100% (limit 5%)",
        "above_zh": "负债变化 100%（上限 5%）；一年成本变化 100%（上限 5%）",
    }
    assert numbers() == [1]


def test_who_publishes_waits_only_so_long_for_another_comparison(operator, monkeypatch):
    principal, actor = operator
    monkeypatch.setattr(comparing, "WAIT_SECONDS", 0.2)
    refused = []

    def publish_too(*_):
        began = time.monotonic()
        with pytest.raises(Refusal) as caught:
            facade.publish(RAISED, actor, None, principal, ask=True)
        refused.append((caught.value.code, 0.2 <= time.monotonic() - began < 2))

    monkeypatch.setattr(comparing, "_compare", publish_too)
    facade.compare(RAISED)
    assert refused == [("comparison_running", True)]
    assert (numbers(), org.approvals_waiting()) == ([1], 0)


def test_a_second_person_sees_the_comparison_and_publishes_it(operator, approver):
    asked = ask(operator)

    assert (asked.kind, asked.subject, asked.state) == ("program.publish", "program:corner", ApprovalState.PENDING)
    assert asked.summary == {"version": {"before": 1, "after": 2}}
    assert [each["en"] for each in asked.detail["meaning"]] == ["value of one of unit points: 0.01 → 0.02"]
    owed = asked.detail["liability"]
    assert (owed["before_minor"], owed["after_minor"]) == (100, 200)
    assert asked.detail["text"] == RAISED
    assert numbers() == [1]

    done = yes(asked, approver)

    assert (done.state, done.result) == (ApprovalState.APPROVED, "corner:2")
    assert numbers() == [2, 1]
    assert facade.current().text == RAISED


def test_who_asks_cannot_agree(operator):
    asked, actor = ask(operator), operator[1]
    with pytest.raises(Refusal) as refused:
        org.decide_approval(asked.id, approve=True, comment="", actor=actor, principal=person(Role.OWNER)[0])
    assert code(refused.value) == "own_request"
    assert numbers() == [1]


def test_once_another_version_came_it_has_to_be_asked_anew(operator, approver):
    asked = ask(operator)
    facade.publish(PROGRAM + "# meanwhile\n", ACTOR)

    with pytest.raises(Refusal) as refused:
        yes(asked, approver)

    assert code(refused.value) == "comparison_outdated"
    assert refused.value.params == {"compared": 1, "version": 2}
    assert numbers() == [2, 1]
    assert org.approval(asked.id).state is ApprovalState.PENDING


def test_who_asks_twice_asked_once_and_who_wants_another_day_asks_for_something_else(operator):
    first, again, other = ask(operator), ask(operator), ask(operator, effective_from=NOW + timedelta(days=5))
    assert first.id == again.id != other.id
    assert other.summary["effective_from"] == (NOW + timedelta(days=5)).isoformat()


def test_the_first_version_and_whoever_runs_the_machine_need_nobody(now):
    principal, actor = person()
    assert facade.publish(PROGRAM, actor, None, principal).number == 1
    facade.set_publish_terms(PublishTerms(always=True), ACTOR)
    with pytest.raises(Refusal) as refused:
        facade.publish(PROGRAM + "# more\n", actor, None, principal)
    assert refused.value.params["above"] == "every version needs it"
    assert facade.publish(PROGRAM, actor, None, principal).number == 1  # it is that version already
    assert facade.publish(PROGRAM + "# more\n", ACTOR).number == 2


def test_who_may_not_publish_may_not_ask(operator):
    principal, actor = person(Role.ANALYST)
    with pytest.raises(Refusal) as refused:
        facade.publish(RAISED, actor, None, principal, ask=True)
    assert code(refused.value) == "forbidden"
    assert org.approvals_waiting() == 0


def test_terms_are_set_with_a_line_in_the_log(program):
    assert facade.publish_terms() == PublishTerms(False, Decimal(1), Decimal(5), Decimal(5))
    new = PublishTerms(False, Decimal("2.5"), Decimal(10), Decimal(0))

    facade.set_publish_terms(new, ACTOR)
    facade.set_publish_terms(new, ACTOR)

    assert facade.publish_terms() == new
    (line,) = org.audit_lines(5, action="program.terms_changed").lines
    assert (line.before["down"], line.after["down"], line.actor.kind) == ("1", "2.5", ActorKind.SYSTEM)
    for wrong in ("-1", "1000", "1.001"):
        with pytest.raises(Refusal) as refused:
            facade.set_publish_terms(PublishTerms(False, Decimal(wrong)), ACTOR)
        assert (refused.value.code, refused.value.pointer) == ("percent_out_of_range", "/down")
    assert facade.publish_terms() == new


@pytest.mark.parametrize(
    ("down", "owed", "year", "found"),
    [
        (1, (100, 105), (100, 95), []),
        (2, (100, 105), (100, 100), [Above("down", Decimal(2), Decimal(1))]),
        (0, (1000, 1051), (0, 0), [Above("liability", Decimal("5.1"), Decimal(5))]),
        (0, (0, 1), (1000, 900), [Above("liability", None, Decimal(5)), Above("yearly", Decimal(10), Decimal(5))]),
    ],
)
def test_only_more_than_the_limit_is_above(down, owed, year, found):
    day = NOW.date()
    effect = Effect(
        members=100,
        looked_at=100,
        shifts=(Shift("main", 7, 0, 3, down),),
        samples=(),
        liability=(Liability("points", 0, 0, 0, *owed, 0, 0),),
        yearly=Yearly(day, day, 100, 0, (Worth("points", 0, 0, 0, *year),)),
    )
    assert list(above(effect, PublishTerms())) == found
