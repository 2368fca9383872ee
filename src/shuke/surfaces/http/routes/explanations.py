"""Explanations: why an order earned what it earned, why an entry stands in the ledger, what a refusal means."""

from django.http import HttpRequest
from ninja import Router

from shuke.core.values.errors import Refusal
from shuke.foundation import ids
from shuke.rooms.org.contracts import Right
from shuke.rooms.points.contracts import EntryKey
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import Explanation
from shuke.surfaces.http import keys, problems
from shuke.surfaces.http.codes import CODES
from shuke.surfaces.http.operations import Operation, operation
from shuke.surfaces.http.parameters import EntryIdPath, OrderIdPath, RefusalCodePath
from shuke.surfaces.http.schemas import examples
from shuke.surfaces.http.schemas.explanations import ExplanationAnswer, RefusalAnswer, explanation_answer
from shuke.surfaces.http.schemas.orders import ORDER_PREFIX

router = Router(tags=["explanations"])


@operation(
    router,
    "GET",
    "/points-entries/{entry_id}/explanation",
    ExplanationAnswer,
    Operation(
        id="explainPointsEntry",
        en="Explain a ledger entry",
        zh="解释积分分录",
        about_zh="说明原因：入账所依据的规则、算式与版本，以及其他分录所用的批次。"
        "文字按 Accept-Language 以中文或英文给出。",
        scope=Right.POINTS_READ,
        speaks=True,
        codes=("invalid_id", "no_program", "unknown_entry"),
        parameter_examples={"entry_id": examples.ENTRY_ID},
        response_example=examples.EXPLANATION,
    ),
)
def explain_points_entry(request: HttpRequest, entry_id: EntryIdPath) -> ExplanationAnswer:
    """Say why: the rules, their arithmetic and the version behind an accrual, the lots behind the others.

    Texts are in Chinese or English by Accept-Language.
    """
    return _said(request, programs.explain_entry(EntryKey.of(entry_id)))


@operation(
    router,
    "GET",
    "/orders/{order_id}/explanation",
    ExplanationAnswer,
    Operation(
        id="explainOrder",
        en="Explain what an order earned",
        zh="解释订单所得积分",
        about_zh="逐条说明所依据版本的每条规则为该订单给出多少积分，以及哪些规则未适用。",
        scope=Right.ORDERS_READ,
        speaks=True,
        codes=("invalid_id", "no_program", "unknown_order"),
        parameter_examples={"order_id": examples.ORDER_ID},
        response_example=examples.EXPLANATION | {"entry_id": None, "kind": None, "cause": None, "lots": []},
    ),
)
def explain_order(request: HttpRequest, order_id: OrderIdPath) -> ExplanationAnswer:
    """Say what every rule of the deciding version gave for an order, and which did not apply."""
    return _said(request, programs.explain_order(ids.decode(ORDER_PREFIX, order_id)))


@operation(
    router,
    "GET",
    "/refusals/{code}",
    RefusalAnswer,
    Operation(
        id="explainRefusal",
        en="Explain a refusal",
        zh="解释拒绝代码",
        about_zh="说明一个拒绝代码的含义与处理办法；文字按 Accept-Language 以中文或英文给出。",
        speaks=True,
        codes=("not_found",),
        parameter_examples={"code": "insufficient_points"},
        response_example=examples.REFUSAL,
    ),
)
def explain_refusal(request: HttpRequest, code: RefusalCodePath) -> RefusalAnswer:
    """Say what a code of a refusal means and what to do about it, in Chinese or English."""
    told = CODES.get(code)
    if told is None or told.status is None:
        raise Refusal("not_found", "No refusal has this code.")
    chinese = problems.is_chinese(request)
    title, fix = (told.zh, told.fix_zh) if chinese else (told.en, told.fix_en)
    return RefusalAnswer(code=code, status=told.status, title=title, fix=fix)


def _said(request: HttpRequest, explained: Explanation) -> ExplanationAnswer:
    language = "zh" if problems.is_chinese(request) else "en"
    return explanation_answer(explained, language=language, livemode=keys.livemode(request))
