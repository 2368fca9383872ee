"""The commands about members: their status, and files that bring them. Imports nothing heavy."""

from typing import Annotated

import typer

from shuke.surfaces.cli.commands import AsJson, DryRun, command

members = typer.Typer(help="Members: their status, and double records.", no_args_is_help=True)
imports = typer.Typer(help="Files: check, commit and undo what they bring.", no_args_is_help=True)


@command(members, "status")
def members_status(
    member: Annotated[str, typer.Argument(help="A member (mbr_…), a phone, or an external id as SOURCE/ID.")],
    status: Annotated[str, typer.Argument(help="active, frozen, blacklisted or exited; none: show.")] = "",
    reason: Annotated[str, typer.Option(help="Why; the history keeps it.")] = "",
    give_up_value: Annotated[
        bool, typer.Option("--give-up-value", help="Let them leave with stored value that nobody refunds.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Give a member another status, or show how it changed."""
    from shuke.surfaces.cli import members as people

    people.status(member, status, reason, give_up_value=give_up_value, as_json=as_json)


@command(members, "merge")
def members_merge(
    survivor: Annotated[str, typer.Argument(help="The member that stays (mbr_…), a phone, or SOURCE/ID.")],
    source: Annotated[list[str], typer.Argument(help="The members that live on in it.")],
    reason: Annotated[str, typer.Option(help="Why; the history keeps it.")] = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Let members live on in another one, with their points, dates and tier."""
    from shuke.surfaces.cli import members as people

    people.merge(survivor, source, reason, dry_run=dry_run, as_json=as_json)


@command(members, "unmerge")
def members_unmerge(
    id: Annotated[str, typer.Argument(help="The merge's id (mrg_…).")],
    reason: Annotated[str, typer.Option(help="Why; the history keeps it.")] = "",
    as_json: AsJson = False,
) -> None:
    """Take a merge apart, while points that came over were not used."""
    from shuke.surfaces.cli import members as people

    people.unmerge(id, reason, as_json=as_json)


@command(imports, "members")
def import_members(
    file: Annotated[str, typer.Argument(help="CSV (UTF-8 or GB18030) or XLSX with a header.")],
    source: Annotated[str, typer.Option(help="The system whose external ids the file has.")] = "import",
    column: Annotated[
        list[str] | None, typer.Option("--map", help="COLUMN=FIELD where its name does not say it; - leaves it out.")
    ] = None,
    skip_known: Annotated[bool, typer.Option("--skip-known", help="Leave known members alone.")] = False,
    commit: Annotated[bool, typer.Option("--commit", help="Commit what can be taken.")] = False,
    bad_rows: Annotated[str | None, typer.Option(help="Write the refused rows, with reasons, to this CSV.")] = None,
    as_json: AsJson = False,
) -> int:
    """Check a file of members, and commit it where that is said; exit code 3 when rows are refused."""
    from shuke.surfaces.cli import imports as files

    options = files.Options(source, tuple(column or ()), not skip_known)
    return files.check(file, options, commit=commit, bad_rows=bad_rows, as_json=as_json)


@command(imports, "commit")
def import_commit(id: Annotated[str, typer.Argument(help="The import's id (imp_…).")], as_json: AsJson = False) -> int:
    """Commit an import that was checked, or go on with one that was stopped."""
    from shuke.surfaces.cli import imports as files

    return files.commit(id, as_json=as_json)


@command(imports, "undo")
def import_undo(id: Annotated[str, typer.Argument(help="The import's id (imp_…).")], as_json: AsJson = False) -> int:
    """Take back what nobody touched since; exit code 3 when something had to stay."""
    from shuke.surfaces.cli import imports as files

    return files.undo(id, as_json=as_json)


@command(imports, "list")
def import_list(as_json: AsJson = False) -> None:
    """List the latest imports."""
    from shuke.surfaces.cli import imports as files

    files.show(as_json=as_json)
