"""A shop under load whose processes are killed: what was acknowledged is there once. `make crash` does it far more."""

import pytest

from tests.faults import crash


@pytest.mark.long
def test_what_was_acknowledged_survives_kills_of_everything():
    result = crash.run((2, 1, 2), seed=1)

    assert result["wrong"] == []
    assert result["acknowledged"] > 100
    assert set(result["first_success_seconds"]) == {"server", "other web process", "PostgreSQL"}
