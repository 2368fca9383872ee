"""Health: whether the process answers, and whether it can do its work."""

from typing import Literal

from django.db import DatabaseError
from django.http import HttpRequest
from ninja import Router

from shuke.core.values.errors import Refusal
from shuke.rooms.org import facade as org
from shuke.surfaces.http.fields import Answer
from shuke.surfaces.http.operations import Operation, operation

router = Router(tags=["health"])


class LiveAnswer(Answer):
    """The process answers."""

    status: Literal["live"]


class ReadyAnswer(Answer):
    """The database answers. `set_up` says whether the deployment has its organisation."""

    status: Literal["ready"]
    set_up: bool


@operation(
    router,
    "GET",
    "/health/live",
    LiveAnswer,
    Operation(
        id="getLiveness",
        en="Is the process alive?",
        zh="进程是否存活",
        about_zh="不访问数据库即回答。",
        response_example={"status": "live"},
    ),
)
def get_liveness(request: HttpRequest) -> LiveAnswer:
    """Answer without asking the database."""
    return LiveAnswer(status="live")


@operation(
    router,
    "GET",
    "/health/ready",
    ReadyAnswer,
    Operation(
        id="getReadiness",
        en="Can it serve?",
        zh="是否可以服务",
        about_zh="数据库可用且数据表齐全时回答 200，否则 503。",
        response_example={"status": "ready", "set_up": True},
    ),
)
def get_readiness(request: HttpRequest) -> ReadyAnswer:
    """Answer 200 where the database answers and has its tables, 503 where not."""
    try:
        return ReadyAnswer(status="ready", set_up=org.organisation() is not None)
    except DatabaseError:
        raise Refusal("unavailable", "The database does not answer or lacks its tables.") from None
