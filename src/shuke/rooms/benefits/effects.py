"""What handlers give: asked for in the transaction that gives the entitlement, done at once or by a job, never lost.

A handler that fails leaves what it was asked for, to be tried again later, and stops nobody.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from shuke.foundation import clock, logs
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.benefits import effect_queries as queries
from shuke.rooms.benefits.contracts import Benefit, BenefitHandler, Effect, Giving, Kind, NeverError, TryLaterError
from shuke.rooms.benefits.effect_queries import Asked
from shuke.rooms.benefits.queries import Change
from shuke.rooms.benefits.queries import benefits as every_benefit

TRIES_LIMIT = 12
SHORTEST_WAIT, FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(seconds=30), timedelta(hours=12)
CHUNK = 500

_handlers: dict[Kind, BenefitHandler] = {}


def handle(kind: Kind, handler: BenefitHandler | None) -> BenefitHandler | None:
    """Let a handler give what benefits of a kind issue, and return who did before."""
    before = _handlers.pop(kind, None)
    if handler is not None:
        _handlers[kind] = handler
    return before


def asked(changes: Sequence[Change]) -> None:
    """Let handlers that give at once do what was just asked for; the job that comes round does the rest."""
    benefits = every_benefit()
    found = [
        Asked(one.claim.member_id, one.claim.benefit, one.claim.cause, number, effect, quantity, one.at, 0)
        for one in changes
        for number, effect, quantity in one.effects
    ]
    _carry_out([one for one in found if _at_once(benefits[one.benefit].kind)], benefits)


def carry_out_due() -> int:
    """Ask handlers for what is due, a chunk a transaction, and return how much was done."""
    done = 0
    while True:
        with unit_of_work():
            found = queries.due(clock.machine_now(), CHUNK)
            if not found:
                return done
            done += len(found) - len(_carry_out(found, every_benefit()))


def _at_once(kind: Kind) -> bool:
    handler = _handlers.get(kind)
    return handler is not None and handler.at_once


def _carry_out(found: Sequence[Asked], benefits: dict[str, Benefit]) -> list[Asked]:
    """Try what was asked for, alike things together; return what was not done."""
    alike: defaultdict[tuple[Kind, Effect], list[Asked]] = defaultdict(list)
    for one in found:
        alike[benefits[one.benefit].kind, one.effect].append(one)
    left: list[Asked] = []
    for (kind, effect), together in alike.items():
        left += _try(kind, effect, together, benefits)
    return left


def _try(kind: Kind, effect: Effect, together: list[Asked], benefits: dict[str, Benefit]) -> list[Asked]:
    """Try alike things in one savepoint, and where that fails, one by one."""
    failure = _fault(kind, effect, together, benefits)
    if failure is None:
        queries.done(together, clock.business_now())
        return []
    if len(together) > 1:
        return [one for each in together for one in _try(kind, effect, [each], benefits)]
    (one,) = together
    given_up = isinstance(failure, NeverError) or one.attempts + 1 >= TRIES_LIMIT
    next_at = None if given_up else clock.machine_now() + _wait(failure, one.attempts)
    queries.failed(one, next_at, str(failure)[:200] or type(failure).__name__)
    logs.failure("benefit_not_given", failure, benefit=one.benefit, attempt=one.attempts + 1, given_up=given_up)
    return together


def _fault(kind: Kind, effect: Effect, together: list[Asked], benefits: dict[str, Benefit]) -> Exception | None:
    handler = _handlers.get(kind)
    if handler is None:
        return TryLaterError(f"Nothing gives benefits of kind {kind}.")
    verb = {
        Effect.GRANT: handler.grant,
        Effect.CYCLE: handler.cycle,
        Effect.REVOKE: handler.revoke,
        Effect.RECALL: handler.recall,
    }[effect]
    try:
        with unit_of_work(apart=True):
            verb([_giving(one, benefits[one.benefit]) for one in together])
    except Exception as failure:  # noqa: BLE001  # whatever it is, the tier change that gave it stands
        return failure
    return None


def _giving(one: Asked, benefit: Benefit) -> Giving:
    given: tuple[tuple[str, int], ...] = ()
    if one.effect is Effect.RECALL:
        queries.call_off(one)
        given = tuple((key(replace(one, number=number)), quantity) for number, quantity in queries.given_in_period(one))
    return Giving(key(one), one.effect, one.member_id, benefit, one.cause, one.quantity, one.at, given)


def key(one: Asked) -> str:
    """Return the name of what was asked for, for ever: a repeat of it does nothing."""
    return f"{one.member_id.hex}:{one.benefit}:{one.cause}:{one.number}"


def _wait(failure: Exception, attempts: int) -> timedelta:
    if isinstance(failure, TryLaterError) and failure.seconds is not None:
        return max(SHORTEST_WAIT, timedelta(seconds=failure.seconds))
    return min(FIRST_WAIT * 2**attempts, LONGEST_WAIT)


def waiting(member_id: UUID) -> dict[tuple[str, str, int], tuple[str, datetime | None]]:
    """Return by (benefit, cause, line) why something was not given to a member yet, and when it is tried again."""
    return queries.open_of(member_id)
