"""Dividing whole amounts: to the last cent, and never more than there is."""

from collections.abc import Sequence


def share_out(amount: int, weights: Sequence[int]) -> list[int]:
    """Divide an amount ≥ 0 by weights ≥ 0: each share rounded down, what is left goes one by one to the first.

    A share never exceeds its weight where the amount is at most their sum. All zero where no weight is.
    """
    total = sum(weights)
    if total == 0:
        return [0] * len(weights)
    shares = [amount * weight // total for weight in weights]
    rest = amount - sum(shares)
    for place, weight in enumerate(weights):
        if rest == 0:
            break
        if weight and (amount > total or shares[place] < weight):
            shares[place] += 1
            rest -= 1
    return shares
