"""Tries an order or behaviour of a member, real or invented, under a version or a file, also on a day to come.

A real member is loaded as for a decision and moved in memory alone: nothing is written, no lock is taken.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from shuke.core.program.cases import Case, CaseFact, CaseMember
from shuke.core.program.model import Program
from shuke.core.values.errors import Refusal
from shuke.engine.compile import compile_program
from shuke.engine.online import Desk
from shuke.engine.schema import load_program
from shuke.engine.states import BehaviourFacts, OrderFacts
from shuke.engine.trying import Tried, facts_of, invented, try_fact
from shuke.foundation import clock
from shuke.foundation.transactions import snapshot
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import ExternalId, MemberRef
from shuke.rooms.orders.contracts import Line
from shuke.rooms.org import facade as org
from shuke.rooms.points import facade as points
from shuke.rooms.programs import queries
from shuke.rooms.programs.facts import BehaviourFact, OrderFact
from shuke.rooms.programs.services import intake
from shuke.rooms.programs.services.loading import Wanted, open_desktop
from shuke.rooms.programs.services.timeline import Running, Timeline, published, timeline

_NOBODY = MemberRef(external=ExternalId("trial", "1"))  # whom a fact is checked of before anybody is looked at


def simulate(text: str | None, version: int | None, who: UUID | CaseMember, fact: CaseFact) -> Tried:
    """Say what a fact would do under a file, a version (as if it came into force anew now), or what is in force then.

    Raises:
        ProgramErrors: everything that is wrong with the file.
        Refusal: `version_not_found`, `not_enrolled`, `no_program`, `simulated_before` of a fact before where the member
            stands, and what deciding the fact refuses.
    """
    with snapshot():
        if isinstance(who, CaseMember):
            return _invented(_text(text, version), who, fact)
        return _real(_text(text, version) if text or version else None, who, fact)


def _text(text: str | None, version: int | None) -> str:
    if text is not None:
        return text
    plan = published(timeline())
    every = queries.versions(plan.program_id)
    wanted = plan.latest.number if version is None else version
    found = next((each for each in every if each.number == wanted), None)
    if found is None:
        raise Refusal("version_not_found", "There is no such version.", params={"version": wanted})
    return found.text


def _invented(text: str, member: CaseMember, fact: CaseFact) -> Tried:
    desk = Desk(compile_program(load_program(text)))
    facts = _checked(fact, desk.compiled.program)
    return try_fact(desk, invented(desk, Case("", member, (), fact, (), "", 0, "")), facts)


def _real(text: str | None, member_id: UUID, fact: CaseFact) -> Tried:
    plan = published(timeline())
    if text is not None:
        plan = _with_draft(plan, text)
    facts = _checked(fact, plan.at(fact.at).program)
    people = members.facts([member_id])
    wanted = {member_id: Wanted(fact.at, draws=True)}
    dossier = open_desktop(plan, wanted, people).dossiers.get(member_id) if people else None
    if dossier is None:
        raise Refusal("not_enrolled", "The member does not belong to the program.", pointer="/member")
    if fact.at < dossier.state.standing_at:
        raise Refusal(
            "simulated_before",
            "A fact is tried at or after the instant where the member stands.",
            pointer="/at",
            params={"standing_at": dossier.running.instant(dossier.state.standing_at).isoformat()},
        )
    desktop = open_desktop(plan, wanted, people)
    dossier = desktop.dossiers[member_id]
    desktop.advance(dossier, fact.at)
    return try_fact(dossier.running.desk, dossier.state, facts)


def _with_draft(plan: Timeline, text: str) -> Timeline:
    """Return the timeline with a file that comes into force now, in place of what is planned."""
    compiled = compile_program(load_program(text))
    now = int(clock.business_now().timestamp())
    known = {unit.code: unit.id for unit in points.all_units()}
    unit_ids = tuple(known.get(unit.code, -place) for place, unit in enumerate(compiled.program.units, start=1))
    draft = Running(0, plan.latest.number + 1, now, Desk(compiled), unit_ids)
    return replace(plan, versions=(*(each for each in plan.versions if each.effective_from <= now), draft))


def _checked(fact: CaseFact, program: Program) -> OrderFacts | BehaviourFacts:
    """Return a fact as the rules see it, with the brand of its store.

    Raises: Refusal as recording it does.
    """
    told = _as_recorded(fact, program.currency)
    assert told.occurred_at is not None
    refusal = intake.check(told, told.occurred_at, live=False, history=True) or intake.check_declared(told, program)
    if refusal is not None:
        raise refusal
    brands: Mapping[str, str] = org.brand_of_store([fact.store]) if fact.store else {}
    return replace(facts_of(fact), brand=brands.get(fact.store, ""))


def _as_recorded(fact: CaseFact, currency: str) -> OrderFact | BehaviourFact:
    """Return a fact as a source reports it."""
    at, attributes = datetime.fromtimestamp(fact.at, UTC), dict(fact.attributes)
    if fact.behaviour:
        return BehaviourFact("trial", "1", _NOBODY, fact.behaviour, at, fact.store, fact.channel, attributes=attributes)
    lines = [
        Line(each.sku, each.category, each.quantity, each.net, attributes=dict(each.attributes)) for each in fact.lines
    ]
    return OrderFact(
        "trial",
        "1",
        None,
        at,
        fact.net,
        fact.gross,
        currency,
        fact.store,
        fact.channel,
        tuple(lines),
        tax_minor=fact.tax,
        shipping_minor=fact.shipping,
        points_paid_minor=fact.points_paid,
        attributes=attributes,
    )


def instant(at: datetime | None) -> int:
    """Return the UTC second of an instant, by default of now."""
    return int((at or clock.business_now()).timestamp())
