"""Takes back a version that is planned: it never comes into force, and keeps its number, its text and its author."""

from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor
from shuke.rooms.points import facade as points
from shuke.rooms.programs import queries
from shuke.rooms.programs.contracts import VersionView
from shuke.rooms.programs.models import Version
from shuke.rooms.programs.services.publishing import hold_writers_off, limit_units, view
from shuke.rooms.programs.services.timeline import Timeline, forget_versions, published, timeline


def withdraw(slug: str, number: int, actor: Actor) -> VersionView:
    """Withdraw the planned version of a program; one that is withdrawn already is answered as it is."""
    with unit_of_work():
        hold_writers_off()
        plan = published(timeline(slug))
        found = next((version for version in queries.versions(plan.program_id) if version.number == number), None)
        if found is None:
            detail = f"The program {slug} has no version {number}."
            raise Refusal("version_not_found", detail, params={"version": number})
        withdrawn = queries.withdrawals(plan.program_id).get(found.id)
        if withdrawn is None:
            _check_planned(plan, found)
            _take_back_units(plan)
            withdrawn = queries.insert_withdrawal(found, clock.business_now(), actor.label)
            forget_versions()
            before = {"version": number, "effective_from": found.effective_from.isoformat(), "shape": found.shape}
            after = {"version": plan.versions[-2].number}
            org.audit("program.withdrawn", f"program:{slug}", before, after, actor)
        return view(found, withdrawn)


def _check_planned(plan: Timeline, version: Version) -> None:
    """Refuse to withdraw what decides already, or what a later version was made to follow."""
    in_force = plan.at(int(clock.business_now().timestamp()))
    if version.number <= in_force.number or queries.somebody_stands_under(plan.program_id, version.id):
        raise Refusal(
            "version_in_force",
            f"Version {version.number} is in force, or members have come to it; publish another one to replace it.",
            params={"version": version.number},
        )
    if version.id != plan.latest.id:
        raise Refusal(
            "version_followed",
            f"Version {plan.latest.number} was made to follow version {version.number}; withdraw that one first.",
            params={"version": version.number, "later": plan.latest.number},
        )


def _take_back_units(plan: Timeline) -> None:
    """Give units the supply of the version before again, and forget those that only the last version has."""
    before = plan.versions[-2]
    added = plan.latest.program.units[len(before.program.units) :]
    for unit_id in plan.latest.unit_ids[len(before.program.units) :]:
        points.limit_supply(unit_id, None)
    points.drop_units([unit.code for unit in added])
    limit_units(before.program)
