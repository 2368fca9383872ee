"""What a program counts about its members: counters, the windows over them, streaks; each with its place in a state.

Owns their numbers and the limits on how many there may be. Must not know how a rule is lowered.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeVar

from shuke.core.program import ir
from shuke.core.program.ir import Window, WindowKind
from shuke.core.program.model import Program
from shuke.core.state.slots import (
    COUNT_EARNED,
    COUNT_EVENTS,
    COUNT_ORDERS,
    COUNT_SPEND,
    COUNTERS_MAX,
    STREAKS_MAX,
    WINDOWS_MAX,
)
from shuke.core.values.errors import Refusal

KINDS: Mapping[str, int] = MappingProxyType(
    {"SPEND": COUNT_SPEND, "ORDERS": COUNT_ORDERS, "EARNED": COUNT_EARNED, "EVENTS": COUNT_EVENTS}
)
NO_LADDER = -1

_Key = TypeVar("_Key")


def limit(code: str, what: str, most: int, place: str | None) -> Refusal:
    """Make the refusal of a program that has more of something than a state has places for."""
    return Refusal(code, f"A program may use {most} {what}.", pointer=place, params={"limit": most})


class Measures:
    """The counters, windows and streaks of one program, numbered as they are first asked for."""

    def __init__(self, program: Program) -> None:
        self.counters: dict[tuple[int, int], int] = {}  # (kind, unit or code of the behaviour) → number
        self.windows: dict[tuple[Window, int, int], int] = {}  # (window, counter, ladder) → number
        self.measured: set[int] = set()  # windows that a ladder asks for
        self.streaks: dict[int, int] = {}  # code of the behaviour → number
        self._units = {unit.code: index for index, unit in enumerate(program.units)}
        self._behaviours = {behaviour.code: index for index, behaviour in enumerate(program.behaviours, 1)}
        self._ladders = program.ladders

    def window(self, node: ir.Windowed, ladder: int, place: str | None) -> int:
        """Return the number of the window that a node asks for, in the text of a ladder or (NO_LADDER) elsewhere.

        Raises:
            Refusal: no_tiers, too_many_counters, too_many_windows.
        """
        ref = {"EARNED": self._units, "EVENTS": self._behaviours}.get(node.measure, {"": 0})[node.of]
        counter = _numbered(self.counters, (KINDS[node.measure], ref))
        if counter >= COUNTERS_MAX:
            raise limit("too_many_counters", "counters", COUNTERS_MAX, place)
        key = (node.window, counter, self._emptied_by(node, ladder, place))
        number = _numbered(self.windows, key)
        if number >= WINDOWS_MAX:
            raise limit("too_many_windows", "windows", WINDOWS_MAX, place)
        if ladder != NO_LADDER:
            self.measured.add(number)
        return number

    def streak(self, behaviour: str, place: str | None) -> int:
        """Return the number of a behaviour's streak.

        Raises:
            Refusal: too_many_streaks.
        """
        number = _numbered(self.streaks, self._behaviours[behaviour])
        if number >= STREAKS_MAX:
            raise limit("too_many_streaks", "streaks", STREAKS_MAX, place)
        return number

    def unit(self, code: str) -> int:
        return self._units[code]

    def behaviour(self, code: str) -> int:
        return self._behaviours[code]

    def _emptied_by(self, node: ir.Windowed, ladder: int, place: str | None) -> int:
        """Return the ladder that empties a window: of «this tier» by every setting, of others by a step up."""
        if node.window.kind is WindowKind.TIER:
            if not self._ladders:
                detail = f"The program has no tiers, so {node.source} says nothing."
                raise Refusal("no_tiers", detail, pointer=place, params={"found": node.source})
            return max(0, ladder)
        return ladder if ladder != NO_LADDER and self._ladders[ladder].resets else NO_LADDER


def _numbered(numbers: dict[_Key, int], key: _Key) -> int:
    return numbers.setdefault(key, len(numbers))
