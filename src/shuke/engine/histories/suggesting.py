"""Proposes what the columns of a file mean: by their names, and where those say nothing by the look of the values."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shuke.engine.histories.fields import FIELDS, Field, Kind, Type, fold, missing

CERTAIN, BY_NAME, BY_LOOK = 100, 90, 50  # confidence in per cent
_LOOKS: dict[Type, Callable[[str], object]] = {
    Type.INSTANT: re.compile(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?[T ]+\d{1,2}:\d\d.*").fullmatch,
    Type.DATE: re.compile(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?").fullmatch,
    Type.AMOUNT: re.compile(r"[¥￥$€£]?\s*\d[\d,]*\.\d\d").fullmatch,
}


@dataclass(frozen=True)
class Suggestion:
    """What a column probably means: a field, or "-"; with the confidence in per cent, and why.

    `why` is "field" (its own name), "name" (a name that exports use), "values" (their look), "repeated" (another column
    means it better) or "unknown".
    """

    header: str
    field: str
    confidence: int
    why: str


def suggest(kind: Kind, headers: Sequence[str], rows: Sequence[Sequence[str]] = ()) -> tuple[Suggestion, ...]:
    """Return a proposal for each column, in their order; `rows` are some rows of the file."""
    ranked = sorted(
        ((rank, i, field.code) for i, header in enumerate(headers) for field in FIELDS[kind]
         if (rank := _rank(field, header)) is not None),
    )  # fmt: skip
    found: dict[int, Suggestion] = {}
    taken: set[str] = set()
    for rank, i, code in ranked:
        if i not in found and code not in taken:
            taken.add(code)
            found[i] = Suggestion(headers[i], code, CERTAIN if rank < 0 else BY_NAME, "field" if rank < 0 else "name")
    repeated = {i for _, i, _ in ranked}
    for code in missing(kind, taken):
        look = next((field.type for field in FIELDS[kind] if field.code == code), Type.TEXT)
        column = _by_look(look, headers, rows, found)
        if column is not None:
            found[column] = Suggestion(headers[column], code, BY_LOOK, "values")
    return tuple(
        found.get(i) or Suggestion(header, "-", 0, "repeated" if i in repeated else "unknown")
        for i, header in enumerate(headers)
    )


def named(kind: Kind, headers: Sequence[str]) -> dict[str, str]:
    """Return the field of each header whose name says it."""
    return {one.header: one.field for one in suggest(kind, headers) if one.field != "-"}


def lacking(kind: Kind, suggestions: Sequence[Suggestion]) -> tuple[str, ...]:
    """Return the fields that a file needs and no column is proposed for."""
    return missing(kind, {one.field for one in suggestions})


def kind_of(headers: Sequence[str]) -> Kind:
    """Return the kind of file that the names of the columns fit best: orders where nothing fits better."""

    def fit(kind: Kind) -> tuple[int, int]:
        known = set(named(kind, headers).values())
        return -len(missing(kind, known)), len(known)

    order = (Kind.ORDERS, Kind.REFUNDS, Kind.REDEMPTIONS, Kind.LINES, Kind.MEMBERS)
    return max(order, key=fit)


def _rank(field: Field, header: str) -> int | None:
    """Return how well a header names a field: less is better, None not at all."""
    plain = fold(header)
    if plain == fold(field.code):
        return -1
    return next((i for i, name in enumerate(field.names) if fold(name) == plain), None)


def _by_look(
    kind: Type, headers: Sequence[str], rows: Sequence[Sequence[str]], found: dict[int, Suggestion]
) -> int | None:
    """Return the only column that nothing is known of and whose values look like a type."""
    fits = [
        i
        for i in range(len(headers))
        if i not in found and (some := [row[i] for row in rows if i < len(row) and row[i]]) and _looks(kind, some)
    ]
    return fits[0] if len(fits) == 1 else None


def _looks(kind: Type, values: Sequence[str]) -> bool:
    look = _LOOKS.get(kind)
    return look is not None and all(look(value) for value in values)
