"""A page's cursor comes back as it went, or is refused."""

from typing import NamedTuple

import pytest

from shuke.core.values.errors import Refusal
from shuke.foundation import cursors


class Page(NamedTuple):
    rows: tuple[int, ...]
    next_cursor: str | None


def test_a_cursor_comes_back_as_it_went():
    assert cursors.decode(cursors.encode(17_000, 0, 5), 3) == (17_000, 0, 5)


@pytest.mark.parametrize("cursor", ["", "1", "1.2.3", "1.", "1.-2", "1.٣", "1. 2", "1." + "9" * 19, "a.b"])
def test_anything_else_is_refused(cursor):
    with pytest.raises(Refusal) as refused:
        cursors.decode(cursor, 2)

    assert refused.value.code == "invalid_cursor"


def test_every_page_is_read_once_and_in_order():
    read = {None: Page((1, 2), "2"), "2": Page((3,), "3"), "3": Page((), None)}
    assert [page.rows for page in cursors.pages(read.pop)] == [(1, 2), (3,), ()]
    assert read == {}
