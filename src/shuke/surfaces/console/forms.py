"""The forms by which staff act on a member: what is typed becomes a fact, in smallest parts of unit and currency."""

import re
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shuke.core.program.model import Behaviour, Program
from shuke.core.values.currencies import CURRENCY_DIGITS
from shuke.engine.facts import LATEST
from shuke.rooms.members.contracts import MemberRef
from shuke.rooms.orders.contracts import OrderLeft, RefundLine
from shuke.rooms.points.contracts import Unit
from shuke.rooms.programs.contracts import (
    AdjustFact,
    BehaviourFact,
    CaptureFact,
    Fact,
    HoldFact,
    RedeemFact,
    RefundFact,
    ReturnFact,
    TierFact,
    TransferFact,
)
from shuke.surfaces.console.acting import SOURCE, known_as, new_key
from shuke.surfaces.wording import figures, words
from shuke.surfaces.wording.running import Running

_NUMBER = re.compile(r"(\d{1,13}|\d{1,3}(?:[,，]\d{3}){1,4})(?:\.(\d+))?")
_LONGEST_REASON = 200
_LAST_WHOLE_DAY = LATEST.date() - timedelta(days=2)  # its end is an instant that facts may have, in every time zone


def smallest(text: str, digits: int) -> int:
    """Read a number of at most `digits` decimals in its smallest parts: 12.3 is 1230, and so is 1,230 without any.

    A comma that does not part thousands is refused: who writes 12,5 does not mean 125.

    Raises: forms.ValidationError.
    """
    found = _NUMBER.fullmatch(text.strip())
    if found is None or len(found[2] or "") > digits:
        raise forms.ValidationError(
            _("A number with at most %(digits)d decimals.") % {"digits": digits} if digits else _("A whole number.")
        )
    whole = int(found[1].replace(",", "").replace("，", ""))
    return whole * 10**digits + int((found[2] or "").ljust(digits, "0") or 0)


class ActForm(forms.Form):
    """A form that becomes a fact; `key` names that for ever, so that it counts once however often it is sent."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    amounts: tuple[str, ...] = ()

    def __init__(self, running: Running, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": new_key()} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.running = running
        self.program: Program = running.program
        for field in self.fields.values():
            field.widget.attrs["autocomplete"] = "off"
            if isinstance(field, forms.DateField):
                field.widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def fact(self, member_id: UUID) -> Fact:
        """Return what was said as a fact. Raises: Refusal."""
        raise NotImplementedError

    @property
    def possible(self) -> bool:
        """Whether the program leaves anything to choose where something must be chosen."""
        return all(
            field.choices
            for field in self.fields.values()
            if isinstance(field, forms.ChoiceField) and field.required and not field.disabled
        )

    @property
    def said(self) -> list[tuple[str, str]]:
        """What was typed as (label, text), for reading before it is confirmed."""
        return [
            (str(field.label), self._read(field))
            for field in self.visible_fields()
            if field.value() not in (None, "", [])
        ]

    def _read(self, field: forms.BoundField) -> str:
        value, made = field.value(), field.field
        if isinstance(made, forms.ChoiceField):
            return str(dict(made.choices).get(value, value))
        return words.wording(value is True or value == "on") if isinstance(made, forms.BooleanField) else str(value)

    def _units(self, *, spendable: bool = False) -> list[tuple[str, str]]:
        units = self.program.units
        return [(unit.code, self.running.unit_name(unit.code)) for unit in units if unit.spendable or not spendable]

    def _points(self, unit: str, text: str) -> int:
        return smallest(text, next(each.scale for each in self.program.units if each.code == unit))

    def _clean_points(self) -> None:
        """Read the points in the smallest parts of the unit that was chosen."""
        if "points" in self.cleaned_data and "unit" in self.cleaned_data:
            try:
                self.cleaned_data["points"] = self._points(self.cleaned_data["unit"], self.cleaned_data["points"])
            except forms.ValidationError as error:
                self.add_error("points", error)
            else:
                if not self.cleaned_data["points"]:
                    self.add_error("points", _("More than 0."))


class AdjustForm(ActForm):
    """Points given or taken, with the reason."""

    unit = forms.ChoiceField(label=gettext_lazy("Unit"))
    way = forms.ChoiceField(
        label=gettext_lazy("Give or take"),
        choices=(("give", gettext_lazy("Give")), ("take", gettext_lazy("Take"))),
        initial="give",
    )
    points = forms.CharField(label=gettext_lazy("Points"), max_length=20)
    expires_on = forms.DateField(label=gettext_lazy("Last day"), required=False)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=_LONGEST_REASON)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        said = self.program.stored_value
        principal = "" if said is None else said.principal  # moves with money alone
        self.fields["unit"].choices = [each for each in self._units() if each[0] != principal]
        self.fields["points"].widget.attrs["inputmode"] = "decimal"
        self.fields["expires_on"].help_text = _("Of points that are given; empty: as the unit says.")
        self.fields["reason"].help_text = _("Kept in the audit log and told to whoever looks at the entry.")

    def clean(self) -> dict[str, Any]:
        self._clean_points()
        return self.cleaned_data

    def fact(self, member_id: UUID) -> AdjustFact:
        """Return the adjustment."""
        given = self.cleaned_data
        amount = given["points"] if given["way"] == "give" else -given["points"]
        return AdjustFact(
            SOURCE,
            given["key"],
            MemberRef(id=member_id),
            amount,
            given["reason"],
            given["unit"],
            given["expires_on"] if given["way"] == "give" else None,
        )


class TransferForm(ActForm):
    """Points that one member gives to another."""

    to = forms.CharField(label=gettext_lazy("Receiver"), max_length=254)
    unit = forms.ChoiceField(label=gettext_lazy("Unit"))
    points = forms.CharField(label=gettext_lazy("Points"), max_length=20)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        given = [(unit.code, self.running.unit_name(unit.code)) for unit in self.program.units if unit.transfer]
        self.fields["unit"].choices = given
        self.fields["points"].widget.attrs["inputmode"] = "decimal"
        self.fields["to"].help_text = _("Phone number, member id or external id.")

    def clean(self) -> dict[str, Any]:
        self._clean_points()
        return self.cleaned_data

    def fact(self, member_id: UUID) -> TransferFact:
        """Return the transfer. Raises: Refusal `unknown_member`, `several_members`."""
        given = self.cleaned_data
        to = MemberRef(id=known_as(given["to"].strip()))
        return TransferFact(SOURCE, given["key"], MemberRef(id=member_id), to, given["points"], given["unit"])


class PointsForm(ActForm):
    """Points of a unit that can be used."""

    unit = forms.ChoiceField(label=gettext_lazy("Unit"))
    points = forms.CharField(label=gettext_lazy("Points"), max_length=20)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = self._units(spendable=True)
        self.fields["points"].widget.attrs["inputmode"] = "decimal"

    def clean(self) -> dict[str, Any]:
        self._clean_points()
        return self.cleaned_data


class RedeemForm(PointsForm):
    """Points that a member uses."""

    def fact(self, member_id: UUID) -> RedeemFact:
        """Return the redemption."""
        given = self.cleaned_data
        return RedeemFact(SOURCE, given["key"], MemberRef(id=member_id), given["points"], given["unit"])


class HoldForm(PointsForm):
    """Points set aside to the end of a day."""

    until = forms.DateField(label=gettext_lazy("Last day"), validators=[MaxValueValidator(_LAST_WHOLE_DAY)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].help_text = _("What is not captured until then comes back by itself.")

    def fact(self, member_id: UUID) -> HoldFact:
        """Return the hold."""
        given = self.cleaned_data
        zone = ZoneInfo(self.program.time_zone)
        until = datetime.combine(given["until"] + timedelta(days=1), time.min, zone)
        return HoldFact(SOURCE, given["key"], MemberRef(id=member_id), given["points"], until, given["unit"])


class PartForm(ActForm):
    """A part of points that were set aside or used, or all that is left of them; `name` is what they are known by."""

    points = forms.CharField(label=gettext_lazy("Points"), max_length=20, required=False)

    def __init__(self, running: Running, name: tuple[str, str], unit: Unit, *args: Any, **kwargs: Any) -> None:
        super().__init__(running, *args, **kwargs)
        self.name, self.unit = name, unit
        self.fields["points"].widget.attrs["inputmode"] = "decimal"
        self.fields["points"].help_text = _("Empty: all that is left.")

    def clean_points(self) -> int | None:
        """Return the points in the smallest parts of the unit, None for all."""
        text = self.cleaned_data["points"]
        return smallest(text, self.unit.scale) if text else None


class CaptureForm(PartForm):
    """Points of a hold that are spent."""

    def fact(self, member_id: UUID) -> CaptureFact:
        """Return the capture."""
        return CaptureFact(SOURCE, self.cleaned_data["key"], self.name, self.cleaned_data["points"])


class ReturnForm(PartForm):
    """Points of a redemption that are given back."""

    def fact(self, member_id: UUID) -> ReturnFact:
        """Return what comes back."""
        return ReturnFact(SOURCE, self.cleaned_data["key"], self.name, self.cleaned_data["points"])


class TierForm(ActForm):
    """A tier given by hand."""

    tier = forms.ChoiceField(label=gettext_lazy("Tier"))
    until = forms.DateField(label=gettext_lazy("Last day"), required=False)
    exactly = forms.BooleanField(label=gettext_lazy("Also take a higher tier away"), required=False)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=_LONGEST_REASON)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        several = len(self.program.ladders) > 1
        self.fields["tier"].choices = [
            (
                f"{ladder.code}/{level.code}",
                f"{ladder.name} · {words.tier(level.code, level.name)}"
                if several
                else words.tier(level.code, level.name),
            )
            for ladder in self.program.ladders
            for level in ladder.levels[1:]
        ]
        self.fields["until"].help_text = _("Empty: for good. It is held at least so long, however little is bought.")
        self.fields["reason"].help_text = _("Told wherever the tier is shown.")

    def fact(self, member_id: UUID) -> TierFact:
        """Return the tier."""
        given = self.cleaned_data
        ladder, _slash, tier = given["tier"].partition("/")
        ref = MemberRef(id=member_id)
        reason, until = given["reason"], given["until"]
        return TierFact(SOURCE, given["key"], ref, tier, reason, until, ladder, exactly=given["exactly"])


class BehaviourForm(ActForm):
    """Something that a member did, with what the program wants to know of it."""

    store = forms.ChoiceField(label=gettext_lazy("Store"), required=False)

    def __init__(
        self, running: Running, behaviour: Behaviour, stores: list[tuple[str, str]], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(running, *args, **kwargs)
        self.behaviour = behaviour
        self.fields["store"].choices = stores
        if len(stores) == 1 and not stores[0][0]:
            del self.fields["store"]
        for attribute in behaviour.attributes:
            self.fields[f"attribute_{attribute.code}"] = _attribute(attribute.code, attribute.type)

    def fact(self, member_id: UUID) -> BehaviourFact:
        """Return the behaviour."""
        given = self.cleaned_data
        attributes = {
            one.code: given[f"attribute_{one.code}"]
            for one in self.behaviour.attributes
            if given[f"attribute_{one.code}"] not in (None, "")
        }
        return BehaviourFact(
            SOURCE,
            given["key"],
            MemberRef(id=member_id),
            self.behaviour.code,
            store=given.get("store", ""),
            channel=SOURCE,
            attributes=attributes,
        )


def _attribute(code: str, type_: str) -> forms.Field:
    if type_ == "flag":
        return forms.BooleanField(label=code, required=False)
    if type_ == "number":
        return forms.IntegerField(label=code, required=False)
    return forms.CharField(label=code, required=False, max_length=200)


class RefundForm(ActForm):
    """What is taken off an order: all that is left, an amount, or pieces of lines."""

    what = forms.ChoiceField(
        label=gettext_lazy("What is refunded"),
        choices=(
            ("all", gettext_lazy("All that is left")),
            ("amount", gettext_lazy("An amount")),
            ("lines", gettext_lazy("Some lines")),
        ),
        initial="amount",
    )
    amount = forms.CharField(label=gettext_lazy("Amount"), required=False, max_length=20)

    def __init__(self, running: Running, order: OrderLeft, *args: Any, **kwargs: Any) -> None:
        super().__init__(running, *args, **kwargs)
        self.order = order
        self.digits = CURRENCY_DIGITS[order.order.currency]
        self.fields["amount"].widget.attrs["inputmode"] = "decimal"
        left = order.order.net_minor - order.order.refunded_minor
        self.fields["amount"].help_text = _("At most %(left)s.") % {"left": figures.money(left, order.order.currency)}
        if not order.lines:
            self.fields["what"].choices = self.fields["what"].choices[:2]
        for line in order.lines:
            for name, label in ((f"quantity_{line.number}", _("Pieces")), (f"net_{line.number}", _("Amount"))):
                self.fields[name] = forms.CharField(label=f"{line.line.sku} · {label}", required=False, max_length=20)
                self.fields[name].widget.attrs |= {"inputmode": "decimal", "autocomplete": "off", "aria-label": label}

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        """The lines of the order with their two fields."""
        return [(line, self[f"quantity_{line.number}"], self[f"net_{line.number}"]) for line in self.order.lines]

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("what") == "amount":
            self._read_number("amount", self.digits, required=True)
        elif given.get("what") == "lines":
            for line in self.order.lines:
                self._read_number(f"quantity_{line.number}", 0)
                self._read_number(f"net_{line.number}", self.digits)
            if not self.errors and not self._lines():
                self.add_error("what", _("Say of at least one line what is refunded."))
        return given

    def _read_number(self, name: str, digits: int, *, required: bool = False) -> None:
        text = self.cleaned_data.get(name) or ""
        try:
            self.cleaned_data[name] = smallest(text, digits) if text or required else 0
        except forms.ValidationError as error:
            self.add_error(name, error)

    def _lines(self) -> tuple[RefundLine, ...]:
        given = self.cleaned_data
        lines = (
            RefundLine(line.number, given[f"quantity_{line.number}"], given[f"net_{line.number}"])
            for line in self.order.lines
        )
        return tuple(line for line in lines if line.quantity or line.net_minor)

    def fact(self, member_id: UUID) -> RefundFact:
        """Return the refund."""
        given, order = self.cleaned_data, self.order.order
        return RefundFact(
            SOURCE,
            given["key"],
            (order.source, order.external_id),
            lines=self._lines() if given["what"] == "lines" else (),
            net_minor=given["amount"] if given["what"] == "amount" else None,
        )
