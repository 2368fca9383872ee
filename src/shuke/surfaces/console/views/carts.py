"""Price a cart: what offers, coupons and points would make of it for a member or a guest; nothing is written."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from shuke.core.program import offer_wording as wording
from shuke.core.values.currencies import CURRENCY_DIGITS
from shuke.core.values.errors import Refusal
from shuke.foundation import clock, logs
from shuke.rooms.members.contracts import MemberRef
from shuke.rooms.orders.contracts import Line
from shuke.rooms.org.contracts import Right
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import CartPriced, Choice, OrderFact
from shuke.surfaces.console.acting import known_as
from shuke.surfaces.console.forms import smallest
from shuke.surfaces.console.pages import Desk, page, show
from shuke.surfaces.wording import refusals
from shuke.surfaces.wording.running import Running, running

ROWS = 6
_COUPONS = (
    ("best", gettext_lazy("The best that the member has")),
    ("none", gettext_lazy("None")),
    ("codes", gettext_lazy("These codes")),
)


class RowForm(forms.Form):
    """One line of a cart; an empty one is none."""

    sku = forms.CharField(label=gettext_lazy("SKU"), max_length=80, required=False)
    category = forms.CharField(label=gettext_lazy("Category"), max_length=80, required=False)
    pieces = forms.IntegerField(label=gettext_lazy("Pieces"), min_value=1, max_value=9_999, required=False)
    price = forms.CharField(label=gettext_lazy("Price of one"), max_length=20, required=False)

    def __init__(self, digits: int, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._digits = digits
        self.fields["price"].widget.attrs["inputmode"] = "decimal"
        for field in self.fields.values():
            field.widget.attrs |= {"autocomplete": "off", "aria-label": field.label}

    def clean_price(self) -> int:
        """Return the price of one piece in minor units."""
        text: str = self.cleaned_data["price"]
        return smallest(text, self._digits) if text else 0

    def line(self) -> Line | None:
        """Return the line, None where nothing is said."""
        told = self.cleaned_data
        if not (told["sku"] or told["category"] or told["price"]):
            return None
        pieces = told["pieces"] or 1
        return Line(told["sku"] or told["category"] or "-", told["category"], pieces, pieces * told["price"])


class CartForm(forms.Form):
    """Who buys, what is chosen, and when."""

    member = forms.CharField(label=gettext_lazy("Member"), max_length=200, required=False)
    shipping = forms.CharField(label=gettext_lazy("Shipping"), max_length=20, required=False)
    coupons = forms.ChoiceField(label=gettext_lazy("Coupons"), choices=_COUPONS, initial="best", required=False)
    codes = forms.CharField(label=gettext_lazy("Codes of coupons"), max_length=400, required=False)
    points = forms.CharField(label=gettext_lazy("Points to use at most"), max_length=20, required=False)
    day = forms.DateField(label=gettext_lazy("Bought on"), required=False)

    def __init__(self, program: Running, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._digits = CURRENCY_DIGITS[program.program.currency]
        self._scale = next((unit.scale for unit in program.program.units if unit.pay), None)
        if self._scale is None:
            del self.fields["points"]
        self.fields["day"].widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        self.fields["member"].help_text = _("Phone, id, or the whole id of another system; empty: a guest.")
        self.fields["codes"].help_text = _("Several with commas between them.")
        self.fields["day"].help_text = _("Empty: now. Offers and the member are looked at as they will be then.")

    def clean_shipping(self) -> int:
        """Return the shipping in minor units."""
        text: str = self.cleaned_data["shipping"]
        return smallest(text, self._digits) if text else 0

    def clean_points(self) -> int | None:
        """Return the points in the smallest parts of their unit."""
        text: str = self.cleaned_data["points"]
        return smallest(text, self._scale or 0) if text else None

    def choice(self) -> Choice:
        """Return what the buyer chose."""
        told = self.cleaned_data
        typed = tuple(dict.fromkeys(filter(None, (code.strip() for code in told["codes"].split(",")))))
        codes = {"none": (), "codes": typed[:30]}.get(told["coupons"])
        return Choice(told.get("points"), codes)

    def at(self, zone: ZoneInfo) -> datetime:
        """Return when it is bought: now, or at noon of a day."""
        day = self.cleaned_data["day"]
        return datetime.combine(day, time(12), zone) if day else clock.business_now()


@page(Right.MEMBERS_READ, "GET", "POST")
def price_cart(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the form and, once it is sent, what would come of the cart."""
    program = running()
    if program is None:
        return show(request, "cart.html", title=_("Price a cart"), place="cart", program=None)
    told = request.POST or None
    count = min(60, int(request.POST.get("rows", ROWS)) if request.POST.get("rows", "").isdecimal() else ROWS)
    count += ROWS * ("more" in request.POST)
    digits = CURRENCY_DIGITS[program.program.currency]
    form = CartForm(program, told)
    rows = [RowForm(digits, told, prefix=str(number)) for number in range(count)]
    found: dict[str, Any] = {}
    if told and "more" not in told and all([form.is_valid(), *(row.is_valid() for row in rows)]):
        found = _found(form, rows, program, desk)
    return show(
        request,
        "cart.html",
        status=422 if "failure" in found or (told and not found and "more" not in told) else 200,
        title=_("Price a cart"),
        place="cart",
        program=program.program,
        form=form,
        rows=rows,
        count=count,
        **found,
    )


def _found(form: CartForm, rows: list[RowForm], program: Running, desk: Desk) -> dict[str, Any]:
    """Return what the page says of a cart, or why nothing can be said."""
    lines = tuple(line for line in (row.line() for row in rows) if line is not None)
    if not lines:
        return {"failure": _("Fill in at least one line.")}
    shipping, who = form.cleaned_data["shipping"], form.cleaned_data["member"].strip()
    listed = sum(line.net_minor for line in lines) + shipping
    try:
        member = MemberRef(id=known_as(who)) if who else None
        at, currency = form.at(desk.zone), program.program.currency
        cart = OrderFact("cart", "cart", member, at, listed, listed, currency, lines=lines, shipping_minor=shipping)
        priced = programs.evaluate_cart(cart, form.choice())
    except Refusal as refused:
        logs.refusal(refused, request_id=desk.actor.request_id)
        return {"failure": refusals.sentence(refused)}
    language = (get_language() or "en")[:2]
    return {
        "priced": priced,
        "listed": listed,
        "off": listed - priced.total_minor,
        "lines": [(line, line.net_minor - left, left) for line, left in zip(lines, priced.lines_minor, strict=True)],
        "refused": [(code, name, wording.reason(why, language)) for code, name, why in priced.refused],
        "earns": _earned(priced, program),
        "unit": program.unit_name(priced.points.unit) if priced.points else "",
    }


def _earned(priced: CartPriced, program: Running) -> list[tuple[str, int, int]]:
    """Return (unit's name, points, scale) of what the order would earn."""
    scales = {unit.code: unit.scale for unit in program.program.units}
    return [(program.unit_name(code), points, scales[code]) for code, points in (priced.earns or {}).items() if points]
