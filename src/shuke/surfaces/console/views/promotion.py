"""Publishing a version in another deployment: compared there first. Its key is asked for, and kept nowhere."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from shuke.core.values.errors import Refusal
from shuke.foundation import logs
from shuke.rooms.org.contracts import Right
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import Preview, Promoted, Target
from shuke.surfaces.console.pages import Desk, page, show
from shuke.surfaces.wording import effect_words, refusals


class PromotionForm(forms.Form):
    url = forms.URLField(label=gettext_lazy("Address of the other deployment"), assume_scheme="https")
    key = forms.CharField(
        label=gettext_lazy("Its API key"),
        max_length=200,
        widget=forms.PasswordInput(render_value=True, attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("With programs:read and programs:write. It is kept nowhere."),
    )


@page(Right.ORGANISATION_WRITE, "GET", "POST")
def promotion(request: HttpRequest, desk: Desk, slug: str, number: int) -> HttpResponse:
    """Show what a version changes in another deployment, and publish it there."""
    version = next((each for each in facade.versions(slug) if each.number == number), None)
    if version is None:
        raise Refusal("version_not_found", "There is no such version.")
    form = PromotionForm(request.POST or None)
    told: dict[str, Any] = {}
    if form.is_bound and form.is_valid():
        target = Target(**form.cleaned_data)
        try:
            seen = facade.preview_promotion(version.text, target)
            if "publish" in request.POST and request.POST.get("after", "") == str(seen.after or ""):
                _say(request, facade.promote(version.text, target, seen, desk.actor))
                return redirect("program-version", slug, number)
            told = _told(seen)
        except Refusal as refused:
            logs.refusal(refused, request_id=desk.actor.request_id)
            at = (refused.pointer or "/").lstrip("/")
            form.add_error(at if at in form.fields else None, refusals.sentence(refused))
    return show(
        request,
        "program_promotion.html",
        trail=((_("Programs"), reverse("programs")), (f"v{number}", reverse("program-version", args=[slug, number]))),
        title=_("Publish in another deployment"),
        place="programs",
        version=version,
        form=form,
        status=422 if form.errors else 200,
        **told,
    )


def _told(seen: Preview) -> dict[str, Any]:
    """Return what the version changes there, in words; its members are not ours to show."""
    language = (get_language() or "en")[:2]
    comparison = seen.comparison
    if comparison is None:
        return {"seen": seen, "meaning": [], "effect": [_("Nothing is published there yet.")]}
    meaning = [str(each[language]) for each in comparison["meaning"]]
    return {"seen": seen, "meaning": meaning, "effect": effect_words.lines(comparison["effect"], language)}


def _say(request: HttpRequest, done: Promoted) -> None:
    said = (
        _("Version %(number)d is published there.") % {"number": done.version}
        if done.version
        else _("It waits there for approval: %(approval)s") % {"approval": done.approval}
    )
    messages.success(request, said, extra_tags="good")
