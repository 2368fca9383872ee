"""Proposals: a shop is measured on its history, or told of, and a program is proposed for it."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from shuke.core.program.model import Program
from shuke.core.values.errors import Refusal
from shuke.engine.compile import Compiled
from shuke.engine.histories.stored import open_history
from shuke.engine.proposal.answers import Answers
from shuke.engine.proposal.answers import check as check_answers
from shuke.engine.proposal.proposing import propose
from shuke.engine.proposal.shop import measure
from shuke.engine.study_settings import number
from shuke.foundation import clock
from shuke.rooms.programs import facade as programs
from shuke.rooms.studio.models import Run
from shuke.rooms.studio.services import folders, studies, working

_FRACTIONS = ("orders_a_year", "average_order", "margin", "repeat_share", "anonymous", "running_cost", "reward_rate")
_WHOLE = ("stores", "members", "levels")
_FLAGS = ("partners", "cause", "hosts", "service")
_TEXTS = ("industry", "currency", "time_zone", "language", "program", "name", "model")
_KNOWN = frozenset({*_FRACTIONS, *_WHOLE, *_FLAGS, *_TEXTS, "begins", "benefits"})
_YES, _NO = frozenset({"yes", "true", "1", "是"}), frozenset({"no", "false", "0", "否"})


def check(settings: Mapping[str, Any], _program: Program | None, _other: Program | None) -> Mapping[str, Any]:
    """Return the answers whole, as they are kept; where a program runs, the proposal is of a next version of it.

    Raises: Refusal `answer_wrong`, `unknown_answer`, `number_invalid`, `date_invalid`.
    """
    for name in settings:
        if name not in _KNOWN:
            known = ", ".join(sorted(_KNOWN))
            raise Refusal(
                "unknown_answer",
                f"There is no answer «{name[:40]}». Known: {known}.",
                pointer=f"/{name[:40]}",
                params={"found": name[:40], "known": known},
            )
    running = next(iter(programs.programs()), None)
    if running and not settings.get("program"):
        settings = {**settings, "program": running}
    check_answers(answers_of(settings))
    said = {name: value for name, value in settings.items() if value not in (None, "", ())}
    return said | {"begins": _begins(settings).isoformat()}


def do(row: Run, _program: Compiled | None, _other: Compiled | None, steps: working.Steps) -> Mapping[str, Any]:
    """Measure the shop where there is a history, and propose."""
    answers = answers_of(row.settings)
    shop = None
    if row.history_id is not None:
        steps.tell(0, 0, "measuring")
        shop = measure(open_history(folders.store(row.history_id)), answers.time_zone, steps.stopped)
        if steps.stopped():
            raise working.Stopped
    return propose(answers, shop).as_json()


def answers_of(said: Mapping[str, Any]) -> Answers:
    """Return the answers from what was said; what was not said is left to the history or to what is usual.

    Raises: Refusal `number_invalid`, `date_invalid`.
    """
    found: dict[str, Any] = {name: str(said[name]) for name in _TEXTS if said.get(name)}
    found |= {name: number(said[name], name) for name in _FRACTIONS if said.get(name) not in (None, "")}
    found |= {name: _whole(said[name], name) for name in _WHOLE if said.get(name) not in (None, "")}
    found |= {name: _flag(said[name], name) for name in _FLAGS if name in said}
    worth = said.get("benefits") or ()
    benefits = tuple(number(each, "benefits") for each in (worth.split(",") if isinstance(worth, str) else worth))
    found = {"industry": "", "currency": "", "time_zone": ""} | found
    return Answers(begins=_begins(said), benefits=benefits, **found)


def _begins(said: Mapping[str, Any]) -> dt.date:
    return studies.day(said.get("begins"), "begins") or clock.business_now().date() + dt.timedelta(days=35)


def _flag(value: object, name: str) -> bool:
    """Return yes or no, however it is written.

    Raises: Refusal `answer_wrong`.
    """
    said = str(value).strip().lower()
    if said not in _YES | _NO:
        params = {"field": name, "zh": f"{name} 须为 yes（是）或 no（否）。"}
        raise Refusal("answer_wrong", f"The answer {name} is yes or no.", pointer=f"/{name}", params=params)
    return said in _YES


def _whole(value: object, name: str) -> int:
    found = number(value, name)
    if found.denominator != 1:
        text = str(value)[:40]
        params = {"text": text}
        raise Refusal("number_invalid", f"{text} is not a whole number.", pointer=f"/{name}", params=params)
    return int(found)
