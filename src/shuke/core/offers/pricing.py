"""Offers on a cart: group by group, what each takes off, and why the others do nothing.

Runs go through the offers together and part only where a choice is to be made: whether a coupon is used, and which
discount of the whole order is the one. So what comes before a choice is reckoned once.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from fractions import Fraction

from shuke.core.offers.effects import given, shipping_off, step_of, take_off
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

Tried = tuple[Offer, Parts, Applied]
LIMITS = Limits()


class Run:
    """One way through the offers: the cart as it stands, what applied and what did not. Parts are never changed here.

    `decided`: one of the discounts of the whole order is the one; `rivals`: one that could be was passed by. `used` are
    the coupons that apply so far, `classes` the stacking of all that do: an offer stands beside those of its own class
    and those that stand beside all.
    """

    __slots__ = ("applied", "chosen", "classes", "decided", "limits", "parts", "refused", "rivals", "used")

    def __init__(self, cart: Cart, limits: Limits) -> None:
        self.parts = Parts(cart)
        self.limits = limits
        self.applied: list[tuple[Offer, Applied]] = []
        self.refused: dict[str, Reason] = {}
        self.chosen: list[Tried] = []
        self.used: tuple[Offer, ...] = ()
        self.classes: frozenset[Stacking] = frozenset()
        self.decided = self.rivals = False

    def fork(self) -> "Run":
        """Return a run that goes another way from here."""
        other = Run.__new__(Run)
        other.parts, other.limits, other.used = self.parts, self.limits, self.used
        other.applied, other.refused, other.chosen = self.applied.copy(), self.refused.copy(), self.chosen.copy()
        other.decided, other.rivals, other.classes = self.decided, self.rivals, self.classes
        return other

    @property
    def pay_minor(self) -> int:
        """What is to be paid as the cart stands."""
        return self.parts.total + self.parts.shipping

    def offer(self, offer: Offer, mode: Mode) -> bool:
        """Let an offer do what the mode of its group allows, and tell whether it could."""
        told = self._against(offer) or self._tried(offer)
        if isinstance(told, Reason):
            self.refused[offer.code] = told
            return False
        self.decided = self.decided or offer.of_order
        if mode is Mode.STACKABLE:
            self._keep(offer, *told)
        else:
            self.chosen.append((offer, *told))
        return True

    def close(self, mode: Mode) -> None:
        """End a group: of the offers of which one applies, keep that."""
        if not self.chosen:
            return
        best = _first(self.chosen, mode)
        self.refused.update({offer.code: Reason.OTHER_CHOSEN for offer, _, _ in self.chosen if offer is not best[0]})
        self.chosen = []
        self._keep(*best)

    def priced(self, cart: Cart) -> Priced:
        """Return the cart as it stands at the end."""
        lines = [0] * len(cart.lines)
        for part in self.parts.parts:
            lines[part.line] += part.left
        return Priced(tuple(lines), self.parts.shipping, tuple(done for _, done in self.applied), self.refused)

    def _keep(self, offer: Offer, parts: Parts, applied: Applied) -> None:
        self.parts = parts
        self.applied.append((offer, applied))
        self.classes |= {offer.stacking}
        if offer.coupon:
            self.used += (offer,)

    def _against(self, offer: Offer) -> Reason | None:
        """Tell what stands against an offer beside its amounts."""
        if offer.refused is not None:
            return offer.refused
        if offer.of_order and self.decided:
            return Reason.OTHER_CHOSEN
        if not offer.lines and not isinstance(offer.effect, Shipping):
            return Reason.NO_MATCHING_LINES
        if not self.classes <= {offer.stacking, Stacking.ALWAYS} and offer.stacking is not Stacking.ALWAYS:
            return Reason.NOT_STACKABLE
        full = (
            len(self.applied) >= self.limits.offers
            or (offer.stacking is Stacking.NEVER and self._never() >= self.limits.never)
            or (offer.coupon and len(self.used) >= self.limits.coupons)
        )
        return Reason.TOO_MANY if full else None

    def _never(self) -> int:
        return sum(other.stacking is Stacking.NEVER for other, _ in self.applied)

    def _tried(self, offer: Offer) -> Reason | tuple[Parts, Applied]:
        """Apply an offer to a copy of the cart as it stands."""
        if not _reached(offer, self.parts):
            return Reason.MINIMUM_NOT_MET
        effect = step_of(offer, self.parts)
        if effect is None:
            return Reason.MINIMUM_NOT_MET
        parts = self.parts.copy()
        off = {line: minor for line, minor in take_off(effect, offer, parts).items() if minor}
        shipping = shipping_off(effect, parts.shipping) if isinstance(effect, Shipping) else 0
        parts.shipping -= shipping
        gifts = given(effect, offer, parts) if isinstance(effect, Gift) else ()
        times = effect.factor if isinstance(effect, PointsTimes) else Fraction(1)
        if not off and not shipping and not gifts and times == 1:
            return Reason.NO_EFFECT
        if offer.minimum is not None and offer.minimum.after and not _reached(offer, parts):
            return Reason.MINIMUM_LOST
        applied = Applied(offer.code, off, shipping, gifts, times)
        if offer.budget is not None and applied.total > offer.budget:
            return Reason.BUDGET_REACHED
        return parts, applied


Ways = Callable[[Run, Offer, Mode], Iterable[Run]]


def price(
    cart: Cart, groups: Sequence[Group], used: Collection[str] | None = None, limits: Limits = LIMITS
) -> Priced:  # fmt: skip
    """Price a cart with all offers that nobody chooses and the coupons that are `used` (None: all of them).

    Of several discounts of the whole order only the one with which the order costs least applies; the first of equals.
    """

    def ways(run: Run, offer: Offer, mode: Mode) -> Iterable[Run]:
        if offer.coupon and used is not None and offer.code not in used:
            return _without(run, offer)
        return _one_of_the_order(run, offer, mode)

    runs = all_ways(cart, groups, ways, limits)
    return min(runs, key=lambda run: run.pay_minor).priced(cart)


def all_ways(
    cart: Cart, groups: Sequence[Group], ways: Ways, limits: Limits = LIMITS, most: int | None = None
) -> list[Run]:  # fmt: skip
    """Return the ends of all ways through the offers; after each, at most `most` are followed: the cheapest so far.

    `ways` says how a run may go on at an offer. The first run, and the order of equals, stay.
    """
    runs = [Run(cart, limits)]
    for group in groups:
        for offer in group.offers:
            if offer.coupon or offer.of_order:
                runs = [way for run in runs for way in ways(run, offer, group.mode)]
                if most is not None and len(runs) > most:
                    first, *others = runs
                    runs = [first, *sorted(others, key=lambda run: run.pay_minor)[: most - 1]]
            else:
                for run in runs:
                    run.offer(offer, group.mode)
        if group.mode is not Mode.STACKABLE:
            for run in runs:
                run.close(group.mode)
    return [run for run in runs if run.decided or not run.rivals]


def _without(run: Run, offer: Offer) -> tuple[Run, ...]:
    """Let a run go on without an offer that somebody may choose."""
    run.refused[offer.code] = offer.refused or Reason.OTHER_CHOSEN
    return (run,)


def _one_of_the_order(run: Run, offer: Offer, mode: Mode) -> tuple[Run, ...]:
    """Let a run go on with an offer and, where it is a discount of the whole order that another may be, without it."""
    if not offer.of_order or run.decided:
        run.offer(offer, mode)
        return (run,)
    other = run.fork()
    if not run.offer(offer, mode):
        return (run,)
    other.rivals = True
    return (run, *_without(other, offer))


def with_and_without(run: Run, offer: Offer, mode: Mode) -> tuple[Run, ...]:
    """Let a run go on without a coupon and, where it does something, with it; with what nobody chooses as ever."""
    if not offer.coupon:
        return _one_of_the_order(run, offer, mode)
    other = run.fork()
    if other.offer(offer, mode):
        return (*_without(run, offer), other)
    return (other,)


def _reached(offer: Offer, parts: Parts) -> bool:
    minimum = offer.minimum
    return minimum is None or parts.measured(minimum.measure, offer.lines, minimum.base) >= minimum.least


def _first(chosen: list[Tried], mode: Mode) -> Tried:
    if mode is Mode.LIST_ORDER:
        return chosen[0]
    pick = min if mode is Mode.LOWEST else max
    return pick(chosen, key=lambda each: each[2].total)
