"""`python -m tests.race.hammer` (`make hammer`): every workload with 64 clients; the verdict goes into benchmarks/.

A fresh sandbox in a temporary home, with the embedded PostgreSQL as it is shipped; the same requests over HTTP go to a
`shuke serve` of it. Fails where anything is not explained.
"""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.figures import machine, write

MOST_TOLD = 5  # anomalies of a workload that are written down whole


def main() -> None:
    said = argparse.ArgumentParser(prog="make hammer ARGS=…", description=__doc__.splitlines()[0] if __doc__ else "")
    said.add_argument("--rounds", type=int, default=12, help="of each workload; 12 take ten minutes")
    said.add_argument("--clients", type=int, default=64, help="at once; the server takes 100 connections")
    said.add_argument("--seed", default="1", help="of what is asked; who comes first is chance in any case")
    said.add_argument("--only", nargs="*", default=(), help="names of workloads")
    asked = said.parse_args()
    with tempfile.TemporaryDirectory(prefix="shuke-hammer-") as folder:
        Path(folder).chmod(0o755)
        os.environ["SHUKE_HOME"] = str(Path(folder) / "home")
        from shuke.surfaces.cli import session

        with session.opened(kind="sandbox", migrations="apply"):
            found = _hammer(asked.rounds, asked.clients, asked.seed, asked.only)
    if not asked.only:
        write("hammer", found)
    sys.exit(1 if found["anomalies"] else 0)


def _hammer(rounds: int, clients: int, seed: str, only: Sequence[str]) -> dict[str, Any]:
    from tests.race.hammer.clients import Clients
    from tests.race.hammer.rounds import hammer, open_shop, violations
    from tests.race.hammer.workloads import WORKLOADS

    started = perf_counter()
    open_shop()
    over_http = _over_http(rounds, clients, seed)
    _tell("over_http", over_http["anomalies"])
    verdicts = []
    with Clients(clients) as many:
        for workload in WORKLOADS:
            if not only or workload.name in only:
                verdicts.append(hammer(workload, many, rounds, seed))
                _tell(workload.name, verdicts[-1].anomalies)
    broken = violations()
    _tell("the ledger", broken)
    return {
        "what": "Requests of many clients at once, each history explained by an order in which it could have happened",
        "seed": seed,
        "clients": clients,
        "rounds_of_each": rounds,
        "requests": sum(verdict.requests for verdict in verdicts) + over_http["requests"],
        "outcomes": dict(sum((verdict.outcomes for verdict in verdicts), Counter())),
        "anomalies": sum(len(verdict.anomalies) for verdict in verdicts) + len(over_http["anomalies"]) + len(broken),
        "seconds": round(perf_counter() - started),
        "workloads": {
            verdict.workload: dict(verdict.outcomes)
            | {"seconds": verdict.seconds, "anomalies": verdict.anomalies[:MOST_TOLD]}
            for verdict in verdicts
        },
        "over_http": over_http,
        "violations_of_the_ledger": broken[:MOST_TOLD],
        "machine": machine("Django", "psycopg", "granian"),
    }


def _over_http(rounds: int, clients: int, seed: str) -> dict[str, Any]:
    """Send the same request by all clients, each round for a fresh member."""
    from shuke.rooms.org import facade as org
    from shuke.rooms.org.contracts import SCOPES, Kind, NewOrganisation
    from tests.race.hammer import wire
    from tests.race.hammer.shop import ACTOR, Shop

    org.create_organisation(NewOrganisation("Hammer", "USD", "America/New_York", "en", Kind.SANDBOX), ACTOR)
    _, secret = org.create_key("hammer", SCOPES, ACTOR)
    found: list[str] = []
    with _served() as port:
        for number in range(rounds):
            shop = Shop.opened(f"{seed}-http-{number}", 1)
            member = {"external_id": {"source": "hammer", "external_id": f"{shop.name}-0"}}
            found += wire.anomalies(port, secret, member, shop.name, clients)
            left = shop.balance(0)
            found += [] if left == 40 else [f"{shop.name}: 100 earned and 60 redeemed once leave {left}"]
    return {"rounds": rounds, "requests": rounds * (2 * clients + 1), "anomalies": found}


@contextmanager
def _served() -> Iterator[int]:
    """Let `shuke serve` serve this home while the block runs, on a port of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    here = ("--bind", f"127.0.0.1:{port}", "--origin", f"http://127.0.0.1:{port}", "--no-worker")
    server = subprocess.Popen([sys.executable, "-m", "shuke.surfaces.cli", "serve", *here], stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=60)


def _wait_for(port: int) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError("The server does not listen.")


def _tell(name: str, anomalies: Sequence[str]) -> None:
    sys.stderr.write("\n  ".join([f"{name}: {len(anomalies)} anomalies", *anomalies[:MOST_TOLD]]) + "\n")


if __name__ == "__main__":
    main()
