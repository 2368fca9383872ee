"""A member's status beside the facts on their way: whoever changes it waits for them, and none is decided as before."""

from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.core.values.points import written
from shuke.foundation import clock
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.benefits import facade as benefits
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import Member, Status
from shuke.rooms.org.contracts import Actor
from shuke.rooms.paid import facade as paid
from shuke.rooms.points import facade as points
from shuke.rooms.programs.services import entitling, stored_value


def set_status(member_id: UUID, status: Status, reason: str, actor: Actor, *, give_up_value: bool = False) -> Member:
    """Give a member another status, behind the lock that every fact of theirs takes first.

    Who leaves, by whomever, has no plan any more, and nobody charges them; plans lock before holders.
    """
    with unit_of_work():
        if status is Status.EXITED:
            paid.end_all(member_id, actor)
        points.lock([members.get(member_id).id])
        before = members.facts([member_id])[member_id].status
        if status is Status.EXITED and not give_up_value:
            _check_no_value(member_id)
        member = members.set_status(member_id, status, reason, actor)
        now = clock.business_now()
        if status is Status.EXITED:
            benefits.leave([member_id], now)
        elif before is Status.EXITED:
            entitling.settle([member_id], now)
        return member


def _check_no_value(member_id: UUID) -> None:
    """Let nobody leave money that they paid ahead without saying so.

    Raises:
        Refusal: `value_left`.
    """
    said = stored_value.terms()
    left = stored_value.principal_left(member_id, said) if said else 0
    if said is not None and left:
        told = written(left, said.digits)
        detail = f"There is still stored value of {told}; refund it, or say that it is given up."
        raise Refusal("value_left", detail, params={"left": told})
