"""The outermost verb owns the transaction; a dry run leaves nothing."""

from datetime import UTC, datetime

import pytest

from shuke.foundation.models import BusinessClock
from shuke.foundation.transactions import unit_of_work

AT = datetime(2018, 1, 1, tzinfo=UTC)

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_exception_rolls_back_what_joined_units_wrote():
    with pytest.raises(ZeroDivisionError), unit_of_work():
        with unit_of_work():
            BusinessClock.objects.create(id=1, at=AT)
        raise ZeroDivisionError
    assert not BusinessClock.objects.exists()


def test_a_dry_run_is_rolled_back_at_its_end():
    with unit_of_work(dry_run=True):
        BusinessClock.objects.create(id=1, at=AT)
        assert BusinessClock.objects.exists()
    assert not BusinessClock.objects.exists()


def test_a_dry_run_inside_a_unit_takes_back_only_its_own():
    with unit_of_work():
        BusinessClock.objects.create(id=1, at=AT)
        with unit_of_work(dry_run=True):
            BusinessClock.objects.all().delete()
    assert BusinessClock.objects.get().at == AT
