"""What the readers of a file's sections share: the problems found so far and the texts of rules.

Must not know what a section is made of.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from shuke.core.program.ir import Kind, Node, Windowed
from shuke.core.values.errors import Refusal
from shuke.engine.facts import Vocabulary
from shuke.engine.fields import Problems
from shuke.engine.suggestions import shorten
from shuke.engine.yaml_tree import Scalar, cut_short

MEASURE_DIGITS = 6  # of a threshold of a measure that is no amount of money

TextReader = Callable[[str, Vocabulary, Callable[[int], str]], Node]


@dataclass(slots=True)
class Reading:
    """One file being read: the vocabulary grows as its sections are read."""

    problems: Problems
    vocabulary: Vocabulary

    def text(self, scalar: Scalar | None, read: TextReader) -> Node | None:
        """Read the text of a rule; None where there is none or a problem was recorded."""
        if scalar is None:
            return None
        if scalar.is_cut_short:
            self.problems.found.append(cut_short(scalar))
            return None
        try:
            return read(scalar.value, self.vocabulary, scalar.place)
        except Refusal as refused:
            self.problems.found.append(_with_quotes(scalar, refused))
            return None

    def threshold_digits(self, measure: Node | None) -> int:
        """Return how many digits after the point a threshold of a measure may have."""
        if measure is not None and measure.kind is Kind.MONEY:
            return self.vocabulary.currency_digits
        counted = isinstance(measure, Windowed) and measure.measure in ("ORDERS", "EVENTS")
        return 0 if counted else MEASURE_DIGITS


def in_fractions(value: Fraction | None, scale: int) -> int:
    """Return so many whole units in the smallest fraction of a unit of `scale` decimal places."""
    return 0 if value is None else int(value * 10**scale)


def _with_quotes(scalar: Scalar, refused: Refusal) -> Refusal:
    """Where a whole rule is one quoted word, say that YAML took the quotes away."""
    if refused.code != "unknown_fact" or scalar.style is None or refused.params.get("found") != scalar.value:
        return refused
    detail = f"{refused.detail} YAML took the quotes of this text away; a text of a rule has its own."
    params = {"suggestion": f"\"'{shorten(scalar.value, 110)}'\""} | refused.params
    return Refusal(refused.code, detail, pointer=refused.pointer, params=params)
