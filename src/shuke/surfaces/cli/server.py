"""Serves console and API, with the job worker beside them."""

import http.client
import ipaddress
import multiprocessing
import os
import socket
import threading
from contextlib import nullcontext
from urllib.parse import urlsplit

from shuke.core.values.errors import Refusal
from shuke.foundation import randomness
from shuke.foundation.home import Home
from shuke.surfaces.cli import session
from shuke.surfaces.cli.terminal import note

_PROCESSES = 2
_THREADS = 4
_LEAVE_SECONDS = 3  # that open connections have to end
_LINES = {"handlers": ["lines"], "propagate": False}
_LOGGING = {
    "formatters": {},
    "handlers": {"lines": {"()": "shuke.foundation.logs.LineHandler"}},
    "loggers": {"_granian": dict(_LINES), "granian.access": dict(_LINES)},
}


def check(home: Home) -> None:
    """Check that the address is free and that nobody's password would cross a network in clear.

    Raises: Refusal `port_in_use`, `bind_invalid`, `origin_required`, `plain_http`.
    """
    host, port = _bind(home)
    origin = urlsplit(home.value("origin"))
    if not _is_loopback(host) and home.settings["origin"].source == "default":
        raise Refusal(
            "origin_required",
            f"To listen on {host}:{port}, say with SHUKE_ORIGIN or --origin how people reach it, "
            "for example https://vip.example.com.",
            params={"bind": f"{host}:{port}"},
        )
    plain = origin.scheme != "https" and not (_is_loopback(host) and _is_loopback(str(origin.hostname)))
    if plain and home.value("insecure_lan") != "yes":
        raise Refusal(
            "plain_http",
            f"{home.value('origin')} is not encrypted and not on this machine; use https, or allow it in a network "
            "that you trust with --insecure-lan.",
            params={"origin": home.value("origin")},
        )
    _check_port(host, port)


def run(home: Home, *, worker: bool = True) -> None:
    """Serve until a signal says stop; the deployment is open and checked.

    Raises: Refusal `check`'s, those of `session.check_start`, and those of the embedded database where it died and
        cannot be started again.
    """
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    from shuke.foundation import embedded, jobs

    check(home)
    session.check_start(home)
    host, port = _bind(home)
    _announce_setup(home)
    # The children are made anew: this process has threads, and a copy of them would hang.
    multiprocessing.set_start_method("spawn", force=True)
    web = Server(
        "shuke.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=min(_PROCESSES, os.cpu_count() or 1),
        blocking_threads=_THREADS,
        log_level=LogLevels.error,
        log_dictconfig=_LOGGING,
        workers_kill_timeout=_LEAVE_SECONDS,
        respawn_failed_workers=True,  # one that dies is replaced; the server ends where that dies at once again
    )
    lost: list[Refusal] = []

    def leave(refused: Refusal) -> None:
        lost.append(refused)
        web.signal_handler_interrupt()

    over = threading.Event()
    threading.Thread(target=_announce, args=(home, host, port, over), name="announce", daemon=True).start()
    with (
        nullcontext() if home.value("database_url") else embedded.watched(home.postgres, leave),
        jobs.worker_aside() if worker else nullcontext(),
    ):
        try:
            web.serve()
        finally:
            over.set()
    if lost:
        raise lost[0]


def _announce_setup(home: Home) -> None:
    from shuke.rooms.org import facade as org

    if home.value("insecure_lan") == "yes":
        note(
            "!! PLAIN HTTP: passwords and members' data cross the network in clear. Use it in a trusted network only.",
            "!! 明文 HTTP：密码与会员信息在网络上不加密，只应在可信内网使用。",
        )
    if org.organisation() is None:
        token = randomness.token(24)
        os.environ["SHUKE_SETUP_TOKEN"] = token
        origin = home.value("origin")
        note(
            f"Set up your deployment once at {origin}/setup?token={token}",
            f"请在浏览器中完成初始设置（仅一次）：{origin}/setup?token={token}",
        )


def _announce(home: Home, host: str, port: int, over: threading.Event) -> None:
    """Say that it serves once it answers, and not before."""
    while not _answers(host, port):
        if over.wait(0.1):
            return
    origin = home.value("origin")
    note(f"Serving {origin} (Ctrl-C stops it)", f"服务已启动：{origin}（Ctrl-C 停止）")


def _answers(host: str, port: int) -> bool:
    """Ask for a file, which writes no line in the log; whatever comes back is an answer."""
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # every address includes ours
    connection = http.client.HTTPConnection(here, port, timeout=5)
    try:
        connection.request("HEAD", "/static/console/seal.svg", headers={"Host": "127.0.0.1"})
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def _bind(home: Home) -> tuple[str, int]:
    host, _, port = home.value("bind").rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        bind = home.value("bind")
        raise Refusal("bind_invalid", f"{bind!r} is not HOST:PORT, such as 127.0.0.1:8000.", params={"bind": bind})
    return host.strip("[]"), int(port)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Refusal(
                "port_in_use",
                f"{host}:{port} cannot be listened on ({error.strerror}); choose another with --bind, "
                f"for example --bind 127.0.0.1:{port + 1}.",
                params={"bind": f"{host}:{port}", "other": port + 1},
            ) from error
