"""A clerk's day: log in with a PIN, lock, hand over with a report of the shift."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from shuke.core.values.currencies import CURRENCY_DIGITS
from shuke.core.values.errors import Refusal
from shuke.foundation import clock, logs
from shuke.rooms.org import facade as org
from shuke.rooms.programs import facade as programs
from shuke.surfaces.cashier import telling
from shuke.surfaces.cashier.counter import IDLE, SESSION, Counter, Told, call, keep_in, let_in, till_of
from shuke.surfaces.cashier.views import valuing
from shuke.surfaces.cashier.views.shell import no_till
from shuke.surfaces.wording import figures, refusals

_STATUS = {"pin_locked": 429}
_LONGEST_PIN = 20


@sensitive_post_parameters("pin")
@require_http_methods(["GET", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    """Ask who works here, and for the PIN."""
    try:
        till = till_of(request)
    except Refusal:
        return no_till(request)
    if request.method == "GET":
        return _form(request, till, "", 200)
    try:
        let_in(request, till, _staff(request.POST.get("clerk", "")), request.POST.get("pin", "")[:_LONGEST_PIN])
    except Refusal as refused:
        logs.refusal(refused, request_id=request.request_id)
        return _form(request, till, refusals.sentence(refused), _STATUS.get(refused.code, 403))
    return redirect("till")


def _staff(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Refusal("wrong_pin", "The PIN is wrong.") from error


def _form(request: HttpRequest, till: object, failure: str, status: int) -> HttpResponse:
    clerks = [person for person, _ in org.clerks_of(till.store)]
    running = org.open_shift(till.id)
    chosen = request.POST.get("clerk") or (str(running.staff_id) if running else "")
    context = {
        "shop": org.organisation(),
        "till": till,
        "clerks": [(str(person.id), person.name) for person in clerks],
        "running": running,
        "chosen": chosen,
        "failure": failure,
    }
    return render(request, "cashier/log_in.html", context, status=status)


@require_http_methods(["POST"])
def lock(request: HttpRequest) -> HttpResponse:
    """Let nobody work here before the PIN is typed again; the shift goes on."""
    request.session.pop(SESSION, None)
    return redirect("till-log-in")


@call("GET")
def state(request: HttpRequest, counter: Counter, told: Told) -> dict[str, object]:
    """Say who works where, what time it is in business and in which zone, and what forms carry."""
    return {
        "till": counter.till.name,
        "store": counter.till.store.name,
        "shop": counter.shop.name,
        "clerk": counter.principal.name,
        "time_zone": counter.shop.time_zone,
        "currency": counter.shop.currency,
        "sign": figures.money(0, counter.shop.currency).partition("0")[0],
        "digits": CURRENCY_DIGITS[counter.shop.currency],
        "now": int(clock.business_now().timestamp() * 1000),
        "machine_now": clock.machine_milliseconds(),
        "idle_seconds": int(IDLE.total_seconds()),
        "value": valuing.offered(programs.value_terms()),
        "token": get_token(request),
    }


@call("POST")
def change_pin(request: HttpRequest, counter: Counter, told: Told) -> dict[str, object]:
    """Let the clerk choose another PIN, and go on working."""
    staff_id = counter.shift.staff_id
    org.change_pin(staff_id, told.text("pin", _LONGEST_PIN), told.text("new_pin", _LONGEST_PIN), counter.actor)
    keep_in(request, counter.till, staff_id)
    return {"kind": "pin"}


@call("GET")
def shift(request: HttpRequest, counter: Counter, told: Told) -> dict[str, object]:
    """Tell what was done in the shift so far."""
    return telling.report(org.shift_report(counter.shift.id), counter)


@call("POST")
def hand_over(request: HttpRequest, counter: Counter, told: Told) -> dict[str, object]:
    """End the shift, and tell what was done in it; somebody logs in next."""
    report = org.end_shift(counter.shift.id)
    request.session.pop(SESSION, None)
    return telling.report(report, counter)
