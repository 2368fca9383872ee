"""A refusal that knows numbers tells them, in Chinese too: to callers of the API, on the command line, in the console."""

import pytest
from django.test import RequestFactory
from django.utils import translation

from shuke.core.values.errors import Refusal
from shuke.surfaces.cli.refusals import CHINESE
from shuke.surfaces.http import problems
from shuke.surfaces.wording import refusals, words

REFUSED = {
    "insufficient_points": {"asked": "9.5", "usable": "4.0"},
    "redeem_bounds": {"unit": "星星", "asked": "0.9", "lowest": "2.0", "steps": "0.5"},
    "transfer_bounds": {"asked": "1.4", "least": "1.5", "most": "∞"},
    "transfer_cool_down": {"first": "2026-06-11", "days": 30},
    "more_than_held": {"asked": "2.5", "held": "2.0"},
    "supply_exhausted": {"left": "992.0"},
    "occurs_in_future": {"hours": 24},
    "too_far_ahead": {"minutes": 5},
    "too_old": {"days": 30},
    "text_length": {"least": 1, "most": 200},
}


def over_http(refused: Refusal) -> str:
    request = RequestFactory().get("/", headers={"accept-language": "zh-CN"})
    request.request_id = "x"
    return problems.problem(request, refused)["detail"]


def in_the_console(refused: Refusal) -> str:
    with translation.override("zh-hans"):
        return refusals.sentence(refused)


@pytest.mark.parametrize(
    "told", [over_http, in_the_console, lambda refused: CHINESE[refused.code].format_map(refused.params)]
)
@pytest.mark.parametrize("code", REFUSED)
def test_the_chinese_sentence_has_every_number(told, code):
    sentence = told(Refusal(code, "in English", params=REFUSED[code]))

    assert [value for value in map(str, REFUSED[code].values()) if value not in sentence] == []
    assert not sentence.isascii()


@pytest.mark.parametrize("code", REFUSED)
def test_one_that_was_kept_by_its_code_alone_has_no_holes_to_see(code):
    with translation.override("zh-hans"):
        assert "%" not in refusals.refusal(code)
        assert "%" not in words.of_import(code)
