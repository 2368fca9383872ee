"""How stored value is divided to the cent: what pays first, what goes with a refund, and where its money goes. Pure."""

from collections.abc import Sequence
from fractions import Fraction

from shuke.core.program.model import BonusBack, UseOrder


def split(use: UseOrder, amount: int, principal: int, bonus: int) -> tuple[int, int]:
    """Return how much of an amount principal and bonus pay, in the declared order, at most what there is.

    In proportion, the part of the bonus is rounded down.
    """
    amount = min(amount, principal + bonus)
    if use is UseOrder.PRINCIPAL:
        of_bonus = max(0, amount - principal)
    elif use is UseOrder.BONUS:
        of_bonus = min(amount, bonus)
    else:
        of_bonus = amount * bonus // (principal + bonus) if amount else 0
    return amount - of_bonus, of_bonus


def fee(amount: int, percent: Fraction) -> int:
    """Return what is kept of a refund, rounded down."""
    return amount * percent.numerator // (100 * percent.denominator)


def bonus_back(back: BonusBack, amount: int, principal: int, bonus: int) -> int:
    """Return the bonus that goes as so much of the principal is refunded, rounded down."""
    if back is BonusBack.KEEP:
        return 0
    return bonus if back is BonusBack.ALL else bonus * amount // principal


def parts(amount: int, kept: int, room: Sequence[int]) -> list[tuple[int, int]]:
    """Share an amount over what has so much room each, in order: (of the amount, money of it) each; a last one without
    room has the rest. What is kept comes off the last ones first.
    """
    covered = []
    for most in room:
        covered.append(min(amount, most))
        amount -= covered[-1]
    covered.append(amount)
    money = []
    for part in reversed(covered):
        off = min(part, kept)
        kept -= off
        money.append(part - off)
    return list(zip(covered, reversed(money), strict=True))
