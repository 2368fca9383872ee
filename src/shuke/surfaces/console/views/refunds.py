"""Refunds that their provider refused: who waits for how much, why it failed, trying it again, and paying by hand."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from shuke.foundation import clock, ids
from shuke.rooms.members import facade as people
from shuke.rooms.members.contracts import ID_PREFIX, Member
from shuke.rooms.org.contracts import Right
from shuke.rooms.payments import facade as payments
from shuke.rooms.payments.contracts import PAID_TWICE, PAYMENT_PREFIX, REFUND_PREFIX, Payment, Purpose, Refund
from shuke.surfaces.console.acting import require_other
from shuke.surfaces.console.pages import Desk, page, show
from shuke.surfaces.console.value_forms import ByHandForm
from shuke.surfaces.wording import payment_words

_PAGE = 50
_LATELY = 50
_PURPOSES = {
    Purpose.PLAN: gettext_lazy("Paid plan"),
    Purpose.MALL: pgettext_lazy("money was for", "Rewards mall"),
    Purpose.VALUE: pgettext_lazy("money was for", "Stored value"),
}


@page(Right.PAID_READ)
def failed_refunds(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List refunds that failed and whose money is still here, the first asked first, and those paid by hand lately."""
    return _failed_refunds(request, desk)


@page(Right.PAID_SELL, "POST")
def retry_refund(request: HttpRequest, desk: Desk, refund_id: str) -> HttpResponse:
    """Try a refund again that failed."""
    tried = payments.retry_refund(_id(refund_id), clock.business_now(), desk.actor)
    payments.send_refund(tried.id)
    messages.success(request, _("On its way again; within minutes it is done, or appears here again."))
    return redirect(reverse("failed-refunds"))


@page(Right.APPROVALS_DECIDE, "POST")
def pay_refund_by_hand(request: HttpRequest, desk: Desk, refund_id: str) -> HttpResponse:
    """Close a refund that failed: somebody paid it otherwise."""
    form = ByHandForm(request.POST, prefix=refund_id)
    payment, _refund = payments.refund_of(_id(refund_id))
    require_other(desk, payment.member_id)
    if not form.is_valid():
        return _failed_refunds(request, desk, form)
    said = form.cleaned_data
    payments.pay_refund_by_hand(_id(refund_id), said["reference"], said["note"], clock.business_now(), desk.actor)
    messages.success(request, _("Kept; the refund is done."))
    return redirect(reverse("failed-refunds"))


def _failed_refunds(request: HttpRequest, desk: Desk, form: ByHandForm | None = None) -> HttpResponse:
    found = payments.failed_refunds(_PAGE, request.GET.get("cursor") or None)
    done = payments.refunds_by_hand(_LATELY)
    known = people.get_many({payment.member_id for payment, _refund in (*found.refunds, *done)})
    rows = [_row(payment, refund, known) for payment, refund in found.refunds]
    for row in rows:
        row["form"] = form if form is not None and form.prefix == row["id"] else ByHandForm(prefix=row["id"])
    return show(
        request,
        "failed_refunds.html",
        title=_("Failed refunds"),
        place="failed-refunds",
        rows=rows,
        next_cursor=found.next_cursor,
        done=[_row(payment, refund, known) for payment, refund in done],
        may_retry=desk.may(Right.PAID_SELL),
        may_pay=desk.may(Right.APPROVALS_DECIDE),
        status=200 if form is None else 422,
    )


def _row(payment: Payment, refund: Refund, known: Mapping[UUID, Member]) -> dict[str, Any]:
    return {
        "id": ids.encode(REFUND_PREFIX, refund.id),
        "refund": refund,
        "twice": refund.reason == PAID_TWICE,
        "method": payment_words.method(payment.method),
        "number": ids.encode(PAYMENT_PREFIX, payment.id),
        "purpose": _PURPOSES[payment.purpose],
        "member": known[payment.member_id],
        "member_id": ids.encode(ID_PREFIX, payment.member_id),
    }


def _id(refund_id: str) -> UUID:
    return ids.decode(REFUND_PREFIX, refund_id)
