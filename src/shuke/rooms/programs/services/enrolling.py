"""Enrolling people: member, holder of points and membership of the program, in one transaction."""

from collections.abc import Sequence

from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.benefits import facade as benefits
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import Member, NewMember
from shuke.rooms.org.contracts import Actor
from shuke.rooms.points import facade as points
from shuke.rooms.programs import queries
from shuke.rooms.programs.services import publishing
from shuke.rooms.programs.services.timeline import locked_timeline


def enrol(new: Sequence[NewMember], actor: Actor) -> list[Member | Refusal]:
    """Enrol people and answer for each in order; a refused one leaves nothing."""
    with unit_of_work():
        queries.hold_joining(alone=False)
        answers = members.enrol(new, actor)
        joined = {member.id: member.joined_at for member in answers if isinstance(member, Member)}
        points.open_holders(sorted(joined))
        plan = locked_timeline()
        if plan is not None and joined:
            publishing.join(plan, joined)
            benefits.welcome(sorted(joined), clock.business_now())
        return answers
