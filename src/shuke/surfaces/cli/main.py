"""The command `shuke`: which commands there are and what they take. Imports nothing heavy, so that --help is quick."""

import gc
import os
import signal
import sys
from typing import Annotated

import typer

from shuke.core.values.errors import Refusal
from shuke.surfaces.cli import (
    access,
    benefits_group,
    cart,
    coupons,
    failed_refunds,
    mall,
    membership,
    plans,
    stored_value,
    studio_group,
    terminal,
    value,
)
from shuke.surfaces.cli.commands import AsJson
from shuke.surfaces.cli.commands import answering as _answering
from shuke.surfaces.cli.commands import command as _command
from shuke.surfaces.cli.terminal import Exit

app = typer.Typer(
    name="shuke",
    help="熟客 Shuke: a membership platform that a merchant runs itself. SHUKE_HOME says where a deployment lives.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
program = typer.Typer(help="Programs: check, publish and show the file.", no_args_is_help=True)
clock = typer.Typer(help="The test clock of a sandbox.")
app.add_typer(program, name="program")
app.add_typer(membership.members, name="members")
app.add_typer(membership.imports, name="import")
app.add_typer(value.points, name="points")
app.add_typer(value.refunds, name="refunds")
app.add_typer(value.behaviours, name="behaviours")
app.add_typer(value.tiers, name="tiers")
app.add_typer(benefits_group.benefits, name="benefits")
app.add_typer(cart.cart, name="cart")
app.add_typer(coupons.coupons, name="coupons")
app.add_typer(mall.mall, name="mall")
app.add_typer(plans.plans, name="plans")
app.add_typer(stored_value.value, name="value")
app.add_typer(stored_value.gift_cards, name="gift-cards")
app.add_typer(failed_refunds.failed_refunds, name="failed-refunds")
app.add_typer(studio_group.histories, name="history")
app.add_typer(studio_group.runs, name="run")
app.add_typer(clock, name="clock", invoke_without_command=True)
app.add_typer(access.keys, name="keys")
app.add_typer(access.staff, name="staff")
app.add_typer(access.stores, name="stores")
app.add_typer(access.approvals, name="approvals")

Migrate = Annotated[bool, typer.Option("--migrate", help="Apply pending migrations first.")]
Origin = Annotated[str | None, typer.Option(help="How people reach it, e.g. https://vip.example.com (SHUKE_ORIGIN).")]


def main() -> None:
    """Run the command line; what nobody foresaw is one sentence too, and a line in the log says where it happened."""
    gc.set_threshold(50_000)  # what is imported stays: to look through it each 700 objects takes a third of a start
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # what is open is closed on the way out
    try:
        command = typer.main.get_command(app)
        _choose_language(_told_language(sys.argv[1:]))
        if terminal.in_chinese():
            from shuke.surfaces.cli import help_words

            help_words.translate(command)
        command(prog_name="shuke")
    except Exception as error:  # the last net
        if os.environ.get("SHUKE_DEBUG"):
            raise
        _tell_failure(error)
        sys.exit(Exit.FAILED)


def _tell_failure(error: Exception) -> None:
    from shuke.foundation import logs

    logs.failure("command", error)
    terminal.note(
        f"The command failed ({type(error).__name__}); SHUKE_DEBUG=1 shows where.",
        f"命令执行失败（{type(error).__name__}）；设 SHUKE_DEBUG=1 可看详情。",
    )


@app.callback()
def _speak(lang: Annotated[str | None, typer.Option(help="Language of messages: zh or en.")] = None) -> None:
    _choose_language(lang)


def _choose_language(said: str | None) -> None:
    terminal.speak(said)
    terminal.speak_of(_deployment_language())


def _told_language(arguments: list[str]) -> str | None:
    """Return what --lang says, before the arguments are read: --help answers while they are."""
    for argument, following in zip(arguments, [*arguments[1:], ""], strict=True):
        if argument == "--lang":
            return following
        if argument.startswith("--lang="):
            return argument.partition("=")[2]
    return None


def _deployment_language() -> str | None:
    from shuke.foundation import home

    try:
        language = home.current().settings["language"]
    except Refusal:
        return None  # the command itself will say what is wrong
    return None if language.source == "default" else language.value


@_command(app, "init")
def init(
    organisation: Annotated[str | None, typer.Option(help="Name of the organisation.")] = None,
    currency: Annotated[str | None, typer.Option(help="ISO 4217, e.g. CNY.")] = None,
    time_zone: Annotated[str | None, typer.Option(help="IANA name, e.g. Asia/Shanghai.")] = None,
    language: Annotated[str | None, typer.Option(help="zh-hans or en.")] = None,
    email: Annotated[str | None, typer.Option(help="The owner's e-mail address, for log-in.")] = None,
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="Make a sandbox, whose test clock can be moved, not a live deployment.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Make a deployment; what is not said by flags is asked."""
    from shuke.surfaces.cli import first_hour

    spoken = "zh-hans" if language == "zh" else language
    asked = first_hour.Answers(organisation, currency, time_zone, spoken, email)
    return first_hour.init(asked, "sandbox" if sandbox else "live", as_json=as_json)


@_command(app, "demo")
def demo(
    serve: Annotated[bool, typer.Option(help="Serve it when it stands.")] = True,
    migrate: Migrate = False,
    as_json: AsJson = False,
) -> None:
    """Make a sandbox with a year of a real grocer, check it by a backtest, and serve it."""
    from shuke.surfaces.cli import demo as shop

    shop.run(serve=serve, migrate=migrate, as_json=as_json)


@_command(app, "serve")
def serve(
    bind: Annotated[str | None, typer.Option(help="HOST:PORT to listen on (SHUKE_BIND).")] = None,
    origin: Origin = None,
    insecure_lan: Annotated[bool, typer.Option("--insecure-lan", help="Allow plain http beyond this machine.")] = False,
    migrate: Migrate = False,
    worker: Annotated[bool, typer.Option(help="Run the job worker beside the server.")] = True,
) -> None:
    """Serve console and API."""
    from shuke.surfaces.cli import server, session

    flags = {"bind": bind, "origin": origin, "insecure_lan": "yes" if insecure_lan else None}
    with session.opened(flags=flags, migrations="apply" if migrate else "refuse", fresh=True) as home:
        server.run(home, worker=worker)


@_command(app, "worker")
def worker(
    until_empty: Annotated[bool, typer.Option("--until-empty", help="Stop when no job is left.")] = False,
    migrate: Migrate = False,
) -> None:
    """Work off the queue of jobs, the nightly ones included."""
    from shuke.surfaces.cli import session

    with session.opened(migrations="apply" if migrate else "refuse") as home:
        from shuke.foundation import jobs

        session.check_start(home)
        jobs.run_worker(until_empty=until_empty)


@_command(app, "migrate")
def migrate(as_json: AsJson = False) -> None:
    """Bring the database up to date."""
    from shuke.surfaces.cli import upkeep

    upkeep.migrate(as_json=as_json)


@_command(app, "backup")
def backup(
    file: Annotated[str, typer.Argument(help="The file to write, whole or not at all.")],
    with_secrets: Annotated[
        bool,
        typer.Option("--with-secrets", help="Seal the keys into it, under a passphrase (SHUKE_BACKUP_PASSPHRASE)."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write the whole deployment into one file, while it serves."""
    from shuke.surfaces.cli import backup as backups

    backups.backup(file, with_secrets=with_secrets, as_json=as_json)


@_command(app, "restore")
def restore(
    file: Annotated[str, typer.Argument(help="A file that `shuke backup` wrote.")],
    as_json: AsJson = False,
) -> int:
    """Bring a backup into an empty deployment and check its ledger; exit code 4 when an invariant is violated."""
    from shuke.surfaces.cli import restore as restoring

    return restoring.restore(file, as_json=as_json)


@_command(app, "doctor")
def doctor(as_json: AsJson = False) -> int:
    """Show every setting with its source, and check what a deployment stands on."""
    from shuke.surfaces.cli import doctor as checks

    return checks.doctor(as_json=as_json)


@_command(app, "verify-ledger")
def verify_ledger(
    since_seal: Annotated[
        bool,
        typer.Option(
            "--since-seal", help="Check the ledger of those members only who have entries since the last seal."
        ),
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Check every invariant of the ledger; exit code 4 when one is violated."""
    from shuke.surfaces.cli import ledger

    return ledger.verify(since_seal=since_seal, as_json=as_json)


@_command(app, "seal")
def seal(as_json: AsJson = False) -> None:
    """Seal the ledger's new entries, as happens every night; keep the digest elsewhere as proof."""
    from shuke.surfaces.cli import ledger

    ledger.seal(as_json=as_json)


@_command(app, "explain")
def explain(
    id: Annotated[
        str,
        typer.Argument(help="An entry (ent_…), an order (ord_…) or its SOURCE/EXTERNAL_ID, or a member (mbr_…)."),
    ],
    as_json: AsJson = False,
) -> None:
    """Say why an entry or an order is as it is, or where a member stands and what is missing."""
    from shuke.surfaces.cli import ledger

    ledger.explain(id, as_json=as_json)


Policy = Annotated[
    list[str] | None,
    typer.Option(
        help="How points are used: observed, none, greedy:POINTS or share:PERCENT; SEGMENT=… for a group of members. "
        "May be given several times."
    ),
]


@_command(app, "backtest")
def backtest(
    file: Annotated[str, typer.Argument(metavar="PROGRAM", help="The program file.")],
    orders: Annotated[
        list[str] | None,
        typer.Option(
            help="Orders as Parquet, CSV or XLSX, needs no deployment; may be given several times."
            " docs/reference/history-files.md has the layout."
        ),
    ] = None,
    history: Annotated[
        str | None, typer.Option(help="A history that was read (his_… or its name); the result is kept.")
    ] = None,
    timestamps_in: Annotated[str | None, typer.Option(help="Time zone of timestamps without one, e.g. UTC.")] = None,
    status: Annotated[
        list[str] | None, typer.Option(help="A status of orders that counts as a sale; may be given several times.")
    ] = None,
    since: Annotated[str | None, typer.Option(help="Count from this date on; all before it only warms up.")] = None,
    until: Annotated[
        str | None, typer.Option(help="Let time pass to the start of this date (the day after the last order).")
    ] = None,
    against: Annotated[str | None, typer.Option(help="Another program file to weigh it against.")] = None,
    policy: Policy = None,
    uplift: Annotated[
        list[str] | None, typer.Option(help="TIER=PERCENT by which spend grows in a tier; may be given several times.")
    ] = None,
    elasticity: Annotated[str | None, typer.Option(help="Of spend to the reward rate.")] = None,
    margin: Annotated[str | None, typer.Option(help="Gross margin of sales, e.g. 25%.")] = None,
    as_json: AsJson = False,
) -> int:
    """Replay a history of orders through a program file: what it would have given, moved and owed."""
    from shuke.surfaces.cli import backtests

    asked = backtests.Asked(since, until, tuple(policy or ()), tuple(uplift or ()), elasticity, margin, against)
    how = backtests.Files(tuple(orders), timestamps_in, tuple(status) if status else None) if orders else None
    return backtests.run(file, how, history, asked, as_json=as_json)


@_command(app, "forecast")
def forecast(
    file: Annotated[str, typer.Argument(metavar="PROGRAM", help="The program file.")],
    history: Annotated[str, typer.Option(help="A history that was read (his_… or its name).")],
    months: Annotated[int, typer.Option(help="How many months ahead, 1 to 36.")] = 12,
    policy: Policy = None,
    margin: Annotated[str | None, typer.Option(help="Gross margin of sales, e.g. 25%.")] = None,
    cost: Annotated[
        list[str] | None, typer.Option(help="UNIT=AMOUNT that a whole point costs; may be given several times.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Tell from a history what a program will owe and cost, month by month with intervals; the result is kept."""
    from shuke.surfaces.cli import backtests, runs

    asked = backtests.Asked(None, None, tuple(policy or ()), (), None, margin, None)
    return runs.forecast(file, history, asked.settings(), months, tuple(cost or ()), as_json=as_json)


@_command(program, "propose")
def program_propose(
    industry: Annotated[str, typer.Argument(help="The trade, e.g. cafe, grocery, fashion.")],
    history: Annotated[str | None, typer.Option(help="A history that was read (his_… or its name).")] = None,
    currency: Annotated[str | None, typer.Option(help="ISO 4217; the organisation's by default.")] = None,
    time_zone: Annotated[str | None, typer.Option(help="IANA name; the organisation's by default.")] = None,
    answer: Annotated[
        list[str] | None, typer.Option(help="NAME=VALUE of another answer, e.g. margin=25%; docs/new-program.md.")
    ] = None,
    out: Annotated[str | None, typer.Option(help="Write the program file here.")] = None,
    as_json: AsJson = False,
) -> int:
    """Propose a program: which model fits, whether it pays, a ladder from the shop's orders, and the file."""
    from shuke.surfaces.cli import runs

    said = {"industry": industry, "currency": currency, "time_zone": time_zone}
    return runs.propose(said, history, tuple(answer or ()), out, as_json=as_json)


EffectiveFrom = Annotated[
    str | None,
    typer.Option(help="Date (its midnight in the program's time zone) or RFC 3339 instant; now by default."),
]


@_command(program, "validate")
def program_validate(file: str, as_json: AsJson = False) -> int:
    """Check a program file; errors name line and column. Needs no deployment."""
    from shuke.surfaces.cli import programs

    return programs.validate(file, as_json=as_json)


@_command(program, "publish")
def program_publish(
    file: str,
    effective_from: EffectiveFrom = None,
    as_json: AsJson = False,
) -> int:
    """Publish a program file as a new version."""
    from shuke.surfaces.cli import programs

    return programs.publish(file, effective_from=effective_from, as_json=as_json)


@_command(program, "diff")
def program_diff(
    first: Annotated[str, typer.Argument(metavar="A", help="A program file, or the number of a version.")],
    second: Annotated[
        str | None, typer.Argument(metavar="B", help="Another one; without it, A is compared with the newest version.")
    ] = None,
    effective_from: EffectiveFrom = None,
    as_json: AsJson = False,
) -> int:
    """Show what a program says otherwise than another, and what that does to members, to what is owed and to costs."""
    from shuke.surfaces.cli import program_diff as diffs

    return diffs.diff(first, second, effective_from=effective_from, as_json=as_json)


@_command(program, "test")
def program_test(file: str, as_json: AsJson = False) -> int:
    """Run the test cases of a program file; exit code 1 when one fails. Needs no deployment."""
    from shuke.surfaces.cli import program_cases

    return program_cases.test(file, as_json=as_json)


@_command(program, "promote")
def program_promote(
    source: Annotated[
        str | None, typer.Argument(metavar="[A]", help="A program file, or the number of a version; the newest one.")
    ] = None,
    to: Annotated[str, typer.Option("--to", metavar="URL", help="The address of the other deployment.")] = "",
    key: Annotated[
        str | None, typer.Option(help="A key of it, with programs:read and programs:write (SHUKE_PROMOTION_KEY).")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Publish without asking, whatever it changes there.")] = False,
    as_json: AsJson = False,
) -> int:
    """Publish a program file in another deployment: what it changes there is shown first."""
    from shuke.surfaces.cli import program_promotion

    return program_promotion.promote(source, to, key, yes=yes, as_json=as_json)


@_command(program, "terms")
def program_terms(
    down: Annotated[str | None, typer.Option(help="Members who go down, at most so many percent.")] = None,
    liability: Annotated[str | None, typer.Option(help="Change of what is owed, at most so many percent.")] = None,
    yearly: Annotated[str | None, typer.Option(help="Change of a year's cost, at most so many percent.")] = None,
    always: Annotated[bool | None, typer.Option(help="Whether every version needs a second person.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show, or say, above which effect a version is published only once a second person agrees."""
    from shuke.surfaces.cli import program_terms as terms

    terms.show_or_set(down, liability, yearly, always=always, as_json=as_json)


@_command(program, "withdraw")
def program_withdraw(
    number: Annotated[int, typer.Argument(min=1, help="The number of the version.")], as_json: AsJson = False
) -> None:
    """Take back a version that is planned: it keeps its number and never comes into force."""
    from shuke.surfaces.cli import programs

    programs.withdraw(number, as_json=as_json)


@_command(program, "show")
def program_show(
    slug: Annotated[str | None, typer.Argument(help="The program; the only one by default.")] = None,
    source: Annotated[bool, typer.Option("--source", help="Show the generated source instead of the file.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the program in force."""
    from shuke.surfaces.cli import programs

    programs.show(slug, source=source, as_json=as_json)


@clock.callback()
def clock_show(context: typer.Context, as_json: AsJson = False) -> None:
    """Show the clock; `advance` moves the test clock of a sandbox."""
    if context.invoked_subcommand is None:
        from shuke.surfaces.cli import upkeep

        _answering(lambda: upkeep.show_clock(as_json=as_json))


@_command(clock, "show")
def clock_show_again(as_json: AsJson = False) -> None:
    """Show the clock, as `shuke clock` alone does."""
    from shuke.surfaces.cli import upkeep

    upkeep.show_clock(as_json=as_json)


@_command(clock, "advance")
def clock_advance(
    to: Annotated[str, typer.Option(help="Date (its midnight in the organisation's time zone) or RFC 3339 instant.")],
    as_json: AsJson = False,
) -> None:
    """Move the test clock forward, running the due jobs day by day."""
    from shuke.surfaces.cli import upkeep

    upkeep.advance_clock(to, as_json=as_json)
