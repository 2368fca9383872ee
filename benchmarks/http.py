"""Orders over HTTP, one and 500 a request, against pgbench sending the same SQL in the same deployment.

In turn: pgbench with all the statements of one order, prepared, from 8 connections; `shuke serve` as it ships, asked
from 8 kept connections, an order a request; the same from 2 connections, 500 orders a request. Requests are made before
they are timed, and carry a key, a member's id and an amount; every answer is checked.
"""

import argparse
import json
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from random import Random
from time import perf_counter, sleep
from typing import Any
from uuid import UUID

from benchmarks.deployment import GROCER, actor, copy_members, copy_of, enrol, ledger_violations, opened
from benchmarks.figures import machine, over, spread, write
from benchmarks.orders import NET, order, record, script_of
from benchmarks.statements import pgbench

GOALS = {"one": 0.15, "batch": 2.0}
WARM_UP, BATCH, CONNECTIONS, BATCH_CONNECTIONS = 80, 500, 8, 2
_numbers = count(1)
_chance = Random(7)  # noqa: S311  # which members, the same in every run


def run(members: int, runs: int, duration: int, requests: int, batches: int) -> dict[str, Any]:
    """Serve a deployment and run the three sides in turn."""
    from shuke.foundation import clock
    from shuke.rooms.org import facade as org
    from shuke.rooms.programs import facade as programs

    programs.publish(GROCER.read_text(encoding="utf-8"), actor())
    (earner,) = enrol(1)
    record([order(earner, "first")])
    copy_members([earner], members)
    text = script_of(record([order(earner, "captured")]), [earner])
    _, secret = org.create_key("bench", ["orders:write"], actor())
    now = clock.business_now().isoformat()
    same_sql, one, batch = [], [], []

    def bodies(number: int) -> list[dict[str, Any]]:
        return [_body(copy_of(earner, _chance.randint(1, members)), now) for _ in range(number)]

    def singles(number: int) -> list[bytes]:
        return [_request("/v1/orders", secret, body) for body in bodies(number)]

    with served() as port:
        _rate(port, CONNECTIONS, singles(WARM_UP))
        for _ in range(runs):
            same_sql.append(pgbench(text, CONNECTIONS, duration, members))
            one.append(_rate(port, CONNECTIONS, singles(requests)))
            asked = [_request("/v1/orders/batch", secret, {"orders": bodies(BATCH)}) for _ in range(batches)]
            batch.append(_rate(port, BATCH_CONNECTIONS, asked) * BATCH)
    ratios = {"one": over(one, same_sql), "batch": over(batch, same_sql)}
    return {
        "what": (__doc__ or "").splitlines()[0],
        "members": members,
        "same_sql_orders_per_second": spread(same_sql),
        "one_orders_per_second": spread(one),
        "batch_orders_per_second": spread(batch),
        "ratios": ratios,
        "goals": GOALS,
        "reached": {name: ratios[name]["median"] >= goal for name, goal in GOALS.items()},
        "ledger_violations": ledger_violations(),
        "machine": machine("django", "psycopg", "granian"),
    }


@contextmanager
def served() -> Iterator[int]:
    """Run `shuke serve` on the open deployment and yield its port once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = "from shuke.surfaces.cli.main import main; main()"
    address = f"127.0.0.1:{port}"
    flags = ["--bind", address, "--origin", f"http://{address}", "--no-worker"]
    server = subprocess.Popen(
        [sys.executable, "-c", command, "serve", *flags], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while True:
            assert server.poll() is None, "the server ended"
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait()


def _body(member_id: UUID, now: str) -> dict[str, Any]:
    from shuke.foundation import ids

    return {
        "source": "bench",
        "external_id": f"http-{next(_numbers)}",
        "member": {"id": ids.encode("mbr", member_id)},
        "occurred_at": now,
        "currency": "USD",
        "net_minor": NET,
    }


def _request(path: str, secret: str, body: Any) -> bytes:
    content = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {secret}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def _rate(port: int, connections: int, requests: Sequence[bytes]) -> float:
    """Send requests over so many connections at once and return how many a second were answered well."""
    shares = [requests[first::connections] for first in range(connections)]
    with ThreadPoolExecutor(connections) as threads:
        started = perf_counter()
        list(threads.map(lambda share: _send(port, share), shares))
        return len(requests) / (perf_counter() - started)


def _send(port: int, requests: Sequence[bytes]) -> None:
    with socket.create_connection(("127.0.0.1", port)) as wire, wire.makefile("rb") as answers:
        for request in requests:
            wire.sendall(request)
            status = answers.readline().split()[1]
            length = 0
            while line := answers.readline().strip():
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            content = answers.read(length)
            good = status == b"201" or (status == b"200" and json.loads(content)["recorded"] == BATCH)
            assert good, content[:500]


def main() -> None:
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--members", type=int, default=20_000)
    told.add_argument("--runs", type=int, default=5)
    told.add_argument("--seconds", type=int, default=3, help="of each run of pgbench")
    told.add_argument("--requests", type=int, default=800, help="single orders a run")
    told.add_argument("--batches", type=int, default=16, help="batches a run")
    sizes = told.parse_args()
    with opened("live"):
        write("http", run(sizes.members, sizes.runs, sizes.seconds, sizes.requests, sizes.batches))


if __name__ == "__main__":
    main()
