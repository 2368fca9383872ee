"""The colour of a shop on its members' pages, dark enough for white letters on it and for itself on paper.

The colours of the card's faces stand in the style sheet; here once more for what a style sheet does not paint.
"""

OURS = "#a8321f"
_WHITE = 1.05  # its luminance and what the formula of contrast adds to both
_ENOUGH = 5.2  # to one; WCAG asks for 4.5, and paper is not quite white
_DARKER = 0.92


_FACES = ("#464d56", "#75500d", "#174744", "#14152c")  # .art-1 to .art-4, their darker end


def of_face(art: int, shop: str) -> str:
    """Return the colour of a card's face, #rrggbb: the first one has the shop's."""
    return readable(shop) if art == 0 else _FACES[art - 1]


def readable(colour: str) -> str:
    """Return a colour, #rrggbb, or the nearest darker one that stands out from white."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    while _WHITE / (_luminance(parts) + 0.05) < _ENOUGH:
        parts = [part * _DARKER for part in parts]
    return _written(parts)


def darker(colour: str) -> str:
    """Return a deeper shade of a colour, #rrggbb."""
    return _written([int(colour[at : at + 2], 16) / 255 * 0.78 for at in (1, 3, 5)])


def _luminance(parts: list[float]) -> float:
    """Return the relative luminance of WCAG 2."""
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _written(parts: list[float]) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)
