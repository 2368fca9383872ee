"""Refunds that their provider refused: who waits for how much, why it failed, and trying it again."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from shuke.foundation import clock, ids
from shuke.rooms.members import facade as people
from shuke.rooms.members.contracts import ID_PREFIX
from shuke.rooms.org.contracts import Right
from shuke.rooms.payments import facade as payments
from shuke.rooms.payments.contracts import REFUND_PREFIX, Purpose
from shuke.surfaces.console.pages import Desk, page, show
from shuke.surfaces.wording import payment_words

_ROWS = 200
_PURPOSES = {
    Purpose.PLAN: gettext_lazy("Paid plan"),
    Purpose.MALL: pgettext_lazy("money was for", "Rewards mall"),
    Purpose.VALUE: pgettext_lazy("money was for", "Stored value"),
}


@page(Right.PAID_READ)
def failed_refunds(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List refunds that failed and whose money is still here, the first asked first."""
    found = payments.failed_refunds(_ROWS)
    known = people.get_many({payment.member_id for payment, _refund in found})
    return show(
        request,
        "failed_refunds.html",
        title=_("Failed refunds"),
        place="failed-refunds",
        rows=[
            {
                "id": ids.encode(REFUND_PREFIX, refund.id),
                "refund": refund,
                "method": payment_words.method(payment.method),
                "number": ids.encode("pay", payment.id),
                "purpose": _PURPOSES[payment.purpose],
                "member": known[payment.member_id],
                "member_id": ids.encode(ID_PREFIX, payment.member_id),
            }
            for payment, refund in found
        ],
        may_retry=desk.may(Right.PAID_SELL),
    )


@page(Right.PAID_SELL, "POST")
def retry_refund(request: HttpRequest, desk: Desk, refund_id: str) -> HttpResponse:
    """Try a refund again that failed."""
    tried = payments.retry_refund(ids.decode(REFUND_PREFIX, refund_id), clock.business_now(), desk.actor)
    payments.send_refund(tried.id)
    messages.success(request, _("On its way again; within minutes it is done, or appears here again."))
    return redirect(reverse("failed-refunds"))
