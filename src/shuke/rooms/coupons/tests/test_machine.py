"""Whatever happens to coupons in whatever order, they are what a few lines of plain Python say, and all laws hold."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shuke.core.values.errors import Refusal
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.coupons import facade
from shuke.rooms.coupons.contracts import MemberLimit, OrderRef, State, Validity
from shuke.rooms.coupons.tests.conftest import ACTOR, NOW, fact, template, use

MOST, EACH, LIFE, LOCK = 3, 2, 6, 2  # coupons in all and a member; hours that one can be used, and that a lock holds
STEPS = st.tuples(
    st.sampled_from(["issue", "lock", "redeem", "release", "give back", "freeze", "thaw", "offer", "cancel", "accept", "recall", "wait"]),
    st.integers(0, MOST - 1), st.integers(0, 2),
)  # fmt: skip


class Model:
    """The coupons as (owner, state, order, until, gift), by when they were issued."""

    def __init__(self, people):
        self.people, self.hour, self.coupons, self.had, self.stopped = people, 0, [], [0, 0, 0], False

    def usable(self, coupon):
        free = coupon["state"] == "issued" or (coupon["state"] == "locked" and coupon["until"] <= self.hour)
        return free and self.hour < LIFE

    def issue(self, who):
        if self.stopped or self.hour >= LIFE or len(self.coupons) == MOST or self.had[who] == EACH:
            return False
        self.had[who] += 1
        self.coupons.append({"owner": who, "state": "issued", "order": None, "until": 0, "moved": False, "gift": ""})
        return True

    def use(self, coupon, who, order, state):
        if coupon["owner"] != who:
            return False
        if coupon["state"] == "used" and coupon["order"] == order:
            return state == "used"
        ours = coupon["state"] == "locked" and coupon["order"] == order and coupon["until"] > self.hour
        if not ours and not self.usable(coupon):
            return False
        coupon.update(state=state, order=order, until=self.hour + LOCK)
        return True


def act(model, step):
    """Do one step to the product and to the model, and see that both say the same."""
    verb, number, who = step
    at = NOW + timedelta(hours=model.hour)
    order = f"o{who}"
    if verb == "wait":
        model.hour += 1
    elif verb == "issue":
        (answer,) = facade.issue([fact(model.people[who], at=at)])
        assert (answer.refusal is None) is model.issue(who)
        if answer.coupon:
            model.coupons[-1]["id"] = answer.coupon.id
    elif verb == "recall":
        report = facade.recall_template(facade.template_by_code("ten").id, "why not", ACTOR)
        model.stopped = True
        held = [coupon for coupon in model.coupons if coupon["state"] not in ("used", "void")]
        locked = [coupon for coupon in held if coupon["state"] == "locked" and coupon["until"] > 0]  # the clock stands
        for coupon in held:
            if coupon not in locked:
                coupon.update(state="void", order=None)
        assert (report.locked, report.recalled) == (len(locked), len(held) - len(locked))
    elif number < len(model.coupons):
        to_one(model, model.coupons[number], verb, who, order, at)


def to_one(model, coupon, verb, who, order, at):
    if verb in ("lock", "redeem"):
        asked = use(facade.coupon(coupon["id"], at), order, at=at, who=model.people[who])
        until = at + timedelta(hours=LOCK)
        (reason,) = facade.lock([asked], until) if verb == "lock" else facade.redeem([asked])
        assert (reason is None) is model.use(coupon, who, order, "locked" if verb == "lock" else "used"), (
            reason,
            coupon,
        )
    elif verb in ("release", "give back"):
        before = "locked" if verb == "release" else "used"
        freed = (facade.release if verb == "release" else facade.give_back)([OrderRef("till", order)])
        mine = [each for each in model.coupons if each["state"] == before and each["order"] == order]
        for each in mine:
            each.update(state="issued", order=None)
        assert {each["id"] for each in mine} <= set(freed)  # of locks that others took over nothing is left to free
    else:
        refused = False
        try:
            with unit_of_work(apart=True):
                coupon["gift"] = DOES[verb](model, coupon, who, at) or coupon["gift"]
        except Refusal:
            refused = True
        assert refused is not ALLOWED[verb](model, coupon, who), (verb, coupon)
        if not refused:
            coupon.update(AFTER[verb](who))


DOES = {
    "freeze": lambda model, coupon, who, at: facade.freeze([coupon["id"]], "why", ACTOR),
    "thaw": lambda model, coupon, who, at: facade.unfreeze([coupon["id"]], "why", ACTOR),
    "offer": lambda model, coupon, who, at: facade.offer(coupon["id"], model.people[who], at).claim_code,
    "cancel": lambda model, coupon, who, at: facade.cancel_offer(coupon["id"], model.people[who]),
    "accept": lambda model, coupon, who, at: facade.accept(coupon["gift"] or "none", model.people[who], at) and None,
}
ALLOWED = {
    "freeze": lambda model, coupon, who: coupon["state"] == "issued",
    "thaw": lambda model, coupon, who: coupon["state"] == "frozen",
    "offer": lambda model, coupon, who: coupon["owner"] == who and not coupon["moved"] and model.usable(coupon),
    "cancel": lambda model, coupon, who: coupon["owner"] == who and coupon["state"] == "offered",
    "accept": lambda model, coupon, who: coupon["state"] == "offered" and coupon["owner"] != who and model.hour < LIFE,
}
AFTER = {
    "freeze": lambda who: {"state": "frozen"},
    "thaw": lambda who: {"state": "issued"},
    "offer": lambda who: {"state": "offered", "order": None},
    "cancel": lambda who: {"state": "issued"},
    "accept": lambda who: {"state": "issued", "owner": who, "moved": True},
}


@pytest.mark.parametrize("size", [30, pytest.param(400, marks=pytest.mark.long)])
def test_coupons_are_what_the_model_says(people, size):
    made = template(
        most=MOST, per_member=MemberLimit(EACH), transferable=True, validity=Validity(until=NOW + timedelta(hours=LIFE))
    )

    @settings(max_examples=size, deadline=None, suppress_health_check=[*HealthCheck])
    @given(st.lists(STEPS, min_size=5, max_size=40))
    def run(steps):
        with unit_of_work(dry_run=True):
            model = Model(people)
            for step in steps:
                act(model, step)
            now = NOW + timedelta(hours=model.hour)
            for coupon in model.coupons:
                state = facade.coupon(coupon["id"], now).state
                lapsed = coupon["state"] == "locked" and coupon["until"] <= model.hour
                expected = "issued" if lapsed else coupon["state"]
                over = model.hour >= LIFE and expected in ("issued", "frozen", "offered")
                assert state is (State.EXPIRED if over else State(expected)), coupon
            assert facade.template(made.id).left == MOST - len(model.coupons)
            assert facade.verify().violations == ()

    run()
