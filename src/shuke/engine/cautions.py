"""What of a good program file deserves a second look: it may be published, and whoever does should know.

Words included, in both languages, for every surface that shows a file.
"""

from collections.abc import Mapping
from types import MappingProxyType

from shuke.core.program.model import Program

# What the rules on single-purpose prepaid cards let one hold, in minor units: (of a named one, of an unnamed one).
PREPAID: Mapping[str, tuple[int, int]] = MappingProxyType({"CNY": (500_000, 100_000)})
_NONE = (None, None)

WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "named_limit": (
            "Stored value has no limit for one member, or one above 5,000 yuan, the most of a named prepaid card.",
            "储值没有设单人限额，或限额超过记名预付卡的 5,000 元。",
        ),
        "unnamed_limit": (
            "Gift cards have no limit, or one above 1,000 yuan, the most of an unnamed prepaid card.",
            "礼品卡没有设限额，或限额超过不记名预付卡的 1,000 元。",
        ),
        "top_up_above_limit": (
            "One top-up may be of more than the limit for one member.",
            "单次充值上限超过单人限额。",
        ),
    }
)


def cautions(program: Program) -> tuple[str, ...]:
    """Return the codes of what to look at again; `WORDS` says them."""
    said = program.stored_value
    if said is None:
        return ()
    named, unnamed = PREPAID.get(program.currency, _NONE)
    found = {
        "named_limit": named is not None and (said.named is None or said.named > named),
        "unnamed_limit": unnamed is not None and (said.unnamed is None or said.unnamed > unnamed),
        "top_up_above_limit": said.named is not None and said.most > said.named,
    }
    return tuple(code for code, holds in found.items() if holds)


def sentences(codes: tuple[str, ...], language: str) -> list[str]:
    """Word cautions in "zh" or "en"."""
    return [WORDS[code][language == "zh"] for code in codes]
