"""Benefits beside tiers: what a rise, fall, merge, exit or night brings and takes, and quotas against a race."""

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.rooms.benefits import facade as benefits
from shuke.rooms.benefits.contracts import (
    Benefit,
    Catalogue,
    Concern,
    Gift,
    Kind,
    NeverError,
    NewRequest,
    Part,
    Per,
    Season,
    SetRow,
    Stage,
    Step,
    TryLaterError,
    UseFact,
)
from shuke.rooms.coupons import facade as coupons
from shuke.rooms.coupons.contracts import Kind as CouponKind
from shuke.rooms.coupons.contracts import TemplateChange, TemplateDraft
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import ExternalId, Member, NewMember, Status
from shuke.rooms.points import facade as points
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import RefundFact
from shuke.rooms.programs.services import advancing
from shuke.rooms.programs.tests.conftest import ACTOR, NOW, PROGRAM, code, member, order

LOUNGE = Benefit("lounge", "贵宾厅", "Lounge", Kind.COUNTED, core=True, cost_minor=3500, quota=2)
MAGAZINE = Benefit("magazine", "会刊", "Magazine", Kind.CONTENT, part=Part.FIXED)
STYLIST = Benefit("stylist", "造型师", "Stylist", Kind.SERVICE, quota=1)
DROPS = Benefit("drops", "优先购", "Drops", Kind.EARLY_ACCESS, ahead_hours=24)
CAKE = Benefit("cake", "生日蛋糕", "Cake", Kind.COUNTED, quota=1, per=Per.ONCE, days=30)
HELLO = Benefit("hello", "新人礼", "Welcome points", Kind.POINTS, gives="50", per=Per.ONCE)
FALL = datetime(2028, 1, 1, 6, tzinfo=UTC)  # silver of 2026 ends with 2027
CATALOGUE = Catalogue(
    (LOUNGE, MAGAZINE, STYLIST, DROPS, CAKE, HELLO),
    (
        SetRow("tier:main:base", "magazine"),
        SetRow("tier:main:silver", "magazine"),
        SetRow("tier:main:silver", "lounge", 4),
        SetRow("tier:main:silver", "stylist"),
        SetRow("tier:main:silver", "drops"),
        SetRow("birthday", "cake"),
        SetRow("tenure:1", "cake"),
        SetRow("tag:vip", "drops"),
        SetRow("season:summer", "cake"),
    ),
    (Season("summer", date(2026, 7, 1), date(2026, 7, 31)),),
)


@pytest.fixture
def catalogue(program):
    facade.apply_benefits(CATALOGUE, ACTOR)
    return CATALOGUE


@pytest.fixture
def silver(catalogue, enrol):
    anna = enrol(1)
    facade.record([order("a", 600_00)], ACTOR)
    return anna


def held(member_id, now=None):
    return {one.benefit.code: one.left for one in benefits.of_member(member_id, now)}


def told(member_id, benefit):
    return [
        (one.kind.value, one.quantity)
        for one in reversed(benefits.events(member_id, 99).events)
        if one.benefit == benefit
    ]


def use(member_id, key, benefit="lounge", quantity=1):
    return benefits.use(UseFact("desk", key, member_id, benefit, quantity), ACTOR)


def sound():
    return not [found for check in facade.verify_all() for found in check.violations]


def test_a_rise_gives_in_its_own_transaction_and_a_benefit_that_was_given_keeps_its_kind(catalogue, anna):
    assert held(anna) == {"magazine": None}
    facade.record([order("a", 600_00)], ACTOR)
    assert held(anna) == {"lounge": 4, "magazine": None, "stylist": 1, "drops": None}
    with pytest.raises(Refusal, match="had magazine as content"):
        facade.apply_benefits(replace(CATALOGUE, benefits=(LOUNGE, replace(MAGAZINE, kind=Kind.COUNTED))), ACTOR)

    assert benefits.catalogue() == CATALOGUE
    assert told(anna, "magazine") == [("granted", 0), ("changed", 0)]
    assert told(anna, "lounge") == [("granted", 0)]
    assert sound()


def test_a_refund_that_takes_a_tier_takes_its_benefits(now, enrol):
    facade.publish(PROGRAM.replace("  levels:", "  refunds: at once\n  levels:"), ACTOR)
    facade.apply_benefits(CATALOGUE, ACTOR)
    anna = enrol(1)
    facade.record([order("a", 600_00), RefundFact("till", "r", ("till", "a"), net_minor=200_00)], ACTOR)

    assert held(anna) == {"magazine": None}
    assert told(anna, "lounge") == [("granted", 0), ("withdrawn", 0)]
    assert sound()


def test_a_night_takes_back_row_by_row_what_it_takes_in_columns(catalogue, enrol, monkeypatch):
    people = [enrol(number) for number in range(1, 7)]
    bought = [order(str(number), 600_00, who=member(number)) for number in (1, 2, 3, 4)]
    facade.record(bought, ACTOR)
    use(people[0], "u1")
    clock.set_business_clock(FALL)
    found = []
    for many in (advancing.MANY, 1):
        monkeypatch.setattr(advancing, "MANY", many)
        with connection.cursor() as cursor:
            cursor.execute("SAVEPOINT night")
            facade.advance_due()
            cursor.execute("SELECT * FROM benefits_entitlement ORDER BY member_id, benefit, cause")
            rows = cursor.fetchall()
            cursor.execute("SELECT * FROM benefits_event ORDER BY member_id, benefit, cause, number")
            found.append((rows, cursor.fetchall(), [held(one) for one in people]))
            cursor.execute("ROLLBACK TO SAVEPOINT night")

    assert found[0] == found[1]
    assert found[0][2] == [{"magazine": None}] * 6
    facade.advance_due()
    assert told(people[0], "lounge") == [("granted", 0), ("used", 1), ("withdrawn", 0)]
    assert sound()


def test_a_use_counts_once_is_undone_once_and_no_quota_is_overdrawn(silver):
    first = use(silver, "u1", quantity=3)
    again = use(silver, "u1", quantity=3)
    with pytest.raises(Refusal) as refused:
        use(silver, "u2", quantity=2)
    with pytest.raises(Refusal) as other:
        use(silver, "u1", quantity=2)

    assert (first.left, again.id, again.repeated, code(refused.value)) == (1, first.id, True, "quota_used_up")
    assert code(other.value) == "already_recorded_differently"
    assert held(silver)["lounge"] == 1
    assert told(silver, "lounge") == [("granted", 0), ("used", 3)]
    assert benefits.undo(silver, first.id, "", ACTOR).undone
    assert benefits.undo(silver, first.id, "", ACTOR).left == 4
    assert told(silver, "lounge") == [("granted", 0), ("used", 3), ("undone", 3)]
    assert held(silver, NOW + timedelta(days=365)) == {"lounge": 4, "magazine": None, "stylist": 1, "drops": None}
    assert sound()


@pytest.mark.django_db(transaction=True)
def test_64_clients_at_once_use_a_quota_of_4_exactly_4_times(silver):
    done, start = [], threading.Barrier(64)

    def one(number):
        try:
            start.wait(30)
            done.append(use(silver, f"u{number}").left)
        except Refusal as refused:
            done.append(refused.code)
        finally:
            connection.close()

    clients = [threading.Thread(target=one, args=(number,)) for number in range(64)]
    for client in clients:
        client.start()
    for client in clients:
        client.join(60)

    assert sorted(map(str, done)) == ["0", "1", "2", "3"] + ["quota_used_up"] * 60
    assert told(silver, "lounge") == [("granted", 0)] + [("used", 1)] * 4
    assert sound()


def test_what_may_and_from_when(silver, enrol):
    ben, opens = enrol(2), NOW + timedelta(hours=30)

    assert benefits.may(silver, "magazine").allowed
    assert benefits.may(ben, "magazine").allowed
    assert benefits.may(ben, "lounge").reason == "not_held"
    early, late = benefits.may(silver, "drops", NOW, opens), benefits.may(ben, "drops", NOW, opens)
    assert (early.allowed, early.reason, early.opens_at) == (False, "too_early", NOW + timedelta(hours=6))
    assert (late.allowed, late.reason, late.opens_at) == (False, "too_early", opens)
    assert benefits.may(silver, "drops", NOW + timedelta(hours=6), opens).allowed
    assert not benefits.may(ben, "drops", NOW + timedelta(hours=6), opens).allowed
    assert benefits.may(ben, "drops", opens, opens).allowed
    facade.set_status(silver, Status.FROZEN, "asked", ACTOR)
    assert not benefits.may(silver, "magazine").allowed
    with pytest.raises(Refusal) as refused:
        use(silver, "u1")
    assert code(refused.value) == "member_frozen"
    assert told(silver, "lounge") == [("granted", 0)]


def test_who_leaves_has_nothing_and_who_comes_back_has_it_again(silver):
    use(silver, "u1")
    facade.set_status(silver, Status.EXITED, "asked", ACTOR)
    assert benefits.of_member(silver) == ()
    facade.set_status(silver, Status.ACTIVE, "asked", ACTOR)

    assert held(silver) == {"lounge": 3, "magazine": None, "stylist": 1, "drops": None}
    assert told(silver, "lounge") == [("granted", 0), ("used", 1), ("withdrawn", 0), ("granted", 0)]
    assert sound()


def test_a_merge_makes_no_quota_anew_and_taking_it_apart_puts_everything_back(silver, enrol):
    ben = enrol(2)
    use(silver, "u1", quantity=3)
    benefits.give([Gift(silver, "tag:vip", NOW)])
    record = facade.merge_members(ben, [silver], "one person", ACTOR)

    assert benefits.of_member(silver) == ()
    assert held(ben) == {"lounge": 1, "magazine": None, "stylist": 1, "drops": None}
    assert [one.cause for one in benefits.of_member(ben) if one.benefit.code == "drops"] == ["tag:vip", "tier:main"]
    facade.unmerge_members(record.id, "two persons", ACTOR)
    assert held(silver)["lounge"] == 1
    assert held(ben) == {"magazine": None}
    assert sound()


def test_a_new_catalogue_reaches_everybody_and_changes_what_it_says_alone(silver, enrol):
    ben = enrol(2)
    use(silver, "u1", quantity=3)
    fewer = tuple(row for row in CATALOGUE.sets if row.benefit != "stylist" and row.subject != "tier:main:base")
    wanted = replace(CATALOGUE, sets=tuple(replace(row, quota=2) if row.quota else row for row in fewer))
    changed = facade.apply_benefits(wanted, ACTOR)

    assert {(one.path, one.before, one.after) for one in changed} == {
        ("sets.tier:main:base", "magazine", ""),
        ("sets.tier:main:silver", "magazine, lounge × 4, stylist, drops", "magazine, lounge × 2, drops"),
    }
    assert held(silver) == {"lounge": 0, "magazine": None, "drops": None}
    assert held(ben) == {}
    assert facade.apply_benefits(wanted, ACTOR) == ()
    assert sound()


def test_a_catalogue_that_names_what_the_program_has_not_changes_nothing(catalogue, anna):
    for rows, wrong in (
        ((SetRow("tier:main:gold", "lounge"),), "unknown_tier"),
        ((SetRow("tier:club:base", "lounge"),), "unknown_ladder"),
        ((SetRow("plan:nosuchplan", "lounge"),), "unknown_plan"),
    ):
        with pytest.raises(Refusal) as refused:
            facade.apply_benefits(replace(CATALOGUE, sets=rows), ACTOR)
        assert code(refused.value) == wrong
    price = Benefit("price", "会员价", "Price", Kind.PRICE, gives="gold")
    with pytest.raises(Refusal) as refused:
        facade.apply_benefits(replace(CATALOGUE, benefits=(*CATALOGUE.benefits, price)), ACTOR)
    assert code(refused.value) == "unknown_offer"
    assert benefits.catalogue() == CATALOGUE


def test_occasions_come_once_on_their_day_also_where_no_night_came_by(catalogue):
    facade.apply_benefits(replace(CATALOGUE, sets=(*CATALOGUE.sets, SetRow("join", "hello"))), ACTOR)

    def enrolled(number, birthday, joined):
        new = NewMember((ExternalId("till", str(number)),), birthday=birthday, joined_at=joined)
        (answer,) = facade.enrol([new], ACTOR)
        assert isinstance(answer, Member)
        return answer.id

    today = enrolled(1, date(1990, 6, 1), NOW)
    soon = enrolled(2, date(1990, 6, 3), NOW - timedelta(days=360))
    leap = enrolled(3, date(1992, 2, 29), NOW - timedelta(days=60))
    assert [held(one) for one in (today, soon, leap)] == [{"hello": 0, "cake": 1, "magazine": None}, {"magazine": None}, {"magazine": None}]  # fmt: skip

    clock.set_business_clock(NOW + timedelta(days=5, hours=1))  # 6 June: two nights did not come by
    facade.advance_due()
    facade.advance_due()
    assert [one.cause for one in benefits.of_member(soon) if one.benefit.code == "cake"] == [
        "birthday:2026",
        "tenure:1",
    ]
    assert {one.until_day - one.since_day for one in benefits.of_member(soon) if one.benefit.code == "cake"} == {30}
    clock.set_business_clock(datetime(2026, 7, 20, tzinfo=UTC))
    facade.advance_due()
    assert [one.cause for one in benefits.of_member(leap) if one.until_day] == ["season:summer"]
    late = enrolled(4, None, datetime(2026, 7, 20, tzinfo=UTC))
    assert [one.cause for one in benefits.of_member(late) if one.until_day] == ["season:summer"]
    clock.set_business_clock(datetime(2027, 3, 1, 12, tzinfo=UTC))
    facade.advance_due()
    assert [one.cause for one in benefits.of_member(leap) if one.until_day] == ["birthday:2027"]  # on 28 February
    assert told(soon, "cake").count(("expired", 0)) == 3
    assert sound()


def test_tags_are_followed_and_points_are_given_once_by_the_job(catalogue):
    facade.apply_benefits(replace(CATALOGUE, sets=(*CATALOGUE.sets, SetRow("join", "hello"))), ACTOR)
    new = NewMember((ExternalId("till", "1"),), joined_at=NOW, tags=("vip",))
    (anna,) = facade.enrol([new], ACTOR)
    assert held(anna.id) == {"drops": None, "hello": 0, "magazine": None}
    unit = points.all_units()[0].id
    assert points.balances([anna.id])[anna.id] == {}
    facade.keep_benefits(NOW)
    facade.keep_benefits(NOW)
    assert points.balances([anna.id])[anna.id][unit].available == 50
    assert benefits.waiting_effects(anna.id) == {}

    from shuke.rooms.members.contracts import Amendment

    members.amend([Amendment(anna.id, drop_tags=("vip",))], ACTOR)
    facade.keep_benefits(NOW)
    assert held(anna.id) == {"hello": 0, "magazine": None}
    assert sound()


def test_points_that_were_given_are_taken_back_with_what_gave_them(program, enrol):
    benefits.apply(Catalogue((replace(HELLO, per=Per.TERM),), (SetRow("plan:plus", "hello"),)), ACTOR)
    anna, ben = enrol(1), enrol(2)

    def available():
        benefits.carry_out_due()
        return [sum(each.available for each in points.balances([one])[one].values()) for one in (anna, ben)]

    benefits.give([Gift(anna, "plan:plus", NOW), Gift(ben, "plan:plus", NOW)])
    assert benefits.withdraw([ben], "plan:plus", NOW, recall=True) == 1  # before the job came round
    assert available() == [50, 0]
    assert benefits.withdraw([anna], "plan:plus", NOW, recall=True) == 1
    assert available() == available() == [0, 0]
    benefits.give([Gift(anna, "plan:plus", NOW + timedelta(days=1), new_term=False)])
    assert (available(), held(anna)) == ([0, 0], {"hello": 0})
    assert sound()


class Failing:
    """A handler that fails as told, and notes whom it gave what."""

    def __init__(self, at_once=True):
        self.at_once, self.failure, self.given = at_once, None, []

    def grant(self, givings):
        if self.failure:
            raise self.failure
        self.given += [(one.effect.value, one.key, one.quantity) for one in givings]

    cycle = revoke = recall = grant


def template(**other):
    draft = {"name": "Ten off", "kind": CouponKind.CASH, "offer": "{amount: 10}", "time_zone": "UTC"} | other
    return coupons.create_template(TemplateDraft(code="ten-off", **draft), ACTOR)


def test_coupons_come_with_the_tier_and_wait_for_more_where_there_are_none(program, enrol):
    gift = Benefit("gift", "礼券", "Gift", Kind.COUPON, gives="ten-off", quota=2, per=Per.MONTH)
    wanted = Catalogue((gift,), (SetRow("tier:main:silver", "gift"),))
    with pytest.raises(Refusal) as refused:
        facade.apply_benefits(wanted, ACTOR)
    assert (code(refused.value), benefits.catalogue()) == ("unknown_coupon_template", Catalogue())
    made = template(most=3)
    facade.apply_benefits(wanted, ACTOR)
    anna = enrol(1)
    facade.record([order("a", 600_00)], ACTOR)
    assert len(coupons.of_member(anna, NOW)) == 2

    clock.set_business_clock(datetime(2026, 7, 1, 12, tzinfo=UTC))
    facade.advance_due()
    assert [fault for fault, _ in benefits.waiting_effects(anna).values()] == ["coupons_exhausted"]
    assert len(coupons.of_member(anna, NOW)) == 2
    coupons.change_template(made.id, TemplateChange(most=9), ACTOR)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE benefits_effect SET next_at = %s WHERE next_at IS NOT NULL", [clock.machine_now()])
    assert benefits.carry_out_due() == 1
    assert len(coupons.of_member(anna, NOW)) == 4
    assert sound()


@pytest.fixture
def handler():
    failing = Failing()
    before = benefits.handle(Kind.COUPON, failing)
    yield failing
    benefits.handle(Kind.COUPON, before)


def test_a_handler_that_fails_stops_no_tier_and_is_asked_again(program, enrol, handler):
    gift = Benefit("gift", "礼券", "Gift", Kind.COUPON, gives="ten-off", quota=2, per=Per.MONTH)
    template()
    facade.apply_benefits(Catalogue((gift,), (SetRow("tier:main:silver", "gift"),)), ACTOR)
    anna = enrol(1)
    handler.failure = TryLaterError("closed", 5)
    facade.record([order("a", 600_00)], ACTOR)

    assert facade.standing(anna).tiers[0].code == "silver"
    ((fault, next_at),) = benefits.waiting_effects(anna).values()
    assert (fault, handler.given, held(anna)) == ("closed", [], {"gift": 0})
    assert next_at > clock.machine_now()
    handler.failure = None
    with connection.cursor() as cursor:
        cursor.execute("UPDATE benefits_effect SET next_at = %s", [clock.machine_now()])
    assert benefits.carry_out_due() == 1
    assert benefits.carry_out_due() == 0
    assert [each[::2] for each in handler.given] == [("grant", 2)]

    july = datetime(2026, 7, 1, 12, tzinfo=UTC)
    clock.set_business_clock(july)
    facade.advance_due()
    assert [each[::2] for each in handler.given] == [("grant", 2), ("cycle", 2)]
    handler.failure = NeverError("sold out")
    clock.set_business_clock(datetime(2026, 8, 1, 12, tzinfo=UTC))
    facade.advance_due()
    assert list(benefits.waiting_effects(anna).values()) == [("sold out", None)]
    assert told(anna, "gift") == [("granted", 0), ("used", 2), ("cycled", 0), ("used", 2), ("cycled", 0), ("used", 2)]
    assert sound()


def test_a_service_is_asked_for_quoted_made_and_done_and_gives_its_use_back_where_it_is_declined(silver):
    def ask(key):
        return benefits.ask(NewRequest("desk", key, silver, "stylist", "a green coat", NOW + timedelta(days=3)), ACTOR)

    first = ask("r1")
    assert (first.stage, held(silver)["stylist"], ask("r1").id) == (Stage.REQUESTED, 0, first.id)
    with pytest.raises(Refusal) as refused:
        ask("r2")
    assert code(refused.value) == "quota_used_up"
    for step, wrong in (
        (Step(Stage.MADE), "stage_not_possible"),
        (Step(Stage.QUOTED), "quote_missing"),
        (Step(Stage.DECLINED), "reason_required"),
    ):
        with pytest.raises(Refusal) as refused:
            benefits.take(first.id, step, ACTOR)
        assert code(refused.value) == wrong
    with pytest.raises(Refusal) as refused:
        benefits.undo(silver, first.id, "", ACTOR)
    assert code(refused.value) == "use_of_request"
    assert benefits.request(first.id) == first

    benefits.take(first.id, Step(Stage.QUOTED, quote_minor=120_00, assignee="mei"), ACTOR)
    declined = benefits.take(first.id, Step(Stage.DECLINED, "no cloth"), ACTOR)
    assert (declined.stage, declined.quote_minor, declined.assignee, held(silver)["stylist"]) == (
        Stage.DECLINED, 120_00, "mei", 1,
    )  # fmt: skip
    second = ask("r3")
    for stage in (Stage.ACCEPTED, Stage.MADE, Stage.DONE):
        second = benefits.take(second.id, Step(stage), ACTOR)
    assert [one.stage for one in second.steps] == [Stage.REQUESTED, Stage.ACCEPTED, Stage.MADE, Stage.DONE]
    assert second.next_stages == ()
    assert benefits.requests_waiting() == 0
    assert held(silver)["stylist"] == 0
    assert sound()


def test_the_balance_sheet_tells_cost_use_and_what_to_look_at(silver, enrol):
    enrol(2)
    use(silver, "u1", quantity=3)
    undone = use(silver, "u2")
    benefits.undo(silver, undone.id, "", ACTOR)
    clock.set_business_clock(NOW + timedelta(days=120))
    day = (NOW + timedelta(days=120)).date()
    sheet = facade.benefit_sheet(day - timedelta(days=29), day)
    base, top = facade.benefit_sheet(NOW.date() - timedelta(days=5), NOW.date()).levels

    lounge = next(row for row in top.rows if row.benefit.code == "lounge")
    assert (lounge.entitled, lounge.users, lounge.uses, lounge.cost_minor, lounge.worth_minor) == (
        1,
        1,
        3,
        105_00,
        140_00,
    )
    assert (lounge.use_rate, lounge.dead, top.cost_minor, top.members, base.members) == (1.0, False, 105_00, 1, 1)
    assert (top.gained, top.lost) == (("lounge", "stylist", "drops"), ())
    assert base.concerns == (Concern.DEAD, Concern.NO_CORE, Concern.NO_VALUE_ADDED, Concern.STEEP)
    assert [row.benefit.code for row in top.rows if row.dead] == ["magazine"]
    assert {row.benefit.code: row.dead for row in sheet.levels[1].rows} == {
        "magazine": True, "lounge": True, "stylist": True, "drops": True,
    }  # fmt: skip
    assert [row.benefit.code for row in sheet.others["birthday"]] == ["cake"]


def test_a_plan_gives_to_its_day_and_is_prolonged(program, enrol):
    plus = Catalogue((replace(LOUNGE, per=Per.TERM),), (SetRow("plan:plus", "lounge"),))
    benefits.apply(plus, ACTOR)
    anna, day = enrol(1), (NOW.date() - date(1970, 1, 1)).days
    benefits.give([Gift(anna, "plan:plus", NOW, day + 30)])
    use(anna, "u1", quantity=2)
    benefits.give([Gift(anna, "plan:plus", NOW + timedelta(days=30), day + 60)])

    assert held(anna) == {"lounge": 2}
    assert held(anna, NOW + timedelta(days=60)) == {}
    assert benefits.withdraw([anna], "plan:plus", NOW + timedelta(days=31)) == 1
    assert [kind for kind, _ in told(anna, "lounge")] == ["granted", "used", "cycled", "withdrawn"]
    assert sound()
