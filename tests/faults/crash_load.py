"""Clients that write to a shop over HTTP and send each request, with its one key, until it is answered for good."""

import http.client
import json
import random
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from tests.faults.crash_shop import MEMBERS

TIMEOUT_SECONDS = 30
AGAIN_SECONDS = 0.1
ANSWERED_WITHIN_SECONDS = 120  # a request, however often it is sent
NOON = "2017-01-15T16:30:00Z"
FAR = "2029-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A request that was answered for good, and what it must have left: by fact, points by kind of entry."""

    path: str
    key: str
    body: dict[str, Any]
    status: int
    answer: bytes
    leaves: dict[str, dict[str, int]]


@dataclass
class Load:
    """`clients` threads that write without a pause until `over`; what they were told stands in `acknowledged`."""

    clients: int
    seed: int
    port: int = 0
    secret: str = ""
    acknowledged: list[Acknowledged] = field(default_factory=list)
    successes: list[tuple[float, float]] = field(default_factory=list)  # when an attempt began, and when it succeeded
    trouble: dict[str, int] = field(default_factory=dict)  # attempts that were not answered for good, by why
    failures: list[str] = field(default_factory=list)  # of clients, which then write no more
    over: threading.Event = field(default_factory=threading.Event)

    def start(self) -> list[threading.Thread]:
        threads = [threading.Thread(target=self._write, args=(number,), daemon=True) for number in range(self.clients)]
        for thread in threads:
            thread.start()
        return threads

    def first_success_after(self, moment: float, patience: float) -> float:
        """Return how many seconds after `moment` an attempt that began after it succeeded."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            ended = [done for began, done in self.successes[-500:] if began >= moment]
            if ended:
                return min(ended) - moment
            time.sleep(0.02)
        raise AssertionError(f"no success within {patience} seconds: {self.trouble}, {self.failures}")

    def ask(self, path: str, key: str = "", body: dict[str, Any] | None = None) -> tuple[int, bytes]:
        """Send a request once, which reads where it has no key; status 0 where no answer came."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_SECONDS)
        headers = {"Authorization": f"Bearer {self.secret}"}
        if key:
            headers |= {"Content-Type": "application/json", "Idempotency-Key": key}
        try:
            connection.request("POST" if key else "GET", f"/v1/{path}", json.dumps(body) if key else None, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            connection.close()

    def send(
        self, path: str, key: str, body: dict[str, Any], leaves: dict[str, dict[str, int]]
    ) -> dict[str, Any] | None:
        """Send until it is answered for good; return what was done, or None where it was refused.

        Goes on though the load is over: what arrived without an answer may have an effect that nobody was told of.
        """
        end = time.monotonic() + ANSWERED_WITHIN_SECONDS
        while time.monotonic() < end:
            began = time.monotonic()
            status, answer = self.ask(path, key, body)
            if 200 <= status < 300:
                self.successes.append((began, time.monotonic()))
                self.acknowledged.append(Acknowledged(path, key, body, status, answer, leaves))
                done: dict[str, Any] = json.loads(answer)
                return done
            code = _code(answer)
            if 400 <= status < 500 and code != "idempotency_key_in_flight":
                self.acknowledged.append(Acknowledged(path, key, body, status, answer, {}))
                return None
            self.trouble[f"{status} {code}"] = self.trouble.get(f"{status} {code}", 0) + 1
            time.sleep(AGAIN_SECONDS)
        raise TimeoutError(f"{key} was not answered for good")

    def _write(self, client: int) -> None:
        chance = random.Random(f"{self.seed} {client}")
        number = 0
        try:
            while not self.over.is_set():
                number += 1
                self._serve_somebody(f"{client}-{number}", chance)
        except Exception as failure:  # noqa: BLE001  # whatever it is, the run has failed
            self.failures.append(f"client {client}: {failure!r}")

    def _serve_somebody(self, name: str, chance: random.Random) -> None:
        """Do everything that happens to a member at a till, each with its own key."""
        member, other = (_who(number) for number in chance.sample(range(MEMBERS), 2))
        sold = self._order(f"order-{name}", member, chance.randint(20, 60))
        names = [f"batch-{name}-{n}" for n in range(3)]
        orders = [_order(each, member, 10 + n) for n, each in enumerate(names)]
        leaves = {each: {"accrual": 10 + n} for n, each in enumerate(names)}
        self.send("orders/batch", f"batch-{name}", {"orders": orders}, leaves)
        spent = self._point("redemptions", f"spend-{name}", "redemption", -5, {"member": member, "points": 5})
        if spent:
            self._point(f"redemptions/{spent['id']}/return", f"back-{name}", "return", 2, {"points": 2})
        held = self._point("holds", f"hold-{name}", "holding", -6, {"member": member, "points": 6, "until": FAR})
        if held:
            self._point(f"holds/{held['id']}/capture", f"take-{name}", "capture", -2, {"points": 2})
            self._point(f"holds/{held['id']}/release", f"free-{name}", "release", 4, {})
        if sold:
            self._point(f"orders/{sold['id']}/refunds", f"refund-{name}", "clawback", -5, {"net_minor": 500})
        given = {"member": member, "to": other, "points": 10}
        gift = {f"give-{name}": {"transfer_out": -10, "transfer_in": 10}}
        self.send("transfers", f"give-{name}", _name(f"give-{name}") | given, gift)
        self._buy_with_a_coupon(name, member)
        wish = {"member": member, "item": "mug", "way": "pickup", "store": "1"}
        self.send("mall/orders", f"wish-{name}", _name(f"wish-{name}") | wish, {f"wish-{name}": {}})
        by_hand = {"member": other, "points": 3, "reason": "late"}
        self._point("adjustments", f"adjust-{name}", "credit", 3, by_hand)
        self.send("members", f"enrol-{name}", {"external_ids": [{"source": "load", "external_id": name}]}, {})

    def _buy_with_a_coupon(self, name: str, member: dict[str, Any]) -> None:
        """Take a coupon of ten dollars and bring it with a cart of thirty."""
        wanted = _name(f"coupon-{name}") | {"template": "ten", "member": member}
        issued = self.send("coupons", f"coupon-{name}", wanted, {f"coupon-{name}": {}})
        if issued is None:
            return
        cart = {"member": member, "currency": "USD", "occurred_at": issued["coupon"]["starts_at"]}
        cart["coupons"] = [issued["coupon"]["code"]]
        cart["lines"] = [{"sku": "tea", "quantity": 1, "net_minor": 30_00}]
        self.send("carts/commit", f"cart-{name}", _name(f"cart-{name}") | cart, {f"cart-{name}": {"accrual": 20}})

    def _order(self, name: str, member: dict[str, Any], dollars: int) -> dict[str, Any] | None:
        return self.send("orders", name, _order(name, member, dollars), {name: {"accrual": dollars}})

    def _point(self, path: str, name: str, kind: str, points: int, body: dict[str, Any]) -> dict[str, Any] | None:
        return self.send(path, name, _name(name) | body, {name: {kind: points}})


def _code(answer: bytes) -> str:
    """Return why an answer is none for good."""
    try:
        return str(json.loads(answer)["code"])
    except (ValueError, LookupError, TypeError):
        return "no problem+json" if answer else "no answer"


def _name(external_id: str) -> dict[str, str]:
    return {"source": "load", "external_id": external_id}


def _who(number: int) -> dict[str, Any]:
    return {"external_id": {"source": "shop", "external_id": str(number)}}


def _order(name: str, member: dict[str, Any], dollars: int) -> dict[str, Any]:
    sold = {"occurred_at": NOON, "currency": "USD", "net_minor": dollars * 100}
    return _name(name) | {"member": member, "lines": []} | sold
