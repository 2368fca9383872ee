"""Tiers: given by hand, and how a member's came about."""

from django.http import HttpRequest
from ninja import Router

from shuke.foundation import business_keys
from shuke.foundation.ids import encode
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import MemberRef
from shuke.rooms.orders import facade as orders
from shuke.rooms.org.contracts import Right
from shuke.rooms.programs import facade as programs
from shuke.rooms.tiers import facade as tiers
from shuke.rooms.tiers.contracts import TierChange
from shuke.surfaces.http import keys, problems
from shuke.surfaces.http.naming import name_of
from shuke.surfaces.http.operations import Operation, operation
from shuke.surfaces.http.parameters import PAGE, After, DryRun, Limit, MemberIdPath, Now
from shuke.surfaces.http.recording import OF_POINTS, REASONED, recorded
from shuke.surfaces.http.schemas import examples, movement_examples
from shuke.surfaces.http.schemas.behaviours import BEHAVIOUR_PREFIX
from shuke.surfaces.http.schemas.members import decode_member_id
from shuke.surfaces.http.schemas.movements import movement_fields
from shuke.surfaces.http.schemas.orders import ORDER_PREFIX, REFUND_PREFIX
from shuke.surfaces.http.schemas.points import tier_answers
from shuke.surfaces.http.schemas.tiers import (
    TIER_PREFIX,
    TierBody,
    TierChangesAnswer,
    TierResult,
    tier_change_answer,
)

router = Router(tags=["tiers"])
_PREFIXES = {"refund": REFUND_PREFIX, "tier": TIER_PREFIX}


@operation(
    router,
    "POST",
    "/members/{member_id}/tiers",
    TierResult,
    Operation(
        id="giveTier",
        en="Give a tier by hand",
        zh="人工授予等级",
        about_zh="授予会员一个等级，至所给最后一日为止（不给出则长期），须说明原因；"
        "自行达到的更高等级保留，exactly 为真时也会降低。",
        scope=Right.TIERS_WRITE,
        status=201,
        writes=True,
        codes=(*OF_POINTS, *REASONED, "invalid_id", "tier_ends_before", "unknown_ladder", "unknown_tier"),
        parameter_examples={"member_id": examples.MEMBER_ID},
        request_example=movement_examples.NEW_TIER,
        response_example=movement_examples.TIER_RESULT,
        links={"changes": ("listTierChanges", "member_id", "$response.body#/member_id")},
    ),
)
def give_tier(
    request: HttpRequest, member_id: MemberIdPath, body: TierBody, *, dry_run: DryRun = False, now: Now = None
) -> TierResult:
    """Give a member a tier to its last day, with a reason: a floor under what is earned.

    A higher one that was earned stays, except with `exactly`.
    """
    name = name_of(request, body)
    livemode = keys.livemode(request)
    done = recorded(request, body.value_of(*name, MemberRef(id=decode_member_id(member_id))))
    assert done.member_id is not None
    standing = programs.standing(done.member_id)
    language = "zh" if problems.is_chinese(request) else "en"
    told = movement_fields(done, TIER_PREFIX, name, livemode=livemode, dry_run=dry_run)
    kept = {field: told[field] for field in TierResult.model_fields.keys() & told.keys()}
    return TierResult(**kept, tiers=tier_answers(standing, language=language))


@operation(
    router,
    "GET",
    "/members/{member_id}/tier-changes",
    TierChangesAnswer,
    Operation(
        id="listTierChanges",
        en="List a member's changes of tier",
        zh="会员等级变更列表",
        about_zh="列出会员在各等级体系的变更及原因，最近的在前；说明文字按 Accept-Language 以中文或英文给出。",
        scope=Right.POINTS_READ,
        speaks=True,
        codes=("invalid_cursor", "invalid_id", "not_enrolled", "unknown_member"),
        parameter_examples={"member_id": examples.MEMBER_ID},
        response_example=movement_examples.TIER_CHANGES,
    ),
)
def list_tier_changes(
    request: HttpRequest, member_id: MemberIdPath, *, limit: Limit = PAGE, cursor: After = None
) -> TierChangesAnswer:
    """List changes of tier, the latest first, and why; the sentences are in Chinese or English."""
    member = members.get(decode_member_id(member_id)).id
    program_id = programs.current(programs.standing(member).program).program_id
    page = tiers.changes_page(member, program_id, limit, cursor)
    facts = _facts([change for _, change in page.changes])
    language = "zh" if problems.is_chinese(request) else "en"
    items = [
        tier_change_answer(ladder, change, facts.get(change.reference), programs.why(change, language))
        for ladder, change in page.changes
    ]
    return TierChangesAnswer(items=items, next_cursor=page.next_cursor, livemode=keys.livemode(request))


def _facts(changes: list[TierChange]) -> dict[object, str]:
    """Return the outside ids of the facts behind changes, by reference."""
    references = [change.reference for change in changes if change.reference]
    found = {reference: encode(ORDER_PREFIX, reference) for reference in orders.get_many(references)}
    for reference, name in business_keys.names(references).items():
        found[reference] = encode(_PREFIXES.get(name.kind, name.kind[:3]), reference)
    rest = [reference for reference in references if reference not in found]
    return {**found, **{reference: encode(BEHAVIOUR_PREFIX, reference) for reference in rest}}
