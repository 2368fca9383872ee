"""A study of two members over two months, worked out by hand; its refusals; what it tells of one member."""

import datetime as dt
from fractions import Fraction

import duckdb
import pytest

from shuke.core.program.explain import Decision
from shuke.core.values.errors import Refusal
from shuke.engine.compile import compile_program
from shuke.engine.lives import HistoryWriter
from shuke.engine.policies import Assumptions, Policy
from shuke.engine.schema import load_program
from shuke.engine.states import EntryFact, OrderFacts, TierChangeFact
from shuke.engine.study import Cancelled, One, study
from shuke.engine.study_members import explain_member

PROGRAM = """
shuke: 1
program: corner
currency: CNY
time_zone: Asia/Shanghai
units:
  points: {value: 0.01, expiry: {after: 1 month}, redeem: {step: 10}}
tiers:
  ladder: main
  measure: SPEND('lifetime')
  validity: forever
  levels:
    - {code: base, from: 0}
    - {code: gold, from: 100, multiplier: 2}
earn:
  - {code: spend, unit: points, points: order.net * tier.multiplier}
  - {code: large, unit: points, when: order.net >= 50, points: 5}
  - {code: app, unit: points, when: "order.channel = 'app'", multiply: 2}
"""
FLAT = PROGRAM.replace(", multiplier: 2", "").replace("program: corner", "program: flat")
UNTIL = int(dt.datetime(2024, 2, 29, 15, 59, 59, tzinfo=dt.UTC).timestamp())  # the last second of February in Shanghai


def at(month, day, hour=4):
    return int(dt.datetime(2024, month, day, hour, tzinfo=dt.UTC).timestamp())


def order(writer, code, moment, yuan, channel=""):
    writer.order(code, OrderFacts(moment, yuan * 100, yuan * 100, channel=channel))


def history():
    """Ann: 60 and 60 in January, 30 by the app in February; Bo: 20 in January, which he uses, and 40 refunded by half."""
    writer = HistoryWriter()
    writer.member("ann", at(1, 1), tags=["vip"])
    order(writer, "1", at(1, 5), 60)
    order(writer, "2", at(1, 20), 60)
    order(writer, "3", at(2, 10), 30, "app")
    writer.member("bo", at(1, 2))
    order(writer, "4", at(1, 10), 20)
    writer.redeem(at(1, 15), 0, 10)
    order(writer, "5", at(2, 12), 40)
    writer.refund("5", at(2, 13), amount=2_000)
    return writer.history()


def run(text=PROGRAM, **options):
    return study(compile_program(load_program(text)), One(history()), UNTIL, engine="cpython", **options)


def flows(row):
    return tuple(row[name] for name in ("issued", "used", "expired", "taken_back", "adjusted", "owed"))


def test_every_figure_of_a_small_shop():
    said = run(assumptions=Assumptions(margin=Fraction(1, 4))).as_json()

    # Ann: 65 + 65 (gold from the second order on), then 30 * 2 * 2; the first 65 end on 5 February, the second on 20.
    # Bo: 20, of which 10 are used and 10 end; 40 of which the refund takes 20 back.
    (unit,) = said["units"]
    assert (said["since"], said["until"], said["members"]) == ("2024-01-01", "2024-02-29", 2)
    assert (said["orders"], said["net_minor"]) == (5, 19_000)
    assert flows(unit) == (65 + 65 + 120 + 20 + 40, 10, 65 + 65 + 10, 20, 0, 0)
    assert (unit["opening"], unit["outstanding"], unit["pending"], unit["held"], unit["debt"]) == (0, 140, 0, 0, 0)
    assert unit["by_age"] == [{"month": "2024-02-01", "points": 140}]
    assert [flows(row["units"]["points"]) for row in said["by_month"]] == [
        (150, 10, 0, 0, 0, 0),
        (160, 0, 140, 20, 0, 0),
    ]
    assert [row["units"]["points"]["outstanding"] for row in said["by_month"]] == [140, 140]
    assert [(row["orders"], row["net_minor"]) for row in said["by_month"]] == [(3, 14_000), (2, 5_000)]
    assert len(said["by_day"]) == 31 + 29 + 0
    assert [(row["tier"], row["orders"], row["net_minor"]) for row in said["by_tier"]] == [
        ("base", 4, 16_000),
        ("gold", 1, 3_000),
    ]
    assert [flows(row["units"]["points"])[0] for row in said["by_tier"]] == [190, 120]
    assert said["by_rule"] == [
        {"rule": "spend", "unit": "points", "times": 5, "points": "240"},
        {"rule": "large", "unit": "points", "times": 2, "points": "10"},
        {"rule": "app", "unit": "points", "times": 1, "points": None},
    ]
    assert [(row["segment"], row["members"], row["orders"], row["net_minor"]) for row in said["by_segment"]] == [
        ("vip", 1, 3, 15_000),
        ("", 1, 2, 4_000),
    ]
    (ladder,) = said["ladders"]
    assert ladder["population"] == [
        {"month": "2024-01-01", "members": {"base": 1, "gold": 1}},
        {"month": "2024-02-01", "members": {"base": 1, "gold": 1}},
    ]
    assert ladder["moves"] == [{"from": None, "to": "base", "members": 1}, {"from": None, "to": "gold", "members": 1}]
    # earned: 310 - 140 expired - 20 taken back = 150 points at a cent; used: 10
    assert said["cost"] == {
        "earned_minor": 150,
        "used_minor": 10,
        "earned_share": "3/380",
        "used_share": "1/1900",
        "margin_after_earned_minor": 4_600,
        "margin_after_used_minor": 4_740,
    }


def test_a_window_counts_what_was_there_before_as_opening():
    made = run(since_at=at(2, 1))
    said = made.as_json()

    (unit,) = said["units"]
    assert (said["since"], said["orders"], said["net_minor"]) == ("2024-02-01", 2, 5_000)
    assert (unit["opening"], flows(unit), unit["outstanding"]) == (140, (160, 0, 140, 20, 0, 0), 140)
    assert [row["date"] for row in said["by_month"]] == ["2024-02-01"]
    assert said["ladders"][0]["moves"] == [
        {"from": "base", "to": "base", "members": 1},
        {"from": "gold", "to": "gold", "members": 1},
    ]
    assert [row["times"] for row in said["by_rule"]] == [2, 0, 1]
    assert made.cohorts.issued.sum() == 310  # of the whole history


def test_policies_of_use():
    def used(policy):
        (unit,) = run(policy=policy).as_json()["units"]
        return unit["used"], unit["expired"]

    assert used(Policy("none")) == (0, 65 + 65 + 20)
    # before Ann's second and third order, in steps of 20; Bo's 20 end before his second
    assert used(Policy("greedy", at=20)) == (60 + 60, 5 + 5 + 20)
    assert used(Policy("greedy", at=50)) == (50 + 50, 15 + 15 + 20)
    assert used(Policy("share", share=Fraction(1, 2))) == (30 + 30, 35 + 35 + 20)  # of 65 each time, in whole tens
    only_vip = Policy("none", by_segment={"vip": Policy("greedy", at=20)})
    assert used(only_vip) == (60 + 60, 5 + 5 + 20)
    assert used(Policy("observed", by_segment={"vip": Policy("none")})) == (10, 65 + 65 + 10)


def test_spend_that_grows_with_the_tier():
    said = run(assumptions=Assumptions(uplift={"gold": Fraction(1, 3)})).as_json()

    assert said["net_minor"] == 16_000 + 4_000
    assert [flows(row["units"]["points"])[0] for row in said["by_tier"]] == [190, 160]
    assert said["assumptions"]["uplift"] == {"gold": "1/3"}


def test_a_refund_grows_with_its_order():
    said = run(assumptions=Assumptions(uplift={"base": Fraction(1, 10)})).as_json()

    (unit,) = said["units"]
    assert said["net_minor"] == 6_600 + 6_600 + 3_000 + 2_200 + 2_200
    assert unit["taken_back"] == 22


def test_elastic_spend_follows_the_reward_rate():
    said = run(assumptions=Assumptions(elasticity=Fraction(2))).as_json()

    # base gives 170 cents on 160.00, gold 120 cents on 30.00: shares of net, twice, in whole millionths
    assert said["assumptions"]["uplift"] == {"base": "17/800", "gold": "2/25"}
    other = compile_program(load_program(FLAT))
    said = run(assumptions=Assumptions(elasticity=Fraction(2)), other=other).as_json()
    assert said["assumptions"]["uplift"] == {"base": "0", "gold": "1/25"}


def test_winners_and_losers_against_another_program(tmp_path):
    made = run(other=compile_program(load_program(FLAT)))

    against = made.as_json()["against"]
    assert (against["winners"], against["losers"], against["same"]) == (1, 0, 1)
    assert (against["gain"], against["loss"], against["in_points"]) == (60, 0, False)
    assert against["most"] == [
        {
            "member": "ann",
            "orders": 3,
            "net_minor": 15_000,
            "more": 60,
            "got": {"program": {"points": 250}, "other": {"points": 190}},
            "tier": {"program": "gold", "other": "gold"},
        }
    ]
    made.members_table(tmp_path / "members.parquet")
    table = duckdb.read_parquet(str(tmp_path / "members.parquet"))
    assert table.columns[:3] == ["member", "orders", "net_minor"]
    assert table.fetchall() == [
        ("ann", 3, 15_000, 250, 0, 0, 120, "gold", "gold", 60),
        ("bo", 2, 4_000, 60, 10, 20, 20, "base", "base", 0),
    ]


def test_whole_points_are_compared_however_finely_programs_count_them(tmp_path):
    coarse, flat = (text.replace("value: 0.01, ", "") for text in (PROGRAM, FLAT))
    fine, fine_flat = (text.replace("points: {", "points: {scale: 2, ") for text in (coarse, flat))

    def compared(text, other):
        made = run(text, other=compile_program(load_program(other)))
        made.members_table(tmp_path / "members.parquet")
        table = duckdb.read_parquet(str(tmp_path / "members.parquet")).project("more").fetchall()
        against = made.as_json()["against"]
        told = tuple(against[name] for name in ("in_points", "winners", "losers", "same", "gain", "loss"))
        return told, [row["more"] for row in against["most"]], [more for (more,) in table]

    assert compared(coarse, fine) == ((True, 0, 0, 2, 0, 0), [], [0, 0])
    for some, other in ((coarse, flat), (coarse, fine_flat), (fine, flat), (fine, fine_flat)):
        assert compared(some, other) == ((True, 1, 0, 1, 60, 0), [60], [60, 0])
    assert compared(flat, fine)[0] == (True, 0, 1, 1, 0, 60)


def test_units_and_tiers_of_another_program_go_by_their_codes():
    writer = HistoryWriter()
    writer.member("ann", at(1, 1))
    writer.adjust(at(1, 2), 0, 7)
    writer.assign(at(1, 3), 0, 1, 30_000, exactly=False)
    unit, level = "  points: {value", "    - {code: gold, from: 100, multiplier: 2}"
    text = PROGRAM.replace(unit, "  stars: {}\n" + unit).replace(level, "    - {code: silver, from: 50}\n" + level)
    other = compile_program(load_program(text))

    made = study(compile_program(load_program(PROGRAM)), One(writer.history()), UNTIL, other=other, engine="cpython")

    assert made.other.flows[:, 4].tolist() == [0, 7]
    assert (made.figures.tiers_of(), made.other.tiers_of()) == (["gold"], ["gold"])


def test_a_history_of_too_many_months_is_refused_and_fills_no_memory():
    writer = HistoryWriter()
    writer.member("ann", 86_400)  # 1970: a date that means none
    order(writer, "1", at(1, 5), 60)
    with pytest.raises(Refusal) as refusal:
        study(compile_program(load_program(PROGRAM)), One(writer.history()), UNTIL, engine="cpython")
    assert (refusal.value.code, refusal.value.params) == ("history_too_long", {"months": 54 * 12 + 2})


def test_what_cannot_be_assumed_is_refused():
    def refused(**options):
        with pytest.raises(Refusal) as refusal:
            run(**options)
        return refusal.value.code, refusal.value.pointer

    assert refused(policy=Policy("often")) == ("bad_policy", "/kind")
    assert refused(policy=Policy("greedy")) == ("bad_policy", "/at")
    assert refused(policy=Policy("share", share=Fraction(3, 2))) == ("bad_policy", "/share")
    assert refused(policy=Policy("greedy", unit="stars", at=1)) == ("unknown_unit", "/unit")
    inner = Policy("none", by_segment={"a": Policy("none")})
    assert refused(policy=Policy(by_segment={"vip": inner})) == ("bad_policy", "/by_segment")
    assert refused(assumptions=Assumptions(uplift={"silver": Fraction(1)})) == ("unknown_tier", "/uplift")
    assert refused(assumptions=Assumptions(uplift={"gold": Fraction(-2)})) == ("bad_assumption", "/uplift")


def test_policies_and_assumptions_are_read_as_they_are_said():
    policy = Policy("greedy", "points", at=50, by_segment={"vip": Policy("share", "points", share=Fraction(1, 3))})
    assert Policy.read(policy.as_json()) == policy
    assumed = Assumptions({"gold": Fraction(1, 10)}, Fraction(2), Fraction(3, 10), {"points": Fraction(1, 200)})
    assert Assumptions.read(assumed.as_json()) == assumed
    for said in (
        {},
        {"kind": "greedy", "at": "many"},
        {"kind": "share", "share": "1/0"},
        {"kind": "none", "by_segment": 3},
    ):
        with pytest.raises(Refusal, match="can't be"):
            Policy.read(said)
    with pytest.raises(Refusal, match="can't be"):
        Assumptions.read({"uplift": {"gold": "a lot"}})


def test_progress_is_told_and_the_caller_may_cancel():
    told = []
    run(
        progress=lambda done, everything: told.append((done, everything)),
        assumptions=Assumptions(elasticity=Fraction(1)),
    )
    assert told == [(1, 2), (2, 2)]
    with pytest.raises(Cancelled):
        run(cancelled=lambda: True)


def test_a_member_is_explained_as_live():
    compiled = compile_program(load_program(PROGRAM))
    writer = HistoryWriter()
    writer.member("ann", at(1, 1))
    order(writer, "1", at(1, 5), 60)
    order(writer, "2", at(1, 20), 60, "app")
    writer.refund("2", at(1, 21), amount=3_000)

    told = explain_member(compiled, writer.history(), UNTIL, policy=Policy("greedy", at=50))

    assert [(fact.order_id, fact.net_minor, fact.kind) for fact in told.facts] == [("1", 6_000, ""), ("2", 6_000, "")]
    assert all(isinstance(fact.decision, Decision) for fact in told.facts)
    (unit,) = told.facts[1].decision.units
    assert (unit.points, told.facts[1].decision.tier) == (130, "base")
    points = [
        (each.entry.kind, each.entry.amount, each.fact, each.assumed)
        for each in told.entries
        if isinstance(each.entry, EntryFact)
    ]
    assert points == [
        ("accrual", 65, 0, False),
        ("redemption", 50, -1, True),
        ("accrual", 130, 1, False),
        ("clawback", 70, -1, False),
        ("expiry", 15, -1, False),
        ("expiry", 60, -1, False),
    ]
    (move,) = (each for each in told.entries if isinstance(each.entry, TierChangeFact))
    assert (move.entry.before, move.entry.after, move.fact) == (0, 1, 1)


def test_what_comes_after_the_window_moves_no_order():
    """The first order is on a Friday, for which a rule asks; the second, and points used, come after the window."""
    fridays = PROGRAM + '  - {code: friday, unit: points, when: "order.weekday = 5", points: 7}\n'
    compiled = compile_program(load_program(fridays))
    writer = HistoryWriter()
    writer.member("ann", at(1, 1))
    order(writer, "1", at(1, 5), 10)
    order(writer, "2", at(1, 12), 30)
    writer.redeem(at(1, 20), 0, 10)
    writer.redeem(at(1, 20), 9, 10)  # of a unit that the program doesn't have
    for until, issued in ((at(1, 6), 17), (at(1, 31), 17 + 37)):
        (unit,) = study(compiled, One(writer.history()), until, engine="cpython").as_json()["units"]
        assert unit["issued"] == issued
