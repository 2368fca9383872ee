"""The organisation: what was decided when it was set up, and its brands and stores."""

from urllib.parse import quote

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from shuke import __version__
from shuke.core.values.errors import Refusal
from shuke.foundation import logs
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Brand, NewStore, Right
from shuke.surfaces.console.pages import Desk, page, show
from shuke.surfaces.wording import refusals, words
from shuke.surfaces.wording.drawing import qr


class BrandForm(forms.Form):
    code = forms.CharField(label=gettext_lazy("Code"), max_length=200)
    name = forms.CharField(label=pgettext_lazy("thing", "Name"), max_length=200)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, auto_id=f"{type(self).__name__}_%s", **kwargs)
        self.fields["code"].help_text = _("As rules name it; it stays.")


class StoreForm(BrandForm):
    brand = forms.ChoiceField(label=gettext_lazy("Brand"))

    def __init__(self, brands: list[Brand], *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = _("As orders name it; it stays.")
        self.fields["brand"].choices = [(brand.code, brand.name) for brand in brands]
        if len(brands) < 2:
            del self.fields["brand"]


@page(Right.ORGANISATION_WRITE, "GET", "POST")
def organisation(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the organisation with its stores, and open another store or brand."""
    brands = org.list_brands()
    store = StoreForm(brands, request.POST if "store" in request.POST else None)
    brand = BrandForm(request.POST if "brand-made" in request.POST else None)
    sent = store if store.is_bound else brand
    if sent.is_valid():
        given = sent.cleaned_data
        try:
            if sent is store:
                org.open_store(NewStore(given["code"], given["name"]), given.get("brand"), desk.actor)
            else:
                org.create_brand(given["code"], given["name"], desk.actor)
        except Refusal as refused:
            logs.refusal(refused, request_id=desk.actor.request_id)
            sent.add_error("name" if refused.pointer == "/name" else "code", refusals.sentence(refused))
        else:
            return redirect("organisation")
    names = {each.id: each.name for each in brands}
    return show(
        request,
        "organisation.html",
        title=_("Organisation and stores"),
        place="organisation",
        facts=_facts(desk),
        stores=[(each, names[each.brand_id]) for each in org.list_stores()],
        several=len(brands) > 1,
        store_form=store,
        brand_form=brand,
        status=422 if sent.errors else 200,
    )


@page(Right.ORGANISATION_WRITE, "POST")
def colour(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Give the members' pages a colour."""
    org.set_colour(request.POST.get("colour", "").strip(), desk.actor)
    return redirect("organisation")


@page(Right.ORGANISATION_WRITE)
def poster(request: HttpRequest, desk: Desk, store: str) -> HttpResponse:
    """Show the poster of a store, to be printed: who scans it becomes a member there."""
    place = next((each for each in org.list_stores() if each.code == store), None)
    if place is None:
        raise Refusal("unknown_store", "There is no such store.")
    address = f"{settings.SHUKE_ORIGIN}/j/{quote(place.code)}"
    context = {"desk": desk, "shop": desk.shop, "store": place, "address": address, "code": qr(address)}
    return render(request, "console/poster.html", context | {"title": _("Poster to join by")})


def _facts(desk: Desk) -> list[tuple[str, str]]:
    shop = desk.shop
    return [
        (words.wording("name"), shop.name),
        (_("Currency"), shop.currency),
        (_("Time zone"), shop.time_zone),
        (_("Language"), words.wording(shop.language)),
        (_("Kind"), words.wording(shop.kind)),
        (_("Version of Shuke"), __version__),
    ]
