"""Paying with points: how many may be used for what is to be paid, and how much they pay."""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class PointsPayment:
    """A point pays `value` minor units. Used are at least `least` points, whole `blocks`, at most `most`, for at most
    `percent` of the amount; points are counted in the smallest fraction of their unit.
    """

    value: Fraction
    least: int = 1
    block: int = 1
    percent: Fraction = Fraction(100)
    most: int | None = None

    def worth(self, points: int) -> int:
        """Return the minor units that points pay, rounded down: no point pays more than it is worth."""
        paid = points * self.value
        return paid.numerator // paid.denominator


def payable(rule: PointsPayment, pay_minor: int, available: int) -> int:
    """Return the most points that may be used for an amount, whole blocks; 0 where that is below the least."""
    share = rule.percent / 100 * max(0, pay_minor)
    enough = Fraction(share.numerator // share.denominator) / rule.value
    points = min(available, enough.numerator // enough.denominator)
    if rule.most is not None:
        points = min(points, rule.most)
    return _whole(rule, points)


def pay_with_points(rule: PointsPayment, pay_minor: int, available: int, wanted: int | None = None) -> tuple[int, int]:
    """Return the points to use and the minor units that they pay: as many as may be, at most those wanted.

    (0, 0) below the least.
    """
    points = payable(rule, pay_minor, available)
    if wanted is not None:
        points = _whole(rule, min(points, wanted))
    return points, rule.worth(points)


def _whole(rule: PointsPayment, points: int) -> int:
    points -= points % rule.block
    return points if points >= max(1, rule.least) else 0
