"""Reads what people say of a study: how points are used, what is assumed; in whole points, percent or decimals.

Everything is checked against the program before anything runs.
"""

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from shuke.core.program.model import Program
from shuke.core.state.slots import POINTS_MAX
from shuke.core.values.errors import Refusal
from shuke.engine.policies import KINDS, PARTS_MAX, Assumptions, Policy, unit_of

_NUMBER = re.compile(r"[+-]?(\d{1,15}(\.\d{0,12})?|\.\d{1,12})%?|[+-]?\d{1,12}/\d{1,12}", re.ASCII).fullmatch


def policy_of(said: Mapping[str, Any], program: Program) -> Policy:
    """Return a redemption policy from what was said of it.

    Raises: Refusal `policy_unknown`, `policy_incomplete`, `unknown_unit`.
    """
    kind = str(said.get("kind", ""))
    if kind not in KINDS:
        raise Refusal(
            "policy_unknown",
            f"A policy is one of {', '.join(KINDS)}.",
            pointer="/policy",
            params={"kinds": ", ".join(KINDS)},
        )
    unit = str(said.get("unit") or "")
    scales = {each.code: each.scale for each in program.units}
    if unit and unit not in scales:
        raise Refusal("unknown_unit", f"The program has no unit {unit}.", pointer="/policy/unit", params={"unit": unit})
    spendable = unit or next((each.code for each in program.units if each.spendable), "")
    at = number(said.get("at"), "policy/at") * 10 ** scales.get(spendable, 0)
    share = number(said.get("share"), "policy/share")
    is_share = 0 < share <= 1 and share.denominator <= PARTS_MAX
    if (kind == "greedy" and not 1 <= at <= POINTS_MAX) or (kind == "share" and not is_share):
        raise Refusal(
            "policy_incomplete",
            "A greedy policy says from how many points on, a share says which part of the balance.",
            pointer="/policy/at" if kind == "greedy" else "/policy/share",
        )
    parts = {name: policy_of(each, program) for name, each in (said.get("by_segment") or {}).items()}
    if any(each.by_segment for each in parts.values()):
        raise Refusal("policy_unknown", "A segment's policy has no segments of its own.", pointer="/policy/by_segment")
    uses = kind in ("greedy", "share")
    policy = Policy(kind=kind, unit=spendable if uses else unit, at=int(at), share=share, by_segment=parts)
    if uses:
        unit_of(policy, program)
    return policy


def check_segments(said: Mapping[str, Any], known: Iterable[str]) -> None:
    """Refuse a policy that speaks of a segment which nobody of the history is in.

    Raises: Refusal `no_segments`, `unknown_segment`.
    """
    segments = tuple(known)
    for segment in said.get("by_segment") or {}:
        if not segments:
            raise Refusal("no_segments", "Nobody is in a segment: members have no tags.", pointer="/policy/by_segment")
        if segment not in segments:
            told = ", ".join(segments)
            raise Refusal(
                "unknown_segment",
                f"The history has no segment {segment}. It has: {told}.",
                pointer="/policy/by_segment",
                params={"found": segment, "known": told},
            )


def assumptions_of(said: Mapping[str, Any], program: Program) -> Assumptions:
    """Return what is assumed of behaviour, from what was said of it.

    Raises: Refusal `unknown_tier`, `number_invalid`, `assumption_out_of_range`.
    """
    uplift = {str(code): number(each, "assumptions/uplift") for code, each in (said.get("uplift") or {}).items()}
    known = {level.code for ladder in program.ladders[:1] for level in ladder.levels}
    for code in uplift:
        if code not in known:
            raise Refusal(
                "unknown_tier", f"The program has no tier {code}.", pointer="/assumptions/uplift", params={"tier": code}
            )
    margin = said.get("margin")
    made = Assumptions(
        uplift=uplift,
        elasticity=number(said.get("elasticity"), "assumptions/elasticity"),
        margin=None if margin in {None, ""} else number(margin, "assumptions/margin"),
    )
    sane = (
        all(-1 < each <= 10 and each.denominator <= PARTS_MAX for each in uplift.values())
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


def number(value: object, name: str) -> Fraction:
    """Return a number from what people write: 0.05, 5%, 1/20; nothing is 0.

    Raises: Refusal `number_invalid`, too of what has more digits than anybody means.
    """
    text = str(value or 0).strip()
    try:
        if not _NUMBER(text):
            raise ValueError
        return Fraction(text[:-1]) / 100 if text.endswith("%") else Fraction(text)
    except (ValueError, ZeroDivisionError) as error:
        said = text[:40]
        refused = Refusal("number_invalid", f"{said} is not a number.", pointer=f"/{name}", params={"text": said})
        raise refused from error
