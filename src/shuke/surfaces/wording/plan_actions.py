"""What people did to paid plans, activation codes and benefits, as the audit log says it."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTIONS: Mapping[str, str | Promise] = {
    "plan.created": _("Created a paid plan"),
    "plan.changed": _("Changed the terms of a paid plan"),
    "plan.sale_changed": _("Changed whether a paid plan is sold"),
    "plan.given": _("Gave a paid plan"),
    "plan.extended": _("Extended a paid plan"),
    "plan.cancelled": _("Cancelled a paid plan"),
    "codes.made": _("Made activation codes"),
    "codes.taken": _("Took activation codes as a file"),
    "benefits.applied": _("Changed the benefits"),
    "benefit.used": _("Recorded the use of a benefit"),
    "benefit.undone": _("Undid the use of a benefit"),
    "request.step": _("Took a step of a service request"),
}
