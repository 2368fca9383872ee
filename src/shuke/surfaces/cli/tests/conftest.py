"""Homes to run `shuke` in, as a person would: a process of its own, nothing in its environment but the home."""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from shuke.foundation import embedded
from shuke.surfaces.cli.tests.forking import Forker

OWNER = ["--organisation", "Acme", "--currency", "USD", "--time-zone", "America/New_York", "--language", "en",
         "--email", "anna@example.com"]  # fmt: skip


# Enrols one member and records two orders and a redemption, as a till would; prints the entries' ids.
TILL = """
from datetime import UTC, datetime
from shuke.surfaces.cli import session
with session.opened():
    from shuke.rooms.members.contracts import ExternalId, MemberRef, NewMember
    from shuke.rooms.orders.contracts import Line
    from shuke.rooms.programs import facade as programs
    from shuke.rooms.programs.contracts import OrderFact, RedeemFact
    from shuke.surfaces.cli.people import actor
    anna = ExternalId("till", "anna")
    programs.enrol([NewMember(external=(anna,), phone=None, email=None, name=None, birthday=None,
                              joined_at=datetime(2017, 1, 1, tzinfo=UTC), language="en")], actor())
    ref = MemberRef(external=anna)
    facts = [
        OrderFact("till", "1", ref, datetime(2017, 1, 15, tzinfo=UTC), 49999, 49999, "USD"),
        OrderFact("till", "2", ref, datetime(2017, 1, 16, tzinfo=UTC), 1050, 1050, "USD"),
        RedeemFact("till", "r1", ref, 100, occurred_at=datetime(2017, 1, 17, tzinfo=UTC)),
    ]
    for result in programs.record(facts, actor(), history=True):
        print(result.refusal or result.entries[0].id)
"""


@dataclass
class Shuke:
    """Runs the command line in one home."""

    home: Path
    forker: Forker

    def environment(self, more=None):
        return {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path), "SHUKE_HOME": str(self.home),
                "PYTHONDONTWRITEBYTECODE": "", **(more or {})}  # fmt: skip

    def __call__(self, *arguments, code=0, environment=None):
        """Run a command, check its exit code, and return what it wrote on stdout."""
        return self.both(*arguments, code=code, environment=environment)[0]

    def both(self, *arguments, code=0, environment=None):
        ended, out, error = self.forker([str(each) for each in arguments], self.environment(environment))
        assert ended == code, f"{ended}\n{out}\n{error}"
        assert "Traceback" not in error
        return out, error

    def json(self, *arguments, code=0, environment=None):
        return json.loads(self(*arguments, "--json", code=code, environment=environment))

    def start(self, *arguments, environment=None):
        return subprocess.Popen(
            [sys.executable, "-m", "shuke.surfaces.cli", *arguments],
            env=self.environment(environment), stderr=subprocess.PIPE, text=True,
        )  # fmt: skip


@pytest.fixture(scope="session")
def forker(open_folder):
    """What the commands of these tests are forked from."""
    made = Forker(Shuke(open_folder, None).environment())
    yield made
    made.close()


@pytest.fixture
def empty(open_folder, forker):
    """A home that holds nothing yet."""
    return Shuke(_room_for_a_home(open_folder), forker)


@pytest.fixture(scope="session")
def live(open_folder, forker):
    """A live deployment whose database runs while the tests do; a test leaves it usable for the others."""
    shuke = Shuke(_room_for_a_home(open_folder), forker)
    with embedded.running(shuke.home / "postgres", {"shared_buffers": "32MB"}):
        shuke.made = shuke.json("init", *OWNER)
        yield shuke


@pytest.fixture(scope="session")
def shop(live):
    """A live deployment with a program and three facts."""
    assert live.json("program", "publish", "examples/grocer.yaml", "--effective-from", "2016-01-01T00:00:00Z",
                     code=0)["version"] == 1  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", TILL], env=live.environment(), capture_output=True, text=True, check=True
    )
    live.entries = done.stdout.split()
    return live


def _room_for_a_home(open_folder):
    folder = Path(tempfile.mkdtemp(dir=open_folder))
    folder.chmod(0o755)
    return folder / "home"
