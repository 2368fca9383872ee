"""The words of paid membership for people: states, causes, lengths, rules."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from shuke.rooms.paid.contracts import (
    AfterCoolingOff,
    Cause,
    ChargeState,
    Kind,
    Length,
    NoticeKind,
    PeriodKind,
    RefundRule,
    State,
    Terms,
)

Words = Mapping[str, str | Promise]

KINDS: Words = {Kind.SERVICE: _("Services"), Kind.GOODS: _("Goods at members' prices")}
LENGTHS: Words = {
    Length.MONTH: pgettext_lazy("price", "A month"),
    Length.QUARTER: pgettext_lazy("price", "A quarter"),
    Length.YEAR: pgettext_lazy("price", "A year"),
}
AFTER: Words = {AfterCoolingOff.PRORATA: _("the unused days"), AfterCoolingOff.NOTHING: _("nothing")}
STATES: Words = {
    State.PENDING: pgettext_lazy("subscription", "Waits for payment"),
    State.TRIAL: pgettext_lazy("subscription", "Trial"),
    State.ACTIVE: pgettext_lazy("subscription", "Active"),
    State.PAST_DUE: pgettext_lazy("subscription", "Past due"),
    State.GRACE: pgettext_lazy("subscription", "In grace"),
    State.LAPSED: pgettext_lazy("subscription", "Lapsed"),
    State.CANCELLED: pgettext_lazy("subscription", "Cancelled"),
    State.VOID: pgettext_lazy("subscription", "Never paid"),
}
TONES = {
    State.TRIAL: "good",
    State.ACTIVE: "good",
    State.PENDING: "warn",
    State.PAST_DUE: "warn",
    State.GRACE: "warn",
    State.LAPSED: "bad",
}
CAUSES: Words = {
    Cause.ASKED: pgettext_lazy("subscription", "Ordered"),
    Cause.PAID: pgettext_lazy("subscription", "Paid"),
    Cause.TRIAL: _("Trial began"),
    Cause.GIFT: pgettext_lazy("subscription", "Given"),
    Cause.CODE: _("Activation code used"),
    Cause.EXTENDED: pgettext_lazy("subscription", "Extended"),
    Cause.RENEWED: _("Renewed by itself"),
    Cause.PERIOD_ENDED: _("The period ended"),
    Cause.TRIES_OVER: _("No try to charge succeeded"),
    Cause.GRACE_OVER: _("The grace ended"),
    Cause.PAID_LATE: _("Paid after it had lapsed"),
    Cause.NOT_PAID: _("Was not paid"),
    Cause.RENEWAL_OFF: _("Renewal turned off"),
    Cause.RENEWAL_ON: _("Renewal turned on"),
    Cause.CANCELLED: pgettext_lazy("subscription", "Cancelled"),
    Cause.SWITCHED: _("Changed to or from another plan"),
    Cause.MERGED: _("Came with a record that was merged"),
    Cause.UNMERGED: _("Went back with the record it came from"),
}
PERIODS: Words = {
    PeriodKind.TRIAL: pgettext_lazy("period", "Trial"),
    PeriodKind.PAID: pgettext_lazy("period", "Bought"),
    PeriodKind.GIFT: pgettext_lazy("period", "Gift"),
    PeriodKind.CODE: pgettext_lazy("period", "Activation code"),
    PeriodKind.EXTENSION: pgettext_lazy("period", "Extension"),
}
CHARGES: Words = {
    ChargeState.ASKED: pgettext_lazy("charge", "Asked for"),
    ChargeState.PAID: pgettext_lazy("charge", "Paid"),
    ChargeState.FAILED: pgettext_lazy("charge", "Failed"),
    ChargeState.SURPLUS: pgettext_lazy("charge", "Paid too much, given back"),
}
NOTICES: Words = {
    NoticeKind.RENEWAL: _("It will renew"),
    NoticeKind.PRICE: _("It will renew at a new price"),
    NoticeKind.ENDING: _("It will end"),
    NoticeKind.CHARGE_FAILED: _("A charge failed"),
    NoticeKind.GRACE: _("The grace began"),
    NoticeKind.LAPSED: _("It has lapsed"),
    NoticeKind.GIFT: _("It was given"),
}
ACTIONS: Words = {
    "plan.created": _("Created a paid plan"),
    "plan.changed": _("Changed the terms of a paid plan"),
    "plan.sale_changed": _("Changed whether a plan is on sale"),
    "plan.given": _("Gave a period of a plan"),
    "plan.extended": _("Extended a plan"),
    "plan.cancelled": _("Cancelled a plan at once"),
    "codes.made": _("Made activation codes"),
    "codes.taken": _("Took activation codes as a file"),
}
RULES: Words = {
    RefundRule.COOLING_OFF: _("all of it, within the cooling-off period"),
    RefundRule.PRORATA: _("the days that are left after today"),
    RefundRule.NOTHING: _("nothing goes back"),
}


def language() -> str:
    """Return zh or en, as this reader reads."""
    return "zh" if (get_language() or "").startswith("zh") else "en"


def prices(terms: Terms) -> list[tuple[str | Promise, int]]:
    """Return what a plan costs, the shortest first, as (length, minor units)."""
    return [(LENGTHS[length], terms.prices[length]) for length in Length if length in terms.prices]
