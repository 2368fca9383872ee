"""One order or redemption at a time, against the least that any ledger does: one UPDATE and one INSERT in bare tables.

Everything runs in turn in the database of one live deployment, with its settings, fsync and synchronous commit
included. pgbench sends the statements as the product does, one after the other, each prepared.
"""

import argparse
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from benchmarks.by_hand import ByHand
from benchmarks.deployment import GROCER, actor, copy_members, copy_of, enrol, ledger_violations, opened
from benchmarks.figures import machine, over, seconds, spread, write
from benchmarks.orders import EARNS, NET, USED, order, record, redemption, script_of
from benchmarks.statements import START, Capture, captured, member, pgbench, written

WHAT = {
    "limit": "one statement: UPDATE of an account, INSERT of an entry; a primary key each, nothing else",
    "ledger": "P1a: what the room of points sends for one order: lock, read, holder, account, lot, entry; over limit",
    "whole": "P1b: all that the verb sends for one order, reads included: business key, order, decision, ledger,"
    " membership (there is no outbox yet); over limit",
    "redemption": "P4: all that the verb sends for a redemption by a member with 20 lots; over limit",
    "shared": "P5: `ledger` of a unit with a supply, counted in 16 slices that all share; over `ledger` without",
    "verb": "P2: the verb from one Python process, one order a call; over the same rows read FOR UPDATE and written by"
    " hand with psycopg, a statement a row",
}
GOALS = {"ledger": 0.30, "whole": 0.15, "redemption": 0.25, "shared": 0.85, "verb": 1.5}
LOTS, SUPPLY = 20, 10**15
EPOCH = date(1970, 1, 1).toordinal()


def run(members: int, runs: int, duration: int, calls: int) -> dict[str, Any]:
    """Make members, capture what the product sends, and run both sides of each ratio in turn."""
    from shuke.rooms.programs import facade as programs

    programs.publish(GROCER.read_text(encoding="utf-8"), actor())
    earner, saver = enrol(2)
    record([order(earner, "first")])
    record([order(saver, f"lot-{number}", 100_000_000) for number in range(LOTS)])
    copy_members([earner, saver], members)
    ledger, shared = _post(earner, limited=False), _post(earner, limited=True)
    whole = record([order(earner, "captured")])
    used = record([redemption(saver, "captured")])
    scripts = {
        "limit": _limit(earner),
        "ledger": script_of(ledger, [earner]),
        "whole": script_of(whole, [earner]),
        "redemption": script_of(used, [saver], USED),
    }
    with_supply = script_of(shared, [earner])
    rates = {clients: {name: [] for name in (*scripts, "shared")} for clients in (4, 16)}
    for _ in range(runs):
        for clients, of in rates.items():
            for name, text in scripts.items():
                of[name].append(pgbench(text, clients, duration, members))
        rates[16]["shared"].append(_with_supply(with_supply, duration, members))
    verbs, hands = _verb_and_by_hand(earner, runs, calls)
    ratios = {
        f"{name}_at_{clients}": over(of[name], of["limit"])
        for name in ("ledger", "whole", "redemption")
        for clients, of in rates.items()
    }
    ratios |= {"shared_at_16": over(rates[16]["shared"], rates[16]["ledger"]), "verb": over(verbs, hands)}
    return {
        "what": (__doc__ or "").splitlines()[0],
        "sides": WHAT,
        "members": members,
        "limit_per_second": {f"at_{clients}": spread(of["limit"]) for clients, of in rates.items()},
        "verb_orders_per_second": spread(verbs),
        "written_with_indexes": {
            "ledger": written(ledger.statements),
            "whole": written(whole.statements),
            "redemption": written(used.statements),
        },
        "statements": {"ledger": len(ledger.statements), "whole": len(whole.statements)},
        "ratios": ratios,
        "goals": GOALS,
        "reached": {
            name: all(ratio["median"] >= goal for key, ratio in ratios.items() if key.startswith(name))
            for name, goal in GOALS.items()
        },
        "ledger_violations": ledger_violations(),
        "machine": machine("django", "psycopg"),
    }


def _post(member_id: UUID, *, limited: bool) -> Capture:
    """Let the room of points alone write what an order earns; `limited`: of a unit with a supply."""
    from shuke.foundation import clock, ids
    from shuke.foundation.transactions import unit_of_work
    from shuke.rooms.points import facade as points
    from shuke.rooms.points.contracts import Kind, Move, Posting

    (unit,) = points.all_units()
    now, reference = clock.business_now(), ids.new_id()
    day, end = now.toordinal() - EPOCH, now + timedelta(days=365)
    points.limit_supply(unit.id, SUPPLY if limited else None)
    with unit_of_work(), captured() as sent:
        points.lock([member_id])
        accounts = points.balances([member_id])
        lot = accounts[member_id][unit.id].lot_count + 1
        move = Move(Kind.ACCRUAL, unit.id, lot, EARNS, expires_day=day + 365, expires_at=end)
        points.post([Posting(member_id, day, now, reference, (move,))], accounts, now, [unit.id] if limited else ())
    points.limit_supply(unit.id, None)
    return Capture(sent, reference, "no outside id")


def _limit(template: UUID) -> str:
    """Make the bare tables, an account for every copy of a member, and return the one statement."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA bare")
        cursor.execute("CREATE TABLE bare.account (holder_id uuid PRIMARY KEY, available bigint, entry_count int)")
        cursor.execute("INSERT INTO bare.account SELECT holder_id, available, entry_count FROM points_account")
        cursor.execute(
            "CREATE TABLE bare.entry (holder_id uuid, number int, amount bigint, balance_after bigint,"
            " occurred_at timestamptz, PRIMARY KEY (holder_id, number))"
        )
    moved = (
        f"UPDATE bare.account SET available = available + {EARNS}, entry_count = entry_count + 1"  # noqa: S608  # ours
        f" WHERE holder_id = {member([template])} RETURNING *"
    )
    entry = f"SELECT holder_id, entry_count, {EARNS}, available, clock_timestamp() FROM moved"  # noqa: S608  # ours
    return f"{START}WITH moved AS ({moved}) INSERT INTO bare.entry {entry};\n"


def _with_supply(text: str, duration: int, members: int) -> float:
    """Run while the unit has a supply, and see that it counted exactly what was issued."""
    from django.db import connection

    from shuke.rooms.points import facade as points

    (unit,) = points.all_units()
    points.limit_supply(unit.id, SUPPLY)
    rate = pgbench(text, 16, duration, members)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT sum(issued) FROM points_supply) = (SELECT sum(amount) FROM points_entry WHERE amount > 0)"
        )
        assert cursor.fetchone() == (True,), "the supply did not count what was issued"
    points.limit_supply(unit.id, None)
    return rate


def _verb_and_by_hand(template: UUID, runs: int, calls: int) -> tuple[list[float], list[float]]:
    """Return orders a second of the verb and of the same rows by hand, in turn, each of other members."""
    from shuke.rooms.programs import facade as programs

    hand = ByHand(record([order(template, "by hand")]).reference)
    verbs, hands = [], []
    for number in range(runs):
        copies = [copy_of(template, 2 * (number * calls + call) + 1) for call in range(calls)]

        def verb(copies: Sequence[UUID] = copies) -> None:
            for member_id in copies:
                (result,) = programs.record([order(member_id, f"verb-{member_id}")], actor())
                assert result.refusal is None

        def by_hand(copies: Sequence[UUID] = copies) -> None:
            for member_id in copies:
                hand.record(UUID(int=member_id.int + (1 << 96)), f"hand-{member_id}", NET)

        verbs.append(calls / seconds(verb))
        hands.append(calls / seconds(by_hand))
    return verbs, hands


def main() -> None:
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--members", type=int, default=20_000)
    told.add_argument("--runs", type=int, default=5)
    told.add_argument("--seconds", type=int, default=3, help="of each run of pgbench")
    told.add_argument("--calls", type=int, default=300, help="orders of each side of the verb's ratio, a run")
    sizes = told.parse_args()
    with opened("live"):
        write("ledger", run(sizes.members, sizes.runs, sizes.seconds, sizes.calls))


if __name__ == "__main__":
    main()
