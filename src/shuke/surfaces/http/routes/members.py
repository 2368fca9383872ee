"""Members: enrol, read, find, change."""

from django.http import HttpRequest
from ninja import Router

from shuke.core.values.errors import Refusal
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import ExternalId, Member, MemberRef
from shuke.rooms.org.contracts import Right
from shuke.rooms.programs import facade as programs
from shuke.surfaces.http import keys
from shuke.surfaces.http.operations import Operation, operation
from shuke.surfaces.http.parameters import DryRun, ExternalIdPath, MemberIdPath, SourcePath
from shuke.surfaces.http.schemas import examples
from shuke.surfaces.http.schemas.members import (
    MemberAnswer,
    MemberChangeBody,
    MemberLookupBody,
    NewMemberBody,
    decode_member_id,
    member_answer,
)

router = Router(tags=["members"])
_LINKS = {
    "balances": ("getBalances", "member_id", "$response.body#/id"),
    "lots": ("listLots", "member_id", "$response.body#/id"),
    "entries": ("listPointsEntries", "member_id", "$response.body#/id"),
}


@operation(
    router,
    "POST",
    "/members",
    MemberAnswer,
    Operation(
        id="createMember",
        en="Enrol a member",
        zh="会员入会",
        about_zh="在机构及其会员计划中登记一人。应答中的个人信息仅以掩码显示。",
        scope=Right.MEMBERS_WRITE,
        status=201,
        writes=True,
        codes=(
            "duplicate_email",
            "duplicate_external_id",
            "duplicate_phone",
            "identity_required",
            "invalid_attribute",
            "invalid_birthday",
            "invalid_email",
            "invalid_external_id",
            "invalid_name",
            "invalid_phone",
            "joined_at_out_of_range",
            "joined_in_future",
            "unknown_attribute",
        ),
        request_example=examples.NEW_MEMBER,
        response_example=examples.MEMBER,
        links={"read": ("getMember", "member_id", "$response.body#/id"), **_LINKS},
    ),
)
def create_member(request: HttpRequest, body: NewMemberBody, *, dry_run: DryRun = False) -> MemberAnswer:
    """Enrol one person in the organisation and its programs. The answer shows personal fields masked only."""
    (outcome,) = programs.enrol([body.value()], keys.actor(request))
    if isinstance(outcome, Refusal):
        raise outcome
    return _answer(request, outcome, dry_run=dry_run)


@operation(
    router,
    "POST",
    "/members/lookup",
    MemberAnswer,
    Operation(
        id="lookUpMember",
        en="Find a member by id, external id or phone",
        zh="按标识、外部编号或手机号查找会员",
        about_zh="查找一位会员。采用 POST，因为地址中的手机号会在途中被记入日志。",
        scope=Right.MEMBERS_READ,
        codes=("unknown_member",),
        request_example={"member": {"phone": "13800000001"}},
        response_example=examples.MEMBER,
        links=_LINKS,
    ),
)
def look_up_member(request: HttpRequest, body: MemberLookupBody) -> MemberAnswer:
    """Find one member; a POST, because a phone number in an address would be logged on its way."""
    return _found(request, body.member.value())


@operation(
    router,
    "GET",
    "/members/by-external-id/{source}/{path:external_id}",
    MemberAnswer,
    Operation(
        id="getMemberByExternalId",
        en="Read a member by external id",
        zh="按外部编号读取会员",
        about_zh="读取其他系统以此编号称呼的会员。",
        scope=Right.MEMBERS_READ,
        codes=("unknown_member",),
        parameter_examples={"source": "shop", "external_id": "C-1001"},
        response_example=examples.MEMBER,
        links=_LINKS,
    ),
)
def get_member_by_external_id(request: HttpRequest, source: SourcePath, external_id: ExternalIdPath) -> MemberAnswer:
    """Read the member whom another system calls so."""
    return _found(request, MemberRef(external=ExternalId(source, external_id)))


@operation(
    router,
    "GET",
    "/members/{member_id}",
    MemberAnswer,
    Operation(
        id="getMember",
        en="Read a member",
        zh="读取会员",
        about_zh="读取一位会员；个人信息以掩码显示。",
        scope=Right.MEMBERS_READ,
        codes=("unknown_member", "invalid_id"),
        parameter_examples={"member_id": examples.MEMBER_ID},
        response_example=examples.MEMBER,
        links=_LINKS,
    ),
)
def get_member(request: HttpRequest, member_id: MemberIdPath) -> MemberAnswer:
    """Read one member; personal fields are masked."""
    return _found(request, MemberRef(id=decode_member_id(member_id)))


@operation(
    router,
    "PATCH",
    "/members/{member_id}",
    MemberAnswer,
    Operation(
        id="changeMember",
        en="Change a member",
        zh="修改会员资料",
        about_zh="修改个人信息与自定义属性：未给出的保持不变，null 清空，external_ids 为新增。旧值留有掩码记录。",
        scope=Right.MEMBERS_WRITE,
        writes=True,
        codes=(
            "duplicate_email",
            "duplicate_external_id",
            "duplicate_phone",
            "identity_required",
            "invalid_attribute",
            "invalid_birthday",
            "invalid_email",
            "invalid_external_id",
            "invalid_id",
            "invalid_name",
            "invalid_phone",
            "member_exited",
            "unknown_attribute",
            "unknown_member",
        ),
        parameter_examples={"member_id": examples.MEMBER_ID},
        request_example={"phone": "13900000002", "birthday": "1990-05-17"},
        response_example=examples.MEMBER,
        links=_LINKS,
    ),
)
def change_member(
    request: HttpRequest, member_id: MemberIdPath, body: MemberChangeBody, *, dry_run: DryRun = False
) -> MemberAnswer:
    """Change personal fields and attributes: what is left out stays, null empties, external_ids are added.

    Old phones and e-mail addresses are kept masked in the member's history.
    """
    found = members.find(MemberRef(id=decode_member_id(member_id)))
    changed = members.update(found.id, body.fields(), keys.actor(request), body.values(), body.external())
    return _answer(request, changed, dry_run=dry_run)


def _found(request: HttpRequest, ref: MemberRef) -> MemberAnswer:
    return _answer(request, members.find(ref))


def _answer(request: HttpRequest, member: Member, *, dry_run: bool = False) -> MemberAnswer:
    livemode = keys.livemode(request)
    return member_answer(member, members.profile(member.id), livemode=livemode, dry_run=dry_run)
