"""Log lines are JSON for machines, words on a terminal, and never carry what a person typed."""

import io
import json
import logging

import pytest

from shuke.core.values.errors import Refusal
from shuke.foundation import logs

CANARY = "13800000001"


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def lines():
    """The stream that a handler of ours writes to."""
    yield from _captured(io.StringIO())


@pytest.fixture
def terminal():
    yield from _captured(Terminal())


def _captured(stream):
    handler = logs.LineHandler()
    handler.setStream(stream)
    root, ours = logging.getLogger(), logging.getLogger("shuke")
    root.addHandler(handler)
    before, ours.level = ours.level, logging.INFO
    yield stream
    root.removeHandler(handler)
    ours.setLevel(before)


def test_an_event_is_one_json_line(lines):
    logs.event("request", method="POST", route="/v1/orders", status=200, code=None)
    (line,) = lines.getvalue().splitlines()
    told = json.loads(line)
    assert told.pop("at").endswith("+00:00")
    assert told == {"level": "info", "event": "request", "method": "POST", "route": "/v1/orders", "status": 200}


def test_a_terminal_gets_words(terminal):
    logs.event("job", job="advance", members=12)
    assert terminal.getvalue()[8:] == " job job=advance members=12\n"


def test_a_refusal_shows_code_and_place_only(lines):
    logs.refusal(Refusal("unknown_member", CANARY, pointer="/member/phone", params={"phone": CANARY}))
    told = json.loads(lines.getvalue())
    assert (told["code"], told["pointer"]) == ("unknown_member", "/member/phone")
    assert CANARY not in lines.getvalue()


def test_a_failure_shows_its_place_and_not_its_message(lines):
    try:
        raise ValueError(CANARY)
    except ValueError as error:
        logs.failure("request", error, request_id="req_1")
    told = json.loads(lines.getvalue())
    assert told["error"] == "ValueError"
    assert told["where"][-1].endswith("test_a_failure_shows_its_place_and_not_its_message")
    assert CANARY not in lines.getvalue()


def test_a_librarys_line_keeps_its_template_only(lines):
    logging.getLogger("some.library").warning("Not Found: %s", f"/members/{CANARY}")
    assert json.loads(lines.getvalue())["template"] == "Not Found: %s"
    assert CANARY not in lines.getvalue()
