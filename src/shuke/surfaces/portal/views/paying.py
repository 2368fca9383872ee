"""Payments on a member's phone: where one stands and where it is paid, whatever it is for; and a sandbox's provider."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from shuke.adapters.payment_sandbox import provider as sandbox
from shuke.adapters.payment_sandbox.provider import Behaviour
from shuke.core.values.errors import Refusal
from shuke.foundation import clock, ids
from shuke.rooms.org.contracts import Organisation
from shuke.rooms.payments import facade as payments
from shuke.rooms.payments.contracts import PAYMENT_PREFIX, Payment, Purpose, State
from shuke.surfaces.portal.pages import Guest, open_page, page, show

_COUNTER = "counter"


def phone_method() -> str | None:
    """Return the method by which one pays on the phone: the first that is not the counter, None where there is none."""
    return next((one for one in payments.methods() if one != _COUNTER), None)


def require_phone_method() -> str:
    """Return the method by which one pays on the phone.

    Raises: Refusal `unknown_payment_method`.
    """
    method = phone_method()
    if method is None:
        raise Refusal("unknown_payment_method", "One pays at the counter here.", params={"known": _COUNTER})
    return method


@page("GET", "POST")
def pay(request: HttpRequest, guest: Guest, payment_id: str) -> HttpResponse:
    """Show where a payment of the member's stands, and where it is paid; a form asks the provider again."""
    payment = payments.find(ids.decode(PAYMENT_PREFIX, payment_id))
    if payment.member_id != guest.member.id:
        raise Refusal("unknown_payment", "There is no such payment.")
    if request.method == "POST":
        payments.start(payment.id)
        return redirect("portal-pay", payment_id)
    where, called = _purpose(payment)
    return show(
        request,
        "pay.html",
        tab="me",
        title=_("Payment"),
        payment=payment,
        where=where,
        called=called,
        is_open=payment.state is State.PENDING,
        is_address=payment.pay_url.startswith(("https://", "/")),
    )


def _purpose(payment: Payment) -> tuple[str, str]:
    """Return where what is paid for stands, and what the way there is called."""
    if payment.purpose is Purpose.MALL:
        return reverse("portal-mall-order", args=[payment.reference]), _("To my order")
    if payment.purpose is Purpose.VALUE:
        return reverse("portal-value"), _("To my stored value")
    return reverse("portal-plans"), _("To my plans")


@open_page("GET", "POST")
def sandbox_pay(request: HttpRequest, shop: Organisation, payment_id: str) -> HttpResponse:
    """Be the provider of a sandbox: let whoever tries it choose what becomes of a payment, and of later charges."""
    payment = payments.find(ids.decode(PAYMENT_PREFIX, payment_id))
    row = sandbox.pretended(payment.id) if clock.is_tested() else None
    if row is None:
        raise Refusal("unknown_payment", "There is no such payment.")
    if request.method == "POST":
        said = [request.POST.get(name, Behaviour.PAYS) for name in ("behaviour", "later")]
        if payment.state is State.PENDING and all(word in set(Behaviour) for word in said):
            sandbox.settle(payment.id, Behaviour(said[0]), Behaviour(said[1]))
        return redirect("portal-pay", payment_id)
    return show(
        request,
        "sandbox_pay.html",
        title=_("Sandbox payment"),
        payment=payment,
        is_open=payment.state is State.PENDING,
        nows=[(word.value, _NOW[word]()) for word in _NOW],
        laters=[(word.value, _LATER[word]()) for word in _LATER] if payment.purpose is Purpose.PLAN else (),
    )


_NOW = {
    Behaviour.PAYS: lambda: _("Pay"),
    Behaviour.TWICE: lambda: _("Pay, and tell it twice"),
    Behaviour.LATE: lambda: _("Pay, and tell it three days later"),
    Behaviour.KEEPS: lambda: _("Pay, and have refunds refused at first"),
    Behaviour.DECLINES: lambda: _("Decline"),
}
_LATER = {
    Behaviour.PAYS: lambda: _("are paid"),
    Behaviour.DECLINES: lambda: _("are declined"),
    Behaviour.LATE: lambda: _("are paid and told late"),
    Behaviour.SILENT: lambda: _("get no answer at first"),
}
