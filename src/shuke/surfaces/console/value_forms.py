"""Forms of stored value: amounts in the shop's money, and gift cards to be made."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shuke.rooms.value.contracts import NewBatch
from shuke.surfaces.wording import figures


class AmountForm(forms.Form):
    """An amount of money, read into minor units."""

    amount = forms.CharField(label=_("Amount"), max_length=14, widget=forms.TextInput(attrs={"inputmode": "decimal"}))

    def __init__(self, currency: str, *args: Any, **kwargs: Any) -> None:
        self.currency = currency
        super().__init__(*args, **kwargs)

    def clean_amount(self) -> int:
        minor = figures.minor_of(self.cleaned_data["amount"], self.currency)
        if not minor:
            raise forms.ValidationError(gettext("This is not an amount of money."))
        return minor


class RefundForm(AmountForm):
    """How much of the principal goes back, and why."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


class ByHandForm(forms.Form):
    """That a refund which failed was paid otherwise: by which proof, and a word on it."""

    reference = forms.CharField(
        label=_("Proof of the payment"), max_length=100, help_text=_("Such as the number of a bank transfer.")
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


class CardsForm(AmountForm):
    """Gift cards to be made."""

    name = forms.CharField(label=_("Name of the batch"), max_length=100)
    cards = forms.IntegerField(label=_("How many"), min_value=1, max_value=10_000)
    last_day = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Until when they can be loaded; empty: no end."),
    )
    active = forms.BooleanField(label=_("Given away: they can be loaded at once, without being sold"), required=False)
    field_order = ("name", "cards", "amount", "last_day", "active")

    def wanted(self) -> NewBatch:
        """Return what is to be made."""
        said = self.cleaned_data
        return NewBatch(said["name"], said["cards"], said["amount"], said["active"], said["last_day"])
