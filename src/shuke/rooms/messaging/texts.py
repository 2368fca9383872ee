"""The words of each kind of notice, in both languages; a value stands for its {name}."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources


def text(kind: str, language: str, params: Mapping[str, str]) -> str:
    """Return a notice in words. A kind or value that texts.csv does not know is a mistake of the caller (KeyError)."""
    chinese, english = _texts()[kind]
    return (chinese if language.startswith("zh") else english).format_map(params)


@cache
def _texts() -> dict[str, tuple[str, str]]:
    with (resources.files("shuke.rooms.messaging") / "texts.csv").open(encoding="utf-8", newline="") as file:
        return {row["kind"]: (row["zh"], row["en"]) for row in csv.DictReader(file)}
