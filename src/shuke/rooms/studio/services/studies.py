"""Backtests: what is asked of them is checked against the program, the engine does them, their figures are kept."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from shuke.core.program.model import Program
from shuke.core.values.errors import Refusal
from shuke.engine.compile import Compiled
from shuke.engine.facts import EARLIEST, LATEST
from shuke.engine.histories.stored import StoredHistory, open_history
from shuke.engine.study import Cancelled, study
from shuke.engine.study_members import explain_member
from shuke.engine.study_result import Study
from shuke.engine.study_settings import assumptions_of, policy_of
from shuke.engine.zones import day_start
from shuke.rooms.studio.contracts import MemberStory
from shuke.rooms.studio.models import Run
from shuke.rooms.studio.services import folders, working

MEMBERS = "members.parquet"
_DAY_ZERO = date(1970, 1, 1)


def check(settings: Mapping[str, Any], program: Program | None, _other: Program | None) -> Mapping[str, Any]:
    """Return the settings of a backtest whole, as they are kept and told."""
    assert program is not None
    since, until = (day(settings.get(name), name) for name in ("since", "until"))
    if since and until and since > until:
        raise Refusal("window_empty", "The window ends before it begins.", pointer="/until")
    policy = settings.get("policy") or {"kind": "observed"}
    assumptions = settings.get("assumptions") or {}
    policy_of(policy, program)
    assumptions_of(assumptions, program)
    return {
        "since": since.isoformat() if since else None,
        "until": until.isoformat() if until else None,
        "policy": policy,
        "assumptions": assumptions,
    }


def do(row: Run, program: Compiled | None, other: Compiled | None, steps: working.Steps) -> Mapping[str, Any]:
    """Study the program over the history, and keep a table of members beside the figures."""
    assert program is not None
    found = run(row, program, other, steps)
    steps.tell(0, 0, "writing")
    found.members_table(folders.run(row.id) / MEMBERS)
    return found.as_json()


def run(row: Run, program: Compiled, other: Compiled | None, steps: working.Steps) -> Study:
    """Study a run's program over its history.

    Raises: working.Stopped; Refusal as `engine.study.study`.
    """
    assert row.history_id is not None
    store = open_history(folders.store(row.history_id)).under(program.program)
    since_at, until_at = _window(row, program.program, store)
    try:
        return study(
            program,
            store,
            until_at,
            since_at=since_at,
            policy=policy_of(row.settings["policy"], program.program),
            assumptions=assumptions_of(row.settings["assumptions"], program.program),
            other=other,
            progress=lambda done, total: steps.tell(done, total, "replaying"),
            cancelled=steps.stopped,
        )
    except Cancelled as stopped:
        raise working.Stopped from stopped


def story(row: Run, program: Compiled, member_id: str) -> MemberStory:
    """Replay one member of a backtest under its program.

    Raises: Refusal `unknown_member`.
    """
    assert row.history_id is not None
    store = open_history(folders.store(row.history_id)).under(program.program)
    _since, until_at = _window(row, program.program, store)
    told = explain_member(
        program,
        store.member(member_id),
        until_at,
        policy=policy_of(row.settings["policy"], program.program),
        assumptions=assumptions_of(row.settings["assumptions"], program.program),
    )
    return MemberStory(member_id, program.program, told)


def _window(row: Run, program: Program, store: StoredHistory) -> tuple[int | None, int]:
    """Return the UTC seconds at which counting begins (None: with the history), and the last that counts.

    Raises: Refusal `window_empty`.
    """
    zone = program.time_zone
    since, until = (day(row.settings.get(name), name) for name in ("since", "until"))
    last = until or datetime.fromtimestamp(store.meta.last_at, ZoneInfo(zone)).date()
    if since and since > last:
        raise Refusal("window_empty", "The history ends before the window begins.", pointer="/since")
    return _second(since, zone) if since else None, _second(last, zone, after=1) - 1


def day(value: object, name: str) -> date | None:
    """Return a day from what people write; None for nothing.

    Raises: Refusal `date_invalid`.
    """
    if not value:
        return None
    try:
        found = date.fromisoformat(str(value))
    except ValueError as error:
        raise _no_date(value, name, "is not a date") from error
    if not EARLIEST.date() <= found <= LATEST.date():
        raise _no_date(value, name, "is not within 1970-01-02 and 2099-12-30")
    return found


def _no_date(value: object, name: str, why: str) -> Refusal:
    text = str(value)[:40]
    return Refusal("date_invalid", f"{text} {why}.", pointer=f"/{name}", params={"text": text})


def _second(day: date, zone: str, after: int = 0) -> int:
    return day_start((day - _DAY_ZERO).days + after, zone)
