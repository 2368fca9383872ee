"""Finds the known name that somebody probably meant, and writes what a refusal quotes: short, numbers as decimals."""

from collections.abc import Iterable
from difflib import get_close_matches
from fractions import Fraction


def nearest(name: str, known: Iterable[str]) -> dict[str, str]:
    """Return {"suggestion": the known name most like `name`}, or nothing where none is alike."""
    folded = {candidate.lower(): candidate for candidate in known}
    wanted = name[:100].lower()
    longer = [candidate for candidate in folded if wanted and candidate.startswith(wanted)]
    found = longer[:1] or get_close_matches(wanted, list(folded), n=1, cutoff=0.5)
    return {"suggestion": folded[found[0]]} if found else {}


def shorten(text: str, limit: int = 120) -> str:
    """Return the text, cut where it is longer than a sentence can hold."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def decimal_text(value: Fraction, digits: int) -> str:
    """Write a number of at least 0 with at most so many digits after the point; further ones are cut."""
    whole, rest = divmod(int(value * 10**digits), 10**digits)
    return f"{whole}.{rest:0{digits}d}".rstrip("0") if rest else str(whole)
