"""A new member at the counter: phone and name, once the consent was told on the spot."""

from typing import Any

from django.http import HttpRequest

from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import NewMember, Purpose
from shuke.rooms.org.contracts import ShiftLine, Work
from shuke.rooms.programs import facade as programs
from shuke.surfaces.cashier import doing, telling
from shuke.surfaces.cashier.counter import Counter, Told, call

_LONGEST_NAME = 100


@call("POST")
def enrol(request: HttpRequest, counter: Counter, told: Told) -> dict[str, Any]:
    """Enrol somebody who agreed."""
    return doing.once(counter, told, lambda: _enrolled(counter, told))


def _enrolled(counter: Counter, told: Told) -> ShiftLine:
    if not told.yes("agreed"):
        raise Refusal("consent_required", "Tell the customer what joining means, and tick that they agreed.")
    new = NewMember(phone=told.text("phone", 40), name=told.text("name", _LONGEST_NAME) or None)
    (member,) = programs.enrol([new], counter.actor)
    if isinstance(member, Refusal):
        raise member
    answers = {Purpose.SERVICE: True, Purpose.SMS_MARKETING: told.yes("marketing")}
    members.consent(member.id, answers, counter.actor, f"till {counter.till.store.code}")
    standing = programs.standings([member.id]).get(member.id)
    card = telling.card(member, standing)
    answer = {"kind": "enrolled", "key": told.key(), "member": card}
    return ShiftLine(told.key(), told.digest, Work.ENROLMENT, clock.business_now(), answer)
