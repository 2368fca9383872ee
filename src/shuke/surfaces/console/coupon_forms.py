"""The forms of coupons: what is typed becomes a template with an offer in the words of the program file."""

import json
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shuke.core.values.currencies import CURRENCY_DIGITS
from shuke.rooms.coupons.contracts import (
    BATCH_LIMIT,
    COUNT_LIMIT,
    DAYS_LIMIT,
    NAME_LIMIT,
    ON_ORDER,
    PACKET_LIMIT,
    Audience,
    Codes,
    Kind,
    MemberLimit,
    Packet,
    Period,
    Template,
    TemplateDraft,
    Validity,
)
from shuke.surfaces.console.acting import new_key
from shuke.surfaces.console.forms import smallest
from shuke.surfaces.wording import coupon_words
from shuke.surfaces.wording.running import Running

_OFFER_FIELDS = {
    Kind.THRESHOLD: ("amount", "minimum"),
    Kind.CASH: ("amount",),
    Kind.DISCOUNT: ("percent", "at_most", "minimum"),
    Kind.SHIPPING: ("at_most", "minimum"),
    Kind.GIFT: ("gift", "minimum"),
    Kind.EXCHANGE: ("pieces",),
    Kind.PACKET: ("pot", "shares", "least"),
}
_MONEY = ("amount", "minimum", "at_most", "pot", "least", "budget", "cost")


def _number(label: Any, most: int, *, required: bool = False) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=1, max_value=most, required=required)


def _text(label: Any, most: int, *, required: bool = False) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, required=required)


class TemplateForm(forms.Form):
    """A coupon template of one kind; which fields say what it takes off depends on the kind."""

    name = _text(gettext_lazy("Name"), NAME_LIMIT, required=True)
    code = forms.RegexField(r"^[a-z][a-z0-9_-]{0,39}$", label=gettext_lazy("Code"))
    amount = _text(gettext_lazy("Money off"), 16)
    percent = forms.DecimalField(
        label=gettext_lazy("Percent off"), min_value=0, max_value=100, decimal_places=2, required=False
    )
    gift = _text(gettext_lazy("SKU of the gift"), 80)
    pieces = _number(gettext_lazy("Pieces that are free"), 1_000)
    pot = _text(gettext_lazy("Money in the packet"), 16)
    shares = _number(gettext_lazy("Coupons it is split over"), PACKET_LIMIT)
    least = _text(gettext_lazy("Least share"), 16)
    minimum = _text(gettext_lazy("From an amount of"), 16)
    at_most = _text(gettext_lazy("At most"), 16)
    lines = _text(gettext_lazy("Only lines where"), 400)
    when = _text(gettext_lazy("Only orders where"), 400)
    codes = forms.ChoiceField(
        label=gettext_lazy("Codes"),
        choices=(
            (Codes.OWN.value, gettext_lazy("each coupon has its own")),
            (Codes.ONE.value, gettext_lazy("one code that many use")),
            (Codes.POOL.value, gettext_lazy("from a pool that is made or imported before")),
        ),
    )
    one_code = _text(gettext_lazy("The one code"), 40)
    days = _number(gettext_lazy("Days it can be used"), DAYS_LIMIT)
    delay_days = forms.IntegerField(
        label=gettext_lazy("Usable after this many days"), min_value=0, max_value=DAYS_LIMIT, required=False
    )
    since = forms.DateField(label=gettext_lazy("First day"), required=False)
    until = forms.DateField(label=gettext_lazy("Last day"), required=False)
    most = _number(gettext_lazy("How many in all"), COUNT_LIMIT)
    per_member = _number(gettext_lazy("How many a member"), COUNT_LIMIT)
    period = forms.ChoiceField(label=gettext_lazy("Counted"))
    budget = _text(gettext_lazy("Budget"), 16)
    cost = _text(gettext_lazy("Cost of one"), 16)
    claimable = forms.BooleanField(label=gettext_lazy("Members can claim it themselves"), required=False)
    claim_when = _text(gettext_lazy("Only members where"), 400)
    points = _number(gettext_lazy("Price in points"), 10**9)
    given_on = forms.ChoiceField(label=gettext_lazy("Given by a rule for"), required=False)
    given_when = _text(gettext_lazy("Only where"), 400)
    transferable = forms.BooleanField(label=gettext_lazy("Can be given to a friend, once"), required=False)
    gives_back = forms.BooleanField(label=gettext_lazy("Returned when its order is refunded"), required=False)

    def __init__(self, kind: Kind, running: Running, zone: ZoneInfo, data: Any = None) -> None:
        super().__init__(data, initial={"gives_back": True, "period": Period.EVER.value, "pieces": 1})
        self.kind, self.zone = kind, zone
        self._digits = CURRENCY_DIGITS[running.program.currency]
        self._scale = running.unit.scale
        self.fields["period"].choices = [(period.value, coupon_words.PERIODS[period]) for period in Period]
        behaviours = [(each.code, running.behaviour_name(each.code)) for each in running.program.behaviours]
        self.fields["given_on"].choices = [("", _("nothing")), (ON_ORDER, _("orders")), *behaviours]
        for names in _OFFER_FIELDS.values():
            for name in {*names} - {*_OFFER_FIELDS[kind]}:
                self.fields.pop(name, None)
        for name in _OFFER_FIELDS[kind]:
            self.fields[name].required = name not in ("minimum", "at_most") or kind is Kind.THRESHOLD
        if kind is Kind.EXCHANGE:
            self.fields["lines"].required = True
        if kind is Kind.PACKET:
            for name in ("most", "budget", "cost", "codes", "one_code"):
                self.fields.pop(name)
        for name, field in self.fields.items():
            field.widget.attrs["autocomplete"] = "off"
            if isinstance(field, forms.DateField):
                field.widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            if name in _MONEY:
                field.widget.attrs["inputmode"] = "decimal"
        if "per_member" in self.fields:
            self.fields["per_member"].initial = 1
        self._help()

    def _help(self) -> None:
        told = {
            "code": _("For files, the API and the till: lower-case letters, digits, - and _."),
            "lines": _("A condition on lines, such as item.category = 'COFFEE'; empty: all."),
            "when": _("A condition of the program's rules, such as order.store = 'S01'; empty: every order."),
            "claim_when": _("A condition on the member, such as member.tier = 'gold'; empty: every member."),
            "given_on": _(
                "Each one that comes in from now on and meets the condition gives"
                " a coupon at once, up to what a member may have."
            ),
            "given_when": _("As a rule of the program asks, such as order.net >= 300; empty: every one."),
            "days": _("From the day it is issued, that day included; empty: only the dates below count."),
            "budget": _("Issuing stops where the next coupon would pass it."),
            "cost": _("What one costs at most; asked for gifts and exchanges with a budget."),
            "one_code": _("4 to 40 letters and digits; only where many use one code."),
            "points": _("Of the program's first unit; empty: free."),
            "per_member": _("Empty: any number."),
        }
        for name, text in told.items():
            if name in self.fields:
                self.fields[name].help_text = text

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Return the fields by what they are about, for the page."""
        offer = ["name", "code", *_OFFER_FIELDS[self.kind], "lines", "when"]
        parts = (
            (_("What it gives"), offer),
            (_("When it can be used"), ["days", "delay_days", "since", "until"]),
            (_("Who gets it, and how many"), ["claimable", "claim_when", "points", "most", "per_member", "period"]),
            (_("Given by itself"), ["given_on", "given_when"]),
            (_("Money and codes"), ["budget", "cost", "codes", "one_code", "transferable", "gives_back"]),
        )
        return [(title, [self[name] for name in names if name in self.fields]) for title, names in parts]

    def clean(self) -> dict[str, Any]:
        """Read amounts in minor units."""
        for name in _MONEY:
            text = self.cleaned_data.get(name)
            if text:
                try:
                    self.cleaned_data[name] = smallest(text, self._digits)
                except forms.ValidationError as error:
                    self.add_error(name, error)
        return self.cleaned_data

    def draft(self) -> TemplateDraft:
        """Return the template that was asked for."""
        said = self.cleaned_data
        limit = said.get("per_member")
        packet = Packet(said["pot"], said["shares"], said["least"]) if self.kind is Kind.PACKET else None
        points = said.get("points")
        return TemplateDraft(
            code=said["code"],
            name=said["name"],
            kind=self.kind,
            offer=self._offer(),
            time_zone=str(self.zone),
            codes=Codes(said.get("codes") or Codes.OWN),
            one_code=said.get("one_code") or None,
            validity=Validity(
                self._start(said.get("since")),
                self._start(said.get("until"), later=1),
                said.get("delay_days") or 0,
                said.get("days"),
            ),
            claimable=said["claimable"],
            claim_when=said.get("claim_when") or None,
            points=None if points is None else points * 10**self._scale,
            most=said.get("most"),
            per_member=None if limit is None else MemberLimit(limit, Period(said["period"])),
            budget_minor=said.get("budget") or None,
            cost_minor=said.get("cost") or None,
            packet=packet,
            gives_back=said["gives_back"],
            transferable=said["transferable"],
            given_on=said["given_on"],
            given_when=said["given_when"] or None,
        )

    def _offer(self) -> str:
        """Write what was asked for as an entry of the program file's offers."""
        said = self.cleaned_data
        parts = {
            Kind.THRESHOLD: lambda: f"amount: {self._money('amount')}",
            Kind.CASH: lambda: f"amount: {self._money('amount')}",
            Kind.DISCOUNT: lambda: f"percent: {self._share(said['percent'])}",
            Kind.SHIPPING: lambda: f"shipping: {self._share(100)}",
            Kind.GIFT: lambda: f"gift: {json.dumps(said['gift'], ensure_ascii=False)}",
            Kind.EXCHANGE: lambda: f"percent: {{off: 100, pieces: {said['pieces']}}}",
            Kind.PACKET: lambda: "amount: 1",
        }[self.kind]()
        offer = [parts]
        if said.get("minimum"):
            offer.append(f"minimum: {{money: {self._money('minimum')}}}")
        conditions = [name for name in ("lines", "when") if said.get(name)]
        offer += [f"{name}: {json.dumps(said[name], ensure_ascii=False)}" for name in conditions]
        return "{" + ", ".join(offer) + "}"

    def _share(self, percent: Any) -> str:
        number = f"{float(percent):g}"
        most = self.cleaned_data.get("at_most")
        return f"{{off: {number}, at_most: {self._money('at_most')}}}" if most else number

    def _money(self, name: str) -> str:
        whole, part = divmod(self.cleaned_data[name], 10**self._digits)
        return f"{whole}.{part:0{self._digits}d}" if part else str(whole)

    def _start(self, day: Any, later: int = 0) -> datetime | None:
        return None if day is None else datetime.combine(day + timedelta(days=later), time(), self.zone)


class PushForm(forms.Form):
    """Whom a template is sent to."""

    name = _text(gettext_lazy("Name of this batch"), NAME_LIMIT, required=True)
    tags = _text(gettext_lazy("With all these tags"), 200)
    tier = forms.ChoiceField(label=gettext_lazy("Of the tier"), required=False)

    def __init__(self, running: Running, data: Any = None) -> None:
        super().__init__(data)
        levels = running.program.ladders[0].levels if running.program.ladders else ()
        every = [("", _("every tier")), *((level.code, running.tier_name(level.code)) for level in levels)]
        self.fields["tier"].choices = every
        self.fields["tags"].help_text = _("Separated by spaces; empty: whatever their tags.")

    def audience(self) -> Audience:
        """Return who was meant."""
        return Audience(tuple(self.cleaned_data["tags"].split()), self.cleaned_data["tier"] or None)


class CodesForm(forms.Form):
    """Codes for a pool: so many new ones, or a file of codes from elsewhere."""

    count = _number(gettext_lazy("New codes"), BATCH_LIMIT)
    file = forms.FileField(label=gettext_lazy("Or a file of codes, one in a line"), required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two."""
        if bool(self.cleaned_data.get("count")) is bool(self.cleaned_data.get("file")):
            raise forms.ValidationError(_("Say how many new codes, or choose a file."))
        return self.cleaned_data


class GiveForm(forms.Form):
    """A coupon for one member, with the reason; `key` lets it count once."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    template = forms.ChoiceField(label=gettext_lazy("Coupon"))
    reason = _text(gettext_lazy("Reason"), 200, required=True)

    def __init__(self, templates: list[Template], data: Any = None) -> None:
        super().__init__(data, initial={"key": new_key()})
        self.fields["template"].choices = [(each.draft.code, each.draft.name) for each in templates]
        self.fields["reason"].help_text = _("Kept in the audit log.")
