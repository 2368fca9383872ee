"""Imports: a file of members is checked first, then committed or left, and undone where nobody touched it since."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from shuke.core.values.errors import Refusal
from shuke.foundation import ids, logs
from shuke.rooms.org.contracts import Right
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import IMPORT_PREFIX, ImportFile, ImportReport, ImportState, RowState
from shuke.surfaces.console.pages import Desk, page, show
from shuke.surfaces.wording import refusals, words

_LATEST = 50
_MOVING = {ImportState.COMMITTING, ImportState.UNDOING}
_FIRST_ROWS = 8


class ImportForm(forms.Form):
    """A file and how it is to be read."""

    file = forms.FileField(label=gettext_lazy("File"))
    source = forms.CharField(label=gettext_lazy("Source of the external ids"), max_length=60, initial="crm")
    on_match = forms.ChoiceField(
        label=gettext_lazy("Who is a member already"),
        choices=(
            ("fill", gettext_lazy("fill in what is empty, overwrite nothing")),
            ("skip", gettext_lazy("leave alone")),
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs["accept"] = ".csv,.tsv,.txt,.xlsx"
        self.fields["source"].help_text = _("The system that gave out the member numbers, such as crm or pos.")


@page(Right.IMPORTS_WRITE, "GET", "POST")
def imports(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List the latest imports, and check a file: nothing is changed by that."""
    if request.method == "GET":
        return _list(request, ImportForm())
    form = ImportForm(request.POST, request.FILES)
    mapping = dict(zip(request.POST.getlist("column"), request.POST.getlist("field"), strict=False))
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.FILE_UPLOAD_MAX_MEMORY_SIZE:
        form.errors.pop("file", None)  # that there is none
        form.add_error("file", _("Here a file has at most 8 MB. Larger ones: shuke import members FILE."))
    if not form.is_valid():
        return _list(request, form, mapping=mapping, status=422)
    given, file = form.cleaned_data, form.cleaned_data["file"]
    try:
        report = programs.check_import(
            ImportFile(file.name, file.read(), given["source"], mapping, given["on_match"] == "fill"), desk.actor
        )
    except Refusal as refused:
        logs.refusal(refused, request_id=desk.actor.request_id)
        form.add_error("file", refusals.sentence(refused))
        return _list(request, form, mapping=mapping, refused=refused, status=422)
    return redirect("import", ids.encode(IMPORT_PREFIX, report.id))


@page(Right.IMPORTS_WRITE)
def report(request: HttpRequest, desk: Desk, import_id: str) -> HttpResponse:
    """Show what would come of a file, or what came of it, and every fault by its cause."""
    found = programs.import_report(_id(import_id))
    checked = found.state is ImportState.CHECKED
    counts = found.foreseen if checked else found.counts
    return show(
        request,
        "import.html",
        trail=((_("Imports"), reverse("imports")),),
        title=found.name,
        place="imports",
        report=found,
        import_id=import_id,
        state=words.of_import(found.state),
        counts=[(state.value, words.of_import(state), counts.get(state, 0)) for state in RowState if counts.get(state)],
        faults=[(words.of_import(fault.code), fault, fault.rows[:_FIRST_ROWS]) for fault in found.faults],
        moving=found.state in _MOVING,
        done=_done(found),
        can_commit=checked and found.rows > counts.get(RowState.FAILED, 0),
        can_undo=found.state is ImportState.COMMITTED,
    )


@page(Right.IMPORTS_WRITE)
def bad_rows(request: HttpRequest, desk: Desk, import_id: str) -> HttpResponse:
    """Give the refused rows as a file, with the reason beside each."""
    lines = programs.import_bad_rows(_id(import_id), words.of_import, chinese=get_language() == "zh-hans")
    answer = HttpResponse("\ufeff" + "".join(lines), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{import_id}.csv"'
    return answer


@page(Right.IMPORTS_WRITE, "POST")
def commit(request: HttpRequest, desk: Desk, import_id: str) -> HttpResponse:
    """Let a worker commit what was checked."""
    programs.ask_import(_id(import_id), desk.actor)
    return redirect("import", import_id)


@page(Right.IMPORTS_WRITE, "POST")
def undo(request: HttpRequest, desk: Desk, import_id: str) -> HttpResponse:
    """Let a worker take back what nobody touched since."""
    programs.ask_import(_id(import_id), desk.actor, undo=True)
    return redirect("import", import_id)


def _list(
    request: HttpRequest,
    form: ImportForm,
    *,
    mapping: dict[str, str] | None = None,
    refused: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    found = programs.imports(_LATEST)
    columns = _columns(refused, mapping or {})
    return show(
        request,
        "imports.html",
        title=_("Imports"),
        place="imports",
        form=form,
        columns=columns,
        known=[(field, words.of_import(field)) for field in programs.column_meanings()] if columns else [],
        rows=[(ids.encode(IMPORT_PREFIX, each.id), each, words.of_import(each.state)) for each in found],
        status=status,
    )


def _columns(refused: Refusal | None, mapping: dict[str, str]) -> list[tuple[str, str]]:
    """Return the columns of the file that was refused, as far as it was read, each with what it is taken for."""
    if refused is None or "headers" not in refused.params:
        return list(mapping.items())
    headers, fields = refused.params["headers"], refused.params["fields"]
    assert isinstance(headers, tuple)
    assert isinstance(fields, tuple)
    return list(dict(zip(headers, fields, strict=True)).items())


def _done(found: ImportReport) -> int:
    """Return how many rows a worker has been through."""
    left = (RowState.WAITING,) if found.state is ImportState.COMMITTING else (RowState.CREATED, RowState.UPDATED)
    return found.rows - sum(found.counts.get(state, 0) for state in left)


def _id(text: str) -> UUID:
    return ids.decode(IMPORT_PREFIX, text)
