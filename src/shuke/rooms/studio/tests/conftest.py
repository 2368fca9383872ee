"""A deployment's folder, files of orders, and a history that is ready."""

from collections.abc import Callable
from pathlib import Path

import pytest

from shuke.rooms.org.contracts import Actor, ActorKind
from shuke.rooms.studio import facade
from shuke.rooms.studio.contracts import FileKind, HistoryView, Reading

ACTOR = Actor(ActorKind.SYSTEM, "tests", "tests")
ZONE = Reading("USD", "UTC")
ORDERS = """order_id,member_id,occurred_at,net
1,ann,2026-01-05 10:00:00,300.00
2,ann,2026-02-05 10:00:00,300.00
3,ann,2026-03-05 10:00:00,100.00
4,bob,2026-01-20 10:00:00,40.50
"""
PROGRAM = """\
shuke: 1
program: corner
currency: USD
time_zone: UTC
units:
  points: {value: 0.01, expiry: {after: 12 months, end_of: month}}
tiers:
  ladder: main
  measure: SPEND('this year')
  validity: end of next calendar year
  levels:
    - {code: base, from: 0, multiplier: 1}
    - {code: silver, from: 500, multiplier: 1.25}
earn:
  - {code: spend, unit: points, points: order.net * tier.multiplier}
"""


@pytest.fixture
def home(db, settings, tmp_path) -> Path:
    settings.SHUKE_HOME = tmp_path
    return tmp_path


@pytest.fixture
def bring(home) -> Callable[..., HistoryView]:
    """Bring files by their kind, and read them as the worker does."""

    def one(wanted: Reading = ZONE, name: str = "2026", **files: str) -> HistoryView:
        made = facade.begin_history(name, ACTOR)
        for kind, text in files.items():
            facade.add_file(made.id, FileKind(kind), f"{kind}.csv", [text.encode()], ACTOR)
        facade.ask_reading(made.id, wanted, ACTOR)
        facade.read_history(made.id)
        return facade.history(made.id)

    return one


@pytest.fixture
def history(bring) -> HistoryView:
    return bring(orders=ORDERS)
