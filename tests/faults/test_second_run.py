"""A second `shuke demo` keeps what the user has done since the first: orders, versions, the clock; it still serves."""

import json
import subprocess
import sys

from tests.faults.test_kill import ROOT, _start, home  # noqa: F401  a fixture

FEW = 20  # households


def _demo(environment):
    process = _start(environment, FEW)
    result, said = process.communicate(timeout=300)
    assert process.returncode == 0, said
    return json.loads(result)


def _shuke(environment, *arguments):
    done = subprocess.run(
        [sys.executable, "-m", *arguments], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_second_run_keeps_the_users_work(home):  # noqa: F811  the fixture
    environment = home[1]
    first = _demo(environment)
    assert (first["differences"], first["own_facts"]) == (0, 0)
    assert first["load"]["orders"] == first["orders"]

    _shuke(environment, "tests.faults.own_work")
    second = _demo(environment)
    assert (second["differences"], second["own_facts"], second["load"]["orders"]) == (0, 1, 0)
    assert second["orders"] == first["orders"] + 1
    assert second["net_minor"] == first["net_minor"] + 20_00
    assert second["points"]["expired"] > 0
    assert first["points"]["expired"] == 0

    _shuke(environment, "tests.faults.own_work", "publish")
    third = _demo(environment)
    assert (third["differences"], third["orders"]) == (None, second["orders"])
    assert third["points"] == second["points"]
    assert list(third["tiers"]) == list(first["tiers"]) == ["base", "silver", "gold", "diamond"]
    shown = json.loads(_shuke(environment, "shuke.surfaces.cli", "program", "show", "--json"))
    assert (shown["version"], "order.net * 2" in shown["text"]) == (2, True)
    assert json.loads(_shuke(environment, "shuke.surfaces.cli", "verify-ledger", "--json"))["ok"]
