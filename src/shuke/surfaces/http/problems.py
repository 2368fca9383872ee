"""Says every refusal as RFC 9457 problem+json, in the reader's language; the only writer of error answers.

Never repeats what the client sent: a problem may be logged, and a value may be personal.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header
from pydantic_core import ErrorDetails

from shuke.core.values.errors import Refusal
from shuke.engine import fault_words
from shuke.surfaces.http.codes import CODES, DETAILS_ZH, FIELD_CODES, UNKNOWN, Code

MEDIA_TYPE = "application/problem+json"
ERRORS_LIMIT = 100
FIELDS_LIMIT = 10  # of one body, or one item of a batch

_FIELD_CODE_OF_TYPE: Mapping[str, str] = {
    "missing": "required",
    "extra_forbidden": "unknown_field",
    "int_type": "not_an_integer",
    "int_from_float": "not_an_integer",
    "int_parsing": "not_an_integer",
    "int_parsing_size": "not_an_integer",
    "string_type": "not_a_text",
    "string_too_short": "too_short",
    "string_too_long": "too_long",
    "string_pattern_mismatch": "bad_format",
    "string_unicode": "bad_format",
    "model_type": "not_an_object",
    "model_attributes_type": "not_an_object",
    "dict_type": "not_an_object",
    "list_type": "not_a_list",
    "too_short": "too_short",
    "too_long": "too_long",
    "greater_than_equal": "too_small",
    "less_than_equal": "too_large",
    "literal_error": "not_one_of",
    "enum": "not_one_of",
    "flag": "not_a_flag",
    "bool_type": "not_a_flag",
    "time_format": "bad_time",
    "time_range": "bad_time",
    "date_format": "bad_date",
    "date_range": "bad_date",
    "exactly_one": "exactly_one",
}
_BUSY = (429, 503)
_LIMITS = ("ge", "le", "min_length", "max_length")


def is_chinese(request: HttpRequest) -> bool:
    """Say whether titles are to be Chinese; English where the client names no language."""
    accepted = [language for language, _ in parse_accept_lang_header(request.headers.get("Accept-Language", ""))]
    return next((code.startswith("zh") for code in accepted if code[:2] in {"zh", "en"}), False)


def language_of(body: bytes) -> str:
    """Return the language that a stored problem speaks."""
    return "en" if json.loads(body)["title"].isascii() else "zh-Hans"


def say_language(request: HttpRequest, response: HttpResponse) -> None:
    """Say which language was spoken, and that another reader gets another."""
    response["Content-Language"] = "zh-Hans" if is_chinese(request) else "en"
    patch_vary_headers(response, ["Accept-Language"])


def answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Return the answer to a request that is refused."""
    content = problem(request, refusal)
    response = HttpResponse(json.dumps(content, ensure_ascii=False), status=content["status"], content_type=MEDIA_TYPE)
    say_language(request, response)
    if content["status"] == 401:
        response["WWW-Authenticate"] = 'Bearer realm="shuke"'
    if content["status"] in _BUSY:
        response["Retry-After"] = str(refusal.params.get("retry_after_seconds", 5))
    request.problem_code = refusal.code  # type: ignore[attr-defined]
    return response


def asks_for_another_try(refusal: Refusal) -> bool:
    """Say whether the same request may be done when it is sent again: only the moment was wrong."""
    return CODES.get(refusal.code, UNKNOWN).status in _BUSY or refusal.code == "writers_busy"


def problem(request: HttpRequest, refusal: Refusal) -> dict[str, Any]:
    """Return the problem document of a refusal."""
    code = CODES.get(refusal.code, UNKNOWN)
    chinese = is_chinese(request)
    content: dict[str, Any] = {
        "type": f"/v1/docs#error-{refusal.code}",
        "title": code.zh if chinese else code.en,
        "status": code.status or UNKNOWN.status,
        "code": refusal.code,
        "detail": _detail_zh(refusal, code) if chinese else refusal.detail,
        "request_id": request.request_id,  # type: ignore[attr-defined]
    }
    errors = field_errors(refusal, chinese=chinese)
    if errors:
        content["errors"] = errors
    return content


def _detail_zh(refusal: Refusal, code: Code) -> str:
    """Word a refusal in Chinese: its own sentence where it has one, else what it is and what to do."""
    if isinstance(refusal, InvalidRequest):
        first = refusal.fields[0]
        return f"{first.pointer or '请求体'} {first.worded(chinese=True)['message']}。"
    if isinstance(refusal, InvalidProgram):
        first = refusal.refusals[0]
        named = _named(first, chinese=True)
        what = "优惠内容" if isinstance(refusal, InvalidOffer) else "会员计划文件"
        return f"{what}有 {len(refusal.refusals)} 处错误；第一处（{named['pointer']}）：{named['message']}"
    return _sentence_zh(refusal) or f"{code.zh}。{code.fix_zh}"


def _sentence_zh(refusal: Refusal) -> str | None:
    """Return a refusal's own sentence, for the field that it names before that of its code."""
    for name in (f"{refusal.code}{refusal.pointer or ''}", refusal.code):
        if name in DETAILS_ZH:
            try:
                return DETAILS_ZH[name].format_map(refusal.params)
            except KeyError:
                pass  # raised in another place, with other values
    return None


def field_errors(refusal: Refusal, *, chinese: bool) -> list[dict[str, str]]:
    """Return the list of fields that a refusal names."""
    if isinstance(refusal, InvalidRequest):
        return [error.worded(chinese=chinese) for error in refusal.fields[:ERRORS_LIMIT]]
    named = refusal.refusals[:ERRORS_LIMIT] if isinstance(refusal, InvalidProgram) else [refusal]
    return [_named(one, chinese=chinese) for one in named if one.pointer is not None or one is not refusal]


def _named(refusal: Refusal, *, chinese: bool) -> dict[str, str]:
    code = CODES.get(refusal.code, UNKNOWN)
    named = {
        "pointer": refusal.pointer or "",
        "code": refusal.code,
        "message": _message(refusal, code, chinese=chinese),
    }
    told = {name: str(refusal.params[name]) for name in ("place", "suggestion") if refusal.params.get(name)}
    return named | told


def _message(refusal: Refusal, code: Code, *, chinese: bool) -> str:
    if not chinese:
        return refusal.detail
    if refusal.code in fault_words.CHINESE:
        return fault_words.sentence(refusal, "zh")
    return (_sentence_zh(refusal) or code.zh).removesuffix("。")


class FieldError:
    """One field that is wrong: where, which code of `FIELD_CODES`, and the values of its sentence."""

    def __init__(self, pointer: str, code: str, params: Mapping[str, str] | None = None) -> None:
        self.pointer = pointer
        self.code = code
        self.params = dict(params or {})

    def worded(self, *, chinese: bool) -> dict[str, str]:
        words = FIELD_CODES[self.code]
        message = (words.zh if chinese else words.en).format(**self.params)
        return {"pointer": self.pointer, "code": self.code, "message": message}


class InvalidRequest(Refusal):
    """The request does not follow the schema; `fields` says where."""

    def __init__(self, fields: Sequence[FieldError]) -> None:
        first = fields[0]
        super().__init__(
            "invalid_request",
            f"{first.pointer or 'The body'} {first.worded(chinese=False)['message']}.",
            pointer=first.pointer,
        )
        self.fields = list(fields)


class InvalidProgram(Refusal):
    """A program file that cannot be published; `refusals` say where and why, with a suggestion where there is one."""

    told = "invalid_program", "program file"

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        code, what = self.told
        super().__init__(code, f"The {what} has {len(refusals)} errors; the first: {refusals[0]}")
        self.refusals = list(refusals)


class InvalidOffer(InvalidProgram):
    """An offer of a coupon that cannot be read; `refusals` as of a program file."""

    told = "bad_coupon_offer", "offer"


def invalid_request(errors: Sequence[ErrorDetails] | Sequence[Mapping[str, Any]], *, depth: int = 2) -> InvalidRequest:
    """Return the refusal for pydantic's errors; `depth` is how many leading parts of a location name no field."""
    return InvalidRequest([_field_error(error, depth) for error in errors[:FIELDS_LIMIT]])


def body_too_large() -> Refusal:
    """Return the refusal of a body over the limit."""
    return Refusal("body_too_large", "The body is larger than 8 MiB.")


def _field_error(error: Mapping[str, Any], depth: int) -> FieldError:
    location = error["loc"]
    source = location[0] if depth else "body"
    if source == "body":
        pointer = "".join(f"/{_escaped(part)}" for part in location[depth:])
    else:
        pointer = f"{source}:{location[1]}"
    context = error.get("ctx", {})
    params = {}
    for name in _LIMITS:
        if name in context:
            params["limit"] = str(context[name])
    if "expected" in context:
        params["expected"] = str(context["expected"])
    return FieldError(pointer, _FIELD_CODE_OF_TYPE.get(error["type"], "invalid"), params)


def _escaped(part: object) -> str:
    return str(part)[:100].replace("~", "~0").replace("/", "~1")
