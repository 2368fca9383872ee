"""Coupons where they meet the program: their offers are read and compiled here, and claims are judged by standing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from uuid import UUID

from shuke.core.offers.model import (
    Amount,
    Bundle,
    Deal,
    EachPiece,
    Effect,
    Gift,
    Grain,
    Group,
    Offer,
    Percent,
    Prices,
    Reason,
    Shipping,
    Steps,
)
from shuke.core.values.errors import Refusal
from shuke.engine.carts import CartDesk
from shuke.engine.schema import ProgramErrors
from shuke.engine.single_offers import compile_beside, read_claim, read_offer
from shuke.engine.states import MemberState, OrderFacts
from shuke.foundation import business_keys, clock
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.coupons import facade as coupons
from shuke.rooms.coupons.contracts import (
    KEY,
    Cause,
    HeldCoupon,
    Issued,
    IssueFact,
    Kind,
    Template,
    TemplateDraft,
)
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import MemberRef
from shuke.rooms.org.contracts import Actor
from shuke.rooms.programs.facts import RedeemFact
from shuke.rooms.programs.services import intake, recording
from shuke.rooms.programs.services.giving import on_what
from shuke.rooms.programs.services.loading import Wanted, open_desktop
from shuke.rooms.programs.services.timeline import Running, published, timeline

_DISCOUNTS = (Percent, EachPiece, Prices, Bundle, Deal, Steps)


def create_coupon_template(draft: TemplateDraft, actor: Actor) -> Template:
    """Check a template's offer and condition against the program in force, and create it in the program's time zone.

    With a budget, what one coupon costs is what its offer takes off at most, where that can be known.

    Raises:
        ProgramErrors: everything that is wrong with the offer.
        Refusal: `no_program`, `offer_of_other_kind`, `offer_counts_more`, `coupon_cost_unknown`,
            `unknown_behaviour`, as a condition of a rule is refused, and as `coupons.create_template`.
    """
    return coupons.create_template(checked(draft), actor)


def checked(draft: TemplateDraft) -> TemplateDraft:
    """Return a draft as it will be kept, or refuse it: as `create_coupon_template`."""
    running = _running()
    rule = read_offer(draft.offer, running.program)
    if draft.kind not in _kinds(rule.effect, minimum=rule.minimum is not None):
        detail = f"What this offer does is not a coupon of the kind {draft.kind}."
        raise Refusal("offer_of_other_kind", detail, pointer="/kind", params={"kind": draft.kind.value})
    compile_beside(running.desk.compiled, rule)
    _check_condition("/claim_when", draft.claim_when, running)
    on = on_what(draft.given_on, running.program)
    _check_condition("/given_when", draft.given_when, running, on)
    cost = _cost(rule.effect, draft)
    return replace(draft, time_zone=running.program.time_zone, cost_minor=cost)


def _check_condition(pointer: str, text: str | None, running: Running, on: tuple[str, ...] = ()) -> None:
    """Refuse a condition that can't be read or asked; `place` of the refusal says where in it."""
    if text is None:
        return
    try:
        compile_beside(running.desk.compiled, read_claim(text, running.program, on))
    except Refusal as refusal:
        params = {**refusal.params, **({"place": refusal.pointer} if refusal.pointer else {})}
        raise Refusal(refusal.code, refusal.detail, pointer=pointer, params=params) from refusal


def _running() -> Running:
    return published(timeline()).at(int(clock.business_now().timestamp()))


def _kinds(effect: Effect, *, minimum: bool) -> Collection[Kind]:
    """Return what a coupon with an effect may be called."""
    if isinstance(effect, Amount):
        return (Kind.THRESHOLD,) if minimum or effect.every else (Kind.CASH, Kind.PACKET)
    kinds = {Shipping: (Kind.SHIPPING,), Gift: (Kind.GIFT, Kind.EXCHANGE)}.get(type(effect), ())
    if isinstance(effect, Steps):
        return (Kind.THRESHOLD, Kind.DISCOUNT)
    if isinstance(effect, Percent | Prices | Deal):
        return (Kind.DISCOUNT, Kind.EXCHANGE)
    return (Kind.DISCOUNT,) if isinstance(effect, _DISCOUNTS) else kinds


def _cost(effect: Effect, draft: TemplateDraft) -> int | None:
    """Return what one coupon costs at most; what staff say holds for what has no price of its own."""
    known = most_off(effect)
    by_itself = isinstance(effect, Percent) and effect.at is not Grain.ORDER  # which has no bound together
    if draft.budget_minor is None or by_itself or isinstance(effect, Gift | Prices | Deal | Bundle | EachPiece):
        return draft.cost_minor if draft.cost_minor is not None else known
    if known is None:
        detail = "With a budget, the offer says what it takes off at most: at_most, or times of an amount."
        raise Refusal("coupon_cost_unknown", detail, pointer="/offer")
    return known


def most_off(effect: Effect) -> int | None:
    """Return what an effect takes off an order at most, None where the order decides it."""
    if isinstance(effect, Steps):
        parts = [most_off(part) for _, part in effect.steps]
        return None if None in parts else max((part for part in parts if part is not None), default=None)
    if isinstance(effect, Amount):
        times = effect.times if effect.every else 1
        return None if times is None else effect.minor * times
    return effect.cap if isinstance(effect, Percent | Shipping) else None


# --- on carts ---


def groups_of(
    held: Sequence[HeldCoupon],
    running: Running,
    state: MemberState,
    member: tuple[UUID | None, Collection[str]],
    order: OrderFacts,
) -> tuple[Group, ...]:
    """Return coupons as offers for an order that `member` (id and tags) places now, each by itself, named by its code.

    Whoever buys may leave each out. One that can't be used, is somebody else's, or that the program in force can't
    read any more, is told with why.
    """
    member_id, tags = member
    groups = []
    for coupon in held:
        refused = coupon.refused
        if coupon.member_id is not None and coupon.member_id != member_id:
            refused = Reason.NOT_THIS_MEMBER
        desk = None if refused else _desk(running, coupon.offer)
        if desk is None:
            offer = Offer(coupon.code, Amount(0), (), coupon=True, refused=refused or Reason.NOT_USABLE)
        else:
            offer = replace(_told(desk, state, tags, order), code=coupon.code, coupon=True)
            if coupon.value_minor is not None and isinstance(offer.effect, Amount):
                offer = replace(offer, effect=replace(offer.effect, minor=coupon.value_minor))
        groups.append(Group((offer,)))
    return tuple(groups)


def _told(desk: CartDesk, state: MemberState, tags: Collection[str], order: OrderFacts) -> Offer:
    """Return the offer of a desk, its last one, as it bears on an order."""
    bits = sum(1 << bit for bit, tag in enumerate(desk.program.tags) if tag in tags)
    return desk.groups(replace(state, tags=bits), order)[-1].offers[-1]


@lru_cache(maxsize=1_024)
def _desk(running: Running, offer: str) -> CartDesk | None:
    """Return an offer ready for carts under a version, None where that version can't read it."""
    compiled = running.desk.compiled
    try:
        return CartDesk(compile_beside(compiled, read_offer(offer, compiled.program)))
    except (ProgramErrors, Refusal):
        return None


@lru_cache(maxsize=256)
def _claim_desk(running: Running, condition: str) -> CartDesk | None:
    compiled = running.desk.compiled
    try:
        return CartDesk(compile_beside(compiled, read_claim(condition, compiled.program)))
    except Refusal:
        return None


# --- claims ---


def claim_coupons(facts: Sequence[IssueFact], actor: Actor, *, history: bool = False) -> list[Issued]:
    """Issue coupons that members take by themselves or buy with points: `coupons.issue`, each within its condition.

    A claim (`Cause.CLAIM`) or purchase (`Cause.POINTS`) needs the template's `claim_when` to hold for the member as
    they stand. A purchase takes the points and issues the coupon in one transaction, under one key. What was issued
    before is answered before anything is judged. Only with the right to write `history` is a coupon issued as of its
    `at`, else as of now. One answer each.

    Raises:
        nothing; refusals stand in the answers: `coupon_not_for_member`, a time that no fact may have, as
            `coupons.issue`, and for purchases as `record` refuses a redemption.
    """
    now = clock.business_now()
    known = business_keys.standings([_identity(fact) for fact in facts])
    templates = {code: _template(code) for code in {fact.template for fact in facts}}
    fresh = [fact for fact in facts if _identity(fact) not in known]
    states = _states({fact.member_id for fact in fresh if fact.member_id and _asks(templates[fact.template], fact)})
    answers: dict[int, Issued] = {}
    issued: dict[int, IssueFact] = {}
    for place, fact in enumerate(facts):
        template = templates[fact.template]
        told = fact if history else replace(fact, at=now)
        if _identity(fact) in known:
            issued[place] = told
            continue
        refusal = intake.check_time(fact.at, now, live=not clock.is_tested(), history=history)
        if refusal is None and template is not None and _asks(template, fact):
            refusal = _not_for(template, fact.member_id, states)
        if refusal is not None:
            answers[place] = Issued(refusal=refusal)
        elif fact.cause is Cause.POINTS and template is not None and template.draft.points is not None:
            answers[place] = _bought(told, template.draft.points, actor, history=history)
        else:
            issued[place] = told
    answers |= zip(issued, coupons.issue(list(issued.values())) if issued else (), strict=True)
    return [answers[place] for place in range(len(facts))]


def _identity(fact: IssueFact) -> tuple[str, str, str]:
    return fact.source, KEY, fact.external_id


def coupons_to_take(member_id: UUID) -> tuple[Template, ...]:
    """Return of which templates a member can take, or for points buy, a coupon now, newest first. Raises: nothing."""
    templates = coupons.within_reach(member_id, clock.business_now())
    asks = any(each.draft.claim_when is not None for each in templates)
    states = _states({member_id} if asks else ())
    return tuple(each for each in templates if each.draft.claim_when is None or not _not_for(each, member_id, states))


def _template(code: str) -> Template | None:
    try:
        return coupons.template_by_code(code)
    except Refusal:
        return None


def _asks(template: Template | None, fact: IssueFact) -> bool:
    """Say whether a condition stands before this fact."""
    by_oneself = fact.cause in (Cause.CLAIM, Cause.POINTS)
    return template is not None and template.draft.claim_when is not None and by_oneself


def _states(member_ids: Collection[UUID]) -> Mapping[UUID, tuple[Running, MemberState, Collection[str]]]:
    """Return version, state and tags of members as they stand now; those who belong to no program are absent."""
    plan = timeline()
    if plan is None or not member_ids:
        return {}
    seconds, people = int(clock.business_now().timestamp()), members.facts(member_ids)
    desktop = open_desktop(plan, {id: Wanted(seconds) for id in member_ids if id in people}, people)
    found = {}
    for member_id, dossier in desktop.dossiers.items():
        desktop.advance(dossier, seconds)
        found[member_id] = dossier.running, dossier.state, people[member_id].tags
    return found


def _not_for(
    template: Template, member_id: UUID | None, states: Mapping[UUID, tuple[Running, MemberState, Collection[str]]]
) -> Refusal | None:
    assert template.draft.claim_when is not None
    if member_id is not None and member_id in states:
        running, state, tags = states[member_id]
        desk = _claim_desk(running, template.draft.claim_when)
        now = OrderFacts(int(clock.business_now().timestamp()), 0, 0)
        if desk is not None and _told(desk, state, tags, now).refused is None:
            return None
    return Refusal("coupon_not_for_member", "The member does not meet the condition of this coupon.")


def _bought(fact: IssueFact, points: int, actor: Actor, *, history: bool) -> Issued:
    """Take the points and issue the coupon, or do neither."""
    assert fact.member_id is not None
    try:
        with unit_of_work(apart=True):
            ref = MemberRef(id=fact.member_id)
            paid = RedeemFact(fact.source, fact.external_id, ref, points, occurred_at=fact.at)
            (result,) = recording.record([paid], actor, history=history, dry_run=False)
            if result.refusal is not None:
                raise result.refusal
            (answer,) = coupons.issue([fact])
            if answer.refusal is not None:
                raise answer.refusal
            return answer
    except Refusal as refusal:
        return Issued(refusal=refusal)
