"""A push reckons what it would come to, and issues just that."""

from shuke.rooms.coupons import facade as coupons
from shuke.rooms.coupons.contracts import Audience, BatchState, Kind, TemplateDraft
from shuke.rooms.members import facade as members
from shuke.rooms.programs import facade, tasks
from shuke.rooms.programs.tests.conftest import ACTOR, NOW, member, order


def pushed(template, audience):
    batch = facade.push_coupons(template.id, audience, "spring", ACTOR)
    tasks.run_push.func.__wrapped__(str(batch.id))
    return coupons.batch(batch.id)


def test_what_is_reckoned_is_issued(program, enrol):
    people = [enrol(number) for number in range(1, 5)]
    members.set_tags(people[0], ["vip"], ACTOR)
    facade.record([order("a", 600_00, who=member(2))], ACTOR)
    template = facade.create_coupon_template(
        TemplateDraft("ten", "Ten off", Kind.CASH, "amount: 10", "UTC", most=6, budget_minor=60_00), ACTOR
    )
    vip, silver, all_ = Audience(("vip",)), Audience(tier="silver"), Audience()
    for audience, who in ((vip, [people[0]]), (silver, [people[1]]), (all_, people)):
        told = facade.reckon_push(template.id, audience)
        assert (told.members, told.coupons, told.cost_minor, list(told.sample)) == (
            len(who),
            len(who),
            1000 * len(who),
            who,
        )
        done = pushed(template, audience)
        assert (done.state, done.wanted, done.made, done.skipped) == (BatchState.DONE, len(who), len(who), {})
    done = pushed(template, all_)
    assert (facade.reckon_push(template.id, all_).coupons, done.made, done.skipped) == (
        0,
        0,
        {"coupon_budget_spent": 4},
    )
    assert [len(coupons.of_member(id, NOW)) for id in people] == [2, 2, 1, 1]
