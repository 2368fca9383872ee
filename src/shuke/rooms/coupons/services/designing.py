"""Creates templates and changes what may change of them: what was promised stays as it is."""

import re
from dataclasses import asdict
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shuke.core.values.errors import Refusal
from shuke.foundation import codes, ids, sql
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.coupons import queries
from shuke.rooms.coupons.contracts import (
    COUNT_LIMIT,
    DAYS_LIMIT,
    MINOR_LIMIT,
    NAME_LIMIT,
    OFFER_LIMIT,
    PACKET_LIMIT,
    TEMPLATE_PREFIX,
    Cause,
    Codes,
    Kind,
    Template,
    TemplateChange,
    TemplateDraft,
    TemplateState,
)
from shuke.rooms.coupons.models import Template as Row
from shuke.rooms.coupons.services import supply, views
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor

_CODE = re.compile(r"[a-z][a-z0-9_-]{0,39}")


def create(draft: TemplateDraft, actor: Actor, now: datetime) -> Template:
    """Create a template; of one code for many, that code with it."""
    _check(draft)
    for pointer, until in (("/validity/until", draft.validity.until), ("/issue_until", draft.issue_until)):
        if until is not None and until <= now:
            raise _bad(pointer, "It is over already.")
    one_code = codes.plain(draft.one_code) if draft.one_code else None
    with unit_of_work():
        sql.hold("coupon template", draft.code)
        if one_code:
            sql.hold("coupon code", one_code)
        if queries.template_by_code(draft.code) is not None:
            raise Refusal("coupon_template_exists", "There is such a template already.", pointer="/code")
        if one_code and queries.known_codes([one_code]):
            raise Refusal("coupon_code_taken", "Another coupon has this code.", pointer="/one_code")
        row = _row(draft, one_code, now)
        row.save(force_insert=True)
        supply.open_supply(row)
        if one_code:
            since = draft.validity.since or now
            new = (ids.new_id(), row.id, one_code, None, None, True, False, None, now, since, row.valid_until)
            queries.insert_coupons([(*new, Cause.BATCH.value, None)])
        org.audit("coupons.template_created", _outside(row.id), None, _told(draft), actor)
    return views.templates([row])[0]


def _row(draft: TemplateDraft, one_code: str | None, now: datetime) -> Row:
    limit, packet, validity = draft.per_member, draft.packet, draft.validity
    return Row(
        id=ids.new_id(),
        code=draft.code,
        name=draft.name,
        kind=draft.kind.value,
        offer=draft.offer,
        time_zone=draft.time_zone,
        codes=draft.codes.value,
        one_code=one_code,
        valid_since=validity.since,
        valid_until=validity.until,
        delay_days=validity.delay_days,
        days=validity.days,
        issue_since=draft.issue_since,
        issue_until=draft.issue_until,
        claimable=draft.claimable,
        claim_when=draft.claim_when,
        points=draft.points,
        most=draft.most,
        per_member=limit.most if limit else None,
        per_period=limit.period.value if limit else "ever",
        budget_minor=draft.budget_minor,
        cost_minor=draft.cost_minor,
        pot_minor=packet.pot_minor if packet else None,
        shares=packet.shares if packet else None,
        least_minor=packet.least_minor if packet else None,
        gives_back=draft.gives_back,
        transferable=draft.transferable,
        given_on=draft.given_on,
        given_when=draft.given_when,
        state=TemplateState.ACTIVE.value,
        created_at=now,
    )


def change(template_id: UUID, wanted: TemplateChange, actor: Actor) -> Template:
    """Change a template: pause, resume or stop it, or let it grow."""
    with unit_of_work():
        row = queries.changing(template_id)
        if row is None:
            raise Refusal("unknown_coupon_template", "There is no such coupon template.")
        told = {name: value for name, value in asdict(wanted).items() if value is not None}
        before = {name: getattr(row, name) for name in told}
        _check_change(row, wanted)
        for name, value in told.items():
            setattr(row, name, value)
        row.save(update_fields=list(told))
        if wanted.most is not None or wanted.budget_minor is not None:
            supply.widen(row)
        if told:
            org.audit("coupons.template_changed", _outside(row.id), _plain(before), _plain(told), actor)
    return views.templates([row])[0]


def _check_change(row: Row, wanted: TemplateChange) -> None:
    if row.state == TemplateState.STOPPED:
        raise Refusal("coupons_stopped", "A stopped template stays as it is.")
    if wanted.name is not None:
        _check_name(wanted.name)
    for name in ("most", "budget_minor", "issue_until"):
        before, after = getattr(row, name), getattr(wanted, name)
        if after is not None and (before is None or after < before or (name == "most" and after > COUNT_LIMIT)):
            detail = "What people were told only grows; what has no limit gets none."
            raise Refusal("coupon_template_shrinks", detail, pointer=f"/{name}")


def _check(draft: TemplateDraft) -> None:
    """Refuse a draft that can't be kept, whatever its offer says."""
    if not _CODE.fullmatch(draft.code):
        raise Refusal("bad_code", "A code has lower-case letters, digits, - and _, a letter first.", pointer="/code")
    _check_name(draft.name)
    if not draft.offer.strip() or len(draft.offer) > OFFER_LIMIT:
        raise _bad("/offer", f"An offer has 1 to {OFFER_LIMIT} characters.")
    try:
        ZoneInfo(draft.time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise _bad("/time_zone", "There is no such time zone.") from error
    _check_codes(draft)
    _check_numbers(draft)
    _check_times(draft)
    _check_packet(draft)


def _check_name(name: str) -> None:
    if not name.strip() or len(name) > NAME_LIMIT or not name.replace("\u3000", " ").isprintable():
        raise _bad("/name", f"A name has 1 to {NAME_LIMIT} printable characters.")


def _check_codes(draft: TemplateDraft) -> None:
    if (draft.codes is Codes.ONE) is not (draft.one_code is not None):
        raise _bad("/one_code", "One code for many is told where many use one code, and only there.")
    if draft.one_code is not None and not codes.is_code(codes.plain(draft.one_code)):
        raise Refusal("bad_coupon_code", "A code has 4 to 40 letters and digits.", pointer="/one_code")
    mine = draft.claimable or draft.points is not None or draft.transferable or draft.packet is not None
    mine = mine or draft.given_on != ""
    if draft.codes is Codes.ONE and mine:
        raise _bad("/codes", "A code for many is nobody's: it is not claimed, bought, given or drawn for.")
    if draft.given_when is not None and not draft.given_on:
        raise _bad("/given_when", "A condition on what gives a coupon needs what gives it.")
    if draft.codes is Codes.ONE and (draft.validity.days is not None or draft.validity.delay_days):
        raise _bad("/validity/days", "A code for many is valid between two dates.")


def _check_numbers(draft: TemplateDraft) -> None:
    limit = draft.per_member.most if draft.per_member else None
    for name, value, top in (
        ("most", draft.most, COUNT_LIMIT),
        ("per_member/most", limit, COUNT_LIMIT),
        ("points", draft.points, MINOR_LIMIT),
        ("budget_minor", draft.budget_minor, MINOR_LIMIT),
        ("cost_minor", draft.cost_minor, MINOR_LIMIT),
        ("validity/days", draft.validity.days, DAYS_LIMIT),
    ):
        if value is not None and not 1 <= value <= top:
            raise _bad(f"/{name}", f"It lies between 1 and {top}.")
    if not 0 <= draft.validity.delay_days <= DAYS_LIMIT:
        raise _bad("/validity/delay_days", f"It lies between 0 and {DAYS_LIMIT}.")
    if draft.budget_minor is not None and draft.cost_minor is None:
        raise Refusal("coupon_cost_unknown", "A budget needs the most that one coupon costs.", pointer="/cost_minor")
    if draft.budget_minor is not None and draft.cost_minor is not None and draft.budget_minor < draft.cost_minor:
        raise _bad("/budget_minor", f"One coupon costs {draft.cost_minor}; the budget would do for none.")


def _check_times(draft: TemplateDraft) -> None:
    times = (draft.validity.since, draft.validity.until), (draft.issue_since, draft.issue_until)
    for name, (since, until) in zip(("validity", "issue"), times, strict=True):
        if any(each is not None and each.tzinfo is None for each in (since, until)):
            raise Refusal("time_without_zone", "Times need a zone.", pointer=f"/{name}")
        if since is not None and until is not None and since >= until:
            raise _bad(f"/{name}", "It ends after it begins.")


def _check_packet(draft: TemplateDraft) -> None:
    packet = draft.packet
    if (draft.kind is Kind.PACKET) is not (packet is not None):
        raise _bad("/packet", "A lucky packet says what is in it, and nothing else does.")
    if packet is None:
        return
    sound = 1 <= packet.shares <= PACKET_LIMIT and packet.least_minor >= 1 and packet.pot_minor <= MINOR_LIMIT
    if not sound or packet.pot_minor < packet.shares * packet.least_minor:
        raise _bad("/packet", "Its money must do for the least share of everybody.")
    if draft.most is not None or draft.budget_minor is not None or draft.codes is not Codes.OWN:
        raise _bad("/packet", "A packet is its own limit, and its coupons have codes of their own.")


def _bad(pointer: str, detail: str) -> Refusal:
    return Refusal("bad_coupon_template", detail, pointer=pointer)


def _told(draft: TemplateDraft) -> dict[str, object]:
    return _plain({name: value for name, value in asdict(draft).items() if value not in (None, False, "")})


def _plain(values: dict[str, object]) -> dict[str, object]:
    """Return values as the audit log keeps them: JSON, without what was not told."""
    told: dict[str, object] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            told[name] = _plain({key: each for key, each in value.items() if each is not None})
        else:
            told[name] = value.isoformat() if isinstance(value, datetime) else value
    return told


def _outside(id: UUID) -> str:
    return ids.encode(TEMPLATE_PREFIX, id)
