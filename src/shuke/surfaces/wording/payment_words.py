"""The words of payments for people: by which method one pays, and where a payment stands."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shuke.rooms.payments.contracts import State

METHODS: Mapping[str, str | Promise] = {
    "counter": _("Money taken at the counter"),
    "sandbox": _("Sandbox provider"),
    "wechat": _("WeChat Pay"),
    "alipay": _("Alipay"),
}

STATES: Mapping[State, str | Promise] = {
    State.PENDING: pgettext_lazy("payment", "To be paid"),
    State.PAID: pgettext_lazy("payment", "Paid"),
    State.FAILED: pgettext_lazy("payment", "Not paid"),
    State.REFUNDED_PART: pgettext_lazy("payment", "Given back in part"),
    State.REFUNDED: pgettext_lazy("payment", "Given back"),
}


def method(code: str) -> str:
    """Return what a method is called; one that we have no word for by its code."""
    return str(METHODS.get(code, code))
