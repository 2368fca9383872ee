"""Clients that ask at the same moment, each in a thread with a database connection of its own."""

import random
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from time import monotonic, sleep
from typing import Any, Self

from django.db import InterfaceError, OperationalError, connection, connections

from shuke.core.values.errors import Refusal
from tests.race.hammer.history import Answer, Call, Op, Outcome

Perform = Callable[[Op], Answer]
_LONGEST_WAIT = 0.020  # between two statements, where windows are widened
_WAITS = 0.15  # how often
_FAULTS = 0.1  # how often a request's connection breaks, or its answer is lost
_STATEMENTS = 12  # before the last of which a connection breaks


class Clients:
    """So many clients, kept over many rounds; `ask` lets each send its requests, the first of all at once."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._pool = ThreadPoolExecutor(count)
        self._barrier = threading.Barrier(count, timeout=120)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._all(lambda _: connections.close_all())
        self._pool.shutdown()

    def ask(self, ops: Sequence[Op], perform: Perform, seed: str, *, widened: bool, faults: bool) -> list[Call]:
        """Deal requests out to the clients, and return what each was told."""

        def one(client: int) -> list[Call]:
            chance = random.Random(f"{seed} {client}")
            calls: list[Call] = []
            with ExitStack() as stack:
                if widened:
                    stack.enter_context(connection.execute_wrapper(_waiting(chance)))
                for op in ops[client :: self.count]:
                    calls.append(_send(op, client, perform, chance if faults else None))
                    if calls[-1].outcome is Outcome.INFO:  # whoever does not know asks again, under the same key
                        calls.append(_send(op, client, perform, None))
            return calls

        return [call for calls in self._all(one) for call in calls]

    def _all(self, work: Callable[[int], Any]) -> list[Any]:
        def together(client: int) -> Any:
            self._barrier.wait()
            return work(client)

        return list(self._pool.map(together, range(self.count)))


def send(op: Op, perform: Perform) -> Call:
    """Send one request, alone."""
    return _send(op, 0, perform, None)


def _send(op: Op, client: int, perform: Perform, chance: random.Random | None) -> Call:
    fault = chance.choice(("cut", "lost")) if chance and op.key and chance.random() < _FAULTS else ""
    begun = Call(op, Outcome.INFO, Answer(), monotonic(), client=client, note=fault)
    with ExitStack() as stack:
        if fault == "cut" and chance:
            stack.enter_context(connection.execute_wrapper(_cutting(chance.randrange(1, _STATEMENTS))))
        try:
            answer = perform(op)
        except Refusal as refused:
            answer = Answer(refused.code)
        except Exception as error:  # noqa: BLE001  # whatever it is, no client should have seen it
            stack.close()
            connection.close()
            if fault == "cut" and isinstance(error, OperationalError | InterfaceError):
                return begun
            return replace(begun, outcome=Outcome.ERROR, returned=monotonic(), note=f"{fault} {error!r}")
    if fault == "lost":
        return begun
    return replace(begun, outcome=Outcome.FAIL if answer.code else Outcome.OK, answer=answer, returned=monotonic())


def _waiting(chance: random.Random) -> Callable[..., Any]:
    def wait(execute: Any, *statement: Any) -> Any:
        if chance.random() < _WAITS:
            sleep(chance.random() * _LONGEST_WAIT)
        return execute(*statement)

    return wait


def _cutting(after: int) -> Callable[..., Any]:
    left = [after]

    def cut(execute: Any, *statement: Any) -> Any:
        left[0] -= 1
        if left[0] == 0:
            connection.connection.close()
        return execute(*statement)

    return cut
