"""The unit of work: the outermost verb owns the transaction, a verb called inside joins it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any, TypeVar, cast

from django.db import OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

T = TypeVar("T")

# What was read once for the whole unit of work, by name. None: no unit is open.
_memory: ContextVar[dict[str, Any] | None] = ContextVar("unit_of_work", default=None)
_DRY = "dry_run"


@contextmanager
def unit_of_work(*, dry_run: bool = False, apart: bool = False) -> Iterator[None]:
    """Run the block in one transaction, or in the one that is already open.

    An exception rolls everything back, inside another unit and `apart` what the block itself did and nothing else. A
    dry run takes the real path and rolls back at its end, inside another unit what itself did and nothing else.
    """
    if _memory.get() is not None and not dry_run:
        with transaction.atomic() if apart else nullcontext():
            yield
        return
    with transaction.atomic():
        opened = _memory.set({**(_memory.get() or {}), _DRY: dry_run})
        try:
            yield
        finally:
            _memory.reset(opened)
        if dry_run:
            transaction.set_rollback(True)


@contextmanager
def bounded_waits(seconds: int) -> Iterator[None]:
    """Wait no longer than this for each lock that the block takes.

    Raises:
        TimeoutError: a lock was not free in time; the open transaction can only be rolled back.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout'), set_config('lock_timeout', %s, true)", [f"{seconds}s"])
        before, _ = cursor.fetchone()
        try:
            yield
        except OperationalError as error:
            if isinstance(error.__cause__, LockNotAvailable):
                raise TimeoutError("A lock was not free in time.") from error
            raise
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [before])


@contextmanager
def snapshot() -> Iterator[None]:
    """Read everything in the block as of one instant, read only; inside an open transaction, as that one reads."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def once_per_unit(name: str, read: Callable[[], T]) -> T:
    """Return `read()`, remembered under `name` until the open unit of work ends."""
    memory = _memory.get()
    if memory is None:
        return read()
    if name not in memory:
        memory[name] = read()
    return cast("T", memory[name])


def forget(name: str) -> None:
    """Forget what `once_per_unit` remembers under `name`."""
    memory = _memory.get()
    if memory is not None:
        memory.pop(name, None)


def imagine(name: str, value: object) -> None:
    """Let `once_per_unit` answer with `value` under `name` for the rest of a dry run; nothing real may rest on it."""
    memory = _memory.get()
    if memory is None or not memory[_DRY]:
        raise AssertionError("Only a dry run imagines.")
    memory[name] = value
