"""What the audit log calls the fields of a change and their codes, where things came from, and who acted."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from shuke.rooms.org.contracts import Actor, ActorKind
from shuke.surfaces.wording import paid_words, words

FIELDS: Mapping[str, str | Promise] = {
    **paid_words.LENGTHS,
    "trial_days": pgettext_lazy("field", "Trial in days"),
    "notice_days": pgettext_lazy("field", "Notices, days before the end"),
    "try_days": pgettext_lazy("field", "Charges, days after the end"),
    "grace_days": pgettext_lazy("field", "Grace in days"),
    "cooling_off_days": pgettext_lazy("field", "Cooling-off in days"),
    "gives": pgettext_lazy("field", "Gives"),
    "tag": pgettext_lazy("field", "Tag"),
    "on_sale": pgettext_lazy("field", "On sale"),
    "offer": pgettext_lazy("field", "What it takes off"),
    "codes": pgettext_lazy("field", "Codes"),
    "one_code": pgettext_lazy("field", "The one code"),
    "validity": pgettext_lazy("field", "Can be used"),
    "issue_since": pgettext_lazy("field", "Issued from"),
    "issue_until": pgettext_lazy("field", "Issued until"),
    "claimable": pgettext_lazy("field", "Members take it themselves"),
    "claim_when": pgettext_lazy("field", "Condition of claims"),
    "given_on": pgettext_lazy("field", "Given by a rule for"),
    "given_when": pgettext_lazy("field", "Condition of giving"),
    "most": pgettext_lazy("field", "Most in all"),
    "per_member": pgettext_lazy("field", "Most for a member"),
    "amount_minor": pgettext_lazy("field", "Amount, smallest unit of money"),
    "budget_minor": pgettext_lazy("field", "Budget, smallest unit of money"),
    "cost_minor": pgettext_lazy("field", "Cost of one, smallest unit of money"),
    "packet": pgettext_lazy("field", "Lucky packet"),
    "gives_back": pgettext_lazy("field", "Comes back with a refund"),
    "transferable": pgettext_lazy("field", "May be given to a friend"),
    "plan": pgettext_lazy("field", "Plan"),
    "length": pgettext_lazy("field", "Length"),
    "days": pgettext_lazy("field", "Days"),
    "refund_minor": pgettext_lazy("field", "Given back, smallest unit of money"),
    "rule": pgettext_lazy("field", "Rule of the refund"),
    "note": pgettext_lazy("field", "Note"),
    "ends_at": pgettext_lazy("field", "Ends"),
    "prices": pgettext_lazy("field", "Prices"),
    "store": pgettext_lazy("field", "Store"),
    "new": pgettext_lazy("field", "New"),
    "known": pgettext_lazy("field", "Known before"),
    "stage": pgettext_lazy("field", "Stage"),
    "made": pgettext_lazy("field", "Made"),
    "quantity": pgettext_lazy("field", "Quantity"),
    "benefit": pgettext_lazy("field", "Benefit"),
    "template": pgettext_lazy("field", "Template"),
    "recalled": pgettext_lazy("field", "Recalled"),
    "used": pgettext_lazy("field", "Used already"),
    "locked": pgettext_lazy("field", "Set aside"),
    "expired": pgettext_lazy("field", "Expired"),
    "reference": pgettext_lazy("field", "Proof of the payment"),
    "state": pgettext_lazy("field", "State"),
    "method": pgettext_lazy("field", "Paid by"),
    "url": pgettext_lazy("field", "Address"),
    "period": pgettext_lazy("field", "Per"),
    "since": pgettext_lazy("field", "From"),
    "until": pgettext_lazy("field", "Until"),
    "delay_days": pgettext_lazy("field", "Begins after days"),
    "pot_minor": pgettext_lazy("field", "Sum to share, smallest unit of money"),
    "shares": pgettext_lazy("field", "Shares"),
    "least_minor": pgettext_lazy("field", "Least share, smallest unit of money"),
    "wanted": pgettext_lazy("field", "Wanted"),
    **words.PURPOSES,
}
_ORIGINS: Mapping[str, str | Promise] = {
    "till": pgettext_lazy("origin", "The till"),
    "portal": pgettext_lazy("origin", "Member pages"),
    "Portal": pgettext_lazy("origin", "Member pages"),  # who acted, where a record keeps the label alone
    "console": pgettext_lazy("origin", "The console"),
    "mall": pgettext_lazy("origin", "The mall"),
    "benefits": pgettext_lazy("origin", "Benefits"),
    "value": pgettext_lazy("origin", "Stored value"),
    "store": pgettext_lazy("origin", "In store"),
    "online": pgettext_lazy("origin", "Online"),
}


def field(code: str) -> str:
    """Return what a field is called."""
    return str(FIELDS[code]) if code in FIELDS else words.wording(code)


def origin(code: str) -> str:
    """Return what a source or channel is called; one of the merchant's own stands for itself."""
    return str(_ORIGINS.get(code, code))


def actor(who: Actor) -> str:
    """Return who acted: people and keys by their label, a part of the product as it is called."""
    return origin(who.id) if who.kind is ActorKind.SYSTEM and who.id in _ORIGINS else who.label
