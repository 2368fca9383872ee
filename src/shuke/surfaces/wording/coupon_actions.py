"""What people did to coupons, as the audit log says it."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTIONS: Mapping[str, str | Promise] = {
    "coupons.template_created": _("Created a coupon template"),
    "coupons.template_changed": _("Changed a coupon template"),
    "coupons.batch_opened": _("Began a batch of coupons"),
    "coupons.batch_cancelled": _("Stopped a batch of coupons"),
    "coupons.recalled": _("Recalled coupons"),
    "coupons.frozen": _("Froze a coupon"),
    "coupons.unfrozen": _("Thawed a coupon"),
    "coupons.given": _("Gave a coupon"),
}
