"""Backtests: what is asked of them is checked against the program, the engine does them, their figures are kept."""

from collections.abc import Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from shuke.core.program.model import Program
from shuke.core.values.errors import Refusal
from shuke.engine.compile import Compiled
from shuke.engine.histories.stored import StoredHistory, open_history
from shuke.engine.policies import Assumptions, Policy
from shuke.engine.study import Cancelled, study
from shuke.engine.study_members import explain_member
from shuke.engine.zones import day_start
from shuke.rooms.studio.contracts import MemberStory, RunKind
from shuke.rooms.studio.models import Run
from shuke.rooms.studio.services import folders, runs, working

MEMBERS = "members.parquet"
_DAY_ZERO = date(1970, 1, 1)
_KINDS = ("observed", "none", "greedy", "share")


def check(settings: Mapping[str, Any], program: Program, _other: Program | None) -> Mapping[str, Any]:
    """Return the settings of a backtest whole, as they are kept and told."""
    since, until = (_day(settings.get(name), name) for name in ("since", "until"))
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


def do(row: Run, program: Compiled, other: Compiled | None, steps: working.Steps) -> Mapping[str, Any]:
    """Study the program over the history, and keep a table of members beside the figures."""
    store = open_history(folders.store(row.history_id)).under(program.program)
    since_at, until_at = _window(row, program.program, store)
    try:
        found = study(
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
    steps.tell(0, 0, "writing")
    found.members_table(folders.run(row.id) / MEMBERS)
    return found.as_json()


def story(row: Run, program: Compiled, member_id: str) -> MemberStory:
    """Replay one member of a backtest under its program.

    Raises: Refusal `unknown_member`.
    """
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
    """Return the UTC seconds at which counting begins (None: with the history), and the last that counts."""
    zone = program.time_zone
    since, until = (_day(row.settings.get(name), name) for name in ("since", "until"))
    last = until or datetime.fromtimestamp(store.meta.last_at, ZoneInfo(zone)).date()
    return _second(since, zone) if since else None, _second(last, zone, after=1) - 1


def policy_of(said: Mapping[str, Any], program: Program) -> Policy:
    """Return a redemption policy from what was said of it.

    Raises: Refusal `policy_unknown`, `policy_incomplete`, `unknown_unit`.
    """
    kind = str(said.get("kind", ""))
    if kind not in _KINDS:
        raise Refusal(
            "policy_unknown",
            f"A policy is one of {', '.join(_KINDS)}.",
            pointer="/policy",
            params={"kinds": ", ".join(_KINDS)},
        )
    unit = str(said.get("unit") or "")
    scales = {each.code: each.scale for each in program.units}
    if unit and unit not in scales:
        raise Refusal("unknown_unit", f"The program has no unit {unit}.", pointer="/policy/unit", params={"unit": unit})
    spendable = unit or next((each.code for each in program.units if each.spendable), "")
    at = _fraction(said.get("at"), "policy/at") * 10 ** scales.get(spendable, 0)
    share = _fraction(said.get("share"), "policy/share")
    if (kind == "greedy" and at < 1) or (kind == "share" and not 0 < share <= 1):
        raise Refusal(
            "policy_incomplete",
            "A greedy policy says from how many points on, a share says which part of the balance.",
            pointer="/policy/at" if kind == "greedy" else "/policy/share",
        )
    parts = {name: policy_of(each, program) for name, each in (said.get("by_segment") or {}).items()}
    return Policy(kind=kind, unit=unit, at=int(at), share=share, by_segment=parts)


def assumptions_of(said: Mapping[str, Any], program: Program) -> Assumptions:
    """Return what is assumed of behaviour, from what was said of it.

    Raises: Refusal `unknown_tier`, `number_invalid`, `assumption_out_of_range`.
    """
    uplift = {str(code): _fraction(each, "assumptions/uplift") for code, each in (said.get("uplift") or {}).items()}
    known = {level.code for ladder in program.ladders[:1] for level in ladder.levels}
    for code in uplift:
        if code not in known:
            raise Refusal(
                "unknown_tier", f"The program has no tier {code}.", pointer="/assumptions/uplift", params={"tier": code}
            )
    margin = said.get("margin")
    made = Assumptions(
        uplift=uplift,
        elasticity=_fraction(said.get("elasticity"), "assumptions/elasticity"),
        margin=None if margin in {None, ""} else _fraction(margin, "assumptions/margin"),
    )
    sane = (
        all(-1 < each <= 10 for each in uplift.values())
        and abs(made.elasticity) <= 100
        and (made.margin is None or 0 <= made.margin <= 1)
    )
    if not sane:
        raise Refusal(
            "assumption_out_of_range",
            "Spend grows by less than tenfold and never to nothing, a margin is a share of sales from 0 to 1.",
            pointer="/assumptions",
        )
    return made


def _fraction(value: object, name: str) -> Fraction:
    text = str(value or 0).strip()
    try:
        return Fraction(text[:-1]) / 100 if text.endswith("%") else Fraction(text)
    except (ValueError, ZeroDivisionError) as error:
        raise Refusal("number_invalid", f"{text[:40]} is not a number.", pointer=f"/{name}") from error


def _day(value: object, name: str) -> date | None:
    if not value:
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise Refusal("date_invalid", f"{str(value)[:40]} is not a date.", pointer=f"/{name}") from error


def _second(day: date, zone: str, after: int = 0) -> int:
    return day_start((day - _DAY_ZERO).days + after, zone)


runs.kind(RunKind.BACKTEST, check, do)
