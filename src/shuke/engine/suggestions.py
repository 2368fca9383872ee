"""Finds the known name that somebody probably meant, and writes what a refusal quotes: short, numbers as decimals.

Most slips are found by spelling; `MEANT` has the names that people use for a thing that is called otherwise.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from fractions import Fraction

_PLACES = {
    "Asia/Shanghai": ("beijing", "peking", "guangzhou", "shenzhen", "hangzhou", "chengdu", "nanjing", "wuhan", "china"),
    "Asia/Kolkata": ("mumbai", "bombay", "delhi", "new_delhi", "bangalore", "india"),
    "Asia/Tokyo": ("osaka", "kyoto", "japan"),
    "Asia/Ho_Chi_Minh": ("hanoi", "vietnam"),
    "Asia/Taipei": ("taibei", "taiwan"),
    "Asia/Hong_Kong": ("hongkong", "xianggang"),
    "Asia/Macau": ("aomen",),
    "Europe/Berlin": ("munich", "frankfurt", "hamburg", "germany"),
    "Europe/Rome": ("milan", "italy"),
    "Europe/Madrid": ("barcelona", "spain"),
    "Europe/Zurich": ("geneva", "switzerland"),
    "Australia/Sydney": ("canberra",),
    "America/New_York": ("washington", "boston", "miami", "atlanta", "philadelphia"),
    "America/Los_Angeles": ("san_francisco", "seattle", "las_vegas"),
    "America/Chicago": ("houston", "dallas", "austin"),
    "America/Toronto": ("ottawa", "montreal"),
}
MEANT = {
    **{city: zone for zone, cities in _PLACES.items() for city in cities},
    **dict.fromkeys(("rmb", "cnh", "yuan", "renminbi", "人民币"), "CNY"),
    **dict.fromkeys(("ntd", "nt$"), "TWD"),
    **dict.fromkeys(("hk$",), "HKD"),
    **dict.fromkeys(("us$", "dollar", "美元"), "USD"),
    **dict.fromkeys(("euro", "€", "欧元"), "EUR"),
    **dict.fromkeys(("yen", "日元"), "JPY"),
    **dict.fromkeys(("stg", "£", "英镑"), "GBP"),
    **dict.fromkeys(("utc+8", "utc+08:00", "gmt+8", "+08:00", "北京时间", "上海"), "Asia/Shanghai"),
    **dict.fromkeys(("gmt", "z"), "UTC"),
    "uk": "GB",
}


def nearest(name: str, known: Iterable[str]) -> dict[str, str]:
    """Return {"suggestion": the known name that is meant or most like `name`}, or nothing where none is alike."""
    folded = {candidate.lower(): candidate for candidate in known}
    wanted = name[:100].lower()
    meant = MEANT.get(wanted.rpartition("/")[2] or wanted) or MEANT.get(wanted)
    if meant is not None and meant.lower() in folded:
        return {"suggestion": meant}
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
