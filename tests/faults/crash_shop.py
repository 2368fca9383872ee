"""Makes the sandbox that the crash load goes to, and reads out of it what is there: `make` and `read` of SHUKE_HOME."""

import json
import sys
from datetime import UTC, datetime
from typing import Any

from shuke.surfaces.cli import session

OPENED = datetime(2017, 1, 15, 17, tzinfo=UTC)
MEMBERS = 40


def make() -> dict[str, Any]:
    """Open the shop with its members, coupons and a mug, and return the secret of a key that may do everything."""
    from shuke.foundation import clock
    from shuke.rooms.coupons import facade as coupons
    from shuke.rooms.coupons.contracts import Kind as CouponKind
    from shuke.rooms.coupons.contracts import TemplateDraft
    from shuke.rooms.mall import facade as mall
    from shuke.rooms.mall.contracts import ItemDraft, Price, Restock, Way
    from shuke.rooms.mall.contracts import Kind as ItemKind
    from shuke.rooms.members.contracts import ExternalId, NewMember
    from shuke.rooms.org import facade as org
    from shuke.rooms.org.contracts import SCOPES, Actor, ActorKind, Kind, NewOrganisation
    from shuke.rooms.programs import facade as programs
    from tests.api.club import CLUB

    by = Actor(ActorKind.SYSTEM, "tests", "tests")
    clock.set_business_clock(OPENED)
    org.create_organisation(NewOrganisation("Corner", "USD", "America/New_York", "en", Kind.SANDBOX), by)
    programs.publish(CLUB, by)
    joined = datetime(2017, 1, 1, tzinfo=UTC)
    programs.enrol([NewMember((ExternalId("shop", str(n)),), joined_at=joined) for n in range(MEMBERS)], by)
    coupons.create_template(TemplateDraft("ten", "Ten off", CouponKind.CASH, "amount: 10", "UTC", most=10**6), by)
    mug = mall.create_item(ItemDraft("mug", ItemKind.GOODS, "Mug", (Price(5),), ways=(Way.PICKUP,)), by)
    mall.restock([Restock(mug.id, 10**6, "first delivery")], by)
    return {"secret": org.create_key("till", SCOPES, by)[1]}


def read() -> dict[str, Any]:
    """Return what there is of the load: by fact, its points by kind of entry; of the files, people and points."""
    from shuke.foundation import sql

    facts = """
        SELECT key.external_id, coalesce(entry.kind, ''), coalesce(sum(entry.amount), 0)::bigint
        FROM business_key AS key
        LEFT JOIN points_entry AS entry
            ON entry.reference = key.reference AND entry.unit_id = (SELECT id FROM points_unit WHERE code = 'points')
        WHERE key.source = 'load'
        GROUP BY 1, 2"""
    of_facts: dict[str, dict[str, int]] = {}
    for name, kind, points in sql.fetch(facts, {}):
        of_facts.setdefault(name, {})[kind] = points
    people = "SELECT source, count(*) FROM members_identity GROUP BY source"
    opened = "SELECT count(*), coalesce(sum(amount), 0)::bigint FROM points_entry WHERE kind = 'opening'"
    orders = "SELECT count(*) FROM orders_order WHERE source = 'load'"
    return {
        "facts": of_facts,
        "orders": sql.fetch(orders, {})[0][0],
        "people": dict(sql.fetch(people, {})),
        "opening": list(sql.fetch(opened, {})[0]),
    }


if __name__ == "__main__":
    with session.opened(kind="sandbox" if sys.argv[1] == "make" else None, migrations="apply"):
        print(json.dumps({"make": make, "read": read}[sys.argv[1]]()))  # noqa: T201
