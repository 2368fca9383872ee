"""The ledger check: every invariant over the whole ledger, passed or failed, on demand."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shuke.foundation import ids, verification_words
from shuke.foundation.verification import Violation
from shuke.rooms.members.contracts import ID_PREFIX
from shuke.rooms.org.contracts import Right
from shuke.rooms.programs import facade as programs
from shuke.surfaces.console.pages import Desk, page, show


@page(Right.LEDGER_VERIFY, "GET", "POST")
def check(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Explain the check, and run it when asked to."""
    report = _report() if request.method == "POST" else None
    return show(request, "ledger_check.html", title=_("Ledger check"), place="ledger-check", report=report)


def _report() -> dict[str, Any]:
    """Return each law with the violations of it, and their number."""
    language = _language()
    checks = programs.verify_all()
    violations = [violation for each in checks for violation in each.violations]
    laws = [
        {
            "id": law.id,
            "sentence": verification_words.law(law.id, law.sentence, language),
            "violations": [_shown(one, language) for one in violations if one.invariant == law.id],
        }
        for each in checks
        for law in each.checked
    ]
    return {"laws": laws, "violations": len(violations)}


def _shown(violation: Violation, language: str) -> dict[str, str]:
    holder = "" if violation.holder_id is None else ids.encode(ID_PREFIX, violation.holder_id)
    return {"holder": holder, "detail": verification_words.violation(violation.detail, language)}


def _language() -> str:
    return "en" if get_language() == "en" else "zh"
