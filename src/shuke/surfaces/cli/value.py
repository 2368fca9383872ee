"""The commands that move value by hand: points, refunds, behaviours, tiers. Imports nothing heavy."""

from typing import Annotated

import typer

from shuke.surfaces.cli.commands import AsJson, DryRun, command

points = typer.Typer(help="Points: adjust, transfer, hold, redeem, give back, open.", no_args_is_help=True)
refunds = typer.Typer(help="Refunds of orders.", no_args_is_help=True)
behaviours = typer.Typer(help="What members did that is not an order.", no_args_is_help=True)
tiers = typer.Typer(help="Tiers: give one by hand, show how they changed.", no_args_is_help=True)

Member = Annotated[str, typer.Argument(help="A member (mbr_…), a phone, or an external id as SOURCE/ID.")]
Points = Annotated[int, typer.Argument(help="Points, in the unit's smallest part.")]
SomePoints = Annotated[int | None, typer.Argument(help="Points, in the unit's smallest part; all that is left.")]
HoldRef = Annotated[str, typer.Argument(help="The hold: hld_…, or SOURCE/EXTERNAL_ID.")]
RedemptionRef = Annotated[str, typer.Argument(help="The redemption: rdm_…, or SOURCE/EXTERNAL_ID.")]
OrderRef = Annotated[str, typer.Argument(help="The order: ord_…, or SOURCE/EXTERNAL_ID.")]
Unit = Annotated[str | None, typer.Option(help="The unit's code; the program's first by default.")]
Reason = Annotated[str, typer.Option(help="Why; the audit log keeps it.")]
AboutOrder = Annotated[str | None, typer.Option("--order", help="The order that it is about: SOURCE/EXTERNAL_ID.")]
LastDay = Annotated[str | None, typer.Option(help="The last day, such as 2027-12-31.")]
Name = Annotated[
    str | None, typer.Option(help="SOURCE/EXTERNAL_ID by which it has one effect for ever; made anew by default.")
]
At = Annotated[str | None, typer.Option(help="Date or RFC 3339 instant at which it happened; now by default.")]
Now = Annotated[
    str | None,
    typer.Option(help="With --dry-run: look ahead to this date or instant, and say what time does until then."),
]


@command(points, "adjust", dashes=True)
def points_adjust(
    member: Member,
    points: Annotated[int, typer.Argument(help="Points to give, or with a minus to take; in the smallest part.")],
    reason: Reason,
    unit: Unit = None,
    expires_on: LastDay = None,
    ask: Annotated[bool, typer.Option("--ask", help="Only ask for it: somebody else has to agree.")] = False,
    name: Name = None,
    at: At = None,
    dry_run: DryRun = False,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Give points by hand, or take them."""
    from shuke.surfaces.cli import movements

    how = movements.How(name, at, now, dry_run=dry_run, as_json=as_json)
    movements.adjust(member, points, reason, unit, expires_on, ask=ask, how=how)


@command(points, "transfer")
def points_transfer(
    member: Member,
    to: Annotated[str, typer.Argument(help="Who gets them, named like the member.")],
    points: Points,
    unit: Unit = None,
    name: Name = None,
    at: At = None,
    dry_run: DryRun = False,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Give points of a member to another."""
    from shuke.surfaces.cli import movements

    movements.transfer(member, to, points, unit, movements.How(name, at, now, dry_run=dry_run, as_json=as_json))


@command(points, "redeem")
def points_redeem(
    member: Member,
    points: Points,
    unit: Unit = None,
    order: AboutOrder = None,
    name: Name = None,
    at: At = None,
    dry_run: DryRun = False,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Use points of a member, soonest expiring first."""
    from shuke.surfaces.cli import movements

    movements.redeem(member, points, unit, order, movements.How(name, at, now, dry_run=dry_run, as_json=as_json))


@command(points, "return")
def points_return(
    redemption: RedemptionRef,
    points: SomePoints = None,
    name: Name = None,
    at: At = None,
    dry_run: DryRun = False,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Give points of a redemption back into their lots."""
    from shuke.surfaces.cli import movements

    movements.give_back(redemption, points, movements.How(name, at, now, dry_run=dry_run, as_json=as_json))


@command(points, "hold")
def points_hold(
    member: Member,
    points: Points,
    until: Annotated[str, typer.Option(help="Date or RFC 3339 instant at which what is left comes back by itself.")],
    unit: Unit = None,
    name: Name = None,
    at: At = None,
    dry_run: DryRun = False,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Set points of a member aside."""
    from shuke.surfaces.cli import movements

    movements.hold(member, points, until, unit, movements.How(name, at, now, dry_run=dry_run, as_json=as_json))


@command(points, "capture")
def points_capture(
    hold: HoldRef,
    points: SomePoints = None,
    name: Name = None,
    at: At = None,
    dry_run: DryRun = False,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Spend points of a hold."""
    from shuke.surfaces.cli import movements

    movements.capture(hold, points, movements.How(name, at, now, dry_run=dry_run, as_json=as_json))


@command(points, "release")
def points_release(
    hold: HoldRef,
    name: Name = None,
    at: At = None,
    dry_run: DryRun = False,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Give back what a hold still has."""
    from shuke.surfaces.cli import movements

    movements.release(hold, movements.How(name, at, now, dry_run=dry_run, as_json=as_json))


@command(points, "open")
def points_open(
    member: Member,
    points: Points,
    unit: Unit = None,
    expires_on: LastDay = None,
    earned_on: Annotated[str | None, typer.Option(help="The day on which they were earned.")] = None,
    name: Name = None,
    at: At = None,
    dry_run: DryRun = False,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Open a lot of points that a member brings from elsewhere."""
    from shuke.surfaces.cli import movements

    how = movements.How(name, at, now, dry_run=dry_run, as_json=as_json)
    movements.open_lot(member, points, unit, expires_on, earned_on, how)


@command(refunds, "add")
def refunds_add(
    order: OrderRef,
    net_minor: Annotated[int | None, typer.Option(help="An amount to take off, in minor units.")] = None,
    line: Annotated[
        list[str] | None,
        typer.Option(help="NUMBER:QUANTITY:NET_MINOR to take off a line of the order; may be given several times."),
    ] = None,
    name: Name = None,
    at: At = None,
    dry_run: DryRun = False,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Record a refund: of lines, of an amount, or of all that is left; before its order comes it is parked."""
    from shuke.surfaces.cli import movements

    how = movements.How(name, at, now, dry_run=dry_run, as_json=as_json)
    movements.refund(order, net_minor, line or [], how)


@command(behaviours, "add")
def behaviours_add(
    member: Member,
    kind: Annotated[str, typer.Argument(help="The behaviour's code, as the program declares it.")],
    attribute: Annotated[
        list[str] | None, typer.Option(help="CODE=VALUE of an attribute; may be given several times.")
    ] = None,
    order: AboutOrder = None,
    store: Annotated[str, typer.Option(help="Code of the store.")] = "",
    channel: Annotated[str, typer.Option(help="The channel.")] = "",
    name: Name = None,
    at: At = None,
    dry_run: DryRun = False,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Record something that a member did."""
    from shuke.surfaces.cli import movements

    how = movements.How(name, at, now, dry_run=dry_run, as_json=as_json)
    movements.behave(member, kind, attribute or [], order, store, channel, how)


@command(tiers, "assign")
def tiers_assign(
    member: Member,
    tier: Annotated[str, typer.Argument(help="The tier's code.")],
    reason: Reason,
    until: LastDay = None,
    ladder: Annotated[str | None, typer.Option(help="The ladder's code; the program's first by default.")] = None,
    exactly: Annotated[bool, typer.Option("--exactly", help="Take a higher one away too.")] = False,
    name: Name = None,
    at: At = None,
    dry_run: DryRun = False,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Give a member a tier to its last day, as a floor under what is earned."""
    from shuke.surfaces.cli import movements

    how = movements.How(name, at, now, dry_run=dry_run, as_json=as_json)
    movements.assign(member, tier, reason, until, ladder, exactly=exactly, how=how)


@command(tiers, "history")
def tiers_history(member: Member, as_json: AsJson = False) -> None:
    """Show how a member's tiers came about, the latest first."""
    from shuke.surfaces.cli import movements

    movements.history(member, as_json=as_json)
