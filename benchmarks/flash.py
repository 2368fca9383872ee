"""A flash sale over HTTP, and what one hot item costs against many: the same exchange, as the product sends it.

Ten thousand members ask `shuke serve`, as it ships, for the same item of which there are a hundred: each is answered,
a hundred get it. Then pgbench sends all the statements of one exchange from 16 connections in turn, of one item and of
an item for each connection; what is left must be what was not taken.
"""

import argparse
import json
import socket
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import Any
from uuid import UUID

from benchmarks.deployment import GROCER, actor, copy_members, copy_of, enrol, ledger_violations, opened
from benchmarks.figures import machine, over, spread, write
from benchmarks.http import served
from benchmarks.orders import USED, order, record
from benchmarks.statements import EXTERNAL_ID, REFERENCE, captured, member, pgbench, script

GOALS = {"seconds": 60, "hot_item": 0.85}
PIECES, CONNECTIONS, CLIENTS, POINTS = 100, 32, 16, 10
PLENTY = 10**8


def run(buyers: int, runs: int, duration: int) -> dict[str, Any]:
    """Make members and items, and run both parts."""
    from shuke.rooms.org import facade as org
    from shuke.rooms.programs import facade as programs

    programs.publish(GROCER.read_text(encoding="utf-8"), actor())
    (buyer,) = enrol(1)
    record([order(buyer, "first", 100_000_000)])
    copy_members([buyer], buyers)
    _, secret = org.create_key("bench", ["points:write"], actor())
    flash = _item("flash", PIECES)
    with served() as port:
        told, seconds = _rush(port, secret, [copy_of(buyer, number) for number in range(1, buyers + 1)])
    sold = {"created": told["201"], "sold_out": told["409 sold_out"], "errors_5xx": _errors(told), "left": _left(flash)}
    hot, cold = _rates(buyer, buyers, runs, duration)
    ratio = over(hot, cold)
    exact = sold == {"created": PIECES, "sold_out": buyers - PIECES, "errors_5xx": 0, "left": 0}
    return {
        "what": (__doc__ or "").splitlines()[0],
        "flash": {"buyers": buyers, "pieces": PIECES, "connections": CONNECTIONS, "seconds": round(seconds, 2), **sold},
        "hot_item_exchanges_per_second": spread(hot),
        "item_each_exchanges_per_second": spread(cold),
        "hot_item": ratio,
        "goals": GOALS,
        "reached": {
            "exact": exact,
            "seconds": seconds <= GOALS["seconds"],
            "hot_item": ratio["median"] >= GOALS["hot_item"],
        },
        "ledger_violations": ledger_violations(),
        "machine": machine("django", "psycopg", "granian"),
    }


def _item(code: str, pieces: int) -> UUID:
    from shuke.rooms.mall import facade as mall
    from shuke.rooms.mall.contracts import ItemDraft, Kind, Price, Restock, Way

    item = mall.create_item(ItemDraft(code, Kind.SERVICE, code, (Price(POINTS),), ways=(Way.PICKUP,)), actor())
    mall.restock([Restock(item.id, pieces, "bench")], actor())
    return item.id


def _left(item_id: UUID) -> int | None:
    from shuke.rooms.mall import facade as mall

    return mall.item(item_id).left


def _rush(port: int, secret: str, members: Sequence[UUID]) -> tuple[Counter[str], float]:
    """Let each member ask for one, over so many kept connections at once; return what they were told."""
    from shuke.foundation import ids

    bodies = [
        {"source": "bench", "external_id": str(id), "member": {"id": ids.encode("mbr", id)}, "item": "flash"}
        for id in members
    ]
    requests = [_request(secret, body) for body in bodies]
    shares = [requests[first::CONNECTIONS] for first in range(CONNECTIONS)]
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        started = perf_counter()
        told = list(threads.map(lambda share: _ask(port, share), shares))
        seconds = perf_counter() - started
    return sum(told, Counter()), seconds


def _request(secret: str, body: dict[str, Any]) -> bytes:
    content = json.dumps(body).encode()
    head = (
        f"POST /v1/mall/orders HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {secret}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def _ask(port: int, requests: Sequence[bytes]) -> Counter[str]:
    told: Counter[str] = Counter()
    with socket.create_connection(("127.0.0.1", port)) as wire, wire.makefile("rb") as answers:
        for request in requests:
            wire.sendall(request)
            status = answers.readline().split()[1].decode()
            length = 0
            while line := answers.readline().strip():
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            content = json.loads(answers.read(length))
            told[status if status == "201" else f"{status} {content.get('code')}"] += 1
    return told


def _errors(told: Counter[str]) -> int:
    return sum(count for status, count in told.items() if status.startswith("5"))


def _rates(buyer: UUID, buyers: int, runs: int, duration: int) -> tuple[list[float], list[float]]:
    """Return exchanges a second of one item by all connections, and of one by each, in turn."""
    items = [_item(f"item-{number}", PLENTY) for number in range(CLIENTS)]
    before = sum(_left(item) or 0 for item in items)
    text = _captured(buyer, items[0])
    hot_text = _script(buyer, text, f"'{items[0]}'::uuid", items[0])
    each = f"(ARRAY[{', '.join(repr(str(item)) for item in items)}])[:client_id::int + 1]::uuid"
    cold_text = _script(buyer, text, each, items[0])
    hot, cold = [], []
    for _ in range(runs):
        hot.append(pgbench(hot_text, CLIENTS, duration, buyers))
        cold.append(pgbench(cold_text, CLIENTS, duration, buyers))
    _check_taken(items, before)
    return hot, cold


class _Sent:
    """The statements of one exchange, with the ids in them that each exchange has of its own."""

    def __init__(self, statements: list[tuple[str, Any]], own: dict[Any, str]) -> None:
        self.statements, self.own = statements, own


def _captured(buyer: UUID, item_id: UUID) -> _Sent:
    from shuke.foundation import ids, sql
    from shuke.rooms.mall import facade as mall
    from shuke.rooms.members.contracts import MemberRef
    from shuke.rooms.programs import facade as programs
    from shuke.rooms.programs.contracts import ExchangeFact

    fact = ExchangeFact("bench", "captured", MemberRef(id=buyer), mall.item(item_id).code)
    with captured() as sent:
        made = programs.exchange(fact, actor()).order
    ((movement,),) = sql.fetch("SELECT id FROM mall_movement WHERE order_id = %(id)s", {"id": made.id})
    ((redemption,),) = sql.fetch(
        "SELECT reference FROM business_key WHERE kind = 'redemption' AND external_id = %(name)s",
        {"name": ids.encode("mlo", made.id)},
    )
    own = {
        made.id: REFERENCE,
        movement: REFERENCE.replace("7000", "7001"),
        redemption: REFERENCE.replace("7000", "7002"),
        ids.encode("mlo", made.id): f"('mlo' || {EXTERNAL_ID})",
        made.number: f"('M' || {EXTERNAL_ID})",
        made.pickup_code: f"('P' || {EXTERNAL_ID})",
        fact.external_id: EXTERNAL_ID,
    }
    return _Sent(sent, own)


def _script(buyer: UUID, sent: _Sent, item: str, item_id: UUID) -> str:
    same = {buyer: member([buyer]), item_id: item} | sent.own
    varied = USED | {
        "INSERT INTO points_account": USED["INSERT INTO points_account"] | {"available": f":available - {POINTS}"},
        "INSERT INTO points_lot": USED["INSERT INTO points_lot"] | {"balance_after": f":available - {POINTS}"},
        "UPDATE mall_stock": {"slice": "(:n % 64)"},
    }
    return script(sent.statements, same, varied)


def _check_taken(items: Sequence[UUID], before: int) -> None:
    from shuke.foundation import sql

    ((taken,),) = sql.fetch(
        "SELECT -sum(change)::bigint FROM mall_movement WHERE item_id = ANY(%(items)b::uuid[]) AND change < 0",
        {"items": list(items)},
    )
    assert sum(_left(item) or 0 for item in items) == before - taken, "what is left is not what was not taken"


def main() -> None:
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--buyers", type=int, default=10_000)
    told.add_argument("--runs", type=int, default=5)
    told.add_argument("--seconds", type=int, default=3, help="of each run of pgbench")
    sizes = told.parse_args()
    with opened("live"):
        write("flash", run(sizes.buyers, sizes.runs, sizes.seconds))


if __name__ == "__main__":
    main()
