"""How members are taken to use their points, and to change what they spend: what a study assumes beyond its history.

A policy is written into the history as events before the orders, so every engine runs it as it runs any redemption.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np

from shuke.core.program.model import Program
from shuke.core.state import replay
from shuke.core.state.replay import FACT, REDEEM_SHARE, V_ABOUT, V_AMOUNT, V_KIND, V_REF, V_SLOT, V_UNIT, V_UNTIL
from shuke.core.values.errors import Refusal
from shuke.engine.compile import Compiled
from shuke.engine.history import REFERRING, Column, History, among, in_scope

KINDS = ("observed", "none", "greedy", "share")
PARTS_MAX = 10**6  # of a share and of growth, so that they multiply within 64 bits
GROWTH_MAX = 100
USING = (replay.REDEEM, replay.SET_ASIDE, *REFERRING)


@dataclass(frozen=True)
class Policy:
    """How members use points of a unit ("": the first that can be used).

    "observed": as the history says. "none": never. "greedy": whenever an order comes and `at` points or more (in the
    smallest fraction of the unit) are usable, in whole steps of `at`. "share": at every order that `share` of what is
    usable. Greedy and shared use comes right before the order is decided, takes what the program's caps leave, keeps to
    its steps and least redemption, pays for no order and never comes back; what the history says of use is left out.
    `by_segment` gives members with a tag a policy of their own, the first tag that fits.
    """

    kind: str = "observed"
    unit: str = ""
    at: int = 0
    share: Fraction = Fraction(0)
    by_segment: Mapping[str, "Policy"] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the policy as plain values; a share as text."""
        said: dict[str, Any] = {"kind": self.kind}
        if self.kind in ("greedy", "share"):
            said |= {"unit": self.unit, **({"at": self.at} if self.kind == "greedy" else {"share": str(self.share)})}
        if self.by_segment:
            said["by_segment"] = {tag: policy.as_json() for tag, policy in self.by_segment.items()}
        return said

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> "Policy":
        """Return the policy that `as_json` said.

        Raises:
            Refusal: `bad_policy`.
        """
        try:
            segments = {str(tag): cls.read(each) for tag, each in (said.get("by_segment") or {}).items()}
            share = Fraction(str(said.get("share", 0)))
            return cls(str(said["kind"]), str(said.get("unit", "")), int(said.get("at", 0)), share, segments)
        except (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError):
            raise _bad_policy("It can't be read.", "") from None


OBSERVED = Policy()


@dataclass(frozen=True)
class Assumptions:
    """What is taken to be so beside the history; all of it is stated with the result.

    `uplift`: by tier of the first ladder, the share by which spend is more while it is held: every amount of an order
    and its lines is multiplied and rounded down, refunds of it alike. `elasticity`: spend changes by so many times the
    change of the reward rate (cost of points earned over net) between the program and the other one, or none. `margin`:
    of net sales. `costs`: by unit, what one whole point costs in major units of the currency, where that is not its
    declared value.
    """

    uplift: Mapping[str, Fraction] = field(default_factory=dict)
    elasticity: Fraction = Fraction(0)
    margin: Fraction | None = None
    costs: Mapping[str, Fraction] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the assumptions as plain values, numbers as text."""
        return {
            "uplift": {tier: str(share) for tier, share in self.uplift.items()},
            "elasticity": str(self.elasticity),
            "margin": None if self.margin is None else str(self.margin),
            "costs": {unit: str(cost) for unit, cost in self.costs.items()},
        }

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> "Assumptions":
        """Return the assumptions that `as_json` said.

        Raises:
            Refusal: `bad_assumption`.
        """
        try:
            margin = said.get("margin")
            return cls(
                {str(tier): Fraction(str(share)) for tier, share in (said.get("uplift") or {}).items()},
                Fraction(str(said.get("elasticity", 0))),
                None if margin is None else Fraction(str(margin)),
                {str(unit): Fraction(str(cost)) for unit, cost in (said.get("costs") or {}).items()},
            )
        except (TypeError, ValueError, AttributeError, ZeroDivisionError):
            raise Refusal("bad_assumption", "The assumptions can't be read.") from None


def check(policy: Policy, program: Program) -> None:
    """Refuse a policy that a program can't be run with.

    Raises:
        Refusal: `bad_policy`, `unknown_unit`.
    """
    if policy.kind not in KINDS:
        raise _bad_policy(f"Its kind is one of {', '.join(KINDS)}.", "/kind")
    if policy.kind in ("greedy", "share"):
        unit_of(policy, program)
    if policy.kind == "greedy" and policy.at < 1:
        raise _bad_policy("Greedy use needs at least 1 point.", "/at")
    if policy.kind == "share" and not (0 < policy.share <= 1 and policy.share.denominator <= PARTS_MAX):
        raise _bad_policy(f"A share is more than 0 and at most 1, in parts of {PARTS_MAX:,} at most.", "/share")
    for each in policy.by_segment.values():
        if each.by_segment:
            raise _bad_policy("That of a segment has no segments of its own.", "/by_segment")
        check(each, program)


def unit_of(policy: Policy, program: Program) -> int:
    """Return the number of the unit that a policy uses.

    Raises:
        Refusal: `unknown_unit`.
    """
    for number, unit in enumerate(program.units):
        if unit.spendable and policy.unit in ("", unit.code):
            return number
    codes = tuple(unit.code for unit in program.units if unit.spendable)
    raise Refusal(
        "unknown_unit", "The program has no such unit that can be used.", pointer="/unit", params={"known": codes}
    )


def apply(history: History, policy: Policy, compiled: Compiled) -> History:
    """Return the history with what the policy says of use instead of its own; the same where that is observed.

    Raises:
        Refusal: `bad_policy`, `unknown_unit`.
    """
    program, h = compiled.program, history
    check(policy, program)
    policies = (policy, *policy.by_segment.values())
    if all(each.kind == "observed" for each in policies):
        return history
    chosen = _chosen(h, policy)[h.member_of]
    observed = np.array([each.kind == "observed" for each in policies])[chosen]
    uses = np.array([each.kind in ("greedy", "share") for each in policies])[chosen]
    kind_of = h.events[:, V_KIND]
    inside = in_scope(h, program.brands, program.stores, compiled.behaviours.keys())
    orders = (kind_of == FACT) & h.facts.is_order[np.where(kind_of == FACT, h.events[:, V_REF], 0)]
    before = orders & inside & uses
    kept = observed | ~among(kind_of, USING)
    places = np.cumsum(kept + before.astype(np.int64)) - 1  # of every kept event among the new ones
    events = np.zeros((int(places[-1]) + 1 if len(places) else 0, h.events.shape[1]), np.int64)
    events[places[kept]] = _renumbered(h.events[kept], places)
    events[places[before] - 1] = _redemptions(h.events[before], chosen[before], policies, program)
    starts = np.concatenate([[0], places + 1])[h.starts].astype(np.int64)
    return replace(h, events=events, starts=starts)


def growth_of(assumptions: Assumptions, program: Program) -> tuple[Fraction, ...]:
    """Return by what amounts are multiplied on each rank of the first ladder.

    Raises:
        Refusal: `bad_assumption`, `unknown_tier`.
    """
    levels = [level.code for level in program.ladders[0].levels] if program.ladders else []
    for tier in assumptions.uplift:
        if tier not in levels:
            raise Refusal(
                "unknown_tier", f"The program has no tier «{tier}».", pointer="/uplift", params={"found": tier}
            )
    factors = tuple(1 + assumptions.uplift.get(level, Fraction(0)) for level in levels)
    if not all(0 <= factor <= GROWTH_MAX and factor.denominator <= PARTS_MAX for factor in factors):
        detail = f"Spend grows by -1 to {GROWTH_MAX - 1} times itself, in parts of {PARTS_MAX:,} at most."
        raise Refusal("bad_assumption", detail, pointer="/uplift")
    return factors


def _chosen(h: History, policy: Policy) -> Column:
    """Return which policy each member has: 0 the policy itself, then those by segment."""
    chosen = np.zeros(h.member_count, np.int64)
    for number, tag in reversed(list(enumerate(policy.by_segment, start=1))):
        if tag in h.tag_names:
            chosen[h.tags >> h.tag_names.index(tag) & 1 == 1] = number
    return chosen


def _renumbered(events: Column, places: Column) -> Column:
    """Return events that name other events by their new places."""
    events = events.copy()
    named = among(events[:, V_KIND], REFERRING)
    events[named, V_REF] = places[events[named, V_REF]]
    about = (events[:, V_KIND] == FACT) & (events[:, V_ABOUT] >= 0)
    events[about, V_ABOUT] = places[events[about, V_ABOUT]]
    return events


def _redemptions(orders: Column, chosen: Column, policies: tuple[Policy, ...], program: Program) -> Column:
    """Return the redemptions of policies right before orders."""
    table = np.zeros((len(policies), 5), np.int64)
    for row, policy in zip(table, policies, strict=True):
        if policy.kind in ("greedy", "share"):
            number = unit_of(policy, program)
            unit = program.units[number]
            share = Fraction(1) if policy.kind == "greedy" else policy.share
            step = lcm(policy.at, unit.redeem_step) if policy.kind == "greedy" else unit.redeem_step
            row[:] = number, share.numerator, share.denominator, step, max(unit.redeem_least, policy.at)
    events = orders.copy()
    events[:, V_KIND], events[:, V_ABOUT] = REDEEM_SHARE, -1
    events[:, (V_UNIT, V_AMOUNT, V_UNTIL, V_REF, V_SLOT)] = table[chosen]
    return events


def _bad_policy(why: str, pointer: str) -> Refusal:
    return Refusal("bad_policy", f"This can't be how points are used. {why}", pointer=pointer)
