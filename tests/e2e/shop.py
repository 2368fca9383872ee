"""Makes the shop that the browser tests open: run as a program in a home of its own, it prints the log-ins as JSON.

Five members on a fixed clock; everything goes through the verbs that the product itself uses. 王芳 is the guest of the
worked refund: silver at ×1.2, 1,280 points, of which 500 pay for an order of $81.00 that earns 97.
"""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from shuke.surfaces.cli import session

PROGRAM = Path(__file__).parents[2] / "examples" / "grocer.yaml"
GREETING = "  - {code: welcome, unit: points, on: [joined], points: 50}\nbehaviours: {joined: }\n"
CLOCK = datetime(2026, 6, 15, 14, tzinfo=UTC)
PEOPLE = [
    ("林小满", "13800000001"),
    ("周可", "13800000002"),
    ("Anna Bell", "13800000003"),
    ("王芳", ""),
    ("", "13800000005"),
]


def make():
    """Make staff, program, members and half a year of orders; return the passwords by role and the first member's id."""
    from shuke.foundation import clock, ids
    from shuke.rooms.members import facade as people
    from shuke.rooms.members.contracts import ExternalId, NewMember
    from shuke.rooms.org import facade as org
    from shuke.rooms.org.contracts import Actor, ActorKind, Kind, NewOrganisation, NewStore, Role
    from shuke.rooms.programs import facade as programs

    actor = Actor(ActorKind.CLI, "cli", "tests")
    clock.set_business_clock(CLOCK)
    org.create_organisation(NewOrganisation("街角杂货", "USD", "America/New_York", "zh-hans", Kind.SANDBOX), actor)
    passwords = {
        role.value: org.create_staff(f"{role.value}@example.com", f"Test {role.value}", role, actor)[1] for role in Role
    }
    org.open_store(NewStore("nanjinglu", "南京路店"), None, actor)
    programs.publish(PROGRAM.read_text().replace("multiplier: 1.25", "multiplier: 1.2") + GREETING, actor)
    new = [
        NewMember(
            external=(ExternalId("pos", f"A-{number}"),),
            phone=f"+86{phone}" if phone else None,
            name=name or None,
            birthday=date(1990, 5, 6),
            joined_at=CLOCK - timedelta(days=160 + number),
        )
        for number, (name, phone) in enumerate(PEOPLE, start=1)
    ]
    members = programs.enrol(new, actor)
    results = programs.record(orders(members), actor, history=True)
    assert [result.refusal for result in results] == [None] * len(results)
    stock_the_mall(actor)
    secrets = {
        phone: people.log_in_device(members[place].id, "Test", clock.machine_now())
        for place, (_, phone) in enumerate(PEOPLE[:3])
    }
    found = {name: ids.encode("mbr", members[place].id) for name, place in (("member", 0), ("guest", 3))}
    return {"passwords": passwords, "secrets": secrets} | found


def stock_the_mall(actor):
    """Put tea on the shelf, and cups of which each is the last; let members take a coupon, and give newcomers one."""
    from shuke.rooms.benefits import facade as benefits
    from shuke.rooms.benefits.contracts import Benefit, Catalogue, Per, SetRow
    from shuke.rooms.benefits.contracts import Kind as Given
    from shuke.rooms.coupons.contracts import Kind, MemberLimit, TemplateDraft
    from shuke.rooms.mall import facade as mall
    from shuke.rooms.mall.contracts import ItemDraft, Price, Restock, Way
    from shuke.rooms.mall.contracts import Kind as Goods
    from shuke.rooms.programs import facade as programs

    wares = [
        ("tea", "龙井一罐", 50, 30),
        *((f"cup-{number:02d}", f"青瓷杯 {number:02d}", 10, 1) for number in range(1, 26)),
    ]
    for code, name, points, stock in wares:
        item = mall.create_item(ItemDraft(code, Goods.GOODS, name, (Price(points),), ways=(Way.PICKUP,)), actor)
        mall.restock([Restock(item.id, stock, "delivery")], actor)
    offer = "{amount: 10, minimum: {cart_money: 50}}"
    draft = TemplateDraft(
        "ten-off", "满 50 减 10", Kind.THRESHOLD, offer, "America/New_York", claimable=True, per_member=MemberLimit(1)
    )
    programs.create_coupon_template(draft, actor)
    welcome = TemplateDraft("hello", "新人 5 元券", Kind.CASH, "amount: 5", "America/New_York")
    programs.create_coupon_template(welcome, actor)
    gift = Benefit("hello", "新人券", "Welcome coupon", Given.COUPON, quota=1, per=Per.ONCE, gives="hello")
    benefits.apply(Catalogue((gift,), (SetRow("join", "hello"),)), actor)


def orders(members):
    """Return 24 orders for each of the first three members, growing, a redemption of the first, and the guest's."""
    from shuke.rooms.members.contracts import MemberRef
    from shuke.rooms.programs.contracts import OrderFact, RedeemFact

    facts = [
        OrderFact(
            "pos",
            f"{place}-{week}",
            MemberRef(id=member.id),
            CLOCK - timedelta(days=7 * (24 - week), minutes=place),
            net_minor=1_000 * (place + 1) + 333 * week,
            gross_minor=1_000 * (place + 1) + 333 * week,
            currency="USD",
            store="nanjinglu",
            channel="store",
        )
        for week in range(1, 25)
        for place, member in enumerate(members[:3])
    ]
    redemption = RedeemFact("pos", "r-1", MemberRef(id=members[0].id), 500, occurred_at=CLOCK - timedelta(hours=1))
    return sorted([*facts, redemption, *guests(MemberRef(id=members[3].id))], key=lambda fact: fact.occurred_at)


def guests(guest):
    """Return the facts of the worked refund."""
    from shuke.rooms.programs.contracts import OrderFact, RedeemFact

    def order(id, hours, minor):
        at = CLOCK - timedelta(hours=hours)
        return OrderFact("pos", id, guest, at, net_minor=minor, gross_minor=minor, currency="USD", store="nanjinglu")

    paying = RedeemFact("pos", "pay", guest, 500, occurred_at=CLOCK - timedelta(hours=4), order=("pos", "sale"))
    return [order("first", 72, 128_000), paying, order("sale", 3, 8_100)]


if __name__ == "__main__":
    with session.opened(kind="sandbox", migrations="apply"):
        print(json.dumps(make()))  # noqa: T201  # what the tests read
