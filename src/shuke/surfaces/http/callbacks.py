"""Where providers of payments call back. No key and no session lets them in: their signature does."""

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from shuke.core.values.errors import Refusal
from shuke.foundation import logs
from shuke.rooms.payments import facade as payments
from shuke.surfaces.http import problems

_LARGEST_BYTES = 65_536


@csrf_exempt
def payment(request: HttpRequest, method: str) -> HttpResponse:
    """Book what a provider tells, and answer in its own words, so that it does not tell it again."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > _LARGEST_BYTES:
            raise Refusal("payment_callback_refused", "No provider tells as much.")
        told = payments.answered(method, dict(request.headers), request.body)
    except Refusal as refused:
        logs.refusal(refused, request_id=request.request_id)
        return problems.answer(request, refused)
    return HttpResponse(told.body, content_type=told.content_type)


urlpatterns = [path("payments/<slug:method>", payment, name="payment-callback")]
