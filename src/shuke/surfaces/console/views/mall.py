"""The mall's items: the list with price and stock changed in place, the form of one, and how its stock moved."""

from dataclasses import replace
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from shuke.core.values.errors import Refusal
from shuke.foundation import logs
from shuke.rooms.coupons import facade as coupons
from shuke.rooms.mall import facade as mall
from shuke.rooms.mall.contracts import Item, ItemDraft, Kind, Price, Restock
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Right
from shuke.rooms.programs import facade as programs
from shuke.surfaces.console.forms import smallest
from shuke.surfaces.console.mall_forms import ItemForm, written
from shuke.surfaces.console.pages import Desk, page, show, takes
from shuke.surfaces.wording import figures, mall_words, refusals
from shuke.surfaces.wording.running import Running, running, unit_called

_MOVEMENTS = 100


@page(Right.MALL_READ)
def items(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List every item, with what it costs, what is left, and whether it is on sale."""
    program = running()
    rows = [_row(item, program) for item in mall.all_items()]
    return show(
        request,
        "mall.html",
        title=_("Items of the mall"),
        place="mall",
        rows=rows,
        program=program,
        may_write=desk.may(Right.MALL_WRITE),
    )


def _row(item: Item, program: Running | None) -> dict[str, object]:
    draft = item.draft
    scale = _scale(draft, program)
    price = draft.prices[-1]
    return {
        "item": item,
        "kind": mall_words.of(mall_words.KINDS, draft.kind),
        "price": figures.points(price.points, scale),
        "cash": figures.money(price.cash_minor, program.program.currency) if price.cash_minor and program else "",
        "unit": unit_called(draft.unit or (program.unit.code if program else "points")),
        "points": written(price.points, scale),
        "more_prices": len(draft.prices) - 1,
        "by_hand": draft.counted and draft.kind is not Kind.VIRTUAL,
    }


def _scale(draft: ItemDraft, program: Running | None) -> int:
    units = program.program.units if program else ()
    code = draft.unit or (program.unit.code if program else "")
    return next((unit.scale for unit in units if unit.code == code), 0)


@page(Right.MALL_WRITE, "POST")
def change(request: HttpRequest, desk: Desk, item_id: UUID) -> HttpResponse:
    """Change from the list the last price, what is left, and whether it is on sale, all of it or nothing."""
    item = mall.item(item_id)
    try:
        draft = _changed(item.draft, request)
        pieces = _pieces(request.POST.get("change", ""))
        restock = Restock(item_id, pieces, request.POST.get("reason", "").strip()) if pieces else None
        mall.change_and_restock(item_id, draft, restock, desk.actor)
    except Refusal as refused:
        logs.refusal(refused, request_id=desk.actor.request_id)
        messages.error(request, f"{item.name}: {refusals.sentence(refused)}", extra_tags="bad")
    else:
        messages.success(request, _("%(name)s is changed.") % {"name": item.name}, extra_tags="good")
    return redirect("mall")


def _changed(draft: ItemDraft, request: HttpRequest) -> ItemDraft:
    last = draft.prices[-1]
    points = _number(request.POST.get("points", ""), _scale(draft, running()), "/prices")
    return replace(
        draft,
        prices=(*draft.prices[:-1], Price(points, last.cash_minor, last.tier, last.tag)),
        on_sale=request.POST.get("on_sale") == "yes",
    )


def _pieces(text: str) -> int:
    sign = -1 if text.strip().startswith(("-", "−")) else 1
    digits = text.strip().lstrip("+-−")
    return sign * _number(digits, 0, "/change") if digits else 0


def _number(text: str, digits: int, pointer: str) -> int:
    try:
        return smallest(text, digits)
    except forms.ValidationError as error:
        raise Refusal("out_of_bounds", "This is not a number.", pointer=pointer) from error


@page(Right.MALL_WRITE, "GET", "POST")
def new(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Write a new item."""
    return _form_page(request, desk, None)


@page(Right.MALL_WRITE, "GET", "POST")
def item(request: HttpRequest, desk: Desk, item_id: UUID) -> HttpResponse:
    """Change an item."""
    return _form_page(request, desk, mall.item(item_id))


def _form_page(request: HttpRequest, desk: Desk, item: Item | None) -> HttpResponse:
    program = running()
    if program is None:
        raise Refusal("no_program", "No program is published yet.")
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    lists = (org.list_stores(), mall.suppliers(), coupons.templates())
    form = ItemForm(program.program, *lists, item, desk.zone, *sent)
    if form.is_bound and form.is_valid():
        try:
            saved = _save(form, item, desk)
        except Refusal as refused:
            logs.refusal(refused, request_id=desk.actor.request_id)
            form.show(refused, refusals.sentence(refused))
        else:
            messages.success(request, _("%(name)s is saved.") % {"name": saved.name}, extra_tags="good")
            return redirect("mall" if item else reverse("mall-item", args=[saved.id]))
    return show(
        request,
        "mall_item.html",
        trail=((_("Items of the mall"), reverse("mall")),),
        title=item.name if item else _("New item"),
        place="mall",
        form=form,
        item=item,
        is_pool=item is not None and item.draft.kind is Kind.VIRTUAL and item.left is not None,
        currency=program.program.currency,
        status=422 if form.errors else 200,
    )


def _save(form: ItemForm, item: Item | None, desk: Desk) -> Item:
    upload = form.cleaned_data["picture"]
    picture = mall.keep_picture(upload.read()) if upload else item.draft.picture if item else None
    draft = form.draft(picture)
    if item:
        return programs.change_mall_item(item.id, draft, desk.actor)
    return programs.create_mall_item(draft, desk.actor)


@page(Right.MALL_WRITE, "POST")
def cards(request: HttpRequest, desk: Desk, item_id: UUID) -> HttpResponse:
    """Import codes of a pool, one a line."""
    try:
        added, known = mall.import_cards(item_id, request.POST.get("codes", "").splitlines(), desk.actor)
    except Refusal as refused:
        logs.refusal(refused, request_id=desk.actor.request_id)
        messages.error(request, refusals.sentence(refused), extra_tags="bad")
    else:
        told = _("%(added)s codes came in; %(known)s were there already.") % {"added": added, "known": known}
        messages.success(request, told, extra_tags="good")
    return redirect("mall-item", item_id)


@page(Right.MALL_READ)
def movements(request: HttpRequest, desk: Desk, item_id: UUID) -> HttpResponse:
    """Show how an item's stock moved, newest first."""
    item = mall.item(item_id)
    return show(
        request,
        "mall_movements.html",
        trail=((_("Items of the mall"), reverse("mall")),),
        title=_("Stock of %(name)s") % {"name": item.name},
        place="mall",
        item=item,
        rows=[(each, mall_words.of(mall_words.CAUSES, each.cause)) for each in mall.movements(item_id, _MOVEMENTS)],
        most=_MOVEMENTS,
    )


@takes("GET")
def picture(request: HttpRequest, picture_id: UUID) -> HttpResponse:
    """Answer with a picture, to anybody: it never changes under its address."""
    try:
        found = mall.picture(picture_id)
    except Refusal:
        return HttpResponse(status=404)
    return HttpResponse(
        found.content, content_type=found.kind, headers={"Cache-Control": "public, max-age=31536000, immutable"}
    )
