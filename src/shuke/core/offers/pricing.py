"""Offers on a cart: group by group, what each takes off, and why the others do nothing."""

from collections.abc import Collection, Sequence
from fractions import Fraction

from shuke.core.offers.effects import shipping_off, step_of, take_off
from shuke.core.offers.model import (
    Applied,
    Cart,
    Gift,
    Group,
    Limits,
    Mode,
    Offer,
    PointsTimes,
    Priced,
    Reason,
    Shipping,
    Stacking,
)
from shuke.core.offers.parts import Parts


class _Run:
    """One pass over the groups: the cart as it stands, what applied and what did not."""

    def __init__(self, cart: Cart, used: Collection[str], of_order: str | None, limits: Limits) -> None:
        self.parts = Parts(cart)
        self.skus = [line.sku for line in cart.lines]
        self.applied: dict[str, tuple[Offer, Applied]] = {}
        self.refused: dict[str, Reason] = {}
        self._used, self._of_order, self._limits = used, of_order, limits

    def take(self, group: Group) -> None:
        """Let the offers of a group do what its mode allows."""
        chosen: list[tuple[Offer, Parts, Applied]] = []
        for offer in group.offers:
            told = self._against(offer) or self._tried(offer)
            if isinstance(told, Reason):
                self.refused[offer.code] = told
                continue
            if group.mode is Mode.STACKABLE:
                self._keep(offer, *told)
            else:
                chosen.append((offer, *told))
        if not chosen:
            return
        best = _first(chosen, group.mode)
        self._keep(*best)
        self.refused |= {offer.code: Reason.OTHER_CHOSEN for offer, _, _ in chosen if offer is not best[0]}

    def _keep(self, offer: Offer, parts: Parts, applied: Applied) -> None:
        self.parts = parts
        self.applied[offer.code] = offer, applied

    def _against(self, offer: Offer) -> Reason | None:
        """Tell what stands against an offer beside its amounts."""
        if offer.refused is not None:
            return offer.refused
        if offer.coupon and offer.code not in self._used:
            return Reason.OTHER_CHOSEN
        if offer.of_order and self._of_order is not None and offer.code != self._of_order:
            return Reason.OTHER_CHOSEN
        if not offer.lines and not isinstance(offer.effect, Shipping):
            return Reason.NO_MATCHING_LINES
        beside = [other for other, _ in self.applied.values()]
        if not all(stand_together(offer, other) for other in beside):
            return Reason.NOT_STACKABLE
        never = sum(other.stacking is Stacking.NEVER for other in beside)
        coupons = sum(other.coupon for other in beside)
        full = (
            len(beside) >= self._limits.offers
            or (offer.stacking is Stacking.NEVER and never >= self._limits.never)
            or (offer.coupon and coupons >= self._limits.coupons)
        )
        return Reason.TOO_MANY if full else None

    def _tried(self, offer: Offer) -> Reason | tuple[Parts, Applied]:
        """Apply an offer to a copy of the cart as it stands."""
        if not _reached(offer, self.parts):
            return Reason.MINIMUM_NOT_MET
        parts = self.parts.copy()
        effect = step_of(offer, parts)
        if effect is None:
            return Reason.MINIMUM_NOT_MET
        off = {line: minor for line, minor in take_off(effect, offer, parts, self.skus).items() if minor}
        shipping = shipping_off(effect, parts.shipping) if isinstance(effect, Shipping) else 0
        parts.shipping -= shipping
        gifts = (effect,) if isinstance(effect, Gift) else ()
        times = effect.factor if isinstance(effect, PointsTimes) else Fraction(1)
        if not off and not shipping and not gifts and times == 1:
            return Reason.NO_EFFECT
        if offer.minimum is not None and offer.minimum.after and not _reached(offer, parts):
            return Reason.MINIMUM_LOST
        applied = Applied(offer.code, off, shipping, gifts, times)
        if offer.budget is not None and applied.total > offer.budget:
            return Reason.BUDGET_REACHED
        return parts, applied


def price(
    cart: Cart,
    groups: Sequence[Group],
    used: Collection[str] | None = None,
    limits: Limits = Limits(),  # noqa: B008  frozen
) -> Priced:
    """Price a cart with all offers that nobody chooses and the coupons that are `used` (None: all of them).

    Of several discounts of the whole order only the one with which the order costs least applies; the first of equals.
    """
    offers = [offer for group in groups for offer in group.offers]
    if used is None:
        used = {offer.code for offer in offers if offer.coupon}
    rivals = [offer.code for offer in offers if offer.of_order and not (offer.coupon and offer.code not in used)]
    runs = [_run(cart, groups, used, rival, limits) for rival in (rivals if len(rivals) > 1 else [None])]
    return min(runs, key=lambda priced: priced.pay_minor)


def stand_together(one: Offer, other: Offer) -> bool:
    """Tell whether two offers may stand beside each other."""
    return Stacking.ALWAYS in (one.stacking, other.stacking) or one.stacking is other.stacking


def _run(cart: Cart, groups: Sequence[Group], used: Collection[str], of_order: str | None, limits: Limits) -> Priced:
    run = _Run(cart, used, of_order, limits)
    for group in groups:
        run.take(group)
    lines = [0] * len(cart.lines)
    for part in run.parts.parts:
        lines[part.line] += part.left
    applied = tuple(done for _, done in run.applied.values())
    return Priced(tuple(lines), run.parts.shipping, applied, run.refused)


def _reached(offer: Offer, parts: Parts) -> bool:
    minimum = offer.minimum
    return minimum is None or parts.measured(minimum.measure, offer.lines, minimum.base) >= minimum.least


def _first(chosen: list[tuple[Offer, Parts, Applied]], mode: Mode) -> tuple[Offer, Parts, Applied]:
    if mode is Mode.LIST_ORDER:
        return chosen[0]
    pick = min if mode is Mode.LOWEST else max
    return pick(chosen, key=lambda each: each[2].total)
