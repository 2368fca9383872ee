"""Writes the audit log, in the transaction of what it tells."""

from shuke.foundation import clock
from shuke.rooms.org import queries
from shuke.rooms.org.contracts import Actor, Values


def audit(action: str, subject: str, before: Values | None, after: Values | None, actor: Actor) -> None:
    """Write who did what to which subject (an outside id)."""
    queries.insert_audit_line(clock.machine_now(), clock.business_now(), actor, action, subject, before, after)
