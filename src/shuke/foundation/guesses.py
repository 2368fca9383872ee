"""Counts wrong codes, so that nobody finds one by trying: who errs too often waits. All times are the machine's.

Guessers are kept as keyed hashes. Whoever sends wrong codes side by side is stopped a few tries later than one by one.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, encryption
from shuke.foundation.addresses import network
from shuke.foundation.models import WrongCode

WITHIN = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Guesser:
    """Somebody who may try codes, and how many wrong ones within fifteen minutes are too many."""

    name: str
    most: int

    @property
    def blind(self) -> bytes:
        return encryption.blind(self.name, "foundation.guesser")


def member(told: str) -> Guesser:
    """Return a member, told by anything that stands for them."""
    return Guesser(f"member:{told}", 10)


def staff(told: str) -> Guesser:
    """Return somebody at work, who mistypes more often than one member does."""
    return Guesser(f"staff:{told}", 30)


def address(told: str) -> Guesser:
    """Return a network address; a store's guests share one."""
    return Guesser(f"address:{network(told)}", 100)


def key(told: str) -> Guesser:
    """Return an API key, behind which all members of a shop may stand."""
    return Guesser(f"key:{told}", 300)


@contextmanager
def limited(guessers: Sequence[Guesser], wrong: Collection[str]) -> Iterator[None]:
    """Let guessers try: a refusal with one of the codes `wrong` is counted, whatever becomes of the request.

    Call it outside of any unit of work.

    Raises: Refusal `too_many_guesses` with the `minutes` to wait.
    """
    require_free(guessers)
    try:
        yield
    except Refusal as refused:
        if refused.code in wrong:
            count(guessers)
        raise


def require_free(guessers: Sequence[Guesser]) -> None:
    """Refuse whoever sent too many wrong codes lately.

    Raises: Refusal `too_many_guesses`.
    """
    now = clock.machine_now()
    for guesser in guessers:
        lately = WrongCode.objects.filter(guesser=guesser.blind, at__gt=now - WITHIN).order_by("-at")
        tries = list(lately.values_list("at", flat=True)[: guesser.most])
        if len(tries) == guesser.most:
            raise _too_many(tries[-1] + WITHIN - now)


def count(guessers: Sequence[Guesser]) -> None:
    """Note a wrong code of guessers."""
    now = clock.machine_now()
    WrongCode.objects.bulk_create([WrongCode(guesser=guesser.blind, at=now) for guesser in guessers])


def prune(now: datetime) -> int:
    """Forget wrong codes that count no more, and return how many."""
    forgotten, _ = WrongCode.objects.filter(at__lte=now - WITHIN).delete()
    return forgotten


def _too_many(wait: timedelta) -> Refusal:
    seconds = int(wait.total_seconds()) + 1
    minutes = -(-seconds // 60)
    detail = f"Too many wrong codes; wait {minutes} minutes."
    return Refusal("too_many_guesses", detail, params={"minutes": minutes, "retry_after_seconds": seconds})
