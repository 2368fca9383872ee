"""Packs what the machines remember of a member beside points, tiers and orders into one row of numbers, and back."""

from collections.abc import Sequence

from shuke.core.state.slots import ACTIVE, CAP, MILESTONE, STREAK, W_BASE, W_RESET, W_VALUE, WINDOW, WINDOW_ROW
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


def slots_of(compiled: Compiled) -> list[int]:
    """Return where in the machines' state the numbers stand that `pack` gives."""
    windows = [WINDOW + w * WINDOW_ROW for w in range(len(compiled.windows))]
    return [
        *(s + W_VALUE for s in windows),
        *(
            s + of
            for s, (_, _, ladder) in zip(windows, compiled.windows, strict=True)
            if ladder >= 0
            for of in (W_RESET, W_BASE)
        ),
        *range(STREAK, STREAK + 2 * len(compiled.streaks)),
        *range(CAP, CAP + len(compiled.program.caps)),
        *range(MILESTONE, MILESTONE + len(compiled.program.milestones)),
        *range(ACTIVE, ACTIVE + len(compiled.program.units)),
    ]


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
