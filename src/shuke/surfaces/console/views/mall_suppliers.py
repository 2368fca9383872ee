"""Suppliers of virtual goods, and what each is to be paid for a month, on a page and as a file."""

import csv

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, logs
from shuke.rooms.mall import facade as mall
from shuke.rooms.mall.contracts import Statement
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Right
from shuke.surfaces.console.charts import harmless
from shuke.surfaces.console.mall_forms import SupplierForm
from shuke.surfaces.console.pages import Desk, page, show
from shuke.surfaces.wording import mall_words, refusals


@page(Right.MALL_READ, "GET", "POST")
def suppliers(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List the suppliers; make one, or change the one with the same code."""
    if request.method == "GET":
        return _list(request, desk, SupplierForm())
    org.require(desk.principal, Right.MALL_WRITE)
    form = SupplierForm(request.POST)
    if form.is_valid():
        try:
            mall.write_supplier(form.draft(), desk.actor)
        except Refusal as refused:
            logs.refusal(refused, request_id=desk.actor.request_id)
            field = (refused.pointer or "").removeprefix("/")
            form.add_error(field if field in form.fields else None, refusals.sentence(refused))
        else:
            return redirect("mall-suppliers")
    return _list(request, desk, form)


def _list(request: HttpRequest, desk: Desk, form: SupplierForm) -> HttpResponse:
    return show(
        request,
        "mall_suppliers.html",
        title=_("Suppliers"),
        place="mall-suppliers",
        rows=[(each, mall_words.of(mall_words.SUPPLIERS, each.kind)) for each in mall.suppliers()],
        form=form,
        may_write=desk.may(Right.MALL_WRITE),
        status=422 if form.errors else 200,
    )


@page(Right.MALL_READ)
def statement(request: HttpRequest, desk: Desk, supplier: str) -> HttpResponse:
    """Show what a supplier is to be paid for a month; `?file` gives it as CSV."""
    today = clock.business_now().astimezone(desk.zone)
    year, month = _month(request.GET.get("month", ""), (today.year, today.month))
    found = mall.statement(supplier, year, month)
    if "file" in request.GET:
        return _file(found, desk)
    names = {each.code: each.name for each in mall.all_items()}
    called = next((each.name for each in mall.suppliers() if each.code == supplier), supplier)
    return show(
        request,
        "mall_statement.html",
        trail=((_("Suppliers"), reverse("mall-suppliers")),),
        title=_("Statement of %(supplier)s") % {"supplier": called},
        place="mall-suppliers",
        statement=found,
        rows=[(line, names.get(line.item_code, line.item_code)) for line in found.lines],
        month=f"{year:04d}-{month:02d}",
    )


def _month(text: str, otherwise: tuple[int, int]) -> tuple[int, int]:
    year, _dash, month = text.partition("-")
    if not (year.isascii() and month.isascii() and year.isdigit() and month.isdigit() and len(text) == len("2026-06")):
        return otherwise
    return int(year), int(month)


def _file(found: Statement, desk: Desk) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"{found.supplier}-{found.year:04d}-{found.month:02d}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.write("\ufeff")  # spreadsheets take the file for UTF-8 by this
    rows = csv.writer(response)
    heads = (_("Delivered at"), _("Order"), _("Item"), _("Article number there"), _("Reference"), _("Pieces"))
    rows.writerow([*heads, _("To pay, in minor units"), _("Currency")])
    for line in found.lines:
        at = line.delivered_at.astimezone(desk.zone).isoformat(timespec="seconds")
        texts = [harmless(text) for text in (line.order_number, line.item_code, line.sku, line.reference)]
        rows.writerow([at, *texts, line.quantity, line.cost_minor, line.currency])
    return response
