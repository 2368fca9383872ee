"""The same request by many over HTTP, complete at one moment: the last byte of each is withheld until all are there."""

import json
import socket
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

_PATIENCE = 60  # seconds


@dataclass(frozen=True)
class Reply:
    """What one of them was answered."""

    status: int
    body: dict[str, Any]
    replayed: bool

    @property
    def said(self) -> str:
        return self.body.get("code") or self.body.get("status") or str(self.status)


def at_once(port: int, requests: Sequence[bytes]) -> list[Reply]:
    """Send each request on a connection of its own and return the replies, in the same order."""
    barrier = threading.Barrier(len(requests), timeout=_PATIENCE)

    def one(request: bytes) -> Reply:
        with socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE) as wire:
            wire.sendall(request[:-1])
            barrier.wait()
            wire.sendall(request[-1:])
            return _read(wire)

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(one, requests))


def post(path: str, body: Mapping[str, Any], secret: str, key: str = "") -> bytes:
    """Return a request as it goes over the wire."""
    content = json.dumps(body).encode()
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: Bearer {secret}",
        "Content-Type: application/json",
        f"Content-Length: {len(content)}",
        "Connection: close",
        *([f"Idempotency-Key: {key}"] if key else []),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


def anomalies(port: int, secret: str, member: Mapping[str, Any], name: str, clients: int) -> list[str]:
    """Let a member earn, and then redeem, by the same request from all; return what should not have been answered."""
    id = {"source": "hammer", "external_id": name}
    bought = {"occurred_at": "2026-06-01T11:00:00Z", "currency": "USD", "net_minor": 100_00}
    earned = at_once(port, [post("/v1/orders", id | bought | {"member": member}, secret)] * clients)
    spending = post("/v1/redemptions", {"member": member, "points": 60}, secret, key=name)
    spent = at_once(port, [spending] * clients)
    again = at_once(port, [spending])
    return _not_once(earned) + _not_once_by_key([*spent, *again])


def _not_once(replies: Sequence[Reply]) -> list[str]:
    """One business id: one is told that it was recorded, the others the same as a repeat."""
    said = sorted(reply.said for reply in replies)
    if said != ["recorded"] + ["repeated"] * (len(replies) - 1):
        return [f"one business id was answered {said}"]
    bodies = {json.dumps(reply.body | {"status": ""}, sort_keys=True) for reply in replies}
    return [] if len(bodies) == 1 else [f"one business id had {len(bodies)} answers: {sorted(bodies)[:2]}"]


def _not_once_by_key(replies: Sequence[Reply]) -> list[str]:
    """One Idempotency-Key: one does it; the others get that very answer, or are told that it is still running."""
    done = [reply for reply in replies if reply.status == 201]
    others = {reply.said for reply in replies if reply.status != 201} - {"idempotency_key_in_flight"}
    found = [f"one Idempotency-Key was answered {sorted(others)}"] if others else []
    if sorted(reply.replayed for reply in done) != [False] + [True] * (len(done) - 1) or len(done) < 2:
        found.append(f"one Idempotency-Key was done {[reply.replayed for reply in done]}")
    if len({json.dumps(reply.body, sort_keys=True) for reply in done}) != 1:
        found.append("one Idempotency-Key had several answers")
    return found


def _read(wire: socket.socket) -> Reply:
    received = b""
    while part := wire.recv(65_536):
        received += part
    head, _, body = received.partition(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1])
    return Reply(status, json.loads(body), b"idempotency-replayed: true" in head.lower())
