"""Why something about coupons was refused, in the words of pages."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REFUSALS: Mapping[str, str | Promise] = {
    "bad_coupon_code": _("A code has 4 to 40 letters and digits."),
    "bad_coupon_template": _("This does not go together with the rest of the template."),
    "bad_coupon_template/name": _("A name has 1 to 80 characters that can be seen."),
    "bad_coupon_template/one_code": _("The one code and «one code that many use» go together."),
    "bad_coupon_template/codes": _(
        "One code for many is nobody's: it is not claimed, bought for points, given by a rule or to a friend."
    ),
    "bad_coupon_template/given_when": _("A condition needs what the coupon is given for."),
    "bad_coupon_template/validity": _("It ends after it begins."),
    "bad_coupon_template/validity/days": _("One code for many counts no days: fill in first and last day."),
    "bad_coupon_template/validity/until": _("This is over already."),
    "bad_coupon_template/budget_minor": _("The budget does not do for one coupon."),
    "bad_coupon_template/packet": _("The money has to do for the least share of everybody."),
    "coupon_budget_spent": _("The budget of these coupons is spent."),
    "coupon_code_for_many": _("Its one code is for whoever has it; nothing is issued."),
    "coupon_code_taken": _("Another coupon has this code."),
    "coupon_cost_unknown": _("A budget needs the most that one coupon costs."),
    "coupon_gift_to_oneself": _("A coupon goes to somebody else."),
    "coupon_limit_reached": _("The member has as many as one may have."),
    "coupon_not_claimable": _("Members can't take this coupon by themselves."),
    "coupon_not_for_member": _("The member does not meet the condition of this coupon."),
    "coupon_not_transferable": _("This coupon can't be given to a friend, or was already."),
    "order_not_refunded": _("The order was not refunded in full, so its coupons stay used."),
    "coupon_not_usable": _("The coupon is used, set aside, frozen, recalled or over."),
    "coupon_template_exists": _("There is a template with this code already."),
    "coupon_template_shrinks": _("What people were told only grows; what has no limit gets none."),
    "coupon_without_price": _("This coupon can't be had for points."),
    "coupons_exhausted": _("All of these coupons are gone."),
    "coupons_not_open": _("These coupons are not issued yet."),
    "coupons_over": _("The time of these coupons is over."),
    "coupons_paused": _("These coupons are paused."),
    "coupons_stopped": _("This template is stopped for ever."),
    "offer_of_other_kind": _("What the coupon does is not of the kind that was chosen."),
    "unknown_coupon": _("There is no such coupon."),
    "unknown_coupon_batch": _("There is no such batch."),
    "unknown_coupon_gift": _("Nobody gives a coupon with this code, or not any more."),
    "unknown_coupon_template": _("There is no such coupon template."),
    "coupon_batch_size": _("A batch makes 1 to 2,000,000 coupons."),
    "coupons_not_pooled": _("Only templates with a pool get codes beforehand."),
    "coupon_batch_over": _("The batch is made already; nothing is left to be stopped."),
    "offer_counts_more": _("A coupon can only ask for what the rules of the program count already."),
    "bad_coupon_offer": _("The offer can't be read."),
    "one_kind_of_batch": _("Say one of count, codes and audience."),
}
