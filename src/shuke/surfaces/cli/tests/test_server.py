"""`shuke serve`: refuses what is unsafe, frees everything when it ends, however it ends."""

import http.client
import json
import os
import re
import signal
import socket
import time
import urllib.request
from pathlib import Path

import pytest

from shuke.foundation import postgres_program
from shuke.surfaces.cli.tests.conftest import OWNER


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port):
    """The status of the log-in page, 0 when nobody listens."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/login", timeout=5) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def eventually(met, seconds=60, pause=0.1):
    end = time.monotonic() + seconds
    while not met() and time.monotonic() < end:
        time.sleep(pause)
    return met()


def postmaster(home):
    return int((home / "postgres" / "postmaster.pid").read_text().split()[0])


def test_a_first_start_prints_a_token_once_serves_and_leaves_nothing_running(empty, port):
    server = empty.start("serve", "--bind", f"127.0.0.1:{port}", "--origin", f"http://127.0.0.1:{port}")
    assert eventually(lambda: answers(port))
    pid = postmaster(empty.home)
    server.send_signal(signal.SIGTERM)
    said = server.communicate(timeout=60)[1]
    assert re.search(rf"http://127\.0\.0\.1:{port}/setup\?token=[\w-]{{32}}", said)
    assert answers(port) == 0
    assert not postgres_program.works_in(pid, empty.home / "postgres")
    assert not (empty.home / "deployment.toml").exists()


def test_a_killed_server_frees_its_port(live, port):
    server = live.start("serve", "--bind", f"127.0.0.1:{port}", "--no-worker")
    assert eventually(lambda: answers(port))
    server.kill()
    said = server.communicate(timeout=60)[1]  # until the web processes, who have the same stderr, are gone too
    assert answers(port) == 0
    assert '"event": "server_gone"' in said


def status_of(port, path, **headers):
    """Status and headers of an answer, 0 when nobody listens."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=25) as answer:  # noqa: S310
            return answer.status, answer.headers
    except urllib.error.HTTPError as error:
        return error.code, error.headers
    except OSError:
        return 0, {}


def test_a_killed_database_comes_back_and_until_then_everybody_is_told(empty, port):
    """Requests never hang: 503 within the pool's patience, and success again within seconds."""
    empty.json("init", *OWNER)
    server = empty.start("serve", "--bind", f"127.0.0.1:{port}")
    try:
        assert eventually(lambda: answers(port))
        assert status_of(port, "/v1/health/ready")[0] == 200
        first = postmaster(empty.home)
        server.send_signal(signal.SIGSTOP)  # so that nobody starts it again while we look
        os.kill(first, signal.SIGKILL)
        assert eventually(lambda: not postgres_program.works_in(first, empty.home / "postgres"))
        key = {"Authorization": "Bearer sk_live_" + "a" * 40}
        began = time.monotonic()
        status, headers = status_of(port, "/v1/members/mem_x", **key)
        assert (status, headers["Retry-After"]) == (503, "5")
        assert headers["Content-Type"].startswith("application/problem+json")
        status, headers = status_of(port, "/", Cookie="sessionid=abcdefghijklmnopqrstuvwxyz123456")
        assert (status, headers["Retry-After"]) == (503, "5")
        assert headers["X-Request-Id"].startswith("req_")
        assert time.monotonic() - began < 40
        server.send_signal(signal.SIGCONT)
        assert eventually(lambda: status_of(port, "/v1/health/ready")[0] == 200, 40)
        assert status_of(port, "/v1/members/mem_x", **key)[0] == 401
        second = postmaster(empty.home)
    finally:
        server.send_signal(signal.SIGCONT)
        server.send_signal(signal.SIGTERM)
        said = server.communicate(timeout=60)[1]
    assert "%r" not in said
    assert "database_started_again" in said
    assert eventually(lambda: not postgres_program.works_in(second, empty.home / "postgres"))


def web_processes(server):
    """The processes of a server that answer requests."""
    children = Path(f"/proc/{server.pid}/task").glob("*/children")
    pids = [pid for each in children for pid in of_process(each).split()]
    return [int(pid) for pid in pids if "spawn_main" in of_process(Path(f"/proc/{pid}/cmdline"))]


def lives(pid):
    """Whether there is such a process, and it does not only wait to be reaped."""
    return of_process(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()[:1] not in ([], ["Z"], ["X"])


def of_process(path):
    """What a file of a process says, nothing when the process is gone."""
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def test_a_killed_web_process_is_replaced_and_the_others_go_on(live, port):
    server = live.start("serve", "--bind", f"127.0.0.1:{port}", "--no-worker")
    try:
        assert eventually(lambda: answers(port))
        before = web_processes(server)
        os.kill(before[0], signal.SIGKILL)
        assert eventually(lambda: len(set(web_processes(server)) - set(before)) == 1)
        assert eventually(lambda: answers(port) == 200)
        assert server.poll() is None
    finally:
        server.send_signal(signal.SIGTERM)
        said = server.communicate(timeout=60)[1]
    assert server.returncode == 0
    assert "Unexpected exit from worker-" in said


def test_a_web_process_whose_server_died_before_it_was_up_frees_the_port_too(live, port):
    server = live.start("serve", "--bind", f"127.0.0.1:{port}", "--no-worker")
    assert eventually(lambda: answers(port))
    before = web_processes(server)
    os.kill(before[0], signal.SIGKILL)
    assert eventually(lambda: set(web_processes(server)) - set(before), pause=0.01)
    everybody = {*before, *web_processes(server)}
    server.kill()
    server.wait()
    assert eventually(lambda: not any(lives(pid) for pid in everybody), 20)


def test_a_database_that_cannot_be_started_again_ends_the_server(empty, port):
    empty.json("init", *OWNER)
    server = empty.start("serve", "--bind", f"127.0.0.1:{port}", "--no-worker")
    assert eventually(lambda: answers(port))
    pid = postmaster(empty.home)
    (empty.home / "postgres").rename(empty.home / "gone")
    os.kill(pid, signal.SIGKILL)
    said = server.communicate(timeout=60)[1]
    assert server.returncode == 1
    assert said.rstrip().splitlines()[-1].startswith("The database folder")


def test_it_says_that_it_serves_once_it_does_and_ends_though_a_browser_is_connected(empty, port):
    empty.json("init", *OWNER)
    server = empty.start("serve", "--bind", f"127.0.0.1:{port}", "--no-worker")
    assert server.stderr.readline().startswith("Serving http")
    browser = http.client.HTTPConnection("127.0.0.1", port)
    browser.request("GET", "/login")
    browser.getresponse().read()
    began = time.monotonic()
    server.send_signal(signal.SIGINT)
    out, said = server.communicate(timeout=60)
    assert time.monotonic() - began < 20
    assert server.returncode == 0
    assert not out
    assert [json.loads(line)["event"] for line in said.splitlines()] == ["request"]


def test_a_port_in_use_is_one_sentence(live, port):
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", port))
        busy.listen()
        said = live.both("serve", "--bind", f"127.0.0.1:{port}", code=1)[1]
    assert said.startswith(f"127.0.0.1:{port} cannot be listened on (Address already in use)")
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["--bind", "0.0.0.0:1"], "say with SHUKE_ORIGIN or --origin how people reach it"),
        (["--bind", "0.0.0.0:1", "--origin", "http://10.0.0.1"], "is not encrypted"),
        (["--origin", "http://vip.example.com"], "is not encrypted"),
        (["--bind", "8000"], "is not HOST:PORT"),
        (["--bind", "127.0.0.1:99999"], "is not HOST:PORT"),
    ],
)
def test_what_would_send_passwords_in_clear_or_nowhere_is_refused(live, flags, sentence):
    assert sentence in live.both("serve", *flags, code=1)[1]


def test_plain_http_in_a_lan_is_allowed_by_name_and_with_a_banner(live, port):
    origin = f"http://localhost:{port}"
    server = live.start("serve", "--bind", f"0.0.0.0:{port}", "--origin", origin, "--insecure-lan", "--no-worker")
    assert eventually(lambda: answers(port))
    server.send_signal(signal.SIGINT)
    assert server.communicate(timeout=60)[1].startswith("!! PLAIN HTTP")
