"""The timeline merges pages of several sources: every event once, newest first, an order with its points."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from shuke.surfaces.console import timeline
from shuke.surfaces.console.timeline import END, Source

NOBODY = UUID(int=0)
START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Happening:
    name: str
    at: datetime


def source(name, *minutes):
    items = [
        Happening(f"{name}{minute}", START + timedelta(minutes=minute)) for minute in sorted(minutes, reverse=True)
    ]

    def read(limit, cursor):
        start = int(cursor or 0)
        return items[start : start + limit], str(start + limit) if start + limit < len(items) else None

    return Source(name, read, lambda item: (item.at, NOBODY))


def walk(sources, limit):
    """Return the names of all events, a list for each page."""
    cursors, pages = {}, []
    while cursors is not None:
        events, cursors = timeline.page(sources, cursors, limit)
        pages.append([event.change.name for event in events])
    return pages


def test_pages_hold_every_event_once_newest_first():
    sources = (source("a", *range(0, 60, 2)), source("b", *range(1, 21)), source("c"))

    pages = walk(sources, 7)

    together = [name for page in pages for name in page]
    assert len(together) == 50
    assert len(set(together)) == 50
    minutes = [int(name[1:]) for name in together]
    assert minutes == sorted(minutes, reverse=True)
    assert [len(page) for page in pages[:3]] == [7, 7, 7]


def test_what_happened_at_one_instant_stays_on_one_page():
    pages = walk((source("a", 1, 2, 3), source("b", 1, 2, 3)), 3)

    assert pages == [["a3", "b3", "a2", "b2"], ["a1", "b1"]]


def test_a_source_that_has_ended_is_not_read_again():
    def never(_limit, _cursor):
        raise AssertionError

    events, onward = timeline.page((Source("a", never, lambda item: (item.at, NOBODY)),), {"a": END}, 5)

    assert (events, onward) == ([], None)
