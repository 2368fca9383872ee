"""Forms of paid plans: terms in the shop's money, and what is asked when a member's subscription is dealt with."""

import re
from collections.abc import Iterable
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from shuke.core.values.currencies import CURRENCY_DIGITS
from shuke.core.values.errors import Refusal
from shuke.rooms.paid.contracts import AfterCoolingOff, Given, Kind, Length, Plan, PlanDraft, Terms
from shuke.surfaces.wording import paid_words, payment_words, refusals

_AMOUNT = re.compile(r"(\d{1,10})(?:\.(\d{1,3}))?")
_DEFAULTS = Terms({})


class TermsForm(forms.Form):
    """What a version of a plan says."""

    month = forms.CharField(label=_("Price of a month"), required=False, max_length=14)
    quarter = forms.CharField(label=_("Price of a quarter"), required=False, max_length=14)
    year = forms.CharField(label=_("Price of a year"), required=False, max_length=14)
    trial_days = forms.IntegerField(label=_("Days of trial"), min_value=0, max_value=366)
    cooling_off_days = forms.IntegerField(
        label=_("Days of cooling-off after the first payment"), min_value=0, max_value=366
    )
    refund = forms.ChoiceField(label=_("Refund for cancelling at once, later"), choices=list(paid_words.AFTER.items()))
    notice_days = forms.CharField(
        label=_("Remind this many days before the end"), required=False, max_length=60, help_text=_("Such as 30, 7")
    )
    try_days = forms.CharField(
        label=_("Charge this many days after the end"),
        max_length=60,
        help_text=_("Negative means before the end: -1, 2, 5 tries three times."),
    )
    grace_days = forms.IntegerField(label=_("Days of grace"), min_value=0, max_value=366)
    gives = forms.CharField(
        label=pgettext_lazy("plan", "What it gives"),
        required=False,
        max_length=3_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One a line: Chinese name | English name | worth in a period"),
    )
    effective_on = forms.DateField(
        label=_("In force from"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Empty: at once."),
    )

    def __init__(self, currency: str, *args: Any, terms: Terms = _DEFAULTS, **kwargs: Any) -> None:
        self.digits = CURRENCY_DIGITS[currency]
        super().__init__(*args, initial=self._said(terms), **kwargs)

    def clean_month(self) -> int | None:
        return self._minor(self.cleaned_data["month"])

    def clean_quarter(self) -> int | None:
        return self._minor(self.cleaned_data["quarter"])

    def clean_year(self) -> int | None:
        return self._minor(self.cleaned_data["year"])

    def clean_notice_days(self) -> tuple[int, ...]:
        return _numbers(self.cleaned_data["notice_days"])

    def clean_try_days(self) -> tuple[int, ...]:
        return _numbers(self.cleaned_data["try_days"])

    def clean_gives(self) -> tuple[Given, ...]:
        return tuple(self._given(line) for line in self.cleaned_data["gives"].splitlines() if line.strip())

    def terms(self) -> Terms:
        """Return what was written."""
        said = self.cleaned_data
        prices = {length: said[length.value] for length in Length if said[length.value] is not None}
        return Terms(
            prices,
            said["trial_days"],
            said["notice_days"],
            said["try_days"],
            said["grace_days"],
            said["cooling_off_days"],
            AfterCoolingOff(said["refund"]),
            said["gives"],
        )

    def starts_at(self, zone: ZoneInfo) -> datetime | None:
        """Return when it is to be in force, None for at once."""
        day = self.cleaned_data["effective_on"]
        return None if day is None else datetime.combine(day, time(), zone)

    def tell(self, refused: Refusal) -> None:
        """Put a refusal beside the field that it is about."""
        name = (refused.pointer or "").removeprefix("/")
        place = {"prices": "month", "effective_at": "effective_on"}.get(name, name)
        self.add_error(place if place in self.fields else None, refusals.sentence(refused))

    def _said(self, terms: Terms) -> dict[str, Any]:
        return {
            **{length.value: self._major(price) for length, price in terms.prices.items()},
            "trial_days": terms.trial_days,
            "cooling_off_days": terms.cooling_off_days,
            "refund": terms.refund,
            "notice_days": ", ".join(map(str, terms.notice_days)),
            "try_days": ", ".join(map(str, terms.try_days)),
            "grace_days": terms.grace_days,
            "gives": "\n".join(
                f"{one.name_zh} | {one.name_en} | {self._major(one.value_minor)}" for one in terms.gives
            ),
        }

    def _major(self, minor: int) -> str:
        whole, part = divmod(minor, 10**self.digits)
        return f"{whole}.{part:0{self.digits}}" if self.digits else str(whole)

    def _minor(self, text: str) -> int | None:
        if not text.strip():
            return None
        match = _AMOUNT.fullmatch(text.strip())
        if match is None or len(match[2] or "") > self.digits:
            raise forms.ValidationError(gettext("This is not an amount of money."))
        return int(match[1]) * 10**self.digits + int(f"{match[2] or '':0<{self.digits}}" or 0)

    def _given(self, line: str) -> Given:
        parts = [part.strip() for part in line.split("|")]
        if len(parts) != 3:
            raise forms.ValidationError(gettext("Each line has three parts with | between them."))
        return Given(parts[0], parts[1], self._minor(parts[2]) or 0)


class PlanForm(TermsForm):
    """A plan to be written."""

    code = forms.CharField(
        label=_("Code"), max_length=40, help_text=_("Lower-case letters, digits, - and _; it can't be changed later.")
    )
    kind = forms.ChoiceField(label=_("What it sells"), choices=list(paid_words.KINDS.items()))
    name_zh = forms.CharField(label=_("Chinese name"), max_length=60)
    name_en = forms.CharField(label=_("English name"), max_length=60)
    tag = forms.CharField(
        label=_("Tag of its members"), max_length=40, help_text=_("Rules and offers ask for it: TAGGED('plus').")
    )
    effective_on = None

    def draft(self) -> PlanDraft:
        """Return what was written."""
        said = self.cleaned_data
        return PlanDraft(said["code"], Kind(said["kind"]), said["name_zh"], said["name_en"], said["tag"], self.terms())


class BatchForm(forms.Form):
    """Activation codes to be made."""

    plan = forms.ChoiceField(label=_("Plan"))
    length = forms.ChoiceField(label=_("Each gives"), choices=list(paid_words.LENGTHS.items()))
    count = forms.IntegerField(label=_("How many"), min_value=1, max_value=10_000)
    note = forms.CharField(label=_("Note"), required=False, max_length=100)
    last_day = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Empty: no end."),
    )

    def __init__(self, known: Iterable[Plan], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["plan"].choices = plan_choices(known)

    def wanted(self, zone: ZoneInfo) -> tuple[str, Length, int, str, datetime | None]:
        """Return plan, length, count, note and the instant from which no code works."""
        said = self.cleaned_data
        last = said["last_day"]
        ends_at = None if last is None else datetime.combine(last, time.max, zone)
        return said["plan"], Length(said["length"]), said["count"], said["note"], ends_at


class GiftForm(forms.Form):
    """A period that nobody pays for."""

    plan = forms.ChoiceField(label=_("Plan"))
    length = forms.ChoiceField(label=_("Length"), choices=list(paid_words.LENGTHS.items()))
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, known: Iterable[Plan], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["plan"].choices = plan_choices(known)


class SwitchForm(forms.Form):
    """Another plan for a subscription, and how what is due is paid."""

    plan = forms.ChoiceField(label=_("Plan"))
    length = forms.ChoiceField(label=_("Length"), choices=list(paid_words.LENGTHS.items()))
    method = forms.ChoiceField(label=_("What is due is paid by"))

    def __init__(self, known: Iterable[Plan], methods: Iterable[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["plan"].choices = plan_choices(known)
        self.fields["method"].choices = [(each, payment_words.method(each)) for each in methods]
        self.fields["method"].initial = "counter"


class ExtensionForm(forms.Form):
    """Days by which a subscription holds longer."""

    days = forms.IntegerField(label=_("Days more"), min_value=1, max_value=366)
    reason = forms.CharField(label=_("Reason"), max_length=200)


def plan_choices(known: Iterable[Plan]) -> list[tuple[str, str]]:
    """Return the plans that are on sale, as (code, name)."""
    return [(plan.code, plan.name(paid_words.language())) for plan in known if plan.on_sale]


def _numbers(text: str) -> tuple[int, ...]:
    parts = [part for part in re.split(r"[,，、\s]+", text.strip()) if part]
    if not all(re.fullmatch(r"-?\d{1,3}", part) for part in parts):
        raise forms.ValidationError(gettext("Whole numbers with commas between them."))
    return tuple(map(int, parts))
