"""Examples of histories and runs for the reference, checked against the schemas."""

from typing import Any, Final

from shuke.surfaces.http.schemas import examples

Json = dict[str, Any]

HISTORY_ID: Final = "his_01KAKV3Z5R8QX5J4Y0V9W6T2NM"
FILE_ID: Final = "hif_01KAKV3Z5R8QX5J4Y0V9W6T2NN"
RUN_ID: Final = "run_01KAKV3Z5R8QX5J4Y0V9W6T2NP"
NEW_HISTORY: Final[Json] = {"name": "2017"}
NEW_FILE: Final[Json] = {
    "kind": "orders",
    "name": "orders.csv",
    "content": "b3JkZXJfaWQsbWVtYmVyX2lkLG9jY3VycmVkX2F0LG5ldAoxLDcsMjAxNy0wMS0wMSAwOTozMCwxMi4zNAo=",
}
FILE: Final[Json] = {
    "id": FILE_ID,
    "kind": "orders",
    "name": "orders.csv",
    "bytes": 65,
    "sha256": "a7c1f8d0f9f7e6a1b1c7b1f2a9c53d0bb8f2a4d2f2b7f1a4f6b1b6f0a2d9c3e4",
    "columns": [
        {"column": "order_id", "field": "order_id", "confidence": 1.0, "samples": ["1"]},
        {"column": "member_id", "field": "member_id", "confidence": 1.0, "samples": ["7"]},
        {"column": "occurred_at", "field": "occurred_at", "confidence": 1.0, "samples": ["2017-01-01 09:30"]},
        {"column": "net", "field": "net", "confidence": 1.0, "samples": ["12.34"]},
    ],
    "missing": [],
    "gone": False,
    "statuses": [],
    "livemode": False,
}
COLUMNS: Final[Json] = {"columns": [{"column": "实付", "field": "net"}]}
READING: Final[Json] = {"currency": "USD", "time_zone": "America/New_York"}
_PROGRESS: Final[Json] = {"phase": "", "done": 0, "total": 0, "seconds_left": None}
HISTORY: Final[Json] = {
    "id": HISTORY_ID,
    "name": "2017",
    "live": False,
    "state": "ready",
    "currency": "USD",
    "time_zone": "America/New_York",
    "statuses": None,
    "files": [FILE],
    "counts": {"members": 1, "orders": 1, "lines": 1, "refunds": 0, "redemptions": 0, "net_minor": 1234},
    "segments": [],
    "first_day": "2017-01-01",
    "last_day": "2017-01-01",
    "faults": [],
    "left_out": {},
    "no_sale": {},
    "notes": {},
    "progress": _PROGRESS,
    "failure": "",
    "failure_told": None,
    "asked_at": "2026-06-15T02:00:00Z",
    "asked_by": "pos",
    "livemode": False,
}
HISTORIES: Final[Json] = {"items": [HISTORY], "livemode": False}
BACKTEST: Final[Json] = {
    "history": HISTORY_ID,
    "text": examples.PROGRAM_TEXT,
    "policy": {"kind": "greedy", "at": "500"},
    "assumptions": {"margin": "25%", "uplift": {"gold": "5%"}},
}
FORECAST: Final[Json] = {
    "history": HISTORY_ID,
    "text": examples.PROGRAM_TEXT,
    "months": 12,
    "policy": {"kind": "share", "share": "30%"},
    "assumptions": {"margin": "25%"},
    "costs": {"points": "0.008"},
}
PROPOSAL: Final[Json] = {
    "history": HISTORY_ID,
    "industry": "grocery",
    "currency": "USD",
    "time_zone": "America/New_York",
    "language": "en",
    "margin": "24%",
}
RUN: Final[Json] = {
    "id": RUN_ID,
    "kind": "backtest",
    "name": "grocer",
    "history": HISTORY_ID,
    "program": "grocer",
    "against": "",
    "settings": {"since": None, "until": None, "policy": {"kind": "observed"}, "assumptions": {}},
    "state": "waiting",
    "progress": _PROGRESS,
    "failure": "",
    "failure_told": None,
    "result": {},
    "asked_at": "2026-06-15T02:00:00Z",
    "asked_by": "pos",
    "seconds": None,
    "livemode": False,
}
RUNS: Final[Json] = {"items": [RUN], "livemode": False}
MEMBERS: Final[Json] = {
    "columns": ["member", "orders", "net_minor"],
    "rows": [["7", 1, 1234]],
    "total": 1,
    "offset": 0,
    "livemode": False,
}
