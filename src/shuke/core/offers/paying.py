"""Paying with points: how many may be used for what is to be paid, and how much they pay."""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class PointsPayment:
    """A point pays `value` minor units. Used are at least `least` points, whole `blocks`, for at most `percent` of the
    amount and `cap` minor units; points are counted in the smallest fraction of their unit.
    """

    value: Fraction
    least: int = 1
    block: int = 1
    percent: Fraction = Fraction(100)
    cap: int | None = None


def pay_with_points(rule: PointsPayment, pay_minor: int, available: int, wanted: int | None = None) -> tuple[int, int]:
    """Return the points to use and the minor units that they pay: as many as may be, at most those wanted.

    What they pay is rounded down, so that no point pays more than it is worth; (0, 0) below the least.
    """
    share = rule.percent / 100 * max(0, pay_minor)
    most_minor = share.numerator // share.denominator
    if rule.cap is not None:
        most_minor = min(most_minor, rule.cap)
    enough = Fraction(most_minor) / rule.value
    points = min(available, enough.numerator // enough.denominator)
    if wanted is not None:
        points = min(points, wanted)
    points -= points % rule.block
    if points < max(1, rule.least):
        return 0, 0
    paid = points * rule.value
    return points, paid.numerator // paid.denominator
