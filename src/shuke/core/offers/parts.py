"""A cart while offers are taken off it: lines in parts, so that some pieces of a line can cost less than others."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from shuke.core.offers.model import Base, Cart, Measure, Pick
from shuke.core.offers.sharing import share_out


@dataclass(slots=True)
class Part:
    """Pieces of one line: what they cost as listed and now. `dealt`: a bundle or deal counts them already."""

    line: int
    pieces: int
    initial: int
    left: int
    dealt: bool = False


_EXACT = 41  # bits that tell prices apart whose pieces are a million at most


def _each(part: Part) -> int:
    """Return what a piece costs, as a number that compares as the exact one does."""
    return (part.left << _EXACT) // part.pieces


class Parts:
    """All parts of a cart, what they cost in all (`total`), and what shipping still costs."""

    __slots__ = ("parts", "shipping", "skus", "total")

    def __init__(self, cart: Cart) -> None:
        self.total = sum(line.minor for line in cart.lines)
        self.parts = [Part(k, line.quantity, line.minor, line.minor) for k, line in enumerate(cart.lines)]
        self.shipping = cart.shipping_minor
        self.skus = [line.sku for line in cart.lines]

    def copy(self) -> "Parts":
        """Return parts that can be changed while these stay."""
        other = Parts.__new__(Parts)
        other.parts = [Part(each.line, each.pieces, each.initial, each.left, each.dealt) for each in self.parts]
        other.shipping, other.skus, other.total = self.shipping, self.skus, self.total
        return other

    def of(self, lines: Collection[int]) -> list[Part]:
        """Return the parts of some lines that still cost something."""
        return [part for part in self.parts if part.left > 0 and part.line in lines]

    def measured(self, measure: Measure, lines: Collection[int], base: Base) -> int:
        """Return how much money, how many pieces or kinds there are, of some lines or of the cart."""
        counted = [part for part in self.parts if measure.of_cart or part.line in lines]
        if measure.is_money:
            return sum(part.initial if base is Base.INITIAL else part.left for part in counted)
        if measure in (Measure.KINDS, Measure.CART_KINDS):
            return len({self.skus[part.line] for part in counted if part.pieces})
        return sum(part.pieces for part in counted)

    def take(
        self, lines: Collection[int], pieces: int, pick: Pick, *, dealt: bool = False, last: Collection[int] = ()
    ) -> list[Part]:
        """Return parts of exactly so many pieces, or none where there are fewer; parts are split where they must be.

        `dealt`: only pieces that no deal counts yet, and they count from now on. Pieces of the lines `last` come last.
        """
        free = self._free(lines, pick, dealt=dealt, last=last)
        if sum(part.pieces for part in free) < pieces:
            return []
        taken = []
        for part in free:
            if pieces == 0:
                break
            some = self._split(part, pieces) if part.pieces > pieces else part
            some.dealt = some.dealt or dealt
            pieces -= some.pieces
            taken.append(some)
        return taken

    def different(self, lines: Collection[int], pieces: int, last: Collection[int] = ()) -> list[Part]:
        """Return parts of `pieces` different SKUs that no deal counts yet, none where there are fewer.

        The dearest come first, those of the lines `last` last.
        """
        dearest: dict[str, Part] = {}
        for part in self._free(lines, Pick.DEAREST, dealt=True, last=last):
            dearest.setdefault(self.skus[part.line], part)
        chosen = list(dearest.values())[:pieces]
        return chosen if len(chosen) == pieces else []

    def take_of_each(self, chosen: Sequence[Part], times: int) -> tuple[list[Part], int]:
        """Return parts of so many pieces of each part, at most `times`, and how many; they count from now on."""
        many = min((times, *(part.pieces for part in chosen)) if chosen else (0,))
        taken = [self._split(part, many) if part.pieces > many else part for part in chosen]
        for part in taken:
            part.dealt = True
        return taken, many

    def first(self, lines: Collection[int], pick: Pick, last: Collection[int] = ()) -> Part | None:
        """Return the part that a deal takes pieces of next, None where there is none."""
        return next(iter(self._free(lines, pick, dealt=True, last=last)), None)

    def runs(self, lines: Collection[int], pieces: int, pick: Pick, last: Collection[int] = ()) -> int:
        """Return how many times in a row a deal takes so many pieces of one part and nothing else, at least 1."""
        first = self.first(lines, pick, last)
        return 1 if first is None else max(1, first.pieces // pieces)

    def _free(self, lines: Collection[int], pick: Pick, *, dealt: bool, last: Collection[int] = ()) -> list[Part]:
        free = [part for part in self.of(lines) if part.pieces and not (dealt and part.dealt)]
        sign = 1 if pick is Pick.CHEAPEST else -1
        return sorted(free, key=lambda part: (part.line in last, sign * _each(part)))

    def _split(self, part: Part, pieces: int) -> Part:
        """Return a new part of the first pieces of one, which keeps the others."""
        first = Part(
            part.line,
            pieces,
            part.initial * pieces // part.pieces,
            part.left * pieces // part.pieces,
            part.dealt,
        )
        part.pieces -= first.pieces
        part.initial -= first.initial
        part.left -= first.left
        self.parts.append(first)
        return first

    def cut(self, parts: Sequence[Part], minor: int) -> dict[int, int]:
        """Take so much off parts by what they cost, no more than they and the whole cart do; return it by line."""
        weights = [part.left for part in parts]
        minor = max(0, min(minor, sum(weights), self.total))
        self.total -= minor
        if len(parts) == 1:
            parts[0].left -= minor
            return {parts[0].line: minor}
        off: dict[int, int] = {}
        for part, share in zip(parts, share_out(minor, weights), strict=True):
            part.left -= share
            off[part.line] = off.get(part.line, 0) + share
        return off
