"""What a shop answers before a program is proposed: whole, or refused by its name."""

import pytest

from shuke.core.values.errors import Refusal
from shuke.rooms.studio import facade
from shuke.rooms.studio.contracts import RunKind, RunRequest
from shuke.rooms.studio.models import Run
from shuke.rooms.studio.tests.conftest import ACTOR

SHOP = {"industry": "cafe", "currency": "CNY", "time_zone": "Asia/Shanghai"}


def ask(**answers):
    return facade.ask_run(RunRequest(RunKind.PROPOSAL, None, settings=SHOP | answers), ACTOR)


def refused(**answers):
    with pytest.raises(Refusal) as told:
        ask(**answers)
    assert Run.objects.count() == 0
    return told.value


def test_an_answer_that_is_mistyped_is_refused_with_those_there_are(home):
    no = refused(margn="25%")
    assert (no.code, no.pointer, no.params["found"]) == ("unknown_answer", "/margn", "margn")
    assert no.params["known"].split(", ")[:3] == ["anonymous", "average_order", "begins"]


@pytest.mark.parametrize(
    ("field", "value", "en", "zh"),
    [
        (
            "time_zone",
            "Mars/Base",
            "A time zone is named by region and city, such as Asia/Shanghai.",
            "时区须写作“地区/城市”，例如 Asia/Shanghai。",
        ),
        ("margin", "140%", "The gross margin lies between 0% and 100%.", "毛利率须为 0% 至 100%。"),
        ("members", "0", "The number of customers is 1 to 10,000,000.", "顾客数须为 1 至 10,000,000。"),
        ("partners", "maybe", "The answer partners is yes or no.", "partners 须为 yes（是）或 no（否）。"),
    ],
)
def test_a_wrong_answer_is_told_by_what_it_may_be(home, field, value, en, zh):
    no = refused(**{field: value})
    assert (no.code, no.pointer, no.detail, no.params["zh"]) == ("answer_wrong", f"/{field}", en, zh)


def test_what_is_no_number_is_told(home):
    no = refused(members="many")
    assert (no.code, no.pointer, no.params) == ("number_invalid", "/members", {"text": "many"})


def test_answers_are_read_as_they_are_typed(home):
    made = ask(partners="是", cause="no", benefits="0, 5.50, 12")
    facade.do_run(made.id)
    found = facade.run(made.id)
    assert (found.failure, found.settings["benefits"]) == ("", "0, 5.50, 12")
    assert found.result["budget"]["benefits_cost_minor"] > 0
