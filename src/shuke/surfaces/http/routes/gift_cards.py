"""Gift cards: made in batches, sold, looked up, loaded into a member's stored value, made void."""

from django.http import HttpRequest
from ninja import Router

from shuke.foundation import ids
from shuke.rooms.org.contracts import Right
from shuke.rooms.programs import facade as programs
from shuke.rooms.value import facade as value
from shuke.rooms.value.contracts import BATCH_PREFIX
from shuke.surfaces.http import keys
from shuke.surfaces.http.operations import Operation, operation
from shuke.surfaces.http.parameters import PAGE, After, CardBatchIdPath, DryRun, Limit
from shuke.surfaces.http.recording import REASONED
from shuke.surfaces.http.routes.value import OF_VALUE, TAKING_PART
from shuke.surfaces.http.schemas import value_examples as examples
from shuke.surfaces.http.schemas.value import (
    CardBatchAnswer,
    CardBatchBody,
    CardBatchPageAnswer,
    GiftCardBody,
    GiftCardLoadBody,
    GiftCardOneAnswer,
    GiftCardSaleBody,
    GiftCardsAnswer,
    GiftCardVoidBody,
    TopUpAnswer,
    batch_of_cards,
    card_answer,
    one_card,
    top_up_answer,
)

router = Router(tags=["gift-cards"])
_OF_BATCH = ("invalid_id", "unknown_card_batch")


@operation(
    router,
    "POST",
    "/gift-card-batches",
    CardBatchAnswer,
    Operation(
        id="makeGiftCards",
        en="Make gift cards",
        zh="制作礼品卡",
        about_zh="制作一批面额相同的礼品卡，每张有独立卡号；active 为真时立即可充入，否则售出后可充入。",
        scope=Right.VALUE_WRITE,
        status=201,
        writes=True,
        codes=(*OF_VALUE, "value_limit"),
        request_example=examples.NEW_BATCH,
        response_example=examples.BATCH,
        links={"cards": ("listGiftCards", "card_batch_id", "$response.body#/id")},
    ),
)
def make_gift_cards(request: HttpRequest, body: CardBatchBody, *, dry_run: DryRun = False) -> CardBatchAnswer:
    """Make a batch of cards of one amount, each with a code of 80 secret bits."""
    made = programs.make_gift_cards(body.value(), keys.actor(request))
    return batch_of_cards(made, livemode=keys.livemode(request), dry_run=dry_run)


@operation(
    router,
    "GET",
    "/gift-card-batches",
    CardBatchPageAnswer,
    Operation(
        id="listGiftCardBatches",
        en="List batches of gift cards",
        zh="礼品卡批次列表",
        about_zh="列出礼品卡批次与各状态张数，最近的在前。",
        scope=Right.VALUE_WRITE,
        codes=("invalid_cursor",),
        response_example={"items": [examples.BATCH], "next_cursor": None, "livemode": False},
    ),
)
def list_gift_card_batches(request: HttpRequest, *, limit: Limit = PAGE, cursor: After = None) -> CardBatchPageAnswer:
    """List batches with how many cards stand where, last made first."""
    page, livemode = value.card_batches(limit, cursor), keys.livemode(request)
    items = [batch_of_cards(batch, livemode=livemode) for batch in page.batches]
    return CardBatchPageAnswer(items=items, next_cursor=page.next_cursor, livemode=livemode)


@operation(
    router,
    "GET",
    "/gift-card-batches/{card_batch_id}",
    CardBatchAnswer,
    Operation(
        id="getGiftCardBatch",
        en="Read a batch of gift cards",
        zh="读取礼品卡批次",
        about_zh="读取一批礼品卡与各状态张数。",
        scope=Right.VALUE_WRITE,
        codes=_OF_BATCH,
        parameter_examples={"card_batch_id": examples.CARD_BATCH_ID},
        response_example=examples.BATCH,
    ),
)
def get_gift_card_batch(request: HttpRequest, card_batch_id: CardBatchIdPath) -> CardBatchAnswer:
    """Read a batch with how many cards stand where."""
    return batch_of_cards(value.card_batch(ids.decode(BATCH_PREFIX, card_batch_id)), livemode=keys.livemode(request))


@operation(
    router,
    "GET",
    "/gift-card-batches/{card_batch_id}/cards",
    GiftCardsAnswer,
    Operation(
        id="listGiftCards",
        en="List the gift cards of a batch",
        zh="批次中的礼品卡",
        about_zh="列出一批礼品卡的卡号与状态，按制作次序。",
        scope=Right.VALUE_WRITE,
        codes=(*_OF_BATCH, "invalid_cursor"),
        parameter_examples={"card_batch_id": examples.CARD_BATCH_ID},
        response_example=examples.CARDS,
    ),
)
def list_gift_cards(
    request: HttpRequest, card_batch_id: CardBatchIdPath, *, limit: Limit = PAGE, cursor: After = None
) -> GiftCardsAnswer:
    """List the cards of a batch with their codes, in the order made."""
    page = value.cards_page(ids.decode(BATCH_PREFIX, card_batch_id), limit, cursor)
    items = [card_answer(card) for card in page.cards]
    return GiftCardsAnswer(items=items, next_cursor=page.next_cursor, livemode=keys.livemode(request), dry_run=False)


@operation(
    router,
    "POST",
    "/gift-cards/sell",
    GiftCardsAnswer,
    Operation(
        id="sellGiftCards",
        en="Sell gift cards",
        zh="售出礼品卡",
        about_zh="售出或发放礼品卡，之后可充入；全部成功或全部不做。给出 order 时，这些卡不能用于支付该订单。",
        scope=Right.VALUE_WRITE,
        writes=True,
        codes=("gift_card_in_other_state", "unknown_gift_card"),
        request_example=examples.SALE,
        response_example=examples.CARDS,
    ),
)
def sell_gift_cards(request: HttpRequest, body: GiftCardSaleBody, *, dry_run: DryRun = False) -> GiftCardsAnswer:
    """Let cards be loaded from now on, all or none. Those sold with the same order before stay as they are."""
    sold = programs.sell_gift_cards(body.codes, keys.actor(request), body.order.value() if body.order else None)
    items = [card_answer(card) for card in sold]
    return GiftCardsAnswer(items=items, next_cursor=None, livemode=keys.livemode(request), dry_run=dry_run)


@operation(
    router,
    "POST",
    "/gift-cards/load",
    TopUpAnswer,
    Operation(
        id="loadGiftCard",
        en="Load a gift card",
        zh="充入礼品卡",
        about_zh="将礼品卡充入会员的储值；一张卡只充入一次，同一会员重复调用得到当时的结果。",
        scope=Right.VALUE_WRITE,
        guesses=True,
        status=201,
        writes=True,
        codes=(*OF_VALUE, *TAKING_PART, "balance_limit", "gift_card_not_usable", "unknown_gift_card", "value_limit"),
        request_example=examples.LOAD,
        response_example=examples.LOADED,
    ),
)
def load_gift_card(request: HttpRequest, body: GiftCardLoadBody, *, dry_run: DryRun = False) -> TopUpAnswer:
    """Load a card into a member's stored value, once; the same member again is answered with what came of it."""
    done = programs.load_gift_card(body.code, body.member.value(), keys.actor(request))
    return top_up_answer(done, livemode=keys.livemode(request), dry_run=dry_run)


@operation(
    router,
    "POST",
    "/gift-cards/void",
    GiftCardOneAnswer,
    Operation(
        id="voidGiftCard",
        en="Make a gift card void",
        zh="作废礼品卡",
        about_zh="作废一张尚未充入的礼品卡，须说明原因；重复调用不再变动。",
        scope=Right.VALUE_WRITE,
        writes=True,
        codes=(*REASONED, "gift_card_in_other_state", "unknown_gift_card"),
        request_example={"code": examples.CODE, "reason": "lost"},
        response_example=examples.ONE_CARD | {"state": "void"},
    ),
)
def void_gift_card(request: HttpRequest, body: GiftCardVoidBody, *, dry_run: DryRun = False) -> GiftCardOneAnswer:
    """Make a card worth nothing that nobody has loaded, with the reason."""
    card = programs.void_gift_card(body.code, body.reason, keys.actor(request))
    return one_card(card, livemode=keys.livemode(request), dry_run=dry_run)


@operation(
    router,
    "POST",
    "/gift-cards/look-up",
    GiftCardOneAnswer,
    Operation(
        id="lookUpGiftCard",
        en="Look up a gift card",
        zh="查询礼品卡",
        about_zh="按卡号查询礼品卡的面额与状态；卡号在请求正文中，不进入访问日志。",
        scope=Right.VALUE_WRITE,
        guesses=True,
        writes=True,
        codes=("unknown_gift_card",),
        request_example={"code": examples.CODE},
        response_example=examples.ONE_CARD,
    ),
)
def look_up_gift_card(request: HttpRequest, body: GiftCardBody, *, dry_run: DryRun = False) -> GiftCardOneAnswer:
    """Read a card by its code, which stands in the body and so in no log of addresses."""
    return one_card(value.gift_card(body.code), livemode=keys.livemode(request), dry_run=dry_run)
