"""The shape of every error answer (RFC 9457)."""

from shuke.surfaces.http.fields import Answer


class FieldErrorAnswer(Answer):
    """One thing that is wrong. `pointer` is a JSON pointer into the body, `query:name` or `path:name` for a parameter,
    `line:column` for a place in a program file. `place` is the line:column in a condition that stands at `pointer`.
    """

    pointer: str
    code: str
    message: str
    place: str | None = None
    suggestion: str | None = None


class ProblemAnswer(Answer):
    """Why a request was refused. `code` is stable; `title` follows Accept-Language; `request_id` finds the log line."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    request_id: str
    errors: list[FieldErrorAnswer] | None = None
