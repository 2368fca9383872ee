"""A new member at the counter: phone and name, once the consent was told on the spot."""

from typing import Any

from django.http import HttpRequest

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, ids
from shuke.rooms.members.contracts import ID_PREFIX, NewMember
from shuke.rooms.org import facade as org
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
    outside = ids.encode(ID_PREFIX, member.id)
    consent = {"store": counter.till.store.code, "service": True, "marketing": told.yes("marketing")}
    org.audit("member.consented", outside, None, consent, counter.actor)
    standing = programs.standings([member.id]).get(member.id)
    card = telling.card(member, standing, counter.shop.currency)
    answer = {"kind": "enrolled", "key": told.key(), "member": card}
    return ShiftLine(told.key(), told.digest, Work.ENROLMENT, clock.business_now(), answer)
