"""A program file goes to a second deployment that really serves: compared there, published there, or asked for there."""

import email
import json
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import pytest

from shuke.adapters import deployment_http
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


NOTHING = {"before_minor": 0, "after_minor": 0, "units": []}
YEARLY = NOTHING | {"first_day": "2025-06-15", "until_day": "2026-06-15", "members": 0, "facts": 0}
EFFECT = {"currency": "USD", "looked_at": 0, "members": 0, "shifts": [], "liability": NOTHING, "yearly": YEARLY}
SEEN = {"against": 1, "meaning": [{"en": "a", "zh": "b"}], "effect": EFFECT}


def head(status="200 OK", more=""):
    return f"HTTP/1.1 {status}\r\n{more}Connection: close\r\n\r\n".encode()


def told(answer):
    return [head() + json.dumps(answer).encode()]


def without_end():
    yield head() + b'{"against": "'
    while True:
        yield b"x" * 65_536


def slowly():
    yield head() + b"{"
    while True:
        time.sleep(0.1)
        yield b" "


def head_slowly():
    yield b"HTTP/1.1 200 OK\r\nX-Slow: "
    for _ in range(100):
        time.sleep(0.1)
        yield b"x"
    yield b"\r\n\r\n{}"


def never():
    time.sleep(1.5)
    yield b""


@contextmanager
def answering(parts):
    """Serve one request with these bytes, as long as whoever asked listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            asked, _ = server.accept()
            with asked, asked.makefile("rb") as request:
                asked.settimeout(10)
                heads = email.message_from_bytes(b"".join(iter(request.readline, b"\r\n")).partition(b"\r\n")[2])
                request.read(int(heads["Content-Length"]))
                try:
                    for part in parts:
                        asked.sendall(part)
                except OSError:
                    return

        thread = threading.Thread(target=serve)
        thread.start()
        yield Target(f"http://127.0.0.1:{server.getsockname()[1]}", "secret")
        thread.join(20)
        assert not thread.is_alive()


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        (told(SEEN | {"against": "1"}), "target_not_understood"),
        (told(SEEN | {"meaning": [{"en": "a"}]}), "target_not_understood"),
        (told(SEEN | {"effect": EFFECT | {"currency": "gold"}}), "target_not_understood"),
        (told(SEEN | {"effect": EFFECT | {"shifts": [{"ladder": "main"}]}}), "target_not_understood"),
        (told(SEEN | {"effect": EFFECT | {"yearly": None}}), "target_not_understood"),
        (told({}), "target_not_understood"),
        (told([SEEN]), "target_not_understood"),
        ([head() + b"<html>Welcome</html>"], "target_not_understood"),
        ([head() + b"[" * 500_000], "target_not_understood"),
        ([head("302 Found", "Location: /login\r\n") + b"{}"], "target_not_understood"),
        ([head("500 Oops") + b'{"code": ["x"], "detail": {"a": 1}}'], "target_refused"),
        ([b"nonsense\r\n\r\n"], "target_unreachable"),
        (without_end(), "target_not_understood"),
        (slowly(), "target_unreachable"),
        (head_slowly(), "target_unreachable"),
        (never(), "target_unreachable"),
    ],
    ids=range(16),
)
def test_an_answer_of_another_kind_is_refused_in_time(here, monkeypatch, parts, code):
    monkeypatch.setattr(deployment_http, "_SECONDS", 1)
    began = time.monotonic()
    with answering(parts) as target:
        with pytest.raises(Refusal) as refused:
            facade.preview_promotion(TEXT, target)
        assert time.monotonic() - began < 5
    assert refused.value.code == code
    assert org.audit_lines(10, action="program.promoted").lines == ()


@pytest.mark.parametrize("answer", [b"{}", b'{"number": "2"}', b'{"number": true}', b"<html>"])
def test_whether_it_was_published_is_not_known_where_the_answer_is_another(here, answer):
    with answering([head("201 Created") + answer]) as target, pytest.raises(Refusal) as refused:
        facade.promote(TEXT, target, Preview(None), ACTOR)
    assert refused.value.code == "target_not_understood"
    assert org.audit_lines(10, action="program.promoted").lines == ()
