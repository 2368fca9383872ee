"""The API's reference: the OpenAPI document, one page that shows it without anything from elsewhere, and the tables
of errors in docs/reference, which `python -m shuke.surfaces.http.reference docs/reference` writes anew.
"""

import functools
import json
import sys
from pathlib import Path
from typing import Any

import django
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from shuke.surfaces.http import problems
from shuke.surfaces.http.codes import CODES, Code
from shuke.surfaces.http.parameters import ZH


@functools.cache
def document() -> dict[str, Any]:
    """Return the OpenAPI document."""
    from shuke.surfaces.http.api import api  # here: the operations need Django to be set up

    return dict(api.get_openapi_schema())


@require_safe
def openapi_json(request: HttpRequest) -> HttpResponse:
    """Answer with the OpenAPI document."""
    return HttpResponse(_document_text(), content_type="application/json")


@require_safe
def reference_page(request: HttpRequest) -> HttpResponse:
    """Answer with the reference as a page, in Chinese or English."""
    response = HttpResponse(_page_text(chinese=problems.is_chinese(request)))
    problems.say_language(request, response)
    return response


@functools.cache
def _document_text() -> str:
    return _dumped(document())


@functools.cache
def _page_text(*, chinese: bool) -> str:
    """Return the page, which is the same for everybody and takes long to make."""
    return render_to_string(
        "http/reference.html",
        {
            "chinese": chinese,
            "document": document(),
            "introduction": document()["info"][ZH if chinese else "description"],
            "groups": _groups(document(), chinese=chinese),
            "errors": [_error(name, code, chinese=chinese) for name, code in sorted(CODES.items()) if code.status],
        },
    )


def _groups(spec: dict[str, Any], *, chinese: bool) -> list[tuple[str, list[dict[str, Any]]]]:
    groups: dict[str, list[dict[str, Any]]] = {tag["name"]: [] for tag in spec["tags"]}
    for path, methods in spec["paths"].items():
        for method, details in methods.items():
            groups[details["tags"][0]].append(_shown(path, method, details, chinese=chinese))
    return list(groups.items())


def _shown(path: str, method: str, details: dict[str, Any], *, chinese: bool) -> dict[str, Any]:
    body = details.get("requestBody", {}).get("content", {}).get("application/json", {})
    status, good = next(item for item in details["responses"].items() if item[0].startswith("2"))
    return {
        "id": details["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": details["x-summary-zh-Hans"] if chinese else details["summary"],
        "description": details[ZH] if chinese else details["description"],
        "scope": details["security"][0]["apiKey"][0] if details["security"] else "",
        "parameters": [
            {
                "name": one["name"],
                "in": one["in"],
                "required": one["required"],
                "about": one[ZH if chinese else "description"],
            }
            for one in details["parameters"]
        ],
        "request": _dumped(body["example"]) if body else "",
        "status": status,
        "response": _dumped(good["content"]["application/json"]["example"]),
        "refusals": [
            (refused, list(answer["content"][problems.MEDIA_TYPE]["examples"]))
            for refused, answer in details["responses"].items()
            if not refused.startswith("2")
        ],
    }


def _error(name: str, code: Code, *, chinese: bool) -> dict[str, Any]:
    title, fix = (code.zh, code.fix_zh) if chinese else (code.en, code.fix_en)
    return {"code": name, "status": code.status, "title": title, "fix": fix}


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def files() -> dict[str, str]:
    """Return the generated files of docs/reference by name."""
    return {
        "openapi.json": _dumped(document()),
        "errors.md": _table(
            "# Errors\n\nEvery refusal is `application/problem+json` (RFC 9457) with one of these codes. A code never "
            "changes its meaning. [简体中文](errors.zh-CN.md)\n\n| code | status | what it is | what to do |",
            [(name, code.status or "–", code.en, code.fix_en) for name, code in sorted(CODES.items())],
        ),
        "errors.zh-CN.md": _table(
            "# 错误码\n\n每个被拒绝的请求都以 `application/problem+json`（RFC 9457）回答，并带有下列代码之一。"
            "代码的含义永不改变。[English](errors.md)\n\n| 代码 | 状态码 | 含义 | 处理办法 |",
            [(name, code.status or "–", code.zh, code.fix_zh) for name, code in sorted(CODES.items())],
        ),
    }


def _table(head: str, rows: list[tuple[str, int | str, str, str]]) -> str:
    lines = [f"| `{name}` | {status} | {title} | {fix} |" for name, status, title, fix in rows]
    return "\n".join([head, "|---|---|---|---|", *lines]) + "\n"


if __name__ == "__main__":
    django.setup()
    folder = Path(sys.argv[1])
    for name, content in files().items():
        (folder / name).write_text(content, encoding="utf-8")
