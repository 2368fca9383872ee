"""Which coupons to use: those with which the order costs least."""

from collections.abc import Sequence
from itertools import chain, combinations

from shuke.core.offers.model import Amount, Cart, Group, Limits, Offer, Priced
from shuke.core.offers.pricing import price

MANY = 64  # combinations that are all looked at; of more, coupons are added one by one


def best(cart: Cart, groups: Sequence[Group], limits: Limits = Limits()) -> Priced:  # noqa: B008  frozen
    """Price a cart with the coupons with which it costs least; of equals those that waste least, then the fewest.

    All combinations are looked at where there are few; otherwise the coupon that saves most is added again and again,
    and one is taken away wherever that saves more.
    """
    coupons = {offer.code: offer for group in groups for offer in group.offers if offer.coupon}
    alone = {code: price(cart, groups, (code,), limits) for code in coupons}
    useful = [code for code, priced in alone.items() if any(each.code == code for each in priced.applied)]
    most = min(len(useful), limits.coupons)
    none = price(cart, groups, (), limits)

    def rank(priced: Priced) -> tuple[int, int, int]:
        used = [each for each in priced.applied if each.code in coupons]
        return priced.pay_minor, sum(_face(coupons[each.code]) - each.total for each in used), len(used)

    if 2 ** len(useful) <= MANY:
        sets = chain.from_iterable(combinations(useful, count) for count in range(2, most + 1))
        tried = [none, *(alone[code] for code in useful if most), *(price(cart, groups, used, limits) for used in sets)]
        return min(tried, key=rank)
    found, used = none, tuple[str, ...]()
    while True:
        near = [(*used, code) for code in useful if code not in used] if len(used) < most else []
        near += [tuple(other for other in used if other != code) for code in used]
        better = min(((price(cart, groups, each, limits), each) for each in near), key=lambda one: rank(one[0]))
        if rank(better[0]) >= rank(found):
            return found
        found, used = better


def _face(offer: Offer) -> int:
    """Return what a coupon is worth at most where it says so, 0 otherwise."""
    return offer.effect.minor if isinstance(offer.effect, Amount) else 0
