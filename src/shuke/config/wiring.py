"""What is wired to what: which work comes round when, and what carries messages."""

from collections.abc import Mapping

from procrastinate import App

from shuke.adapters.messages_recording import Recording
from shuke.foundation import clock, idempotency, jobs
from shuke.foundation.jobs import Periodic
from shuke.rooms.messaging import facade as messaging
from shuke.rooms.org import facade as org
from shuke.rooms.programs import facade as programs
from shuke.surfaces.console import log_ins


def advance_members() -> Mapping[str, int]:
    """Move every member whose time has come to the business clock, a committed chunk at a time."""
    advanced = programs.advance_due()
    return {"members": advanced.members, "entries": advanced.entries, "tier_changes": advanced.tier_changes}


def seal_ledger() -> Mapping[str, int]:
    made = programs.seal()
    return {"entries": made.entries if made else 0}


def prune_responses() -> Mapping[str, int]:
    return {"responses": idempotency.prune()}


def expire_approvals() -> Mapping[str, int]:
    return {"approvals": org.expire_approvals()}


def carry_messages() -> Mapping[str, int]:
    return {"messages": messaging.carry_waiting()}


PERIODIC = (
    # Midnight of a program's time zone is somewhere in the day of the machine: look often, mostly in vain.
    Periodic("advance", "*/5 * * * *", advance_members),
    Periodic("carry_messages", "* * * * *", carry_messages),
    Periodic("seal", "7 2 * * *", seal_ledger),
    Periodic("expire_approvals", "37 * * * *", expire_approvals),
    Periodic("prune_responses", "17 3 * * *", prune_responses),
    Periodic("prune_log_ins", "27 3 * * *", log_ins.prune),
)


def wire_jobs(app: App) -> None:
    """Register what comes round, and what carries out approvals and messages; called when Django is ready."""
    jobs.register(app, PERIODIC)
    messaging.carry_with(Recording() if clock.is_tested() else None)
    org.carry_out("points.adjustment", programs.carry_out_adjustment)
