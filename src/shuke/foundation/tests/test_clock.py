"""Business time is the test clock's in a sandbox and the machine's in a live deployment."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, models
from shuke.foundation.transactions import unit_of_work

NEW_YEAR = datetime(2018, 1, 1, 5, tzinfo=UTC)


@pytest.mark.django_db
def test_the_test_clock_stands_where_it_was_set(settings):
    settings.SHUKE_KIND = "sandbox"
    clock.set_business_clock(NEW_YEAR)
    assert clock.business_now() == NEW_YEAR


@pytest.mark.django_db
def test_the_test_clock_never_moves_back(settings):
    settings.SHUKE_KIND = "sandbox"
    clock.set_business_clock(NEW_YEAR)
    with pytest.raises(Refusal) as refused:
        clock.set_business_clock(NEW_YEAR - timedelta(seconds=1))
    assert refused.value.code == "clock_moves_back"
    assert clock.business_now() == NEW_YEAR


@pytest.mark.django_db
def test_a_live_deployment_has_no_test_clock(settings):
    settings.SHUKE_KIND = "live"
    with pytest.raises(Refusal) as refused:
        clock.set_business_clock(NEW_YEAR)
    assert refused.value.code == "clock_is_live"
    assert not models.BusinessClock.objects.exists()
    with time_machine.travel(NEW_YEAR, tick=False):
        assert clock.business_now() == NEW_YEAR


@pytest.mark.django_db
def test_a_unit_of_work_has_one_instant(settings, django_assert_num_queries):
    settings.SHUKE_KIND = "sandbox"
    clock.set_business_clock(NEW_YEAR)
    with django_assert_num_queries(3), unit_of_work():  # savepoint, clock, release
        assert clock.business_now() == clock.business_now() == NEW_YEAR
    with unit_of_work():
        assert clock.business_now() == NEW_YEAR
        clock.set_business_clock(NEW_YEAR + timedelta(days=1))
        assert clock.business_now() == NEW_YEAR + timedelta(days=1)
