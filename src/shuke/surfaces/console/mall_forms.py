"""The forms of the mall: an item with its rows of prices, and a supplier. What is typed becomes a draft of the room."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from shuke.core.program.model import Program
from shuke.core.values.currencies import CURRENCY_DIGITS
from shuke.core.values.errors import Refusal
from shuke.rooms.coupons.contracts import Template
from shuke.rooms.mall.contracts import (
    Item,
    ItemDraft,
    Kind,
    Limits,
    Period,
    Price,
    SupplierDraft,
    SupplierKind,
    SupplierView,
    Supply,
    Visibility,
    Way,
)
from shuke.rooms.org.contracts import Store
from shuke.surfaces.console.forms import smallest
from shuke.surfaces.wording import mall_words, words
from shuke.surfaces.wording.running import unit_name

_BLANK_ROWS = 2
_TIME = "%Y-%m-%dT%H:%M"
_FIELD_OF = {  # where a refusal of the room is shown, by the beginning of its pointer
    "/code": "code",
    "/name": "name",
    "/description": "description",
    "/category": "category",
    "/ways": "ways",
    "/hold_minutes": "hold_minutes",
    "/supply/supplier": "supplier",
    "/supply/sku": "sku",
    "/supply/cost_minor": "cost",
    "/visibility/tags": "tags",
    "/visibility/ends_at": "ends_at",
    "/limits/per_member": "per_member",
    "/limits/per_period": "per_period",
    "/limits/per_day": "per_day",
    "/coupon": "coupon",
    "/picture": "picture",
}


class ItemForm(forms.Form):
    """An item as staff write it; prices come as rows of `tier`, `tag`, `points` and `cash` beside the form's fields."""

    code = forms.CharField(label=gettext_lazy("Code"), max_length=64)
    kind = forms.ChoiceField(label=gettext_lazy("What it is"))
    name = forms.CharField(label=pgettext_lazy("thing", "Name"), max_length=100)
    category = forms.CharField(label=gettext_lazy("Category"), max_length=60, required=False)
    description = forms.CharField(
        label=gettext_lazy("Description"), max_length=4_000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    picture = forms.FileField(label=gettext_lazy("Picture"), required=False)
    unit = forms.ChoiceField(label=gettext_lazy("Unit"), required=False)
    ways = forms.MultipleChoiceField(
        label=gettext_lazy("How it reaches the member"), widget=forms.CheckboxSelectMultiple, required=False
    )
    counted = forms.BooleanField(label=gettext_lazy("Stock is counted"), required=False, initial=True)
    on_sale = forms.BooleanField(label=gettext_lazy("On sale"), required=False, initial=True)
    per_member = forms.IntegerField(label=gettext_lazy("At most for a member, in all"), required=False, min_value=1)
    per_period = forms.IntegerField(
        label=gettext_lazy("At most for a member, in a period"), required=False, min_value=1
    )
    period = forms.ChoiceField(label=gettext_lazy("Period"))
    per_day = forms.IntegerField(label=gettext_lazy("At most a day, for everybody"), required=False, min_value=1)
    tiers = forms.MultipleChoiceField(
        label=gettext_lazy("Only for tiers"), widget=forms.CheckboxSelectMultiple, required=False
    )
    tags = forms.CharField(label=gettext_lazy("Only for tags"), max_length=500, required=False)
    stores = forms.MultipleChoiceField(
        label=gettext_lazy("Only in stores"), widget=forms.CheckboxSelectMultiple, required=False
    )
    starts_at = forms.DateTimeField(label=gettext_lazy("On sale from"), required=False, input_formats=[_TIME])
    ends_at = forms.DateTimeField(label=gettext_lazy("On sale until"), required=False, input_formats=[_TIME])
    hold_minutes = forms.IntegerField(label=gettext_lazy("Minutes kept while unfinished"), min_value=1, initial=15)
    coupon = forms.ChoiceField(label=gettext_lazy("Coupon template"), required=False)
    supplier = forms.ChoiceField(label=gettext_lazy("Supplier"), required=False)
    sku = forms.CharField(label=gettext_lazy("Article number there"), max_length=200, required=False)
    cost = forms.CharField(label=gettext_lazy("Purchase price a piece"), max_length=20, required=False)

    def __init__(
        self,
        program: Program,
        stores: list[Store],
        suppliers: list[SupplierView],
        templates: tuple[Template, ...],
        item: Item | None,
        zone: ZoneInfo,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        self.program, self.item, self.zone = program, item, zone
        self.digits = CURRENCY_DIGITS[program.currency]
        super().__init__(*args, initial=self._initial(item), **kwargs)
        fields = self.fields
        fields["kind"].choices = [(kind.value, mall_words.of(mall_words.KINDS, kind)) for kind in Kind]
        fields["ways"].choices = [(way.value, mall_words.of(mall_words.WAYS, way)) for way in GOODS_GO_BY]
        fields["period"].choices = [(each.value, mall_words.of(mall_words.PERIODS, each)) for each in Period]
        fields["unit"].choices = [
            (unit.code, unit_name(program, unit.code)) for unit in program.units if unit.spendable
        ]
        self.levels = [
            (level.code, words.tier(level.code, level.name)) for ladder in program.ladders for level in ladder.levels
        ]
        fields["tiers"].choices = self.levels
        fields["stores"].choices = [(store.code, store.name) for store in stores]
        fields["supplier"].choices = [("", "—"), *((each.code, each.name) for each in suppliers)]
        fields["coupon"].choices = [("", "—"), *((each.draft.code, each.draft.name) for each in templates)]
        fields["tags"].help_text = _("Several are parted by commas.")
        fields["picture"].help_text = _("PNG, JPEG or WebP of at most 2 MiB.")
        fields["picture"].widget.attrs["accept"] = "image/png,image/jpeg,image/webp"
        for name in ("starts_at", "ends_at"):
            fields[name].widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_TIME)
        for name in ("code", "kind", "supplier") if item else ():
            fields[name].disabled = True
        if item:
            fields["counted"].disabled = True

    def _initial(self, item: Item | None) -> dict[str, Any]:
        if item is None:
            return {"ways": [Way.SHIP.value], "period": Period.MONTH.value, "unit": ""}
        draft, seen, limits = item.draft, item.draft.visibility, item.draft.limits
        return {
            **{name: getattr(draft, name) for name in ("code", "name", "category", "description", "unit", "coupon")},
            **{name: getattr(draft, name) for name in ("counted", "on_sale", "hold_minutes")},
            **{name: getattr(limits, name) for name in ("per_member", "per_period", "per_day")},
            "kind": draft.kind.value,
            "ways": [way.value for way in draft.ways],
            "period": limits.period.value,
            "tiers": list(seen.tiers),
            "tags": ", ".join(seen.tags),
            "stores": list(seen.stores),
            "starts_at": seen.starts_at and seen.starts_at.astimezone(self.zone).replace(tzinfo=None),
            "ends_at": seen.ends_at and seen.ends_at.astimezone(self.zone).replace(tzinfo=None),
            "supplier": draft.supply.supplier,
            "sku": draft.supply.sku,
            "cost": written(draft.supply.cost_minor, self.digits) if draft.supply.cost_minor else "",
        }

    @property
    def scale(self) -> int:
        """How many decimals points of the chosen unit have."""
        code = (self.data.get("unit") if self.is_bound else self.initial.get("unit")) or ""
        spendable = [unit for unit in self.program.units if unit.spendable]
        return next((unit.scale for unit in spendable if unit.code == code), spendable[0].scale if spendable else 0)

    @property
    def rows(self) -> list[tuple[str, str, str, str]]:
        """The rows of prices as (tier, tag, points, cash), with some to fill in."""
        if self.is_bound:
            rows = _rows(self.data)
        else:
            prices = self.item.draft.prices if self.item else ()
            rows = [
                (row.tier, row.tag, written(row.points, self.scale), written(row.cash_minor, self.digits))
                for row in prices
            ]
            rows = [(tier, tag, points, "" if cash.strip("0.") == "" else cash) for tier, tag, points, cash in rows]
        return rows + [("", "", "", "")] * (_BLANK_ROWS if rows else _BLANK_ROWS + 1)

    def clean_cost(self) -> int:
        """Return the purchase price in minor units."""
        return smallest(self.cleaned_data["cost"], self.digits) if self.cleaned_data["cost"] else 0

    def clean(self) -> dict[str, Any]:
        prices = []
        for tier, tag, points, cash in _rows(self.data):
            try:
                paid = smallest(cash, self.digits) if cash else 0
                prices.append(Price(smallest(points, self.scale), paid, tier, tag))
            except forms.ValidationError as error:
                self.add_error(None, error)
        self.cleaned_data["prices"] = tuple(prices)
        return self.cleaned_data

    def draft(self, picture: UUID | None) -> ItemDraft:
        """Return the item as it was written."""
        given = self.cleaned_data
        kind = Kind(given["kind"])
        supply = Supply(given["supplier"], given["sku"], given["cost"]) if kind is Kind.VIRTUAL else Supply()
        return ItemDraft(
            code=given["code"],
            kind=kind,
            name=given["name"],
            prices=given["prices"],
            description=given["description"].replace("\r\n", "\n"),
            category=given["category"],
            unit=given["unit"],
            ways=tuple(Way(way) for way in given["ways"]) if kind is Kind.GOODS else WAYS_OF[kind],
            counted=given["counted"],
            on_sale=given["on_sale"],
            visibility=Visibility(
                tuple(given["tiers"]),
                tuple(tag.strip() for tag in given["tags"].replace("，", ",").split(",") if tag.strip()),
                tuple(given["stores"]),
                self._instant("starts_at"),
                self._instant("ends_at"),
            ),
            limits=Limits(given["per_member"], given["per_period"], Period(given["period"]), given["per_day"]),
            supply=supply,
            coupon=given["coupon"] if kind is Kind.COUPON else "",
            hold_minutes=given["hold_minutes"],
            picture=picture,
        )

    def _instant(self, name: str) -> datetime | None:
        at = self.cleaned_data[name]
        return None if at is None else at.replace(tzinfo=self.zone)

    def show(self, refused: Refusal, sentence: str) -> None:
        """Show a refusal beside the field that it is about."""
        field = _FIELD_OF.get(refused.pointer or "")
        self.add_error(field if field in self.fields else None, sentence)


GOODS_GO_BY = (Way.SHIP, Way.PICKUP)
WAYS_OF = {Kind.COUPON: (Way.DELIVER,), Kind.SERVICE: (Way.PICKUP,), Kind.VIRTUAL: (Way.DELIVER,)}


def written(amount: int, digits: int) -> str:
    """Write an amount as it is typed: no separators, no decimals that say nothing."""
    whole, part = divmod(amount, 10**digits)
    return f"{whole}.{part:0{digits}d}" if part else str(whole)


def _rows(data: Any) -> list[tuple[str, str, str, str]]:
    columns = [
        [text.strip() for text in data.getlist(name)] for name in ("row_tier", "row_tag", "row_points", "row_cash")
    ]
    return [row for row in zip(*columns, strict=False) if any(row)]


class SupplierForm(forms.Form):
    """A supplier of virtual goods."""

    code = forms.CharField(label=gettext_lazy("Code"), max_length=64)
    name = forms.CharField(label=pgettext_lazy("thing", "Name"), max_length=100)
    kind = forms.ChoiceField(label=gettext_lazy("Where the codes come from"))
    url = forms.CharField(label=gettext_lazy("Address of the service"), max_length=500, required=False)
    secret = forms.CharField(
        label=gettext_lazy("Secret that signs requests"), max_length=500, required=False, widget=forms.PasswordInput
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="supplier_%s", **kwargs)
        self.fields["kind"].choices = [(kind.value, mall_words.of(mall_words.SUPPLIERS, kind)) for kind in SupplierKind]
        self.fields["url"].help_text = _("Of a service only; it begins with https.")
        self.fields["secret"].help_text = _("Empty: the one that is stored stays.")
        self.fields["code"].help_text = _("The code of a supplier that is there changes that one.")

    def draft(self) -> SupplierDraft:
        """Return the supplier as it was written."""
        given = self.cleaned_data
        return SupplierDraft(given["code"], given["name"], SupplierKind(given["kind"]), given["url"], given["secret"])
