"""`shuke serve`: refuses what is unsafe, frees everything when it ends, however it ends."""

import re
import signal
import socket
import time
import urllib.request

import pytest

from shuke.foundation import postgres_program


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


def eventually(met, seconds=60):
    end = time.monotonic() + seconds
    while not met() and time.monotonic() < end:
        time.sleep(0.1)
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
    server.wait()
    assert eventually(lambda: answers(port) == 0)


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
