"""What becomes of members: status, tags, histories, double records, and the attributes that are kept of them."""

from django.http import HttpRequest
from ninja import Router

from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import Member, MemberRef, MergeRecord
from shuke.rooms.org.contracts import Right
from shuke.rooms.programs import facade as programs
from shuke.surfaces.http import keys
from shuke.surfaces.http.operations import Operation, operation
from shuke.surfaces.http.parameters import PAGE, After, AttributeCodePath, DryRun, Limit, MemberIdPath, MergeIdPath
from shuke.surfaces.http.schemas import examples
from shuke.surfaces.http.schemas.member_care import (
    AttributeAnswer,
    AttributeBody,
    AttributesAnswer,
    DroppedAnswer,
    DuplicatesAnswer,
    IdentityChangesAnswer,
    MergeAnswer,
    MergeBody,
    ReasonBody,
    StatusBody,
    StatusChangesAnswer,
    TagsBody,
    attribute_answer,
    decode_merge_id,
    duplicate_answer,
    identity_change_answer,
    merge_answer,
    status_change_answer,
)
from shuke.surfaces.http.schemas.members import MemberAnswer, decode_member_id, member_answer

router = Router(tags=["members"])
_OF_A_MEMBER = {"member_id": examples.MEMBER_ID}


@operation(
    router,
    "GET",
    "/members/duplicates",
    DuplicatesAnswer,
    Operation(
        id="listDuplicates",
        en="List members who may be one person",
        zh="疑似重复会员列表",
        about_zh="列出姓名相同且手机尾号或生日相同的会员，两两一组；是否合并由人判断。",
        scope=Right.MEMBERS_MERGE,
        codes=("invalid_cursor",),
        response_example=examples.DUPLICATES,
    ),
)
def list_duplicates(request: HttpRequest, *, limit: Limit = PAGE, cursor: After = None) -> DuplicatesAnswer:
    """List pairs of members with equal names and the same end of the phone or birthday; people judge them."""
    page = members.duplicates(limit, cursor)
    return DuplicatesAnswer(
        items=[duplicate_answer(pair) for pair in page.pairs],
        next_cursor=page.next_cursor,
        livemode=keys.livemode(request),
    )


@operation(
    router,
    "POST",
    "/members/{member_id}/status",
    MemberAnswer,
    Operation(
        id="setMemberStatus",
        en="Give a member another status",
        zh="变更会员状态",
        about_zh="正常与冻结可互换；二者可列入黑名单；黑名单可恢复；任何状态可退会，退会 30 天内可恢复。原因必填。"
        "仍有储值的会员须先退款，或以 give_up_value 说明放弃。",
        scope=Right.MEMBERS_STATUS,
        writes=True,
        codes=(
            "duplicate_email",
            "duplicate_external_id",
            "duplicate_phone",
            "invalid_id",
            "reason_required",
            "reinstate_too_late",
            "status_not_allowed",
            "status_unchanged",
            "unknown_member",
            "value_left",
        ),
        parameter_examples=_OF_A_MEMBER,
        request_example={"status": "frozen", "reason": "lost card"},
        response_example=examples.MEMBER | {"status": "frozen"},
    ),
)
def set_member_status(
    request: HttpRequest, member_id: MemberIdPath, body: StatusBody, *, dry_run: DryRun = False
) -> MemberAnswer:
    """Freeze, blacklist, let leave, or let take part again.

    Active and frozen become each other; both become blacklisted, which becomes active again; all may leave (exited),
    and come back within 30 days. The reason is kept. Who still has stored value leaves only once it is refunded, or
    where it is said that it is given up.
    """
    actor, gives_up = keys.actor(request), body.give_up_value
    member = programs.set_status(_found(member_id).id, body.status, body.reason, actor, give_up_value=gives_up)
    return _answer(request, member, dry_run=dry_run)


@operation(
    router,
    "GET",
    "/members/{member_id}/status-changes",
    StatusChangesAnswer,
    Operation(
        id="listStatusChanges",
        en="List a member's changes of status",
        zh="会员状态变更记录",
        about_zh="列出状态的每次变更、原因与操作人，最新的在前。",
        scope=Right.MEMBERS_READ,
        codes=("invalid_id", "unknown_member"),
        parameter_examples=_OF_A_MEMBER,
        response_example=examples.STATUS_CHANGES,
    ),
)
def list_status_changes(request: HttpRequest, member_id: MemberIdPath) -> StatusChangesAnswer:
    """List every move of a member's status with its reason and who did it, latest first."""
    changes = members.status_history(members.get(decode_member_id(member_id)).id)
    return StatusChangesAnswer(
        items=[status_change_answer(change) for change in changes], livemode=keys.livemode(request)
    )


@operation(
    router,
    "GET",
    "/members/{member_id}/identity-changes",
    IdentityChangesAnswer,
    Operation(
        id="listIdentityChanges",
        en="List the changes of a member's identities",
        zh="会员身份变更记录",
        about_zh="列出手机号、邮箱与外部编号的每次变更；旧值仅以掩码显示。",
        scope=Right.MEMBERS_READ,
        codes=("invalid_id", "unknown_member"),
        parameter_examples=_OF_A_MEMBER,
        response_example=examples.IDENTITY_CHANGES,
    ),
)
def list_identity_changes(request: HttpRequest, member_id: MemberIdPath) -> IdentityChangesAnswer:
    """List what became of phone, e-mail address and external ids; old values only masked."""
    changes = members.identity_history(members.get(decode_member_id(member_id)).id)
    return IdentityChangesAnswer(
        items=[identity_change_answer(change) for change in changes], livemode=keys.livemode(request)
    )


@operation(
    router,
    "PUT",
    "/members/{member_id}/tags",
    MemberAnswer,
    Operation(
        id="setMemberTags",
        en="Set a member's tags",
        zh="设置会员标签",
        about_zh="以给出的标签取代会员现有的全部标签，至多 63 个。",
        scope=Right.MEMBERS_WRITE,
        writes=True,
        codes=("invalid_id", "member_exited", "unknown_member"),
        parameter_examples=_OF_A_MEMBER,
        request_example={"tags": ["vip"]},
        response_example=examples.MEMBER | {"tags": ["vip"]},
    ),
)
def set_member_tags(
    request: HttpRequest, member_id: MemberIdPath, body: TagsBody, *, dry_run: DryRun = False
) -> MemberAnswer:
    """Let a member have these tags and no others, 63 at most."""
    member = members.set_tags(_found(member_id).id, body.tags, keys.actor(request))
    return _answer(request, member, dry_run=dry_run)


@operation(
    router,
    "POST",
    "/members/{member_id}/merge",
    MergeAnswer,
    Operation(
        id="mergeMembers",
        en="Merge members into one",
        zh="合并会员",
        about_zh="让其他会员并入地址中的会员：批次连同日期转入，取较高等级，之后的查找都指向该会员。试算时返回将转入的积分与合并后的余额、等级，或拒绝的原因。",
        scope=Right.MEMBERS_MERGE,
        status=201,
        writes=True,
        codes=(
            "invalid_id",
            "merge_two_plans",
            "merge_unsettled",
            "not_enrolled",
            "not_mergeable",
            "nothing_to_merge",
            "reason_required",
            "too_many_tags",
            "unknown_member",
        ),
        parameter_examples=_OF_A_MEMBER,
        request_example={"sources": [examples.OTHER_MEMBER_ID], "reason": "same person"},
        response_example=examples.MERGE,
        links={"undo": ("undoMerge", "merge_id", "$response.body#/id")},
    ),
)
def merge_members(
    request: HttpRequest, member_id: MemberIdPath, body: MergeBody, *, dry_run: DryRun = False
) -> MergeAnswer:
    """Let members live on in the one of the address: every lot with its date, the higher tier, all external ids.

    A dry run tells what would move and where the survivor would stand, or why it is refused. Whoever looks for one of
    them by id, phone, e-mail or external id finds the one that stays.
    """
    record = programs.merge_members(decode_member_id(member_id), body.ids(), body.reason, keys.actor(request))
    return _merge_answer(request, record, dry_run=dry_run)


@operation(
    router,
    "POST",
    "/merges/{merge_id}/undo",
    MergeAnswer,
    Operation(
        id="undoMerge",
        en="Take a merge apart",
        zh="撤销合并",
        about_zh="恢复被合并的会员、其批次与等级；转入的积分已被使用时拒绝。",
        scope=Right.MEMBERS_MERGE,
        writes=True,
        codes=(
            "duplicate_email",
            "duplicate_phone",
            "invalid_id",
            "merge_covered",
            "merge_spent",
            "merge_undone",
            "reason_required",
            "unknown_merge",
        ),
        parameter_examples={"merge_id": examples.MERGE_ID},
        request_example={"reason": "they are twins"},
        response_example=examples.MERGE | {"undone_at": "2017-01-16T15:00:00Z", "moved": []},
    ),
)
def undo_merge(
    request: HttpRequest, merge_id: MergeIdPath, body: ReasonBody, *, dry_run: DryRun = False
) -> MergeAnswer:
    """Restore the members that were merged, their lots and tiers; refused once points that came over were used."""
    record = programs.unmerge_members(decode_merge_id(merge_id), body.reason, keys.actor(request))
    return _merge_answer(request, record, dry_run=dry_run)


@operation(
    router,
    "GET",
    "/attributes",
    AttributesAnswer,
    Operation(
        id="listAttributes",
        en="List the attributes of members",
        zh="会员自定义属性列表",
        about_zh="列出商家定义的会员属性。",
        scope=Right.MEMBERS_READ,
        response_example={"items": [examples.ATTRIBUTE], "livemode": False},
    ),
)
def list_attributes(request: HttpRequest) -> AttributesAnswer:
    """List what the merchant defined to know of members, in the order of definition."""
    livemode = keys.livemode(request)
    items = [attribute_answer(one, livemode=livemode) for one in members.defined_attributes()]
    return AttributesAnswer(items=items, livemode=livemode)


@operation(
    router,
    "PUT",
    "/attributes/{attribute}",
    AttributeAnswer,
    Operation(
        id="defineAttribute",
        en="Define an attribute of members",
        zh="定义会员属性",
        about_zh="定义一个属性，或修改其名称、选项与是否必填；类型与是否个人信息不可更改，选项只增不减。",
        scope=Right.PROGRAMS_WRITE,
        writes=True,
        codes=("attribute_kind_fixed", "choice_dropped", "invalid_attribute_definition", "too_many_attributes"),
        parameter_examples={"attribute": "skin"},
        request_example=examples.NEW_ATTRIBUTE,
        response_example=examples.ATTRIBUTE,
    ),
)
def define_attribute(
    request: HttpRequest, attribute: AttributeCodePath, body: AttributeBody, *, dry_run: DryRun = False
) -> AttributeAnswer:
    """Define an attribute, or change names, choices and `required` of one; kind and `personal` stay."""
    defined = members.define_attribute(body.value(attribute), keys.actor(request))
    return attribute_answer(defined, livemode=keys.livemode(request), dry_run=dry_run)


@operation(
    router,
    "DELETE",
    "/attributes/{attribute}",
    DroppedAnswer,
    Operation(
        id="dropAttribute",
        en="Drop an attribute that nobody has",
        zh="删除无人填写的会员属性",
        about_zh="删除一个没有任何会员填写的属性定义。",
        scope=Right.PROGRAMS_WRITE,
        writes=True,
        codes=("attribute_in_use", "unknown_attribute"),
        parameter_examples={"attribute": "skin"},
        response_example={"code": "skin", "livemode": False, "dry_run": False},
    ),
)
def drop_attribute(request: HttpRequest, attribute: AttributeCodePath, *, dry_run: DryRun = False) -> DroppedAnswer:
    """Take back a definition of which no member has a value."""
    members.drop_attribute(attribute, keys.actor(request))
    return DroppedAnswer(code=attribute, livemode=keys.livemode(request), dry_run=dry_run)


def _found(member_id: str) -> Member:
    return members.find(MemberRef(id=decode_member_id(member_id)))


def _answer(request: HttpRequest, member: Member, *, dry_run: bool) -> MemberAnswer:
    livemode = keys.livemode(request)
    return member_answer(member, members.profile(member.id), livemode=livemode, dry_run=dry_run)


def _merge_answer(request: HttpRequest, record: MergeRecord, *, dry_run: bool) -> MergeAnswer:
    standing = programs.standings([record.survivor_id]).get(record.survivor_id)
    moved = programs.moved_by_merge(record)
    return merge_answer(record, moved, standing, livemode=keys.livemode(request), dry_run=dry_run)
