"""The console's words for what is wrong with a program file: what it is, what was found, what would do."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from shuke.core.values.errors import Refusal

TITLES: Mapping[str, str | Promise] = {
    "alias_not_allowed": _("Anchors and aliases are not allowed"),
    "bad_code": _("This is not a usable code"),
    "bad_duration": _("This is not a duration"),
    "bad_name": _("This is not a usable name"),
    "bad_validity": _("This is not a validity"),
    "case_needs_else": _("CASE needs ELSE"),
    "division_by_variable": _("Only division by a constant is allowed"),
    "division_by_zero": _("Nothing can be divided by 0"),
    "duplicate_code": _("This code stands twice"),
    "duplicate_key": _("This key stands twice"),
    "effective_in_the_past": _("The version would come into force in the past"),
    "empty_file": _("The file is empty"),
    "empty_value": _("A value is missing"),
    "expression_empty": _("An expression is missing"),
    "expression_syntax": _("The expression cannot be read"),
    "expression_too_deep": _("The expression is nested too deep"),
    "expression_too_long": _("The expression is too long"),
    "file_too_large": _("The program file is too large"),
    "key_not_text": _("A key must be a plain word"),
    "may_overflow": _("The rule may exceed 64 bits"),
    "missing_key": _("A key is missing"),
    "nested_too_deep": _("The file is nested too deep"),
    "no_tiers": _("The program has no tiers"),
    "not_a_number": _("This is not a number"),
    "not_allowed": _("This is not part of the language of rules"),
    "not_utf8": _("The file is not UTF-8"),
    "number_too_large": _("The number is too large"),
    "one_program": _("Another program runs already"),
    "points_out_of_range": _("Points lie outside their bounds"),
    "several_documents": _("A file holds one program"),
    "tag_not_allowed": _("Tags are not allowed"),
    "text_too_long": _("A text is too long"),
    "tier_in_use": _("The version drops a tier in which members stand"),
    "tiers_overlap": _("The tiers do not rise"),
    "time_zone_unknown": _("There is no such time zone"),
    "too_many_digits": _("The number has too many digits"),
    "too_many_entries": _("The file has too many values"),
    "too_many_money_digits": _("The amount has more digits than its currency"),
    "too_many_points": _("One order could earn too many points"),
    "too_many_windows": _("The program uses too many windows"),
    "unit_dropped": _("The version drops a unit that members may hold"),
    "unit_scale_fixed": _("The decimal places of a unit never change"),
    "unknown_currency": _("This is not an ISO 4217 currency"),
    "unknown_fact": _("There is no such fact"),
    "unknown_function": _("There is no such function"),
    "unknown_key": _("This key is not known here"),
    "unknown_level_of_rounding": _("There is no such level of rounding"),
    "unknown_period": _("There is no such period"),
    "unknown_rounding": _("There is no such rounding"),
    "unknown_tier": _("There is no such tier"),
    "unknown_version": _("This version of the file format is not known"),
    "unknown_window": _("There is no such window"),
    "windows_changed": _("The version counts other windows than those counted so far"),
    "wrong_arguments": _("The function takes other arguments"),
    "wrong_count": _("There are too few or too many"),
    "wrong_measure": _("This cannot measure tiers"),
    "wrong_presence": _("This cannot be asked with HAS"),
    "wrong_scope": _("The fact does not stand in this scope"),
    "wrong_type": _("The kinds do not fit together"),
    "yaml_syntax": _("This is not valid YAML"),
}


def sentence(fault: Refusal) -> str:
    """Say what is wrong: the loader's own sentence in English, in other languages its title with what was found."""
    found, suggestion = fault.params.get("found"), fault.params.get("suggestion")
    if get_language() == "en" or fault.code not in TITLES:
        said = fault.detail
    elif found is None:
        said = gettext("%(title)s.") % {"title": TITLES[fault.code]}
    else:
        said = gettext("%(title)s: «%(found)s».") % {"title": TITLES[fault.code], "found": found}
    if suggestion is None or str(suggestion) in said.replace(str(found), ""):
        return said
    return gettext("%(said)s For example: %(suggestion)s") % {"said": said, "suggestion": suggestion}
