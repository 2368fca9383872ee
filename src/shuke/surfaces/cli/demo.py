"""`shuke demo`: a sandbox with a year of a real grocer, loaded through the one write path and checked by the backtest.

Everything of Django is imported after the deployment is open. A second run attaches and loads only what is missing.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from shuke.core.values.errors import Refusal
from shuke.surfaces.cli import server, session, terminal

if TYPE_CHECKING:
    from shuke.engine.backtest import BacktestResult
    from shuke.engine.compile import Compiled
    from shuke.rooms.org.contracts import Actor
    from shuke.rooms.programs.contracts import VersionView
    from shuke.surfaces.cli.journey.loading import Load
    from shuke.surfaces.cli.journey.year import Year

PROGRAM = Path(__file__).parents[2] / "examples" / "grocer.yaml"
TIME_ZONE = "America/New_York"
CURRENCY = "USD"
OPENED = datetime(2018, 1, 1, tzinfo=ZoneInfo(TIME_ZONE))  # where the test clock stands when the year is in
ORGANISATION = ("Riverside Grocer", "河畔超市")
OWNER_EMAIL = "owner@example.com"
OWNER_NAME = ("Demo owner", "演示店主")


def run(*, serve: bool, as_json: bool, migrate: bool = False, last_household: int | None = None) -> None:
    """Make or attach to the demo, print its summary, and serve it unless told not to.

    `last_household` makes a smaller shop of the households up to an id.

    Raises:
        Refusal: what opening a deployment refuses (pending migrations unless told to `migrate`), `demo_data_missing`,
            `not_the_demo`, `demo_differs`.
    """
    with session.opened(kind="sandbox", migrations="apply" if migrate else "refuse") as home:
        if serve:
            server.check(home)
        _open_shop()
        summary = _fill(last_household)
        terminal.result(summary, _table(summary), as_json=as_json)
        if summary["differences"] and summary["load"]["orders"]:
            raise Refusal(
                "demo_differs",
                f"Ledger and backtest differ in {summary['differences']} places.",
                params={"differences": summary["differences"]},
            )
        if serve:
            server.run(home)


def _open_shop() -> None:
    """Make organisation, test clock and owner in one transaction, the first time; say how to log in."""
    from shuke.foundation import clock
    from shuke.foundation.transactions import unit_of_work
    from shuke.rooms.org import facade as org
    from shuke.rooms.org.contracts import Kind, NewOrganisation, Role

    actor = _actor()
    known = org.organisation()
    if known is not None:
        if OWNER_EMAIL not in {person.email for person in org.list_staff()}:
            raise Refusal("not_the_demo", f"This sandbox belongs to {known.name}; choose another with SHUKE_HOME.")
        terminal.note(
            f"Log in as {OWNER_EMAIL}; a new password: shuke staff reset-password {OWNER_EMAIL}",
            f"登录账号 {OWNER_EMAIL}；忘记密码：shuke staff reset-password {OWNER_EMAIL}",
        )
        return
    with unit_of_work():
        language = terminal.words("en", "zh-hans")
        org.create_organisation(
            NewOrganisation(terminal.words(*ORGANISATION), CURRENCY, TIME_ZONE, language, Kind.SANDBOX), actor
        )
        clock.set_business_clock(OPENED)
        _, password = org.create_staff(OWNER_EMAIL, terminal.words(*OWNER_NAME), Role.OWNER, actor, language)
    terminal.note(
        f"Log in as {OWNER_EMAIL} with the password {password} (shown once)",
        f"登录账号 {OWNER_EMAIL}，密码 {password}（仅显示一次）",
    )


def _fill(last_household: int | None) -> dict[str, Any]:
    """Publish the program unless one is published, load what is missing, replay the year, and sum up.

    What the user has done since the first run stays as it is: programs published, facts recorded, the clock moved.
    """
    from shuke.engine.compile import compile_program
    from shuke.engine.schema import load_program
    from shuke.foundation import clock
    from shuke.rooms.programs import facade as programs
    from shuke.surfaces.cli.journey.loading import enrol_households, load_year
    from shuke.surfaces.cli.journey.source import read_journey
    from shuke.surfaces.cli.journey.year import plan_year

    actor = _actor()
    slugs = programs.programs()
    if not slugs:
        slugs = [programs.publish(PROGRAM.read_text(encoding="utf-8"), actor).program]
    versions = programs.versions(slugs[0])[::-1]  # the first one first
    terminal.note("Reading the Complete Journey …", "正在读取演示数据 …")
    journey = read_journey(last_household)
    compiled = compile_program(load_program(versions[0].text))
    year = plan_year(journey, compiled, int(OPENED.timestamp()))
    _open_stores(sorted({str(store) for store in journey.store.tolist()}))
    terminal.note("Enrolling members …", "正在创建会员 …")
    enrol_households(journey, actor)
    with terminal.progress(len(journey), "Orders", "订单") as advance:
        load = load_year(year, _recorded_baskets(), actor, advance)
    terminal.note("Replaying the year through the backtest …", "正在用回测重放全年 …")
    result = _replay(year, compiled, clock.business_now())
    return _summary(versions, load, year, result)


def _actor() -> Actor:
    from shuke.rooms.org.contracts import Actor, ActorKind

    return Actor(ActorKind.CLI, "demo", "shuke demo")


def _open_stores(codes: list[str]) -> None:
    """Create the shops that the data names and the organisation lacks."""
    from shuke.rooms.org import facade as org
    from shuke.rooms.org.contracts import NewStore

    known = {store.code for store in org.list_stores()}
    new = [NewStore(code, terminal.words(f"Store {code}", f"{code} 号店")) for code in codes if code not in known]
    if new:
        brands = org.list_brands()
        brand = brands[0] if brands else org.create_brand("grocer", terminal.words(*ORGANISATION), _actor())
        org.create_stores(brand.id, new, _actor())


def _recorded_baskets() -> int:
    """Return how many of the year's baskets are recorded."""
    from shuke.rooms.orders import facade as orders
    from shuke.surfaces.cli.journey.source import SOURCE

    return orders.recorded_from(SOURCE)


def _replay(year: Year, compiled: Compiled, until: datetime) -> BacktestResult:
    """Replay the year with the recorded redemptions."""
    from shuke.engine.backtest import backtest
    from shuke.surfaces.cli.journey.year import history_of

    return backtest(compiled, history_of(year.journey, year.redemptions), int(until.timestamp()), keep_entries=True)


def _summary(versions: list[VersionView], load: Load, year: Year, result: BacktestResult) -> dict[str, Any]:
    """Sum up the shop as of its clock.

    Ledger and replay are compared over the members of whom only the journey tells; not at all under later versions.
    """
    from shuke.foundation import business_keys, clock
    from shuke.rooms.members import facade as members
    from shuke.rooms.orders import facade as orders
    from shuke.rooms.points import facade as points
    from shuke.rooms.programs import facade as programs
    from shuke.rooms.tiers import facade as tiers
    from shuke.surfaces.cli.journey.comparison import count_differences
    from shuke.surfaces.cli.journey.source import SOURCE

    now, program_id = clock.business_now(), versions[0].program_id
    own_facts, own_members = business_keys.of_other_sources(SOURCE)
    sales = orders.sales(datetime(1970, 1, 1, tzinfo=UTC), max(now, OPENED) + timedelta(minutes=10))
    unit_id = next(unit.id for unit in points.all_units())
    totals = points.totals(unit_id)
    ladder = result.compiled.program.ladders[0]  # of the program that this file publishes into an empty shop
    held = {count.tier.code: count.members for count in tiers.distribution(program_id, ladder.code)}
    levels = [level.code for level in ladder.levels]
    return {
        "members": members.counts(now).total,
        "orders": sales.orders,
        "net_minor": sales.net_minor,
        "points": {
            "issued": totals.issued,
            "redeemed": totals.redeemed,
            "expired": totals.expired,
            "outstanding": totals.outstanding,
            "usable": programs.outstanding(unit_id).usable,
        },
        "tiers": {code: held.get(code, 0) for code in [*levels, *(code for code in held if code not in levels)]},
        "load": {
            "orders": load.orders,
            "seconds": round(load.seconds, 1),
            "orders_per_second": load.orders_per_second,
        },
        "backtest": {
            "seconds": round(result.seconds, 3),
            "compile_seconds": round(year.compile_seconds, 3),
            "orders_per_second": round(result.history.order_count / result.seconds),
        },
        "own_facts": own_facts,
        "differences": count_differences(result, program_id, own_members) if len(versions) == 1 else None,
    }


def _table(summary: dict[str, Any]) -> list[str]:
    """Lay the summary out for people."""
    points, load, backtest = summary["points"], summary["load"], summary["backtest"]
    words = terminal.words
    rows: list[tuple[str, object]] = [
        (words("members", "会员"), summary["members"]),
        (words("orders", "订单"), summary["orders"]),
        (words("net sales, USD", "实付金额（美元）"), f"{summary['net_minor'] / 100:,.2f}"),
        (words("points issued", "发放积分"), points["issued"]),
        (words("points redeemed", "兑换积分"), points["redeemed"]),
        (words("points expired", "过期积分"), points["expired"]),
        (words("points outstanding", "未用积分"), points["outstanding"]),
        *((words(f"tier {code}", f"等级 {code}"), count) for code, count in summary["tiers"].items()),
        (words("loaded in this run", "本次载入订单"), load["orders"]),
        (words("orders a second", "每秒载入"), load["orders_per_second"]),
        (words("backtest, seconds", "回测用时（秒）"), f"{backtest['seconds']:.2f}"),
        (words("compiling, seconds", "其中编译另计（秒）"), f"{backtest['compile_seconds']:.2f}"),
    ]
    agree = words(
        "Ledger and backtest agree: every entry, lot and tier.", "台账与回测逐笔一致：分录、批次、等级均无差异。"
    )
    differ = words(
        f"Ledger and backtest DIFFER in {summary['differences']} places.",
        f"台账与回测有 {summary['differences']} 处不一致。",
    )
    later = words(
        "Not compared with the backtest: a later version of the program is published.",
        "已发布新版本的会员计划，不再与回测对比。",
    )
    verdict = later if summary["differences"] is None else differ if summary["differences"] else agree
    lines = [*terminal.table(("", ""), rows)[1:], "", verdict]
    if summary["own_facts"]:
        own = summary["own_facts"]
        lines.append(
            words(
                f"{own:,} facts of your own have been recorded; their members are left out of the comparison.",
                f"另有你自行录入的 {own:,} 笔业务，相关会员不参与对比。",
            )
        )
    return lines
