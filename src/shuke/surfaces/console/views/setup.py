"""The first run in the browser: it makes the shop and its owner once, for whoever reads the server's terminal."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from shuke.core.values.currencies import CURRENCY_DIGITS
from shuke.core.values.errors import Refusal
from shuke.foundation import deployment, home
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor, ActorKind, Kind, NewOrganisation, Role
from shuke.surfaces.console.pages import takes
from shuke.surfaces.wording import refusals

_COMMON_CURRENCIES = ("CNY", "HKD", "TWD", "MOP", "SGD", "USD", "EUR", "GBP", "JPY")


class SetupForm(forms.Form):
    """What `shuke init` asks, and the token that proves the terminal."""

    token = forms.CharField(
        label=_("Set-up token"), help_text=_("It stands in the terminal where the server was started.")
    )
    name = forms.CharField(label=_("Name of the shop"), max_length=200)
    currency = forms.ChoiceField(label=_("Currency"))
    time_zone = forms.ChoiceField(label=_("Time zone"))
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    email = forms.EmailField(label=_("Your e-mail address"), help_text=_("You log in with it, as the owner."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rest = sorted(set(CURRENCY_DIGITS) - set(_COMMON_CURRENCIES))
        self.fields["currency"].choices = [(code, code) for code in (*_COMMON_CURRENCIES, *rest)]
        zones = sorted(
            zone
            for zone in available_timezones()
            if "/" in zone and not zone.startswith(("Etc/", "posix/", "right/", "System"))
        )
        self.fields["time_zone"].choices = [(zone, zone) for zone in (*zones, "UTC")]

    def clean_token(self) -> str:
        token: str = self.cleaned_data["token"]
        if not constant_time_compare(token.strip(), settings.SHUKE_SETUP_TOKEN):
            raise forms.ValidationError(gettext("This is not the token that stands in the terminal."))
        return token


@takes("GET", "POST")
def setup(request: HttpRequest) -> HttpResponse:
    """Make the shop once; afterwards this page is a way to the log-in."""
    if org.organisation() is not None:
        return redirect("login")
    if not settings.SHUKE_SETUP_TOKEN:
        raise Http404
    initial = {
        "token": request.GET.get("token", ""),
        "currency": "CNY",
        "time_zone": "Asia/Shanghai",
        "language": get_language(),
    }
    form = SetupForm(request.POST or None, initial=initial)
    failure, status = "", 422 if form.errors else 200
    if form.is_valid():
        try:
            return _create(request, form.cleaned_data)
        except Refusal as refused:
            failure, status = refusals.sentence(refused), 409
    return render(request, "console/setup.html", {"form": form, "failure": failure}, status=status)


def _create(request: HttpRequest, given: dict[str, str]) -> HttpResponse:
    name, email, language = given["name"], given["email"], given["language"]
    owner = email.partition("@")[0]
    actor = Actor(ActorKind.SYSTEM, "setup", owner, request.request_id)
    kind = Kind(settings.SHUKE_KIND)
    with unit_of_work():
        shop = org.create_organisation(
            NewOrganisation(name, given["currency"], given["time_zone"], language, kind), actor
        )
        staff, password = org.create_staff(email, owner, Role.OWNER, actor, language)
        deployment.establish(home.current(), kind.value, language)
    return render(request, "console/setup_done.html", {"shop": shop, "email": staff.email, "password": password})
