"""Drafts are kept with who and when; whoever would save over another's work is told."""

from uuid import uuid4

import pytest

from shuke.core.values.errors import Refusal
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor, ActorKind
from shuke.rooms.programs import facade
from shuke.rooms.programs.tests.conftest import NOW, PROGRAM, code

KIM, LEE = Actor(ActorKind.STAFF, "stf_1", "Kim"), Actor(ActorKind.STAFF, "stf_2", "Lee")


def test_a_draft_is_saved_over_what_was_opened_only(now):
    made = facade.create_draft(" Autumn ", PROGRAM, 1, KIM)
    assert (made.name, made.text, made.based_on, made.revision, made.created_by) == ("Autumn", PROGRAM, 1, 1, "Kim")

    saved = facade.save_draft(made.id, "Autumn", "not: a program", 1, LEE)
    with pytest.raises(Refusal) as refused:
        facade.save_draft(made.id, "Autumn", PROGRAM, 1, KIM)

    assert (saved.revision, saved.saved_by, saved.created_by) == (2, "Lee", "Kim")
    assert refused.value.code == "draft_changed"
    assert refused.value.params == {"by": "Lee", "at": NOW.isoformat(), "revision": 2}
    assert facade.drafts() == [saved] == [facade.draft(made.id)]


def test_a_draft_is_thrown_away_with_a_line_in_the_log(now):
    made = facade.create_draft("Autumn", PROGRAM, None, KIM)
    facade.drop_draft(made.id, LEE)
    assert facade.drafts() == []
    lines = org.audit_lines(5).lines
    assert [(line.action, line.actor.label) for line in lines] == [
        ("program.draft_dropped", "Lee"),
        ("program.draft_created", "Kim"),
    ]


def test_what_can_be_no_draft_is_refused(now):
    for ask, why in (
        (lambda: facade.draft(uuid4()), "unknown_draft"),
        (lambda: facade.create_draft(" ", PROGRAM, None, KIM), "invalid_name"),
        (lambda: facade.create_draft("x", "é" * 131_073, None, KIM), "file_too_large"),
    ):
        with pytest.raises(Refusal) as refused:
            ask()
        assert code(refused.value) == why
    assert facade.drafts() == []
