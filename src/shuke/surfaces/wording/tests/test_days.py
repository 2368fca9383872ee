"""Until when something is good, as people count."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from shuke.surfaces.wording import days

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_what_is_over_at_midnight_has_the_day_before_as_its_last():
    midnight = datetime(2026, 12, 6, 16, tzinfo=UTC)  # 2026-12-07 00:00 in Shanghai
    assert days.last_day(midnight, SHANGHAI) == date(2026, 12, 6)
    assert days.through(midnight, SHANGHAI) == "2026-12-06"
    assert days.through(datetime(2026, 12, 7, 2, 30, tzinfo=UTC), SHANGHAI) == "2026-12-07 10:30"
