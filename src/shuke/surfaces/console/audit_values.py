"""The words of codes that the audit log keeps as values, by their field, and by the action where that decides.

What people wrote is no code and stays as it is, also where it reads like one.
"""

from collections.abc import Callable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shuke.rooms.benefits import facade as benefits
from shuke.rooms.paid import facade as paid
from shuke.surfaces.wording import benefit_words, coupon_words, mall_words, paid_words, payment_words, words
from shuke.surfaces.wording.running import store_called, tier_called, unit_called

Word = Callable[[str], str]

_CODES: Mapping[str, str | Promise] = {
    "own": _("each coupon has its own"),
    "one": _("one code that many use"),
    "pool": _("from a pool that is made or imported before"),
}
_BATCHES: Mapping[str, str | Promise] = {
    "codes": pgettext_lazy("batch", "new codes"),
    "import": pgettext_lazy("batch", "codes from elsewhere"),
    "push": pgettext_lazy("batch", "sent to members"),
}


def _of(*known: Mapping[str, str | Promise]) -> Word:
    said = {str(code): word for each in known for code, word in each.items()}
    return lambda code: str(said.get(code, code))


def _plan(code: str) -> str:
    language = paid_words.language()
    return next((plan.name(language) for plan in paid.list_plans() if plan.code == code), code)


def _benefit(code: str) -> str:
    known = benefits.every_benefit().get(code)
    return code if known is None else known.name_zh if paid_words.language() == "zh" else known.name_en


def _benefit_word(code: str) -> str:
    return benefit_words.WORDS[code][paid_words.language() == "zh"] if code in benefit_words.WORDS else code


_WORDS: Mapping[str, Word] = {
    "benefit": _benefit,
    "codes": _of(_CODES),
    "field": words.personal,
    "kind": words.attribute_kind,
    "language": words.wording,
    "length": _of(paid_words.LENGTHS),
    "method": payment_words.method,
    "period": _of(coupon_words.PERIODS),
    "plan": _plan,
    "refund": _of(paid_words.AFTER),
    "role": words.role,
    "rule": _of(paid_words.RULES),
    "scopes": words.right,
    "stage": _benefit_word,
    "status": words.wording,
    "store": store_called,
    "stores": store_called,
    "tier": tier_called,
    "unit": unit_called,
}
_BY_ROOM: Mapping[tuple[str, str], Word] = {  # the room of an action stands before its dot
    ("approval", "kind"): words.wording,
    ("coupons", "kind"): _of(coupon_words.KINDS, _BATCHES),
    ("coupons", "state"): _of(coupon_words.TEMPLATE_STATES),
    ("mall", "kind"): _of(mall_words.SUPPLIERS, mall_words.KINDS),
    ("mall", "state"): _of(mall_words.STATES),
    ("organisation", "kind"): words.wording,
}


def word_for(field: str, action: str) -> Word | None:
    """Return what words the codes of a field, None where it holds none."""
    return _BY_ROOM.get((action.partition(".")[0], field)) or _WORDS.get(field)
