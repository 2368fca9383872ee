"""The commands of benefits. Imports nothing heavy."""

from typing import Annotated

import typer

from shuke.surfaces.cli.commands import AsJson, DryRun, command

benefits = typer.Typer(help="Benefits: the catalogue, what members have and use, services.", no_args_is_help=True)

Member = Annotated[str, typer.Argument(help="A member (mbr_…), a phone, or an external id as SOURCE/ID.")]
BenefitCode = Annotated[str, typer.Argument(help="The benefit's code.")]
Name = Annotated[
    str | None, typer.Option(help="SOURCE/EXTERNAL_ID by which it has one effect for ever; made anew by default.")
]


@command(benefits, "apply")
def benefits_apply(
    file: Annotated[str, typer.Argument(help="The benefits file; docs/benefits.md has its keys.")],
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> int:
    """Put a benefits file in force and say what changes; members follow it at once."""
    from shuke.surfaces.cli import benefits as room

    return room.apply(file, dry_run=dry_run, as_json=as_json)


@command(benefits, "show")
def benefits_show(as_json: AsJson = False) -> None:
    """Print the catalogue in force as a file."""
    from shuke.surfaces.cli import benefits as room

    room.show(as_json=as_json)


@command(benefits, "of")
def benefits_of(
    member: Member,
    ended: Annotated[bool, typer.Option("--ended", help="Show also what is over.")] = False,
    as_json: AsJson = False,
) -> None:
    """List what a member has, and how much of it is left."""
    from shuke.surfaces.cli import benefits as room

    room.of(member, ended=ended, as_json=as_json)


@command(benefits, "use")
def benefits_use(
    member: Member,
    benefit: BenefitCode,
    quantity: Annotated[int, typer.Option(help="How often at once.")] = 1,
    note: Annotated[str, typer.Option(help="What belongs to it, such as a flight.")] = "",
    name: Name = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Use a benefit of a member."""
    from shuke.surfaces.cli import benefits as room

    room.use(member, benefit, quantity, note, name, dry_run=dry_run, as_json=as_json)


@command(benefits, "undo")
def benefits_undo(
    member: Member,
    use: Annotated[str, typer.Argument(help="The use (use_…).")],
    reason: Annotated[str, typer.Option(help="Why; the record keeps it.")] = "",
    as_json: AsJson = False,
) -> None:
    """Undo a use."""
    from shuke.surfaces.cli import benefits as room

    room.undo(member, use, reason, as_json=as_json)


@command(benefits, "sheet")
def benefits_sheet(
    since: Annotated[str | None, typer.Option(help="First day; 90 days ago by default.")] = None,
    until: Annotated[str | None, typer.Option(help="Last day; today by default.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show per tier what benefits cost, who uses them, how far the next tier is, and what to look at."""
    from shuke.surfaces.cli import benefits as room

    room.sheet(since, until, as_json=as_json)


@command(benefits, "requests")
def benefits_requests(
    closed: Annotated[bool, typer.Option("--closed", help="Show those that are done, declined or cancelled.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the requests for services that wait, the oldest first."""
    from shuke.surfaces.cli import benefits as room

    room.requests(closed=closed, as_json=as_json)


@command(benefits, "step")
def benefits_step(
    request: Annotated[str, typer.Argument(help="The request (frq_…).")],
    stage: Annotated[str, typer.Argument(help="quoted, accepted, made, done, declined or cancelled.")],
    note: Annotated[str, typer.Option(help="What the member or a colleague shall know.")] = "",
    quote: Annotated[int | None, typer.Option(help="The amount of a quote, in minor units.")] = None,
    due: Annotated[str | None, typer.Option(help="Date or RFC 3339 instant at which it will be there.")] = None,
    as_json: AsJson = False,
) -> None:
    """Take a request to its next stage."""
    from shuke.surfaces.cli import benefits as room

    room.step(request, stage, note, quote, due, as_json=as_json)
