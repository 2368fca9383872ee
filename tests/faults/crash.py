"""kill -9 of the serving processes, of PostgreSQL and of nightly jobs under load: `make crash ARGS="--kills 30 15 15"`.

Every acknowledged write must be there exactly once afterwards, as its request says it; verify-ledger must find nothing.
What is measured is the time from the kill to the first request that succeeds: of the server that is started again, of the
web process that goes on beside one that was killed, of PostgreSQL that the server starts again. kill -9 loses no page cache: it is no power cut.
"""

import argparse
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.figures import machine, spread, write

from tests.faults.crash_load import Load
from tests.faults.crash_shop import OPENED

ROOT = Path(__file__).parents[2]
SHUKE = [sys.executable, "-m", "shuke.surfaces.cli"]
CLIENTS = 4
PATIENCE_SECONDS = 60
TAKE_BACK_SECONDS = 120  # a worker counts as dead after 30
ROWS = 2_500  # of a file that is imported: three transactions
DAYS = 5  # that the clock moves at a time: as many nights
REPLAYS = 1_000  # acknowledged requests that are sent once more at the end
FIRST_SUCCESS_GOAL = {"server": 5, "other web process": 5, "PostgreSQL": 30}


@dataclass
class Shop:
    """A sandbox with its server, in a folder that is its own, and the load that goes to it."""

    folder: Path
    chance: random.Random
    load: Load
    server: subprocess.Popen[bytes] | None = None
    clock = OPENED
    files: int = 0
    environment: dict[str, str] = field(default_factory=dict)

    def open(self) -> None:
        """Make the deployment, serve it and tell the load where it is."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.load.port = probe.getsockname()[1]
        ours = {name: value for name, value in os.environ.items() if not name.startswith(("SHUKE_", "DJANGO_"))}
        ours.pop("DATABASE_URL", None)
        told = {"SHUKE_HOME": str(self.folder / "home"), "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "LC_ALL": "C.UTF-8"}
        self.environment = ours | told | {"SHUKE_BIND": f"127.0.0.1:{self.load.port}"}
        self.load.secret = self.inside("make")["secret"]
        self.serve()

    def inside(self, what: str) -> dict[str, Any]:
        said = self.run([sys.executable, "-m", "tests.faults.crash_shop", what]).stdout
        found: dict[str, Any] = json.loads(said)
        return found

    def run(self, command: list[str], *, code: int | None = 0) -> subprocess.CompletedProcess[bytes]:
        done = subprocess.run(command, env=self.environment, cwd=ROOT, capture_output=True, check=False)
        assert code is None or done.returncode == code, done.stderr.decode()
        return done

    def start(self, command: list[str]) -> subprocess.Popen[bytes]:
        log = (self.folder / "log").open("ab")
        return subprocess.Popen(command, env=self.environment, cwd=ROOT, stdout=log, stderr=log)

    def serve(self) -> float:
        """Start the server once the port of the last one is free; return when that was."""
        end = time.monotonic() + PATIENCE_SECONDS
        while self._is_listened_on():
            assert time.monotonic() < end, "a killed server left somebody who holds its port"
            time.sleep(0.05)
        free = time.monotonic()
        self.server = self.start([*SHUKE, "serve"])
        return free

    def _is_listened_on(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.load.port)) == 0

    def close(self) -> None:
        if self.server:
            self.server.send_signal(signal.SIGTERM)
            self.server.wait(PATIENCE_SECONDS)

    # --- what is killed of what serves; each returns when, and since when a success counts ---

    def kill_server(self) -> tuple[float, float]:
        """Kill the process that serves, with the job worker in it, and start it again."""
        assert self.server is not None
        self.server.kill()
        killed = time.monotonic()
        self.server.wait()
        return killed, self.serve()

    def kill_web_process(self) -> tuple[float, float]:
        """Kill the elder of the processes that answer requests; the other goes on, the server makes a new one."""
        assert self.server is not None
        workers = [pid for pid, command in _children(self.server.pid) if "spawn_main" in command]
        assert workers, "the server has no web process"
        os.kill(min(workers), signal.SIGKILL)
        return (time.monotonic(),) * 2

    def kill_postgres(self) -> tuple[float, float]:
        """Kill the postmaster and every process of it at once; the server starts it again."""
        pid = int((self.folder / "home/postgres/postmaster.pid").read_text().split()[0])
        for each in [pid, *(child for child, _ in _children(pid))]:
            try:
                os.kill(each, signal.SIGKILL)
            except ProcessLookupError:
                continue
        return (time.monotonic(),) * 2

    # --- what is killed of what works by itself; each returns whether it was at work ---

    def kill_advance(self) -> bool:
        """Kill a move of the clock over some nights, then let it be done."""
        self.clock += timedelta(days=DAYS)
        command = [*SHUKE, "clock", "advance", "--to", self.clock.isoformat()]
        return self._killed_and_done_again(command)

    def kill_import(self) -> bool:
        """Kill the import of a file, then let the same file be imported again."""
        path = self.folder / f"{self.files}.csv"
        path.write_text(self._file())
        return self._killed_and_done_again([*SHUKE, "import", "members", str(path), "--source", "crm", "--commit"])

    def kill_worker(self) -> bool:
        """Kill the server with its job worker in the middle of an import; the worker of the next one takes it back."""
        name = f"{self.files}.csv"
        made = self.load.send("imports", name, {"name": name, "source": "crm", "content": self._file()}, {})
        assert made is not None
        assert self.load.send(f"imports/{made['id']}/commit", f"commit-{name}", {}, {})
        time.sleep(self.chance.uniform(0, 3))
        at_work = not self._is_committed(made["id"])
        self.kill_server()
        end = time.monotonic() + TAKE_BACK_SECONDS
        while not self._is_committed(made["id"]):
            assert time.monotonic() < end, f"nobody took the import {made['id']} back"
            time.sleep(0.5)
        return at_work

    def _is_committed(self, id: str) -> bool:
        status, answer = self.load.ask(f"imports/{id}")
        return status == 200 and json.loads(answer)["state"] == "committed"

    def _file(self) -> str:
        """Return a new file of members with points."""
        self.files += 1
        rows = "".join(f"{self.files}-{n},Bella,7,2030-01-31\n" for n in range(ROWS))
        return f"external_id,name,points,expires_on\n{rows}"

    def _killed_and_done_again(self, command: list[str]) -> bool:
        """Kill the command at a random moment of what it takes, and run it again until it is done."""
        process = self.start(command)
        time.sleep(self.chance.uniform(1, 6))
        at_work = process.poll() is None
        process.kill()
        process.wait()
        for _ in range(3):
            if self.run(command, code=None).returncode == 0:
                return at_work
            time.sleep(1)
        self.run(command)
        return at_work


def _children(parent: int) -> list[tuple[int, str]]:
    """Return the processes that `parent` started, with their command lines."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat, command = (folder / "stat").read_text(), (folder / "cmdline").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(stat.rpartition(")")[2].split()[1]) == parent:
            found.append((int(folder.name), command))
    return found


def check(shop: Shop) -> list[str]:
    """Return everything that is not as acknowledged: what is lost, what is doubled, what nobody was told of."""
    load, there = shop.load, shop.inside("read")
    wrong = load.failures + [f"{count} times {why}" for why, count in load.trouble.items() if why.startswith("500 ")]
    done = [each for each in load.acknowledged if each.status < 300]
    facts = there["facts"]
    for each in done:
        for name, points in each.leaves.items():
            if points.items() - facts.get(name, {}).items():
                wrong.append(f"{name}: {points} was acknowledged, there is {facts.get(name)}")
    told = {name for each in done for name in each.leaves}
    wrong += [f"{name}: nobody was told of it" for name in sorted(facts.keys() - told)]
    wrong += [f"{name}: lost" for name in sorted(told - facts.keys())]
    counts = {
        "orders": (there["orders"], sum(name.startswith(("order-", "batch-", "cart-")) for name in told)),
        "members enrolled": (there["people"].get("load", 0), sum(each.path == "members" for each in done)),
        "members imported": (there["people"].get("crm", 0), shop.files * ROWS),
        "opening lots": (there["opening"], [shop.files * ROWS, shop.files * ROWS * 7]),
    }
    wrong += [f"{name}: {found}, not {meant}" for name, (found, meant) in counts.items() if found != meant]
    for each in shop.chance.sample(load.acknowledged, min(REPLAYS, len(load.acknowledged))):
        status, answer = load.ask(each.path, each.key, each.body)
        if (status, answer) != (each.status, each.answer):
            wrong.append(f"{each.key}: answered {status}, before {each.status}")
    again = shop.inside("read")
    wrong += [f"sending requests once more changed {part}" for part in there if again[part] != there[part]]
    verified = json.loads(shop.run([*SHUKE, "verify-ledger", "--json"], code=None).stdout)
    return wrong if verified["ok"] else [*wrong, f"verify-ledger: {verified}"]


def run(kills: tuple[int, int, int], seed: int, clients: int = CLIENTS) -> dict[str, Any]:
    """Kill so many of the serving processes, of PostgreSQL and of jobs, in any order under load; return the figures."""
    started = time.monotonic()
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="shuke-crash-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        load = Load(clients, seed)
        shop = Shop(Path(folder), chance, load)
        try:
            shop.open()
            began = time.monotonic()
            threads = load.start()
            first_start = load.first_success_after(began, PATIENCE_SECONDS)
            recovery, at_work = _killed_in_turn(shop, kills)
            load.over.set()
            for thread in threads:
                thread.join(2 * PATIENCE_SECONDS)
                assert not thread.is_alive(), f"a client has no answer: {load.trouble}"
            wrong = check(shop)
        finally:
            load.over.set()
            shop.close()
        log = (Path(folder) / "log").read_text(errors="replace")
    statuses = Counter(each.status for each in load.acknowledged)
    return {
        "what": "kill -9 of app, PostgreSQL and jobs under load; clients retry with the same key",
        "kills": {"app": kills[0], "PostgreSQL": kills[1], "jobs": kills[2]},
        "jobs_killed_at_work": at_work,
        "seed": seed,
        "clients": clients,
        "acknowledged": sum(count for status, count in statuses.items() if status < 300),
        "refused": sum(count for status, count in statuses.items() if status >= 400),
        "not_answered_for_good": dict(sorted(load.trouble.items())),
        "wrong": wrong[:20],
        "wrong_count": len(wrong),
        "first_start_seconds": round(first_start, 2),
        "load_average": round(os.getloadavg()[1], 1),
        "first_success_seconds": {name: spread(each) for name, each in recovery.items() if each},
        "goal_seconds": FIRST_SUCCESS_GOAL,
        "reached": {name: max(each) <= FIRST_SUCCESS_GOAL[name] for name, each in recovery.items() if each},
        "failures_in_the_log": dict(Counter(re.findall(r'"error": "(\w+)', log)).most_common(10)),
        "seconds": round(time.monotonic() - started),
        "machine": machine("django", "psycopg", "granian"),
    }


def _killed_in_turn(shop: Shop, kills: tuple[int, int, int]) -> tuple[dict[str, list[float]], int]:
    """Kill in any order, each after a while of successes; return seconds to the first success by what was killed."""
    app, postgres, jobs = kills
    serving = ("server", shop.kill_server), ("other web process", shop.kill_web_process)
    working = ("advance", shop.kill_advance), ("import", shop.kill_import)
    plan: list[tuple[str, Callable[[], Any]]] = [
        *(serving[n % 2] for n in range(app)),
        *[("PostgreSQL", shop.kill_postgres)] * postgres,
        *(("worker", shop.kill_worker) if n % 5 == 4 else working[n % 2] for n in range(jobs)),
    ]
    shop.chance.shuffle(plan)
    recovery: dict[str, list[float]] = {name: [] for name in FIRST_SUCCESS_GOAL}
    at_work = 0
    for number, (name, kill) in enumerate(plan, start=1):
        shop.load.first_success_after(time.monotonic(), PATIENCE_SECONDS)
        time.sleep(shop.chance.uniform(0.2, 2))
        told = kill()
        if name in recovery:
            killed, since = told
            told = since - killed + shop.load.first_success_after(since, PATIENCE_SECONDS)
            assert shop.server is not None
            assert shop.server.poll() is None, "the server ended"
            recovery[name].append(told)
        else:
            at_work += bool(told)
        sys.stderr.write(f"{number} of {len(plan)}: {name} {told:.2f}\n")
    return recovery, at_work


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--kills", nargs=3, type=int, default=[5, 3, 5], metavar=("APP", "POSTGRES", "JOBS"))
    parser.add_argument("--seed", type=int, default=1)
    said = parser.parse_args()
    app, postgres, jobs = said.kills
    result = run((app, postgres, jobs), said.seed)
    write("crash", result)
    sys.exit(bool(result["wrong"]))


if __name__ == "__main__":
    main()
