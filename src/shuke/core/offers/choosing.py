"""Which coupons to use: those with which the order costs least."""

from collections.abc import Sequence

from shuke.core.offers.model import Amount, Cart, Group, Limits, Offer, Priced
from shuke.core.offers.pricing import LIMITS, Run, all_ways, with_and_without

MANY = 32  # ways that are all followed: of five coupons every combination, of more the cheapest on the way


def best(cart: Cart, groups: Sequence[Group], limits: Limits = LIMITS) -> Priced:
    """Price a cart with the coupons with which it costs least; of equals those that waste least, then the fewest.

    A coupon that is not used is told with what stands against it, or that others were chosen.
    """
    return min(all_ways(cart, groups, with_and_without, limits, MANY), key=_rank).priced(cart)


def _rank(run: Run) -> tuple[int, int, int]:
    wasted = sum(_face(offer) - applied.total for offer, applied in run.applied if offer.coupon)
    return run.pay_minor, wasted, len(run.used)


def _face(offer: Offer) -> int:
    """Return what a coupon is worth at most where it says so, 0 otherwise."""
    return offer.effect.minor if isinstance(offer.effect, Amount) else 0
