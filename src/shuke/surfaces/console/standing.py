"""Where a member stands, in words: handed on from the words, where every surface finds it."""

from shuke.surfaces.wording.standing import LadderView, date_of, gift_of, ladders, measured, spread, waits_for

__all__ = ("LadderView", "date_of", "gift_of", "ladders", "measured", "spread", "waits_for")
