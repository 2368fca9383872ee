"""Codes of logs in words: fields of a change, sources, actors, notices and behaviours of our own."""

import re
from pathlib import Path

import pytest
from django.utils import translation

from shuke.rooms.org.contracts import Actor, ActorKind
from shuke.rooms.paid.contracts import NoticeKind
from shuke.surfaces.wording import log_words, words

AUDITED = re.compile(r'audit\(\s*"([a-z_]+[.][a-z_]+)"')


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("zh-hans", ["冷静期天数", "年付", "名称", "收银台", "erp", "会员页", "Portal", "入会", "check_in"]),
        ("en", ["Cooling-off in days", "A year", "Name", "The till", "erp", "Member pages", "Portal", "Joining", "check_in"]),
    ],
)  # fmt: skip
def test_codes_of_logs_are_told_in_words(language, told):
    with translation.override(language):
        said = [
            *map(log_words.field, ("cooling_off_days", "year", "name")),
            *map(log_words.origin, ("till", "erp")),
            log_words.actor(Actor(ActorKind.SYSTEM, "portal", "Portal")),
            log_words.actor(Actor(ActorKind.STAFF, "portal", "Portal")),
            *(words.behaviour(code, code) for code in ("joined", "check_in")),
        ]
        assert said == told
        for kind in NoticeKind:
            assert words.wording(kind.value) != kind.value


def test_every_action_that_the_audit_log_keeps_has_its_words():
    sources = [path for path in Path("src/shuke").rglob("*.py") if "tests" not in path.parts]
    kept = {action for path in sources for action in AUDITED.findall(path.read_text("utf-8"))}
    assert len(kept) > 50
    assert sorted(action for action in kept if words.wording(action) == action) == []
