"""Packs what the machines remember of a member beside points, tiers and orders into one row of numbers, and back."""

from collections.abc import Sequence

from shuke.core.values.dates import NEVER
from shuke.engine.compile import Compiled
from shuke.engine.states import MemberState


def pack(compiled: Compiled, state: MemberState) -> list[int]:
    """Return the windows, their resets, streaks, caps, milestones and days of activity, in this order."""
    numbers = list(state.windows)
    for (_, _, ladder), reset in zip(compiled.windows, state.resets, strict=True):
        numbers += reset if ladder >= 0 else ()
    for streak in state.streaks:
        numbers += streak
    return [*numbers, *state.caps, *state.milestones, *state.active_days]


def unpack(compiled: Compiled, numbers: Sequence[int], state: MemberState) -> None:
    """Take back what `pack` gave under the same version."""
    rest = iter(numbers)
    state.windows = [next(rest) for _ in compiled.windows]
    state.resets = [(next(rest), next(rest)) if ladder >= 0 else (-NEVER, 0) for _, _, ladder in compiled.windows]
    state.streaks = [(next(rest), next(rest)) for _ in compiled.streaks]
    program = compiled.program
    state.caps = [next(rest) for _ in program.caps]
    state.milestones = [next(rest) for _ in program.milestones]
    state.active_days = [next(rest) for _ in program.units]
