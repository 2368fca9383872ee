"""Publishing by those who may: at once where little changes, else once somebody else has seen what does."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal

from shuke.core.values.errors import Refusal
from shuke.engine.schema import load_program
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor, Approval, ApprovalRequest, Principal, Right
from shuke.rooms.programs import queries
from shuke.rooms.programs.comparisons import Above, Comparison, PublishTerms, above, comparison_json
from shuke.rooms.programs.contracts import VersionView
from shuke.rooms.programs.services import comparing, publishing

KIND = "program.publish"
_MOST = Decimal("999.99")


def publish(
    text: str,
    actor: Actor,
    effective_from: datetime | None = None,
    principal: Principal | None = None,
    *,
    ask: bool = False,
    after: int | None = None,
) -> VersionView | Approval:
    """Publish a program file as a version that never changes, in force from `effective_from` (now by default).

    Publishing the newest version's text again answers with that version, once it is in force; of two from the same
    instant the later one decides. None comes into force before one that is planned, or later than in ten years. The
    first version also decides facts from before it, and gives a membership to everybody enrolled so far.

    Whose effect is above the terms is not published for a `principal`, but for whoever runs the machine (None) it is;
    they `ask`, and a second person who sees the comparison says yes. Nobody has to agree to a first version. `after` is
    the number of the version with which they compared it before; only right after that is it published.

    Raises:
        ProgramErrors: everything that is wrong with the file.
        Refusal: `approval_needed`, `comparison_running` while this process goes on comparing another file,
            `one_program`, `version_planned`, `effective_in_the_past`, `effective_too_late`, `currency_fixed`,
            `time_zone_fixed`, `unit_dropped`, `unit_scale_fixed`, `supply_below_issued`, `tier_in_use`,
            `comparison_outdated` where somebody published meanwhile, `writers_busy`, and what only compiling finds.
    """
    known = publishing.known(text, effective_from)
    if principal is not None:
        org.require(principal, Right.PROGRAMS_WRITE)
    if known is not None:
        return known
    if principal is None or not queries.programs():
        return publishing.publish(text, actor, effective_from, after=after)
    found = comparing.compare(text, effective_from, wait_seconds=comparing.WAIT_SECONDS)
    if after not in (None, found.number):
        raise publishing.outdated(after, found.number)
    over = above(found.effect, terms())
    if ask:
        return org.request_approval(_request(text, effective_from, found, over), actor)
    if over:
        raise Refusal(
            "approval_needed",
            f"Somebody else has to agree to it first: {_listed(over, 'en')}.",
            params={"above": _listed(over, "en"), "above_zh": _listed(over, "zh")},
        )
    return publishing.publish(text, actor, effective_from, after=found.number)


def carry_out(approval: Approval, payload: Mapping[str, object], actor: Actor) -> str | None:
    """Publish what was approved, exactly as it was compared: the executor of `program.publish`.

    Raises:
        Refusal: `comparison_outdated` where another version came meanwhile, and as `publish`.
    """
    assert approval.kind == KIND
    starts = datetime.fromisoformat(str(payload["effective_from"])) if payload["effective_from"] else None
    version = publishing.publish(str(payload["text"]), actor, starts, after=int(str(payload["after"])))
    return f"{version.program}:{version.number}"


def terms() -> PublishTerms:
    """Return which versions need a second person. Raises: nothing."""
    row = queries.publish_terms()
    return PublishTerms(row.always, row.down, row.liability, row.yearly) if row else PublishTerms()


def set_terms(new: PublishTerms, actor: Actor) -> PublishTerms:
    """Say which versions need a second person.

    Raises:
        Refusal: `percent_out_of_range` of what is not from 0 to 999.99 with two digits.
    """
    for name in ("down", "liability", "yearly"):
        value: Decimal = getattr(new, name)
        if not 0 <= value <= _MOST or value != value.quantize(Decimal("0.01")):
            raise Refusal(
                "percent_out_of_range", f"A limit is from 0 to {_MOST} percent, to two digits.", pointer=f"/{name}"
            )
    with unit_of_work():
        before = terms()
        queries.write_publish_terms(new)
        if before != new:
            org.audit("program.terms_changed", "program", _written(before), _written(new), actor)
    return new


def _request(text: str, effective_from: datetime | None, found: Comparison, over: tuple[Above, ...]) -> ApprovalRequest:
    starts = effective_from.isoformat() if effective_from else None
    summary: dict[str, object] = {"version": {"before": found.number, "after": found.number + 1}}
    summary |= {"effective_from": starts} if starts else {}
    detail = comparison_json(found) | {
        "text": text,
        "above": [{"en": each.told("en"), "zh": each.told("zh")} for each in over],
    }
    payload = {"text": text, "effective_from": starts, "after": found.number}
    return ApprovalRequest(KIND, f"program:{load_program(text).code}", summary, payload, detail=detail)


def _listed(over: tuple[Above, ...], language: str) -> str:
    return ("；" if language == "zh" else "; ").join(each.told(language) for each in over)


def _written(said: PublishTerms) -> dict[str, object]:
    return {name: f"{value:f}" if isinstance(value, Decimal) else value for name, value in asdict(said).items()}
