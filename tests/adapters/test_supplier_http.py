"""The HTTP supplier against a service on a real socket: what it signs, and what it makes of every kind of answer."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from uuid import UUID

import pytest

from shuke.adapters.supplier_http import HttpSupplier, signature
from shuke.rooms.mall.contracts import Access, Delivered, Supplied, Wanted

WANTED = Wanted("mor_1", UUID(int=1), UUID(int=2), "video-month", 2)


class _Service(BaseHTTPRequestHandler):
    """Answers what it was told to, and keeps what it was asked."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        self.server.asked.append((self.command, self.path, dict(self.headers), body))
        status, answer = self.server.answer
        if status == 0:
            self.wfile.write(b"nonsense\r\n\r\n")
            return
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(answer)

    def do_GET(self):
        self.headers["Content-Length"] = "0"
        self.do_POST()

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def service():
    server = HTTPServer(("127.0.0.1", 0), _Service)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def access(service):
    return Access(f"http://127.0.0.1:{service.server_port}/v1/", "secret")


def test_an_order_is_signed_and_what_is_delivered_comes_back(service):
    service.answer = 201, json.dumps({"state": "delivered", "codes": ["A", "B"], "reference": "r-7"}).encode()
    assert HttpSupplier().deliver(WANTED, access(service)) == Supplied(Delivered.DELIVERED, ("A", "B"), "r-7", "")
    ((method, path, headers, body),) = service.asked
    assert (method, path) == ("POST", "/v1/orders")
    assert json.loads(body) == {"key": "mor_1", "sku": "video-month", "quantity": 2}
    mine = {name.lower(): value for name, value in headers.items()}
    assert mine["x-shuke-signature"] == signature("secret", mine["x-shuke-time"], method, path, body)


@pytest.mark.parametrize(
    "answer",
    [
        (302, b"{}"),
        (500, b"{}"),
        (200, b"<html>"),
        (200, b'{"state": "maybe"}'),
        (200, b'{"state": "delivered", "codes": [1]}'),
        (0, b""),
    ],
)
def test_what_is_no_clear_answer_is_unknown_and_asked_once(service, answer):
    service.answer = answer
    assert HttpSupplier().deliver(WANTED, access(service)).state is Delivered.UNKNOWN
    assert len(service.asked) == 1


def test_a_service_that_never_heard_of_an_order_says_so(service):
    service.answer = 404, b""
    assert HttpSupplier().query(WANTED, access(service)) is None
    service.answer = 200, b'{"state": "refused", "detail": "gone"}'
    assert HttpSupplier().query(WANTED, access(service)) == Supplied(Delivered.REFUSED, (), "", "gone")


def test_a_service_that_is_not_there_is_unknown(service):
    there = access(service)
    service.server_close()
    assert HttpSupplier().deliver(WANTED, there).state is Delivered.UNKNOWN
