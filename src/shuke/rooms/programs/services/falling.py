"""Whose tier ends soon and will be a lower one: looked ahead in memory, a chunk of members at a time."""

from collections.abc import Callable, Collection, Iterator
from datetime import date, timedelta
from uuid import UUID

from shuke.foundation import clock, logs
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import Status
from shuke.rooms.programs.contracts import Fall, TierStanding, fall_key
from shuke.rooms.programs.services.standing import standings
from shuke.rooms.programs.services.timeline import Running, timeline
from shuke.rooms.tiers import facade as tiers

AHEAD_DAYS = 30
_CHUNK = 100
_DAY_0 = date(1970, 1, 1)

Known = Callable[[Collection[str]], Collection[str]]


def falls_coming(known: Known) -> Iterator[Fall]:
    """Yield the falls of the next 30 days as things stand, but those whose keys are `known` already."""
    plan, now = timeline(), clock.business_now()
    if plan is None:
        return
    running = plan.at(int(now.timestamp()))
    today = running.day_of(now)
    ending = tiers.ending(plan.program_id, today + 1, today + AHEAD_DAYS + 1)
    for begin in range(0, len(ending), _CHUNK):
        chunk = {_key(*each): each[0] for each in ending[begin : begin + _CHUNK]}
        told = known(list(chunk))
        wanted = list({member_id for key, member_id in chunk.items() if key not in told})
        try:
            falls = list(_falls(wanted, running))
        except Exception as failure:  # noqa: BLE001  # whatever it is, the members of other chunks are told
            logs.failure("falls_not_reckoned", failure, first=str(wanted[0]), members=len(wanted))
            continue
        yield from (fall for fall in falls if fall.key in chunk and fall.key not in told)


def _key(member_id: UUID, ladder: str, until_day: int) -> str:
    return fall_key(member_id, ladder, _DAY_0 + timedelta(days=until_day - 1))


def _falls(member_ids: Collection[UUID], running: Running) -> Iterator[Fall]:
    people = members.facts(member_ids)
    active = [member_id for member_id in member_ids if people[member_id].status is Status.ACTIVE]
    for standing in standings(active, clock.business_now()).values():
        yield from (Fall(standing.member_id, tier) for tier in standing.tiers if _falls_down(tier, running))


def _falls_down(tier: TierStanding, running: Running) -> bool:
    levels = next((each.levels for each in running.program.ladders if each.code == tier.ladder), ())
    ranks = {level.code: rank for rank, level in enumerate(levels)}
    return tier.projected is not None and ranks.get(tier.projected, tier.rank) < tier.rank
