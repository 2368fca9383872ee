"""What of a good program file deserves a second look: it may be published, and whoever does should know.

Words included, in both languages, for every surface that shows a file.
"""

from collections.abc import Mapping
from types import MappingProxyType

from shuke.core.offers.model import Amount, Effect, Single, Steps
from shuke.core.program.model import Program, StoredValue

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
        "offer_gives_goods": (
            "An offer takes at least as much off as it counts by: its goods cost nothing.",
            "有优惠每满一定金额所减不少于该金额，商品等于免费。",
        ),
    }
)


def cautions(program: Program) -> tuple[str, ...]:
    """Return the codes of what to look at again; `WORDS` says them."""
    found = _of_stored_value(program.stored_value, program.currency) if program.stored_value else {}
    found["offer_gives_goods"] = any(_gives_goods(part) for rule in program.offers for part in _singles(rule.effect))
    return tuple(code for code, holds in found.items() if holds)


def _of_stored_value(said: StoredValue, currency: str) -> dict[str, bool]:
    named, unnamed = PREPAID.get(currency, _NONE)
    return {
        "named_limit": named is not None and (said.named is None or said.named > named),
        "unnamed_limit": unnamed is not None and (said.unnamed is None or said.unnamed > unnamed),
        "top_up_above_limit": said.named is not None and said.most > said.named,
    }


def _singles(effect: Effect) -> tuple[Single, ...]:
    return tuple(part for _, part in effect.steps) if isinstance(effect, Steps) else (effect,)


def _gives_goods(effect: Single) -> bool:
    """Tell whether what is taken off every so much is all of it."""
    if not isinstance(effect, Amount) or effect.every is None or not effect.by.is_money:
        return False
    return effect.times is None and effect.minor >= effect.every


def sentences(codes: tuple[str, ...], language: str) -> list[str]:
    """Word cautions in "zh" or "en"."""
    return [WORDS[code][language == "zh"] for code in codes]
