"""A program file goes to a second deployment that really serves: compared there, published there, or asked for there."""

import json
import subprocess
import sys

import pytest

from shuke.core.values.errors import Refusal
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor, ActorKind, Kind, NewOrganisation, Right
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import Preview, Target
from tests.e2e.servers import environment, free_port, serving

TEXT = """\
shuke: 1
program: corner
currency: USD
time_zone: America/New_York
units:
  points: {value: 0.01}
earn:
  - {code: spend, unit: points, points: order.net}
"""
DOUBLE = TEXT.replace("order.net", "order.net * 2")
ACTOR = Actor(ActorKind.SYSTEM, "tests", "tests")
INIT = "init --organisation There --currency USD --time-zone America/New_York --language en --email a@example.com"


@pytest.fixture(scope="module")
def there(open_folder):
    """The other deployment: what runs its commands, its address, and the keys of two colleagues there."""
    home, port = open_folder / "there", free_port()
    home.mkdir()

    def run(*command):
        done = subprocess.run(
            [sys.executable, "-m", "shuke.surfaces.cli", *command, "--json"],
            env=environment(home, port),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    run(*INIT.split())
    scopes = [f"--scope={scope}" for scope in ("programs:read", "programs:write")]
    secret = run("keys", "create", "office", *scopes)["secret"]
    with serving(home, port):
        yield run, f"http://127.0.0.1:{port}", secret


@pytest.fixture
def here(db):
    org.create_organisation(NewOrganisation("Here", "USD", "America/New_York", "en", Kind.SANDBOX), ACTOR)
    facade.publish(TEXT, ACTOR)


def test_a_file_is_compared_published_and_asked_for_there(here, there):
    run, url, secret = there
    target = Target(url, secret)
    assert secret not in repr(target)

    nothing_yet = facade.preview_promotion(TEXT, target)
    assert nothing_yet == Preview(None)
    first = facade.promote(TEXT, target, nothing_yet, ACTOR)
    assert (first.program, first.version, first.approval) == ("corner", 1, None)
    assert run("program", "show")["text"] == TEXT

    seen = facade.preview_promotion(DOUBLE, target)
    assert [each["en"] for each in seen.comparison["meaning"]] == ["points of rule spend: order.net → order.net * 2"]
    assert (seen.after, run("program", "show")["version"]) == (1, 1)
    run("program", "terms", "--always")
    waits = facade.promote(DOUBLE, target, seen, ACTOR)
    assert (waits.version, waits.approval[:4]) == (None, "apr_")
    assert run("program", "show")["version"] == 1
    run("approvals", "approve", waits.approval)
    assert (run("program", "show")["version"], run("program", "show")["text"]) == (2, DOUBLE)

    with pytest.raises(Refusal) as refused:
        facade.promote(TEXT + "# late\n", target, seen, ACTOR)
    assert (refused.value.code, refused.value.params["detail"].split(":")[0]) == (
        "target_refused",
        "comparison_outdated",
    )
    lines = org.audit_lines(10, action="program.promoted").lines
    assert [line.after for line in lines] == [{"to": url, "approval": waits.approval}, {"to": url, "version": 1}]


def test_it_is_sent_neither_here_nor_in_the_clear_nor_with_a_wrong_key(here, there):
    _, url, secret = there
    _, own = org.create_key("here", [Right.PROGRAMS_READ, Right.PROGRAMS_WRITE], ACTOR)
    for target, code in (
        (Target(url, own), "target_is_here"),
        (Target("http://shuke.example.com", secret), "target_address"),
        (Target("ftp://127.0.0.1", secret), "target_address"),
        (Target("https://[::1", secret), "target_address"),
        (Target("https://shuke.example.com:99999", secret), "target_address"),
        (Target("https://:secret@shuke.example.com", secret), "target_address"),
        (Target(url, "wrong"), "target_refused"),
        (Target("http://127.0.0.1:1", secret), "target_unreachable"),
    ):
        with pytest.raises(Refusal) as refused:
            facade.preview_promotion(TEXT, target)
        assert refused.value.code == code
        assert secret not in str(refused.value.params)
    assert org.audit_lines(10, action="program.promoted").lines == ()
