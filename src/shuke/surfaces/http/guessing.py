"""Who tries codes over HTTP: the key, the address, and the member for whom it asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.http import HttpRequest

from shuke.foundation import guesses
from shuke.foundation.addresses import client_address
from shuke.surfaces.http import keys

WRONG = frozenset(
    {"pickup_code_unknown", "unknown_activation_code", "unknown_coupon", "unknown_coupon_gift", "unknown_gift_card"}
)


def tell_wrong(request: HttpRequest, codes: int) -> None:
    """Note how many codes that nobody knows a request brought that is answered all the same."""
    request.wrong_codes = codes  # type: ignore[attr-defined]


@contextmanager
def watched(request: HttpRequest, body: Any) -> Iterator[None]:
    """Count wrong codes of a request, in a dry run too, and let nobody go on who sent too many.

    Raises: Refusal `too_many_guesses`.
    """
    guessers = [guesses.key(keys.actor(request).id), guesses.address(client_address(request))]
    who = getattr(body, "member", None)
    if who is not None:
        guessers.append(guesses.member(who.model_dump_json()))
    with guesses.limited(guessers, WRONG):
        yield
    guesses.count(guessers * getattr(request, "wrong_codes", 0))
