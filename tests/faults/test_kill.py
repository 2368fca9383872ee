"""kill -9 of the loading process and of PostgreSQL in mid-load, then the same command again: nothing lost or doubled."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOME = 160  # households: about 10,000 baskets
SUMMARY = ("members", "orders", "net_minor", "points", "tiers", "differences")


@pytest.fixture
def home(open_folder):
    folder = Path(tempfile.mkdtemp(dir=open_folder)) / "demo"  # of this test alone
    folder.parent.chmod(0o755)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SHUKE_", "DJANGO_"))}
    environment.pop("DATABASE_URL", None)
    environment |= {"SHUKE_HOME": str(folder), "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "LC_ALL": "C.UTF-8"}
    return folder, environment


def _start(environment, households):
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.small_demo", str(households)],
        env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def _wait_for_baskets(process, baskets):
    """Read what the process says until so many baskets are in."""
    said = []
    for line in process.stderr:
        said.append(line)
        if line.startswith("baskets ") and int(line.split()[1]) >= baskets:
            return
    raise AssertionError("".join(said))


def _finish(environment, households):
    process = _start(environment, households)
    result, said = process.communicate(timeout=900)
    assert process.returncode == 0, said
    return {name: json.loads(result)[name] for name in SUMMARY}


def _verify(environment):
    verified = subprocess.run(
        [sys.executable, "-m", "shuke.surfaces.cli", "verify-ledger", "--json"],
        env=environment, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert verified.returncode == 0, verified.stderr + verified.stdout


def _kill_both_in_turn(home, households, kills):
    """Kill the loader and the server in turn at so many baskets each, then finish; return the summary."""
    folder, environment = home
    for turn, baskets in enumerate(kills):
        process = _start(environment, households)
        _wait_for_baskets(process, baskets)
        if turn % 2 == 0:
            process.kill()
        else:
            postmaster = next((folder / "postgres").rglob("postmaster.pid"))
            os.kill(int(postmaster.read_text().split()[0]), signal.SIGKILL)
        process.communicate(timeout=300)
        assert process.returncode != 0
    summary = _finish(environment, households)
    _verify(environment)
    return summary


def test_a_load_killed_again_and_again_ends_in_the_same_totals(home):
    summary = _kill_both_in_turn(home, SOME, (1_000, 4_000, 6_000, 8_000))

    assert summary["differences"] == 0
    assert summary["orders"] > 9_000
    assert _finish(home[1], SOME) == summary


@pytest.mark.long
def test_the_whole_year_killed_again_and_again(home):
    summary = _kill_both_in_turn(home, 0, (10_000, 40_000, 80_000, 120_000))

    assert summary["points"]["issued"] == 6_414_102
    assert summary["tiers"] == {"base": 648, "silver": 768, "gold": 560, "diamond": 493}
    assert (summary["orders"], summary["differences"]) == (155_848, 0)
