"""Batches: pools of codes, drawn or imported, handed out one by one; pushes; cancelled and recalled half-way."""

import pytest

from shuke.core.values.errors import Refusal
from shuke.foundation import ids
from shuke.rooms.coupons import facade, tasks
from shuke.rooms.coupons.contracts import Audience, BatchState, Codes, MemberLimit, RecallReport, State
from shuke.rooms.coupons.services import batches
from shuke.rooms.coupons.tests.conftest import ACTOR, NOW, fact, issued, later, refusals, state, template, use


@pytest.fixture
def pool(people, monkeypatch):
    monkeypatch.setattr(batches, "CHUNK", 3)
    return template(codes=Codes.POOL, most=12)


def made(template_id, count):
    batch = facade.make_codes(template_id, count, "print", ACTOR)
    tasks.make_coupons.func.__wrapped__(str(batch.id))
    return facade.batch(batch.id)


def test_a_pool_is_filled_in_chunks_up_to_its_most_and_handed_out(pool, people):
    batch = made(pool.id, 10)
    assert (batch.state, batch.made, batch.skipped) == (BatchState.DONE, 10, {})
    codes = [code for code, _ in facade.codes_of_batch(batch.id)]
    assert (len(set(codes)), {len(code) for code in codes}) == (10, {16})
    assert (made(pool.id, 5).made, facade.template(pool.id).left) == (2, 0)
    got = [issued(people[0]) for _ in range(12)]
    assert {coupon.code for coupon in got} >= set(codes)
    assert refusals(facade.issue([fact(people[0])])) == ["coupons_exhausted"]
    assert (facade.template(pool.id).in_pool, facade.template(pool.id).issued) == (0, 12)


def test_a_fact_told_again_answers_the_code_it_was_given(pool, people):
    made(pool.id, 5)
    told = fact(people[0], key="a")
    (first,), (again,) = facade.issue([told]), facade.issue([told])
    assert (again.coupon, again.repeated, facade.template(pool.id).in_pool) == (first.coupon, True, 4)


def test_whoever_brings_a_code_of_the_pool_uses_it_and_nobody_gets_it_then(pool, people):
    batch = made(pool.id, 2)
    (code, _), (other, _) = facade.codes_of_batch(batch.id)
    (bearer,) = facade.by_codes([code], NOW)
    facade.lock([use(bearer, who=people[1])], later(hours=1))
    facade.release([use(bearer).order])
    assert issued(people[0]).code == other
    assert refusals(facade.issue([fact(people[0])])) == ["coupons_exhausted"]
    assert facade.redeem([use(bearer, "o2", who=people[2])]) == [None]


def test_codes_from_elsewhere_are_taken_once(pool, people):
    asked = ["ab-12 cd", "AB12CD", "x", "NEW1", "NEW2", "NEW3", "NEW4"]
    batch = facade.import_codes(pool.id, asked, "old system", ACTOR)
    assert (batch.made, batch.skipped) == (5, {"bad_code": 1, "twice": 1})
    assert facade.import_codes(pool.id, asked, "again", ACTOR) == batch
    assert facade.import_codes(pool.id, ["new1", "new5"], "more", ACTOR).skipped == {"taken": 1}
    assert facade.by_codes(["AB12-CD"], NOW)[0].code == "AB12CD"
    page, cursor = facade.codes_page(batch.id, 2)
    assert (page, facade.codes_page(batch.id, 9, cursor)) == (("AB12CD", "NEW1"), (("NEW2", "NEW3", "NEW4"), None))
    with pytest.raises(Refusal) as told:
        facade.import_codes(template("own").id, ["AAAA"], "", ACTOR)
    assert told.value.code == "coupons_not_pooled"


def test_a_push_is_cancelled_half_way_and_recalled(people):
    made = template(per_member=MemberLimit(1))
    issued(people[1])
    batch = facade.open_push(made.id, Audience(), 3, "spring", ACTOR)
    assert facade.push_chunk(batch.id, people[:2], NOW) is True
    assert facade.told_upto(batch.id) == people[1]
    assert facade.cancel_batch(batch.id, ACTOR).state is BatchState.CANCELLED
    assert facade.push_chunk(batch.id, people[2:], NOW, over=True) is False
    after = facade.batch(batch.id)
    assert (after.made, after.skipped) == (1, {"coupon_limit_reached": 1})
    (coupon,) = facade.of_member(people[0], NOW)
    facade.redeem([use(coupon)])
    assert facade.recall_batch(batch.id, "by mistake", ACTOR) == RecallReport(0, 1, 0, 0)
    assert state(facade.of_member(people[1], NOW)[0]) is State.ISSUED
    with pytest.raises(Refusal) as told:
        facade.recall_batch(ids.new_id(), "by mistake", ACTOR)
    assert told.value.code == "unknown_coupon_batch"


def test_uses_page_by_page(people):
    made = template()
    coupons = [issued(people[0]) for _ in range(3)]
    facade.redeem([use(coupon, f"o{number}") for number, coupon in enumerate(coupons)])
    first = facade.uses_page(made.id, 2)
    rest = facade.uses_page(made.id, 2, first.next_cursor)
    assert {line.coupon_id for line in (*first.uses, *rest.uses)} == {coupon.id for coupon in coupons}
    assert (len(rest.uses), rest.next_cursor) == (1, None)
