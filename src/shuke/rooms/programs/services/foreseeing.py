"""What time does to a member until the instant that a dry run imagines: written as always, and rolled back."""

from datetime import datetime
from uuid import UUID

from shuke.foundation import clock
from shuke.rooms.points import facade as points
from shuke.rooms.programs.contracts import Passed
from shuke.rooms.programs.services.advancing import advance
from shuke.rooms.programs.services.standing import standings
from shuke.rooms.programs.services.timeline import timeline
from shuke.rooms.tiers import facade as tiers

ENTRIES_LIMIT = 200


def let_pass(member_id: UUID, since: datetime) -> Passed | None:
    """Advance a member to the imagined business clock, and return what time alone did; None without a membership."""
    now, plan = clock.business_now(), timeline()
    found = standings([member_id], now).get(member_id)
    if plan is None or found is None:
        return None
    advance([member_id], now)
    page = points.entries_page(member_id, ENTRIES_LIMIT)
    by_time = [entry for entry in page.entries if entry.recorded_at >= now and entry.reference is None]
    history = tiers.history(member_id, plan.program_id)
    changes = [change for change in history if change.occurred_at > since and change.reference is None]
    return Passed(tuple(reversed(by_time)), tuple(changes), found)
