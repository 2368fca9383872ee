"""Writes the OpenAPI 3.1 document from what the operations declare; the committed file must equal it."""

from http import HTTPStatus
from typing import Any

from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation as NinjaOperation
from pydantic import BaseModel

from shuke.rooms.org.contracts import SCOPES
from shuke.surfaces.http import problems
from shuke.surfaces.http.codes import CODES
from shuke.surfaces.http.operations import Operation
from shuke.surfaces.http.parameters import ABOUT_ZH, ZH
from shuke.surfaces.http.schemas.behaviours import NewBehaviourBody
from shuke.surfaces.http.schemas.orders import NewOrderBody
from shuke.surfaces.http.schemas.problems import ProblemAnswer

_OF_ALL = ("internal_error", "unavailable", "invalid_request")
_OF_KEYS = ("unauthenticated", "wrong_mode", "forbidden")
_OF_BODIES = (
    "invalid_json",
    "json_too_deep",
    "json_too_many_members",
    "json_duplicate_key",
    "invalid_characters",
    "length_required",
    "body_too_large",
    "unsupported_media_type",
)
_OF_WRITES = ("idempotency_key_invalid", "idempotency_key_in_flight", "idempotency_key_reused")
_TAGS = (
    "members",
    "imports",
    "carts",
    "coupons",
    "orders",
    "refunds",
    "behaviours",
    "redemptions",
    "holds",
    "adjustments",
    "tiers",
    "points",
    "explanations",
    "programs",
    "histories",
    "runs",
    "benefits",
    "mall",
    "plans",
    "subscriptions",
    "payments",
    "value",
    "gift-cards",
    "approvals",
    "health",
)
_BATCHES = (
    ("OrderBatchBody", "orders", NewOrderBody),
    ("BehaviourBatchBody", "behaviours", NewBehaviourBody),
)
_REQUEST_ID = {"description": "Finds the request in the log.", "schema": {"type": "string"}}
_REPLAYED = {"description": "true where this is the answer of an earlier request.", "schema": {"type": "string"}}
_IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    # Not as bounds of the schema: HTTP trims spaces and quotes do not count, so a longer header may be a good one.
    "description": "Names this request with 1 to 255 visible ASCII characters, bare or quoted: a repeat with the same "
    "content gets the same answer, for 48 hours.",
    ZH: "以 1 至 255 个可见 ASCII 字符命名本次请求，可加引号：48 小时内内容相同的重发得到相同的应答。",
    "schema": {"type": "string"},
    "example": "9f1c2a7e-till-3-0042",
}
DESCRIPTION = """The API of Shuke, a membership platform that a merchant runs itself.

Amounts are integers in minor units with their currency, points are integers, times are RFC 3339.
Every refusal is problem+json with a stable `code`. Ids are opaque. `dry_run=true` on a write checks and
computes everything and writes nothing. Additions may come inside v1; nothing is taken away."""

DESCRIPTION_ZH = """熟客（Shuke）的 API：由商家自行运行的会员平台。

金额为带币种的最小货币单位整数，积分为整数，时间采用 RFC 3339。
每个被拒绝的请求都以 problem+json 回答，带有稳定的 `code`。id 不透明。写操作加 `dry_run=true` 时
完成全部校验与计算但不写入。v1 之内只增不减。"""


class Document(OpenAPISchema):
    """Ninja's document with our security, refusals, examples and links."""

    def __init__(self, api: Any, path_prefix: str) -> None:
        super().__init__(api, path_prefix)
        self["info"] |= {
            "description": DESCRIPTION,
            ZH: DESCRIPTION_ZH,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        }
        self["servers"] = [{"url": "/"}]
        self["tags"] = [{"name": tag} for tag in _TAGS]
        self.add_schema_definitions(_definitions(ProblemAnswer))
        # Items are checked one by one, so the model of a batch does not name their schema; the document does.
        for batch, name, item in _BATCHES:
            self.add_schema_definitions(_definitions(item))
            self.schemas[batch]["properties"][name]["items"] = {"$ref": f"#/components/schemas/{item.__name__}"}
        self["components"]["schemas"] = dict(sorted(self.schemas.items()))
        _tidy(self["paths"])
        _tidy(self["components"]["schemas"])
        self["components"]["securitySchemes"] = {
            "apiKey": {
                "type": "http",
                "scheme": "bearer",
                "description": "An API key, sk_live_… or sk_test_…. Scopes: "
                + ", ".join(sorted(f"`{scope}`" for scope in SCOPES)),
            }
        }

    def operation_details(self, operation: NinjaOperation) -> dict[str, Any]:
        details = super().operation_details(operation)
        spec: Operation = operation.view_func.spec
        details["x-summary-zh-Hans"] = spec.zh
        details[ZH] = spec.about_zh
        details["security"] = [{"apiKey": [str(spec.scope)]}] if spec.scope else []
        for parameter in details["parameters"]:
            parameter["schema"].pop("description", None)
            parameter[ZH] = ABOUT_ZH[parameter["name"]]
            if parameter["name"] in spec.parameter_examples:
                parameter["example"] = spec.parameter_examples[parameter["name"]]
        if spec.writes:
            details["parameters"].append(_IDEMPOTENCY_KEY)
        if spec.request_example is not None:
            details["requestBody"]["content"]["application/json"]["example"] = spec.request_example
        return details

    def responses(self, operation: NinjaOperation) -> dict[str, Any]:
        spec: Operation = operation.view_func.spec
        answers = super().responses(operation)
        for good in answers.values():
            good["headers"] = {"X-Request-Id": _REQUEST_ID}
            good["headers"] |= {"Idempotency-Replayed": _REPLAYED} if spec.writes else {}
            good["content"]["application/json"]["example"] = spec.response_example
        good = answers[spec.status]
        if spec.waits:
            answers[202]["description"] = "Accepted: it waits for somebody's yes."
            answers[202]["content"]["application/json"]["example"] = spec.waits_example
        if spec.links:
            good["links"] = {
                name: {"operationId": target, "parameters": {parameter: expression}}
                for name, (target, parameter, expression) in spec.links.items()
            }
        has_body = any(model.__ninja_param_source__ == "body" for model in operation.models)
        return {str(status): answer for status, answer in answers.items()} | _refusals(
            codes_of(spec, has_body=has_body)
        )

    def operation_security(self, operation: NinjaOperation) -> None:
        """Leave security to `operation_details`."""


def codes_of(spec: Operation, *, has_body: bool) -> list[str]:
    """Return every code with which an operation can be refused."""
    codes = [*_OF_ALL, *spec.codes]
    if spec.scope is not None:
        codes += _OF_KEYS
    if has_body:
        codes += _OF_BODIES
    if spec.guesses:
        codes.append("too_many_guesses")
    if spec.writes:
        codes += _OF_WRITES
    return sorted(set(codes), key=lambda code: (CODES[code].status, code))


def _refusals(codes: list[str]) -> dict[str, Any]:
    by_status: dict[int, list[str]] = {}
    for code in codes:
        by_status.setdefault(CODES[code].status, []).append(code)
    return {
        str(status): {
            "description": f"{HTTPStatus(status).phrase}: " + ", ".join(f"`{code}`" for code in some),
            "headers": {"X-Request-Id": _REQUEST_ID},
            "content": {
                problems.MEDIA_TYPE: {
                    "schema": {"$ref": "#/components/schemas/ProblemAnswer"},
                    "examples": {code: {"summary": CODES[code].en, "value": _example(code)} for code in some},
                }
            },
        }
        for status, some in by_status.items()
    }


def _example(code: str) -> dict[str, Any]:
    words = CODES[code]
    return {
        "type": f"/v1/docs#error-{code}",
        "title": words.en,
        "status": words.status,
        "code": code,
        "detail": f"{words.en}.",
        "request_id": "req_01KAKV3Z5R8QX5J4Y0V9W6T2NM",
    }


def _definitions(model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    return schema.pop("$defs", {}) | {model.__name__: schema}


def _tidy(node: Any) -> None:
    """Drop what says nothing: titles made of names, and null as the default of a field that may be left out."""
    if isinstance(node, dict):
        if isinstance(node.get("title"), str) and ("type" in node or "anyOf" in node or "$ref" in node):
            del node["title"]
        if node.get("default", ...) is None:
            del node["default"]
        for name, child in node.items():
            if name not in {"example", "examples"}:
                _tidy(child)
    elif isinstance(node, list):
        for child in node:
            _tidy(child)
