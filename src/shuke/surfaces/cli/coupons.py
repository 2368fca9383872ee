"""`shuke coupons`: the commands of coupons and what they take. Imports nothing heavy."""

from typing import Annotated

import typer

from shuke.surfaces.cli.commands import AsJson, DryRun, command

coupons = typer.Typer(help="Coupons: templates, pools of codes, sending, recalling.", no_args_is_help=True)

Code = Annotated[str, typer.Argument(help="The template's code.")]
Member = Annotated[str, typer.Argument(help="A member (mbr_…), a phone, or an external id as SOURCE/ID.")]
Why = Annotated[str, typer.Option("--reason", help="Why; the audit log keeps it.")]


@command(coupons, "create")
def create(
    code: Code,
    name: Annotated[str, typer.Option(help="What people read.")],
    kind: Annotated[str, typer.Option(help="threshold, discount, gift, exchange, shipping, cash or packet.")],
    offer: Annotated[str, typer.Option(help="An entry of the program file's offers, without code and name.")],
    codes: Annotated[str, typer.Option(help="own, one or pool.")] = "own",
    one_code: Annotated[str | None, typer.Option(help="The code that many use.")] = None,
    days: Annotated[
        int | None, typer.Option(help="Days that a coupon can be used, that of its issue included.")
    ] = None,
    most: Annotated[int | None, typer.Option(help="How many may ever be issued.")] = None,
    per_member: Annotated[
        int | None, typer.Option(help="How many one member may have; 1 where members take it by themselves.")
    ] = None,
    budget: Annotated[int | None, typer.Option(help="What all may cost at most, in minor units.")] = None,
    claimable: Annotated[bool, typer.Option("--claimable", help="Members take it by themselves.")] = False,
    claim_when: Annotated[str | None, typer.Option(help="A condition on who may take it.")] = None,
    given_on: Annotated[
        str, typer.Option(help="What gives one by a rule: order, or the code of a behaviour of the program.")
    ] = "",
    given_when: Annotated[str | None, typer.Option(help="A condition on what gives one.")] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Create a template of coupons."""
    from shuke.surfaces.cli import coupon_acts

    per_member = 1 if claimable and per_member is None else per_member
    told = {"codes": codes, "one_code": one_code, "days": days, "most": most, "per_member": per_member}
    rest = {"budget_minor": budget, "claimable": claimable, "claim_when": claim_when}
    rest |= {"given_on": given_on, "given_when": given_when}
    coupon_acts.create(code, name, kind, offer, told | rest, dry_run=dry_run, as_json=as_json)


@command(coupons, "list")
def list_all(as_json: AsJson = False) -> None:
    """List the templates with what became of their coupons."""
    from shuke.surfaces.cli import coupon_acts

    coupon_acts.list_all(as_json=as_json)


@command(coupons, "state")
def state(
    code: Code,
    to: Annotated[str, typer.Argument(help="active, paused, or stopped, which is for ever.")],
    as_json: AsJson = False,
) -> None:
    """Pause, resume or stop a template."""
    from shuke.surfaces.cli import coupon_acts

    coupon_acts.set_state(code, to, as_json=as_json)


@command(coupons, "give")
def give(code: Code, member: Member, reason: Why, as_json: AsJson = False) -> None:
    """Give a member a coupon for goodwill."""
    from shuke.surfaces.cli import coupon_acts

    coupon_acts.give(code, member, reason, as_json=as_json)


@command(coupons, "of")
def of(member: Member, as_json: AsJson = False) -> None:
    """List a member's coupons."""
    from shuke.surfaces.cli import coupon_acts

    coupon_acts.of_member(member, as_json=as_json)


@command(coupons, "push")
def push(
    code: Code,
    name: Annotated[str, typer.Option(help="Name of the batch.")] = "",
    tag: Annotated[list[str] | None, typer.Option(help="Members with this tag; several: with all of them.")] = None,
    tier: Annotated[str | None, typer.Option(help="Members of this tier.")] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Issue a coupon to each active member of an audience; a worker does it."""
    from shuke.surfaces.cli import coupon_acts

    coupon_acts.push(code, name or code, tag or [], tier, dry_run=dry_run, as_json=as_json)


@command(coupons, "fill")
def fill(
    code: Code,
    count: Annotated[int, typer.Argument(help="How many new codes.")],
    as_json: AsJson = False,
) -> None:
    """Fill a template's pool with new codes; a worker does it."""
    from shuke.surfaces.cli import coupon_acts

    coupon_acts.fill(code, count, as_json=as_json)


@command(coupons, "import")
def import_codes(
    code: Code,
    file: Annotated[str, typer.Argument(help="A text or CSV file with a code first in each line.")],
    as_json: AsJson = False,
) -> None:
    """Fill a template's pool with codes from elsewhere; the same file again changes nothing."""
    from shuke.surfaces.cli import coupon_acts

    coupon_acts.import_file(code, file, as_json=as_json)


@command(coupons, "export")
def export(batch: Annotated[str, typer.Argument(help="The batch: cpb_….")]) -> None:
    """Print the codes of a batch and their states as CSV."""
    from shuke.surfaces.cli import coupon_acts

    coupon_acts.export(batch)


@command(coupons, "recall")
def recall(code: Code, reason: Why, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Stop a template and make its coupons void, but those that are used or set aside for an order."""
    from shuke.surfaces.cli import coupon_acts

    coupon_acts.recall(code, reason, dry_run=dry_run, as_json=as_json)
