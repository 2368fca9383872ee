"""Attributes that a program declares, as fields of a form, and as `colour=red` behind other parts of a text."""

from collections.abc import Iterable, Sequence

from django import forms
from django.utils.translation import gettext as _

from shuke.core.program.model import Attribute
from shuke.engine.facts import TEXT_LIMIT

Pairs = tuple[tuple[str, int | str | bool], ...]
_YES = ("yes", "true", "是")
_NO = ("no", "false", "否")


def field_of(attribute: Attribute) -> forms.Field:
    """Return the field of an attribute, which may be left empty: then the fact lacks it."""
    if attribute.type == "number":
        return forms.IntegerField(label=attribute.code, required=False, min_value=attribute.lo, max_value=attribute.hi)
    if attribute.type == "flag" or attribute.texts:
        known = [(text, text) for text in attribute.texts] or [("yes", _("yes")), ("no", _("no"))]
        return forms.ChoiceField(label=attribute.code, required=False, choices=[("", "—"), *known])
    return forms.CharField(label=attribute.code, required=False, max_length=TEXT_LIMIT)


def value_of(attribute: Attribute, given: object) -> int | str | bool:
    """Return what stands in the field of an attribute as the value of a fact."""
    return given == "yes" if attribute.type == "flag" else given  # type: ignore[return-value]  # cleaned by its type


def pairs_of(parts: Iterable[str], declared: Sequence[Attribute]) -> Pairs:
    """Read `colour=red` parts.

    Raises: ValidationError of what is not declared, or not so.
    """
    known, found = {each.code: each for each in declared}, {}
    for part in parts:
        code, equals, text = (each.strip() for each in part.partition("="))
        if not equals or code not in known:
            listed = told(declared) or "—"
            raise forms.ValidationError(
                _("“%(part)s” is no attribute of the program: %(known)s.") % {"part": part[:40], "known": listed}
            )
        found[code] = _read(known[code], text)
    return tuple(found.items())


def told(declared: Sequence[Attribute]) -> str:
    """Name attributes with what they may be."""
    return ", ".join(f"{each.code} ({_range(each)})" for each in declared)


def _read(attribute: Attribute, text: str) -> int | str | bool:
    digits = text.removeprefix("-")
    if attribute.type == "number" and digits.isascii() and digits.isdecimal() and len(digits) <= 10:
        if attribute.lo <= int(text) <= attribute.hi:
            return int(text)
    elif attribute.type == "flag" and text.lower() in (*_YES, *_NO):
        return text.lower() in _YES
    elif attribute.type == "text" and (text in attribute.texts or not attribute.texts) and len(text) <= TEXT_LIMIT:
        return text
    raise forms.ValidationError(_("%(code)s is %(range)s.") % {"code": attribute.code, "range": _range(attribute)})


def _range(attribute: Attribute) -> str:
    if attribute.type == "number":
        return f"{attribute.lo} – {attribute.hi}"
    if attribute.type == "flag":
        return _("yes or no")
    return " / ".join(attribute.texts) or _("a text")
