"""Members: enrol, read, find."""

from django.http import HttpRequest
from ninja import Router

from shuke.core.values.errors import Refusal
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import ExternalId, MemberRef
from shuke.rooms.org.contracts import Right
from shuke.rooms.programs import facade as programs
from shuke.surfaces.http import keys
from shuke.surfaces.http.operations import Operation, operation
from shuke.surfaces.http.parameters import DryRun, ExternalIdPath, MemberIdPath, SourcePath
from shuke.surfaces.http.schemas import examples
from shuke.surfaces.http.schemas.members import (
    MemberAnswer,
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
            "invalid_birthday",
            "invalid_email",
            "invalid_external_id",
            "invalid_name",
            "invalid_phone",
            "joined_at_out_of_range",
            "joined_in_future",
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
    return member_answer(outcome, livemode=keys.livemode(request), dry_run=dry_run)


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


def _found(request: HttpRequest, ref: MemberRef) -> MemberAnswer:
    return member_answer(members.find(ref), livemode=keys.livemode(request))
