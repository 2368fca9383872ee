"""A page's cursor comes back as it went, or is refused."""

import pytest

from shuke.core.values.errors import Refusal
from shuke.foundation import cursors


def test_a_cursor_comes_back_as_it_went():
    assert cursors.decode(cursors.encode(17_000, 0, 5), 3) == (17_000, 0, 5)


@pytest.mark.parametrize("cursor", ["", "1", "1.2.3", "1.", "1.-2", "1.٣", "1. 2", "1." + "9" * 19, "a.b"])
def test_anything_else_is_refused(cursor):
    with pytest.raises(Refusal) as refused:
        cursors.decode(cursor, 2)

    assert refused.value.code == "invalid_cursor"
