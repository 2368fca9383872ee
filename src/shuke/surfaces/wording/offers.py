"""Why an offer or a coupon does nothing for a cart, or can't be used at all, in words."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shuke.core.offers.model import Reason
from shuke.rooms.coupons.contracts import HeldCoupon, State

WHY_NOT: Mapping[Reason, str | Promise] = {
    Reason.EXPIRED: _("It has expired."),
    Reason.NOT_STARTED: _("It cannot be used yet."),
    Reason.NOT_USABLE: _("It is used, frozen or recalled, or another order has it."),
    Reason.NOT_THIS_MEMBER: _("It belongs to somebody else."),
    Reason.CONDITION: _("Its condition is not met."),
    Reason.LIMIT_REACHED: _("Its number of uses is reached."),
    Reason.BUDGET_REACHED: _("Its budget is used up."),
    Reason.NO_MATCHING_LINES: _("It is for other items than these."),
    Reason.MINIMUM_NOT_MET: _("The amount is below its minimum."),
    Reason.MINIMUM_LOST: _("With the other offers the amount falls below its minimum."),
    Reason.NOT_STACKABLE: _("It does not go together with another offer."),
    Reason.OTHER_CHOSEN: _("Another offer saves more."),
    Reason.TOO_MANY: _("Too many offers are used already."),
    Reason.NO_EFFECT: _("There is nothing that it could take off."),
}
_STANDING: Mapping[State, str | Promise] = {
    State.LOCKED: _("It is set aside for another order."),
    State.USED: _("It was used."),
    State.FROZEN: _("It is frozen."),
    State.OFFERED: _("It is on its way to a friend."),
    State.VOID: _("It was recalled."),
}


def why_not(reason: Reason) -> str:
    """Return why an offer or coupon does nothing for a cart."""
    return str(WHY_NOT[reason])


def why_not_held(coupon: HeldCoupon) -> str:
    """Return why a coupon can't be used as it stands, "" where it can."""
    if coupon.refused is None:
        return ""
    if coupon.state is State.VOID and coupon.order_refunded:
        return gettext("The order that gave it was refunded.")
    if coupon.refused is Reason.NOT_USABLE and coupon.state in _STANDING:
        return str(_STANDING[coupon.state])
    return why_not(coupon.refused)
