"""Makes the shop that the till's browser tests open: run as a program in a home of its own, it prints what they need.

Every regular is as 林小满 of the worked sale: silver at ×1.2 with 1,280 points. 周可 is ¥40 short of gold, with 900.
The last regular has a coupon.
`codes` as its argument prints the codes that the members' phones show this minute instead.
"""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shuke.surfaces.cli import session

PROGRAM = Path(__file__).with_name("till.yaml")
CLOCK = datetime(2026, 6, 15, 2, tzinfo=UTC)
REGULARS = 70


def make():
    """Make stores, clerks, a till, the program and the members; return what the browser is given and logs in with."""
    from shuke.foundation import clock, ids
    from shuke.rooms.coupons import facade as coupons
    from shuke.rooms.coupons.contracts import Cause, IssueFact, Kind, TemplateDraft
    from shuke.rooms.members import facade as people_of
    from shuke.rooms.members.contracts import MemberRef, NewMember
    from shuke.rooms.org import facade as org
    from shuke.rooms.org.contracts import Actor, ActorKind, NewOrganisation, NewStore, Role
    from shuke.rooms.org.contracts import Kind as Deployment
    from shuke.rooms.programs import facade as programs
    from shuke.rooms.programs.contracts import AdjustFact, OrderFact

    actor = Actor(ActorKind.CLI, "cli", "tests")
    clock.set_business_clock(CLOCK)
    org.create_organisation(NewOrganisation("街角杂货", "CNY", "Asia/Shanghai", "zh-hans", Deployment.SANDBOX), actor)
    for code, name in (("nanjinglu", "南京路店"), ("wukanglu", "武康路店")):
        org.open_store(NewStore(code, name), None, actor)
    programs.publish(PROGRAM.read_text(), actor)
    people = [("周可", 2, 496_000, 900)] + [("林小满", 100 + place, 231_000, 1_280) for place in range(REGULARS)]
    new = [
        NewMember(phone=f"+861380000{place:04d}", name=name, joined_at=CLOCK - timedelta(days=90))
        for name, place, _, _ in people
    ]
    members = programs.enrol(new, actor)
    at = CLOCK - timedelta(days=1)
    facts = []
    for member, (_, place, spent, points) in zip(members, people, strict=True):
        ref = MemberRef(id=member.id)
        first = OrderFact("pos", f"first-{place}", ref, at, spent, spent, "CNY", store="wukanglu")
        correction = AdjustFact("pos", f"first-{place}", ref, points - spent // 100, "opening", occurred_at=at)
        facts += [first, correction]
    assert {result.refusal for result in programs.record(facts, actor)} == {None}
    sell_a_plan(actor)
    coupons.create_template(
        TemplateDraft("ten", "满 50 减 10", Kind.THRESHOLD, "{amount: 10, minimum: {money: 50}}", "Asia/Shanghai"),
        actor,
    )
    coupons.issue([IssueFact("tests", "ten", "ten", members[-1].id, Cause.PUSH, at)])
    passwords = {
        role.value: org.create_staff(f"{role.value}@example.com", f"Test {role.value}", role, actor)[1]
        for role in (Role.OWNER, Role.OPERATOR, Role.SERVICE, Role.APPROVER)
    }
    pins = {}
    for name, store in (("小王", "nanjinglu"), ("小李", "nanjinglu"), ("阿珍", "wukanglu")):
        clerk, _ = org.create_staff(f"clerk{len(pins)}@example.com", name, Role.CLERK, actor, stores=[store])
        pins[name] = (str(clerk.id), org.give_pin(clerk.id, actor))
    _till, secret = org.enrol_till("前台", "nanjinglu", actor)
    return {
        "secret": secret,
        "passwords": passwords,
        "pins": pins,
        "secrets": [people_of.log_in_device(member.id, "Test", clock.machine_now()) for member in members],
        "members": [ids.encode("mbr", member.id) for member in members],
    }


def sell_a_plan(actor):
    """Offer a yearly card that brings free delivery."""
    from shuke.rooms.benefits import facade as benefits
    from shuke.rooms.benefits.contracts import Benefit, Catalogue, Kind, SetRow
    from shuke.rooms.paid import facade as paid
    from shuke.rooms.paid.contracts import Given, Length, PlanDraft, Terms
    from shuke.rooms.paid.contracts import Kind as PlanKind

    terms = Terms({Length.YEAR: 12_000}, gives=(Given("免邮", "Free delivery", 8_000),))
    paid.create_plan(PlanDraft("plus", PlanKind.SERVICE, "熟客卡", "Plus", "plus", terms), actor)
    delivery = Benefit("delivery", "免邮", "Free delivery", Kind.PROMISE)
    benefits.apply(Catalogue((delivery,), (SetRow("plan:plus", "delivery"),)), actor)


def codes():
    """Return the codes that the phones of all members show now, by member id."""
    from shuke.foundation import clock, ids
    from shuke.rooms.members import facade as members

    now = clock.machine_now()
    page = members.page(200)
    return {ids.encode("mbr", member.id): members.show_code(member.id, now).text for member in page.members}


if __name__ == "__main__":
    with session.opened(kind="sandbox", migrations="apply"):
        print(json.dumps(codes() if "codes" in sys.argv else make()))  # noqa: T201  # what the tests read
