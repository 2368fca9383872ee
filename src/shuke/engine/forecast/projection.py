"""What becomes of points in the months to come, from hazards by age and the dates on which they end.

Arrays may have leading axes (samples); lots stand by the month they were opened in, counted from the first.
"""

from dataclasses import dataclass

import numpy as np

from shuke.engine.forecast.endings import LONGEST, Endings, Floats
from shuke.engine.forecast.survival import Hazards


@dataclass(frozen=True)
class Projection:
    """What happens by month ahead [.., steps]; `expected` is what of `closing` will be used later."""

    used: Floats
    expired: Floats
    taken: Floats
    closing: Floats
    expected: Floats


def project(left: Floats, coming: Floats, hazards: Hazards, endings: Endings, steps: int) -> Projection:
    """Let months pass over the points `left` [.., M] and those that are issued in the months after [.., steps].

    `endings` has a row for each of the M + steps lot months. Within a month what ends on a date lives a part of it.
    """
    months = left.shape[-1]
    width = months + coming.shape[-1]
    alive = np.concatenate([left, np.zeros_like(coming)], axis=-1)
    later = to_be_used(hazards, endings)
    shares = fates(hazards, endings)
    flows: list[tuple[Floats, ...]] = []
    lots = np.arange(width)
    for step in range(steps):
        now = months + step
        if step < coming.shape[-1]:
            alive[..., now] = coming[..., step]
        age = np.clip(now - lots, 0, LONGEST)
        used, expired, taken = (alive * fate[..., lots, age] for fate in shares)
        alive = np.maximum(alive - used - taken - expired, 0.0)
        expected = alive * later[..., lots, age + 1]
        flows.append((used.sum(-1), expired.sum(-1), taken.sum(-1), alive.sum(-1), expected.sum(-1)))
    return Projection(*(np.stack(each, axis=-1) for each in zip(*flows, strict=True)))


def to_be_used(hazards: Hazards, endings: Endings) -> Floats:
    """Return which share of what is there of a lot month at the start of an age will be used [.., lots, age].

    What is left after LONGEST months counts as never used.
    """
    used, expired, taken = fates(hazards, endings)
    later = np.zeros((*used.shape[:-1], LONGEST + 2))
    for age in range(LONGEST, -1, -1):
        stays = 1 - used[..., age] - expired[..., age] - taken[..., age]
        later[..., age] = used[..., age] + stays * later[..., age + 1]
    return later


def fates(hazards: Hazards, endings: Endings) -> tuple[Floats, Floats, Floats]:
    """Return the shares used, expired and taken back of what is there at the start of an age [.., lots, age].

    What ends on a date within a month shares use and taking back with the rest for the part of the month it lives.
    """
    to_end = np.cumsum(endings.share[:, ::-1], axis=1)[:, ::-1]  # what ends in its k-th month or later
    rest = to_end + (1 - to_end[:, :1])
    ends = np.divide(endings.share, rest, out=np.zeros_like(rest), where=rest > 1e-12)
    lived = 1 - ends * (1 - endings.into)
    hazard = [each[..., None, :] for each in (hazards.used, hazards.taken, hazards.idle)]
    over = np.maximum(1.0, hazard[0] + hazard[1] + hazard[2])
    used, taken, idle = (each / over * lived for each in hazard)
    dated = ends * (1 - endings.into * (hazard[0] + hazard[1] + hazard[2]) / over)
    return used, idle + dated, taken
