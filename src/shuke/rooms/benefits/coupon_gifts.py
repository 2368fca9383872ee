"""The coupons that a benefit names, issued in the transaction that gives the entitlement, one for each of its quota."""

from collections.abc import Sequence
from uuid import UUID

from shuke.foundation import business_keys
from shuke.rooms.benefits.contracts import Giving, NeverError, TryLaterError
from shuke.rooms.coupons import facade as coupons
from shuke.rooms.coupons.contracts import Cause, IssueFact

SOURCE = "benefits"
_PASSING = frozenset(
    {
        *("coupons_paused", "coupons_not_open", "coupons_exhausted", "coupon_budget_spent", "coupon_limit_reached"),
        "member_frozen",
    }
)


class CouponGifts:
    """Issues coupons. A coupon that was issued is the member's own: losing the tier takes it from nobody.

    But where the money of what gave it goes back, so does the coupon, unless it is used, whoever has it by then.
    """

    at_once = True

    def grant(self, givings: Sequence[Giving]) -> None:
        """Issue coupons, once for each key.

        Raises:
            TryLaterError: the template is paused, used up or not open. NeverError: it can't be issued.
        """
        facts = [
            IssueFact(SOURCE, _name(one.key, number), one.benefit.gives, one.member_id, Cause.BENEFIT, one.at)
            for one in givings
            for number in range(1, one.quantity + 1)
        ]
        for answer in coupons.issue(facts):
            if answer.refusal is not None:
                code = answer.refusal.code
                raise (TryLaterError if code in _PASSING else NeverError)(code)

    def cycle(self, givings: Sequence[Giving]) -> None:
        """Issue coupons for a new period. Raises: as `grant`."""
        self.grant(givings)

    def revoke(self, givings: Sequence[Giving]) -> None:
        """Leave what was issued."""

    def recall(self, givings: Sequence[Giving]) -> None:
        """Make void what was issued and is not used. Raises nothing."""
        for one in givings:
            names = [_name(key, number) for key, quantity in one.given for number in range(1, quantity + 1)]
            coupons.recall(SOURCE, names, one.at)


def _name(key: str, number: int) -> str:
    """Return the outside id of one of the coupons that were asked for together."""
    return f"{key}:{number}"


def given_by(coupon_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return by which cause benefits gave coupons, such as `plan:plus`; those that came otherwise are absent."""
    found = business_keys.names(coupon_ids)
    return {id: _cause(name.external_id) for id, name in found.items() if name.source == SOURCE}


def _cause(name: str) -> str:
    """Return the cause in an outside id, which is member:benefit:cause:number:which; a cause may have colons."""
    return ":".join(name.split(":")[2:-2])
