"""Tiers about to fall at work: their members are told once for each fall, as long as it can still be averted."""

from collections.abc import Mapping

from django.utils import translation

from shuke.foundation import logs
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.members import facade as members
from shuke.rooms.messaging import facade as messaging
from shuke.rooms.messaging.contracts import Notice
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import Fall
from shuke.surfaces.wording import days, standing
from shuke.surfaces.wording.running import Running, running

KIND = "tier_fall"


def warn() -> Mapping[str, int]:
    """Tell members of the falls that are coming; one that can't be told keeps no other, and is told another night."""
    program, told = running(), 0
    if program is None:
        return {"notices": 0}
    for fall in programs.falls_coming(lambda keys: messaging.told(KIND, keys)):
        try:
            with unit_of_work(apart=True):
                told += _tell(fall, program)
        except Exception as failure:  # noqa: BLE001  # whatever it is, the rest is told
            logs.failure("tier_fall_not_told", failure, member=str(fall.member_id))
    return {"notices": told}


def _tell(fall: Fall, program: Running) -> bool:
    member = members.get(fall.member_id)
    with translation.override(member.language):
        params = {
            "tier": program.tier_name(fall.tier.code),
            "next": program.tier_name(fall.tier.projected or ""),
            "last_day": days.written(fall.tier.until, member.language),
            "way": standing.way_to_keep(fall.tier, program),
        }
    return messaging.send(Notice(KIND, fall.key, member.language, fall.member_id, params=params))
