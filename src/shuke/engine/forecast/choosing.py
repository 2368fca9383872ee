"""Which estimate of use is kept: the one that told best what members held in months that were held out."""

from dataclasses import dataclass

import numpy as np

from shuke.engine.forecast.endings import Endings, Floats
from shuke.engine.forecast.projection import project
from shuke.engine.forecast.series import off_by
from shuke.engine.forecast.survival import METHODS, Fates, hazards

LEAST = 3  # months that an estimate is made of at least


@dataclass(frozen=True)
class Chosen:
    """The method kept, the error of each on held-out months (None: none could be held out), and how far off use was.

    An error is Σ |forecast − actual| of the points held at the ends of months over Σ actual: the liability is what a
    forecast is asked for. `off` has `series.off_by` of use by origin and month ahead.
    """

    method: str
    scores: dict[str, float | None]
    off: Floats


def choose(known: Fates, endings: Endings) -> Chosen:
    """Try every method from a half, two thirds and five sixths of the months on, what was issued since being told."""
    months = known.issued.shape[-1]
    origins = sorted({months - max(1, months // part) for part in (2, 3, 6)})
    origins = [origin for origin in origins if origin >= LEAST]
    scores: dict[str, float | None] = dict.fromkeys(METHODS)
    kept, errors = next(iter(METHODS)), np.zeros((0, 0))
    used = known.used.sum(axis=-2)
    held = np.cumsum(known.issued - used - known.expired.sum(axis=-2) - known.taken.sum(axis=-2))
    total = sum(float(held[origin:].sum()) for origin in origins)
    if total <= 0:
        return Chosen(kept, scores, errors)
    for method in METHODS:
        missed, off = 0.0, np.full((len(origins), months - origins[0]), np.nan)
        for row, origin in enumerate(origins):
            past = known.before(origin)
            told = project(past.left, known.issued[origin:], hazards(past, endings, method), endings, months - origin)
            missed += float(np.abs(told.closing - held[origin:]).sum())
            off[row, : months - origin] = off_by(used[origin:], told.used)
        best = scores[kept]
        scores[method] = missed / total
        if best is None or missed / total < best:
            kept, errors = method, off
    return Chosen(kept, scores, errors)
