"""A member's points as they stand and as they came about: balances, standing, lots, entries."""

from collections.abc import Sequence

from django.http import HttpRequest
from ninja import Router

from shuke.foundation import ids
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import ID_PREFIX
from shuke.rooms.orders import facade as orders
from shuke.rooms.org.contracts import Right
from shuke.rooms.points import facade as points
from shuke.rooms.points.contracts import Entry, EntryKey
from shuke.rooms.programs import facade as programs
from shuke.surfaces.http import keys, problems
from shuke.surfaces.http.fields import instant
from shuke.surfaces.http.foresight import ahead
from shuke.surfaces.http.operations import Operation, operation
from shuke.surfaces.http.parameters import PAGE, After, At, EntryIdPath, Limit, MemberIdPath
from shuke.surfaces.http.schemas import examples
from shuke.surfaces.http.schemas.members import decode_member_id
from shuke.surfaces.http.schemas.orders import ORDER_PREFIX
from shuke.surfaces.http.schemas.points import (
    BalancesAnswer,
    EntryAnswer,
    EntryPageAnswer,
    LotPageAnswer,
    StandingAnswer,
    balance_answer,
    entry_answer,
    lot_answer,
    standing_answer,
)

router = Router(tags=["points"])


@operation(
    router,
    "GET",
    "/members/{member_id}/balances",
    BalancesAnswer,
    Operation(
        id="getBalances",
        en="Read a member's balances",
        zh="读取会员积分余额",
        about_zh="按积分单位读取会员可用、待生效、预占与欠分的数额，以及即将到期的部分。",
        scope=Right.POINTS_READ,
        codes=("clock_moves_back", "clock_too_far", "invalid_id", "not_enrolled", "unknown_member"),
        parameter_examples={"member_id": examples.MEMBER_ID},
        response_example=examples.BALANCES,
    ),
)
def get_balances(request: HttpRequest, member_id: MemberIdPath, *, now: At = None) -> BalancesAnswer:
    """Read what a member can use, by unit, what is pending, held and owed, and what expires soon."""
    standing = programs.standing(members.get(decode_member_id(member_id)).id, ahead(now))
    return BalancesAnswer(
        member_id=ids.encode(ID_PREFIX, standing.member_id),
        as_of=instant(standing.at),
        balances=[balance_answer(balance) for balance in standing.balances],
        livemode=keys.livemode(request),
    )


@operation(
    router,
    "GET",
    "/members/{member_id}/standing",
    StandingAnswer,
    Operation(
        id="getStanding",
        en="Read where a member stands",
        zh="读取会员等级与进度",
        about_zh="读取会员在各等级体系的等级、升级与保级的差距及原因，以及各项余额；"
        "文字按 Accept-Language 以中文或英文给出。",
        scope=Right.POINTS_READ,
        speaks=True,
        codes=("clock_moves_back", "clock_too_far", "invalid_id", "not_enrolled", "unknown_member"),
        parameter_examples={"member_id": examples.MEMBER_ID},
        response_example=examples.STANDING,
    ),
)
def get_standing(request: HttpRequest, member_id: MemberIdPath, *, now: At = None) -> StandingAnswer:
    """Read a member's tier on every ladder, what the next one and keeping it ask for, and the balances.

    Texts are in Chinese or English by Accept-Language.
    """
    standing = programs.standing(members.get(decode_member_id(member_id)).id, ahead(now))
    language = "zh" if problems.is_chinese(request) else "en"
    return standing_answer(standing, language=language, livemode=keys.livemode(request))


@operation(
    router,
    "GET",
    "/members/{member_id}/lots",
    LotPageAnswer,
    Operation(
        id="listLots",
        en="List a member's lots",
        zh="会员积分批次列表",
        about_zh="列出批次：有余额的在前，其中最早到期的在先。",
        scope=Right.POINTS_READ,
        codes=("invalid_cursor", "invalid_id", "unknown_member"),
        parameter_examples={"member_id": examples.MEMBER_ID},
        response_example=examples.LOTS,
    ),
)
def list_lots(
    request: HttpRequest, member_id: MemberIdPath, *, limit: Limit = PAGE, cursor: After = None
) -> LotPageAnswer:
    """List lots, those with points left first, soonest expiring first among them."""
    page = points.lots_page(members.get(decode_member_id(member_id)).id, limit, cursor)
    units = _units()
    return LotPageAnswer(
        items=[lot_answer(lot, units[lot.unit_id]) for lot in page.lots],
        next_cursor=page.next_cursor,
        livemode=keys.livemode(request),
    )


@operation(
    router,
    "GET",
    "/members/{member_id}/points-entries",
    EntryPageAnswer,
    Operation(
        id="listPointsEntries",
        en="List a member's ledger entries",
        zh="会员积分分录列表",
        about_zh="列出分录，最新的在前。",
        scope=Right.POINTS_READ,
        codes=("invalid_cursor", "invalid_id", "unknown_member"),
        parameter_examples={"member_id": examples.MEMBER_ID},
        response_example=examples.ENTRIES,
    ),
)
def list_points_entries(
    request: HttpRequest, member_id: MemberIdPath, *, limit: Limit = PAGE, cursor: After = None
) -> EntryPageAnswer:
    """List entries, newest first."""
    page = points.entries_page(members.get(decode_member_id(member_id)).id, limit, cursor)
    units = _units()
    livemode, order_ids = keys.livemode(request), _orders(page.entries)
    return EntryPageAnswer(
        items=[
            entry_answer(entry, units[entry.key.unit_id], order_ids.get(entry.reference), livemode=livemode)
            for entry in page.entries
        ],
        next_cursor=page.next_cursor,
        livemode=livemode,
    )


@operation(
    router,
    "GET",
    "/points-entries/{entry_id}",
    EntryAnswer,
    Operation(
        id="getPointsEntry",
        en="Read a ledger entry",
        zh="读取积分分录",
        about_zh="读取一条分录。",
        scope=Right.POINTS_READ,
        codes=("invalid_id", "unknown_entry"),
        parameter_examples={"entry_id": examples.ENTRY_ID},
        response_example=examples.ENTRY,
        links={"explanation": ("explainPointsEntry", "entry_id", "$response.body#/id")},
    ),
)
def get_points_entry(request: HttpRequest, entry_id: EntryIdPath) -> EntryAnswer:
    """Read one entry."""
    entry = points.entry(EntryKey.of(entry_id))
    order_id = _orders([entry]).get(entry.reference)
    return entry_answer(entry, _units()[entry.key.unit_id], order_id, livemode=keys.livemode(request))


def _orders(entries: Sequence[Entry]) -> dict[object, str]:
    """Return the outside ids of the orders that caused entries, by reference."""
    references = {entry.reference for entry in entries if entry.reference}
    return {reference: ids.encode(ORDER_PREFIX, reference) for reference in orders.get_many(list(references))}


def _units() -> dict[int, str]:
    return {unit.id: unit.code for unit in points.all_units()}
