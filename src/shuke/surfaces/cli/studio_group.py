"""The commands of the studio: histories, and runs over them. Imports nothing heavy."""

from typing import Annotated

import typer

from shuke.surfaces.cli.commands import AsJson, command

histories = typer.Typer(help="Histories: files of orders on which programs are tried.", no_args_is_help=True)
runs = typer.Typer(help="Runs over histories: backtests, forecasts, proposals.", no_args_is_help=True)

HistoryId = Annotated[str, typer.Argument(metavar="HISTORY", help="The history's id (his_…) or its name.")]
RunId = Annotated[str, typer.Argument(metavar="RUN", help="The run's id (run_…).")]
Files = list[str] | None


@command(histories, "read")
def history_read(
    name: Annotated[str, typer.Argument(help="What the history is to be called.")],
    currency: Annotated[str, typer.Option(help="ISO 4217 of the amounts, e.g. CNY.")],
    orders: Annotated[list[str], typer.Option(help="Orders, a row each or a row a line: CSV, XLSX or Parquet.")],
    time_zone: Annotated[
        str, typer.Option(help="Zone of times that carry none, e.g. Asia/Shanghai; empty where each says its own.")
    ] = "",
    dates: Annotated[str, typer.Option(help="How dates are written: ymd, mdy or dmy.")] = "ymd",
    lines: Annotated[Files, typer.Option(help="Lines of the orders, where they stand in files of their own.")] = None,
    refunds: Annotated[Files, typer.Option(help="Refunds.")] = None,
    members: Annotated[Files, typer.Option(help="Members: joining, birthday, groups.")] = None,
    redemptions: Annotated[Files, typer.Option(help="Points that were used.")] = None,
    column: Annotated[
        Files, typer.Option("--map", help="COLUMN=FIELD where its name does not say it; - leaves it out.")
    ] = None,
    status: Annotated[
        Files, typer.Option(help="A status of orders that counts as a sale; may be given several times.")
    ] = None,
    leave_out: Annotated[bool, typer.Option("--leave-out", help="Go on without rows that can't be used.")] = False,
    bad_rows: Annotated[
        str | None, typer.Option(help="Write rows that can't be used, with reasons, to this CSV.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Read files into a history; exit code 1 when rows can't be used, 3 when it went on without them."""
    from shuke.surfaces.cli import histories as them

    files = {
        "orders": orders,
        "lines": lines or [],
        "refunds": refunds or [],
        "members": members or [],
        "redemptions": redemptions or [],
    }
    asked = them.Asked(
        name, (currency, time_zone, dates), files, tuple(column or ()), tuple(status or ()), leave_out, bad_rows
    )
    return them.read(asked, as_json=as_json)


@command(histories, "live")
def history_live(
    name: Annotated[str, typer.Argument(help="What the history is to be called.")], as_json: AsJson = False
) -> int:
    """Make a history of what the live database recorded."""
    from shuke.surfaces.cli import histories as them

    return them.live(name, as_json=as_json)


@command(histories, "list")
def history_list(as_json: AsJson = False) -> None:
    """List the latest histories."""
    from shuke.surfaces.cli import histories as them

    them.listed(as_json=as_json)


@command(histories, "show")
def history_show(history: HistoryId, as_json: AsJson = False) -> None:
    """Show a history: its files and what their columns mean, its faults, what it holds."""
    from shuke.surfaces.cli import histories as them

    them.show(history, as_json=as_json)


@command(histories, "remove")
def history_remove(history: HistoryId, as_json: AsJson = False) -> None:
    """Remove a history with everything that was run over it."""
    from shuke.surfaces.cli import histories as them

    them.remove(history, as_json=as_json)


@command(runs, "list")
def run_list(as_json: AsJson = False) -> None:
    """List the latest runs."""
    from shuke.surfaces.cli import runs as them

    them.listed(as_json=as_json)


@command(runs, "show")
def run_show(run: RunId, as_json: AsJson = False) -> None:
    """Show a run and what it found."""
    from shuke.surfaces.cli import runs as them

    them.show(run, as_json=as_json)


@command(runs, "remove")
def run_remove(run: RunId, as_json: AsJson = False) -> None:
    """Remove a run with what it found."""
    from shuke.surfaces.cli import runs as them

    them.remove(run, as_json=as_json)
