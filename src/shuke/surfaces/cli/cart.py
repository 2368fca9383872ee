"""The commands about carts. Imports nothing heavy."""

from typing import Annotated

import typer

from shuke.surfaces.cli.commands import AsJson, DryRun, command

cart = typer.Typer(help="Carts: price one with its offers, commit it as an order.", no_args_is_help=True)

File = Annotated[str, typer.Argument(help="The cart as JSON, as POST /v1/carts/evaluate and /commit take it.")]


@command(cart, "evaluate")
def evaluate(file: File, as_json: AsJson = False) -> None:
    """Say what offers and points make of a cart; nothing is written."""
    from shuke.surfaces.cli import carts

    carts.evaluate(file, as_json=as_json)


@command(cart, "commit")
def commit(file: File, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Place the order of a cart: its points are used and its offers counted, all of it or nothing."""
    from shuke.surfaces.cli import carts

    carts.commit(file, dry_run=dry_run, as_json=as_json)
