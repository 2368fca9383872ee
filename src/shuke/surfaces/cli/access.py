"""The commands about who comes in and who decides: keys, staff, approvals. Imports nothing heavy."""

from typing import Annotated

import typer

from shuke.surfaces.cli.commands import AsJson, command

keys = typer.Typer(help="API keys.", no_args_is_help=True)
staff = typer.Typer(help="People who log in to the console.", no_args_is_help=True)
stores = typer.Typer(help="Stores and their brands, as orders and rules name them.", no_args_is_help=True)
approvals = typer.Typer(help="What waits for somebody's yes.", no_args_is_help=True)

Stores = Annotated[
    list[str] | None, typer.Option(help="Code of a store that they are for; may be given several times.")
]
ApprovalId = Annotated[str, typer.Argument(help="The approval's id (apr_…).")]


@command(keys, "create")
def keys_create(
    name: str,
    scope: Annotated[
        list[str],
        typer.Option(
            help="A right of the key; may be given several times: members:read, members:write, members:status, "
            "members:merge, orders:read, orders:write, history:write, points:read, points:write, points:adjust, "
            "coupons:read, coupons:write, coupons:redeem, benefits:read, benefits:write, benefits:use, mall:read, "
            "mall:write, mall:fulfil, paid:read, paid:write, paid:sell, value:write, value:refund, "
            "tiers:write, programs:read, programs:write, studio:use, imports:write, "
            "approvals:read, approvals:decide."
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Make an API key; its secret is shown once."""
    from shuke.surfaces.cli import people

    people.create_key(name, scope, as_json=as_json)


@command(keys, "list")
def keys_list(as_json: AsJson = False) -> None:
    """List the API keys, revoked ones too."""
    from shuke.surfaces.cli import people

    people.list_keys(as_json=as_json)


@command(keys, "revoke")
def keys_revoke(id: Annotated[str, typer.Argument(help="The key's id (key_…).")], as_json: AsJson = False) -> None:
    """Refuse a key from now on, for ever."""
    from shuke.surfaces.cli import people

    people.revoke_key(id, as_json=as_json)


@command(staff, "create")
def staff_create(
    email: str,
    name: Annotated[str, typer.Option(help="How colleagues call them.")],
    role: Annotated[str, typer.Option(help="owner, operator, approver, service, analyst or clerk.")],
    store: Stores = None,
    as_json: AsJson = False,
) -> None:
    """Let somebody log in; the generated password is shown once."""
    from shuke.surfaces.cli import people

    people.create_staff(email, name, role, store or [], as_json=as_json)


@command(staff, "change")
def staff_change(
    email: str,
    role: Annotated[str | None, typer.Option(help="owner, operator, approver, service, analyst or clerk.")] = None,
    store: Stores = None,
    every_store: Annotated[bool, typer.Option("--every-store", help="Let them be for every store.")] = False,
    adjust_limit: Annotated[
        str | None, typer.Option(help="Points of one adjustment without an approval, or role for that of the role.")
    ] = None,
    own_account: Annotated[
        str | None, typer.Option(help="The member that they are (mbr_…), whom they never adjust, or none.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Change somebody's role, stores, personal limit or own membership; what is not said stays."""
    from shuke.surfaces.cli import people

    told = people.Terms(role, [] if every_store else store, adjust_limit, own_account)
    people.change_staff(email, told, as_json=as_json)


@command(staff, "list")
def staff_list(as_json: AsJson = False) -> None:
    """List everybody who has or had a log-in."""
    from shuke.surfaces.cli import people

    people.list_staff(as_json=as_json)


@command(staff, "reset-password")
def staff_reset_password(email: str, as_json: AsJson = False) -> None:
    """Replace a password by a generated one, shown once; their sessions end."""
    from shuke.surfaces.cli import people

    people.reset_password(email, as_json=as_json)


@command(staff, "disable")
def staff_disable(email: str, as_json: AsJson = False) -> None:
    """Shut somebody out at once."""
    from shuke.surfaces.cli import people

    people.disable_staff(email, as_json=as_json)


@command(stores, "create")
def stores_create(
    code: Annotated[str, typer.Argument(help="What orders call it; it stays.")],
    name: Annotated[str, typer.Option(help="What people call it.")],
    brand: Annotated[str | None, typer.Option(help="Code of its brand; the only one by default.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a store known, so that staff can be for it and pages call it by its name."""
    from shuke.surfaces.cli import stores

    stores.create(code, name, brand, as_json=as_json)


@command(stores, "brand")
def stores_brand(
    code: Annotated[str, typer.Argument(help="What programs call it; it stays.")],
    name: Annotated[str, typer.Option(help="What people call it.")],
    as_json: AsJson = False,
) -> None:
    """Make a brand, for an organisation with several."""
    from shuke.surfaces.cli import stores

    stores.create_brand(code, name, as_json=as_json)


@command(stores, "list")
def stores_list(as_json: AsJson = False) -> None:
    """List the stores with their brands."""
    from shuke.surfaces.cli import stores

    stores.list_them(as_json=as_json)


@command(approvals, "list")
def approvals_list(
    state: Annotated[str, typer.Option(help="pending, approved, rejected, withdrawn, expired or all.")] = "pending",
    as_json: AsJson = False,
) -> None:
    """List approvals, last requested first."""
    from shuke.surfaces.cli import approvals

    approvals.list_them(state, as_json=as_json)


@command(approvals, "show")
def approvals_show(id: ApprovalId, as_json: AsJson = False) -> None:
    """Show what was asked and what became of it."""
    from shuke.surfaces.cli import approvals

    approvals.show(id, as_json=as_json)


@command(approvals, "approve")
def approvals_approve(
    id: ApprovalId,
    comment: Annotated[str, typer.Option(help="A word to who asked.")] = "",
    as_json: AsJson = False,
) -> None:
    """Agree: what was asked is done at once."""
    from shuke.surfaces.cli import approvals

    approvals.decide(id, comment, approve=True, as_json=as_json)


@command(approvals, "reject")
def approvals_reject(
    id: ApprovalId,
    comment: Annotated[str, typer.Option(help="Why; who asked reads it.")],
    as_json: AsJson = False,
) -> None:
    """Reject what was asked; nothing is changed."""
    from shuke.surfaces.cli import approvals

    approvals.decide(id, comment, approve=False, as_json=as_json)
