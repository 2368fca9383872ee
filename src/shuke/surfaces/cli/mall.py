"""`shuke mall`: the items of the mall and their stock, orders, imported codes, and what suppliers are to be paid."""

import csv
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from shuke.core.values.errors import Refusal
from shuke.rooms.mall.contracts import State
from shuke.surfaces.cli import session, times
from shuke.surfaces.cli.commands import AsJson, command
from shuke.surfaces.cli.people import actor
from shuke.surfaces.cli.terminal import result, table, words

mall = typer.Typer(help="The rewards mall: items, stock, orders, codes and statements.", no_args_is_help=True)
Code = Annotated[str, typer.Argument(help="The item's code.")]


@command(mall, "items")
def items(as_json: AsJson = False) -> None:
    """List the items with what they cost and what is left."""
    with session.opened():
        from shuke.rooms.mall import facade

        rows: list[dict[str, Any]] = [
            {
                "code": item.code,
                "name": item.name,
                "kind": item.draft.kind.value,
                "points": item.draft.prices[-1].points,
                "cash_minor": item.draft.prices[-1].cash_minor,
                "left": item.left,
                "on_sale": item.draft.on_sale,
            }
            for item in facade.all_items()
        ]
        heads = (words("code", "代码"), words("name", "名称"), words("points", "积分"), words("left", "剩余"))
        cells = [(row["code"], row["name"], row["points"], "—" if row["left"] is None else row["left"]) for row in rows]
        result(rows, table(heads, cells), as_json=as_json)


@command(mall, "stock", dashes=True)
def stock(
    code: Code,
    change: Annotated[int, typer.Argument(help="Pieces that come in, or below 0 that are taken off.")],
    reason: Annotated[str, typer.Option(help="Why; it is kept with the movement.")],
    as_json: AsJson = False,
) -> None:
    """Change what is left of an item."""
    with session.opened():
        from shuke.rooms.mall import facade
        from shuke.rooms.mall.contracts import Restock

        item = facade.item_by_code(code)
        left = facade.restock([Restock(item.id, change, reason)], actor())[item.id]
        said = words(f"{left} of {code} are left.", f"{code} 剩余 {left} 件。")
        result({"code": code, "left": left}, [said], as_json=as_json)


@command(mall, "orders")
def orders(
    state: Annotated[State | None, typer.Option(help="Only those in this state.")] = None,
    limit: Annotated[int, typer.Option(help="How many at most.", min=1, max=1_000)] = 50,
    as_json: AsJson = False,
) -> None:
    """List orders of the mall, last placed first."""
    with session.opened():
        from shuke.rooms.mall import facade
        from shuke.rooms.mall.contracts import OrderSearch

        search = OrderSearch((state,) if state else ())
        here = times.zone()
        rows = [
            {
                "number": order.number,
                "item": order.item_code,
                "quantity": order.quantity,
                "points": order.points,
                "state": order.state.value,
                "placed_at": times.clock_time(order.placed_at, here),
            }
            for order in facade.orders_page(search, limit).orders
        ]
        heads = (words("number", "单号"), words("item", "礼品"), words("points", "积分"), words("state", "状态"))
        cells = [(row["number"], row["item"], row["points"], row["state"]) for row in rows]
        result(rows, table(heads, cells), as_json=as_json)


@command(mall, "cards")
def cards(
    code: Code,
    file: Annotated[Path, typer.Argument(help="A file with one code a line.")],
    as_json: AsJson = False,
) -> None:
    """Import codes into an item's pool; what is there already is left out."""
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        raise Refusal("file_unreadable", f"{file} can't be read.", params={"path": str(file)}) from None
    with session.opened():
        from shuke.rooms.mall import facade

        added, known = facade.import_cards(facade.item_by_code(code).id, lines, actor())
        said = words(f"{added} codes came in; {known} were there already.", f"导入 {added} 个，{known} 个已存在。")
        result({"new": added, "known": known}, [said], as_json=as_json)


@command(mall, "statement")
def statement(
    supplier: Annotated[str, typer.Argument(help="The supplier's code.")],
    month: Annotated[str, typer.Argument(help="The month, as 2026-06.")],
    as_json: AsJson = False,
) -> None:
    """Print what a supplier is to be paid for a month, as CSV."""
    year, _, number = month.partition("-")
    if not (year.isdigit() and number.isdigit()):
        raise Refusal("date_invalid", f"{month} is no month such as 2026-06.", params={"text": month})
    with session.opened():
        from shuke.rooms.mall import facade

        found, here = facade.statement(supplier, int(year), int(number)), times.zone()
        heads = ("delivered_at", "order", "item", "sku", "reference", "quantity", "cost_minor", "currency")
        rows = [
            (
                times.clock_time(line.delivered_at, here),
                *(line.order_number, line.item_code, line.sku, line.reference),
                *(line.quantity, line.cost_minor, line.currency),
            )
            for line in found.lines
        ]
        if as_json:
            lines = [dict(zip(heads, row, strict=True)) for row in rows]
            result({"total_minor": found.total_minor, "open": found.open, "lines": lines}, [], as_json=True)
            return
        out = csv.writer(sys.stdout)
        out.writerow(heads)
        out.writerows(rows)
