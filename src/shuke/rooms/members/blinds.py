"""Keyed hashes by which members are found without a personal field in clear.

A phone has two (whole, last four digits), an e-mail address one, a name one for each of its characters, bigrams and
pinyin syllables, so that 林小雨 is found by 林, 小雨, lin, xiaoyu and lin xiaoyu.
"""

import re
import unicodedata
from dataclasses import dataclass

from shuke.foundation import encryption

_HAN = r"\u3400-\u9fff\U00020000-\U000323af"
_RUNS = re.compile(f"[{_HAN}]+|[^{_HAN}\\s]+")
_LONGEST_RUN = 6  # syllables that people type without a space


def phone(number: str) -> bytes:
    return encryption.blind(number, "members.phone")


def phone_tail(digits: str) -> bytes:
    """Return the hash of the last four digits."""
    return encryption.blind(digits, "members.phone_tail")


def email(address: str) -> bytes:
    return encryption.blind(address, "members.email")


def name(full: str) -> list[bytes]:
    """Return the hashes of all by which a name is found, in no telling order."""
    return sorted(_hash(token) for token in _tokens(full))


@dataclass(frozen=True, slots=True)
class NameQuery:
    """What somebody typed to find a name: every part must be in it, as written or as pinyin."""

    parts: tuple[str, ...]

    def hashes(self) -> list[list[list[bytes]]]:
        """Return, for each part, the sets of hashes of which a name must have one whole."""
        return [[[_hash(token) for token in tokens] for tokens in _alternatives(part)] for part in self.parts]

    def matches(self, full: str) -> bool:
        """Say whether a name whose hashes fit is really meant: bigrams say nothing of their order."""
        folded, tokens = _fold(full), _tokens(full)
        return all(part in folded or f"p{part}" in tokens for part in self.parts)


def name_query(text: str) -> NameQuery | None:
    """Return the query for a name, None when a part of it is too short to find anything by."""
    parts = tuple(_RUNS.findall(_fold(text)))
    return NameQuery(parts) if parts and all(map(_alternatives, parts)) else None


def _alternatives(part: str) -> list[list[str]]:
    if re.match(f"[{_HAN}]", part):
        return [[f"c{part}"] if len(part) == 1 else _bigrams(part)]
    return [[f"p{part}"], _bigrams(part)] if len(part) > 1 else []


def _tokens(full: str) -> set[str]:
    tokens = set()
    for word in _fold(full).split():
        tokens.update(_bigrams(word))
    for run in _RUNS.findall(_fold(full)):
        if re.match(f"[{_HAN}]", run):
            tokens.update(f"c{character}" for character in run)
            tokens.update(f"p{sounds}" for sounds in _sounds(run))
    return tokens


def _sounds(run: str) -> set[str]:
    """Return the pinyin of every stretch of a run; of a single character, and of the surname, in all its readings."""
    import pypinyin

    readings = pypinyin.pinyin(run, style=pypinyin.Style.NORMAL, heteronym=True)
    usual = [sounds[0] for sounds in readings]
    found = {sound for sounds in readings for sound in sounds}
    for start in range(len(usual)):
        for end in range(start + 2, min(start + _LONGEST_RUN, len(usual)) + 1):
            heads = readings[0] if start == 0 else [usual[start]]
            found.update(head + "".join(usual[start + 1 : end]) for head in heads)
    return found | {sound.replace("v", "u") for sound in found}  # 吕 is typed lv and lu


def _bigrams(word: str) -> list[str]:
    return [f"b{word[at : at + 2]}" for at in range(len(word) - 1)]


def _fold(text: str) -> str:
    """Return a text without case, accents and width."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(character for character in decomposed if not unicodedata.combining(character)).casefold()


def _hash(token: str) -> bytes:
    return encryption.blind(token, "members.name")
