"""Histories: files of orders, refunds and members are brought, read and checked; programs are tried on them."""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from shuke.core.values.currencies import CURRENCY_DIGITS
from shuke.core.values.errors import Refusal
from shuke.foundation import ids, logs
from shuke.rooms.org.contracts import Right
from shuke.rooms.studio import facade as studio
from shuke.rooms.studio.contracts import (
    FILE_PREFIX,
    HISTORY_PREFIX,
    NAME_LIMIT,
    UNDER_WAY,
    Fault,
    FileKind,
    HistoryView,
    OrderStatus,
    Reading,
    State,
)
from shuke.surfaces.console.pages import Desk, page, show
from shuke.surfaces.console.uploads import large_files
from shuke.surfaces.console.views.backtests import done, rows
from shuke.surfaces.wording import figures, refusals, studio_words

_LATEST = 50
_RUNS = 20
_FIRST_ROWS = 8
_SURE = 0.75  # above which a guess needs no second look


class NameForm(forms.Form):
    """What a history is called."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=NAME_LIMIT)


class ReadingForm(forms.Form):
    """How the files of a history are to be read."""

    currency = forms.ChoiceField(label=gettext_lazy("Currency of the amounts"))
    time_zone = forms.CharField(label=gettext_lazy("Time zone of times without one"), max_length=60, required=False)
    dates = forms.ChoiceField(
        label=gettext_lazy("How dates are written"),
        choices=(
            ("ymd", gettext_lazy("year, month, day")),
            ("mdy", gettext_lazy("month, day, year")),
            ("dmy", gettext_lazy("day, month, year")),
        ),
    )
    statuses = forms.MultipleChoiceField(
        label=gettext_lazy("Statuses of orders that count as sales"),
        help_text=gettext_lazy(
            "What sounds like no sale is not ticked beforehand: please check. Rows of statuses that don't count are "
            "left out and counted. Large files are counted in their first 100,000 rows; what else is found later is "
            "asked for."
        ),
        widget=forms.CheckboxSelectMultiple,
    )
    leave_out = forms.BooleanField(
        label=gettext_lazy("Go on without rows that have faults, and say what is left out"), required=False
    )

    def __init__(self, history: HistoryView, given: Any = None) -> None:
        said = history.reading
        super().__init__(
            given,
            initial={
                "currency": said.currency,
                "time_zone": said.time_zone,
                "dates": said.dates,
                "statuses": _proposed(history) if said.statuses is None else said.statuses,
                "leave_out": said.leave_out,
            },
        )
        rows = Counter[str]()
        for status in _statuses(history):
            rows[status.value] += status.rows
        if rows:
            told = [(value, f"{value or _('none stated')} ({figures.number(count)})") for value, count in rows.items()]
            self.fields["statuses"].choices = told
        else:
            del self.fields["statuses"]
        codes = [(code, code) for code in sorted(CURRENCY_DIGITS)]
        self.fields["currency"].choices = [("", _("Choose")), *codes]
        self.fields["time_zone"].widget.attrs |= {
            "list": "zones",
            "placeholder": "Asia/Shanghai",
            "autocomplete": "off",
        }
        self.fields["time_zone"].help_text = _(
            "In which place's clock the times are written; empty where each says its own offset. Another zone moves "
            "orders to other days without any error, so nothing is guessed."
        )


def _statuses(history: HistoryView) -> Iterator[OrderStatus]:
    return (status for file in history.files for status in file.statuses)


def _proposed(history: HistoryView) -> list[str]:
    return [status.value for status in _statuses(history) if status.is_sale]


@page(Right.PROGRAMS_READ, "GET", "POST")
def histories(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List the histories, and open one: of files, or of what the live database recorded."""
    if request.method == "GET":
        return _list(request, desk, NameForm())
    _require(desk)
    form = NameForm(request.POST)
    if not form.is_valid():
        return _list(request, desk, form, status=422)
    name = form.cleaned_data["name"]
    ask = studio.ask_live_history if "live" in request.POST else studio.begin_history
    return redirect("history", ids.encode(HISTORY_PREFIX, ask(name, desk.actor).id))


@page(Right.PROGRAMS_READ)
def history(request: HttpRequest, desk: Desk, history_id: str) -> HttpResponse:
    """Show a history: its files and what their columns mean, how far reading is, what is wrong, what it holds."""
    found = studio.history(_id(history_id))
    return done() if request.htmx and found.state not in UNDER_WAY else _one(request, desk, found)


@page(Right.STUDIO_USE, "POST")
@large_files
def add_file(request: HttpRequest, desk: Desk, history_id: str) -> HttpResponse:
    """Bring files to a history."""
    wrong = []
    for kind in FileKind:
        for file in request.FILES.getlist(kind.value):
            try:
                studio.add_file(_id(history_id), kind, file.name or "", _chunks(file), desk.actor)
            except Refusal as refused:
                logs.refusal(refused, request_id=desk.actor.request_id)
                wrong.append(f"{file.name}: {refusals.sentence(refused)}")
    if not request.FILES:
        wrong.append(_("Choose a file first."))
    if wrong:
        return _one(request, desk, studio.history(_id(history_id)), wrong=wrong, status=422)
    return redirect("history", history_id)


@page(Right.STUDIO_USE, "POST")
def map_columns(request: HttpRequest, desk: Desk, history_id: str, file_id: str) -> HttpResponse:
    """Say which columns of a file mean what."""
    mapping = dict(zip(request.POST.getlist("column"), request.POST.getlist("field"), strict=False))
    return _done(request, desk, history_id, lambda: studio.map_columns(_id(history_id), _file_id(file_id), mapping))


@page(Right.STUDIO_USE, "POST")
def remove_file(request: HttpRequest, desk: Desk, history_id: str, file_id: str) -> HttpResponse:
    """Take a file away again."""
    return _done(request, desk, history_id, lambda: studio.remove_file(_id(history_id), _file_id(file_id)))


@page(Right.STUDIO_USE, "POST")
def read(request: HttpRequest, desk: Desk, history_id: str) -> HttpResponse:
    """Let a worker read the files."""
    found = studio.history(_id(history_id))
    form = ReadingForm(found, request.POST)
    if not form.is_valid():
        return _one(request, desk, found, form=form, status=422)
    given = form.cleaned_data
    statuses = tuple(given["statuses"]) if "statuses" in given else None
    wanted = Reading(given["currency"], given["time_zone"].strip(), given["dates"], given["leave_out"], statuses)
    try:
        studio.ask_reading(_id(history_id), wanted, desk.actor)
    except Refusal as refused:
        logs.refusal(refused, request_id=desk.actor.request_id)
        field = (refused.pointer or "").lstrip("/")
        form.add_error(field if field in form.fields else None, refusals.sentence(refused))
        return _one(request, desk, studio.history(_id(history_id)), form=form, status=422)
    return redirect("history", history_id)


@page(Right.STUDIO_USE, "POST")
def cancel(request: HttpRequest, desk: Desk, history_id: str) -> HttpResponse:
    """Ask the worker to leave off."""
    return _done(request, desk, history_id, lambda: studio.cancel_history(_id(history_id)))


@page(Right.STUDIO_USE, "POST")
def remove(request: HttpRequest, desk: Desk, history_id: str) -> HttpResponse:
    """Forget a history with everything that was run over it."""
    try:
        studio.remove_history(_id(history_id), desk.actor)
    except Refusal as refused:
        if refused.code == "unknown_history":
            raise
        return _refused(request, desk, history_id, refused)
    return redirect("histories")


@page(Right.STUDIO_USE)
def faulty_rows(request: HttpRequest, desk: Desk, history_id: str) -> HttpResponse | FileResponse:
    """Give the rows that can't be used as a file, with the reason beside each."""
    path = studio.faulty_rows(_id(history_id))
    return FileResponse(path.open("rb"), as_attachment=True, filename=f"{history_id}.csv", content_type="text/csv")


def _list(request: HttpRequest, desk: Desk, form: NameForm, *, status: int = 200) -> HttpResponse:
    found = studio.latest_histories(_LATEST)
    return show(
        request,
        "histories.html",
        title=_("Histories"),
        place="histories",
        form=form,
        rows=[(ids.encode(HISTORY_PREFIX, each.id), each, studio_words.state(each.state)) for each in found],
        may_use=desk.may(Right.STUDIO_USE),
        status=status,
    )


def _one(
    request: HttpRequest,
    desk: Desk,
    found: HistoryView,
    *,
    form: ReadingForm | None = None,
    wrong: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    history_id = ids.encode(HISTORY_PREFIX, found.id)
    found = found if desk.may(Right.STUDIO_USE) else found.for_onlookers()
    open_ = not found.is_live and found.state not in {*UNDER_WAY, State.READY, State.GONE}
    return show(
        request,
        "history.html",
        trail=((_("Histories"), reverse("histories")),),
        title=found.name,
        place="histories",
        history=found,
        history_id=history_id,
        state=studio_words.state(found.state),
        phase=studio_words.phase(found.progress.phase),
        moving=found.state in UNDER_WAY,
        is_open=open_ and desk.may(Right.STUDIO_USE),
        may_use=desk.may(Right.STUDIO_USE),
        kinds=[(kind.value, studio_words.file_kind(kind), studio_words.file_help(kind)) for kind in FileKind],
        files=[_file(file) for file in found.files],
        form=form or ReadingForm(found),
        zones=studio.common_time_zones(),
        faults=[(_expected(fault), fault, fault.rows[:_FIRST_ROWS]) for fault in found.faults],
        counts=[
            (code, studio_words.count(code), found.counts.get(code, 0))
            for code in studio_words.COUNTS
            if code in found.counts
        ],
        notes=studio_words.notes(found),
        failure=refusals.failure(found.failure, found.failure_params),
        wrong=wrong or [],
        runs=rows(studio.latest_runs(None, _RUNS, found.id)),
        status=status,
    )


def _file(file: Any) -> dict[str, Any]:
    """Return a file as the page shows it: every column with what it is taken for."""
    taken = file.fields
    return {
        "id": ids.encode(FILE_PREFIX, file.id),
        "file": file,
        "kind": studio_words.file_kind(file.kind),
        "fields": [(code, studio_words.field(code)) for code in ("", *studio.fields_of(file.kind))],
        "columns": [
            (
                guess.column,
                taken[guess.column],
                guess.samples,
                guess.column not in file.mapping and guess.field and guess.confidence < _SURE,
            )
            for guess in file.columns
        ],
        "missing": [studio_words.field(code) for code in file.missing],
    }


def _expected(fault: Fault) -> str:
    return studio.expected(fault.code, chinese=get_language() == "zh-hans")


def _done(request: HttpRequest, desk: Desk, history_id: str, act: Any) -> HttpResponse:
    """Do something to a history, and show it again."""
    try:
        act()
    except Refusal as refused:
        if refused.code.startswith("unknown_history"):
            raise
        return _refused(request, desk, history_id, refused)
    return redirect("history", history_id)


def _refused(request: HttpRequest, desk: Desk, history_id: str, refused: Refusal) -> HttpResponse:
    logs.refusal(refused, request_id=desk.actor.request_id)
    return _one(request, desk, studio.history(_id(history_id)), wrong=[refusals.sentence(refused)], status=409)


def _chunks(file: UploadedFile) -> Iterator[bytes]:
    yield from file.chunks()


def _require(desk: Desk) -> None:
    from shuke.rooms.org import facade as org

    org.require(desk.principal, Right.STUDIO_USE)


def _id(text: str) -> UUID:
    return ids.decode(HISTORY_PREFIX, text)


def _file_id(text: str) -> UUID:
    return ids.decode(FILE_PREFIX, text)
