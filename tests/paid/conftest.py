"""The club, opened, with three members."""

import pytest

from tests.paid import club


@pytest.fixture
def people(db):
    club.open_club()
    return club.enrol("Anna", "Ben", "Cora")
