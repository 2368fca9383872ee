"""The compiled text of drawn programs against the same evaluated in fractions: rules, grants, levels, milestones."""

from fractions import Fraction

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from shuke.core.program.tracing import Words
from shuke.core.program.wording import render, render_ladder
from shuke.core.state.slots import OUT_KEPT, OUT_MILESTONE, OUT_REACHED, TIERS_SIZE
from shuke.core.values.errors import Refusal
from shuke.engine.compile import compile_program, seen_slots
from shuke.engine.explanation import ZH_LABELS, explain_vector, member_values, standing_of
from shuke.engine.generated import functions_of
from shuke.engine.grants import grants_of
from shuke.engine.schema import load_program
from tests.engine.decisions import decisions, members, programs

MANY = settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))


def compiled_from(text):
    """Compile a drawn program; one whose multipliers could take a rule too far is drawn again."""
    try:
        compiled = compile_program(load_program(text))
    except Refusal as refused:
        assume(refused.code not in {"may_overflow", "too_many_points"})
        raise
    return (compiled, *functions_of(compiled))


@MANY
@given(programs(), st.data())
def test_rules_give_what_fractions_say(text, data):
    compiled, prepare, rules, _ = compiled_from(text)
    o, items, m = data.draw(decisions(compiled, prepare))
    out = [0] * compiled.out_size

    rules(o, 0, items, 0, len(items) // compiled.line_width, m, compiled.numbers, out)
    decision = explain_vector(compiled, (*o, *(m[slot] for slot in seen_slots(compiled))), items=items)

    program = compiled.program
    on = {each.code: each for each in decision.rules}
    for index, rule in enumerate(program.earn):
        counts = rule.code in on and not on[rule.code].left_out
        nothing = Fraction(int(rule.points is None))
        expected = on[rule.code].exact if counts else nothing
        assert Fraction(out[index], compiled.denominators[index]) == expected, rule.code
    grants = grants_of(program)
    wanted = {grants.of_rules[unit.rules[0]]: unit.points for unit in decision.units}
    assert out[len(program.earn) : len(program.earn) + len(compiled.grants)] == [
        wanted.get(grant, 0) for grant in range(len(compiled.grants))
    ]
    assert all(unit.granted <= unit.points for unit in decision.units)
    assert render(decision, "zh", ZH_LABELS)
    assert render(decision, "en")


@MANY
@given(programs(), st.data())
def test_tiers_say_what_fractions_say(text, data):
    compiled, _, _, tiers = compiled_from(text)
    m = data.draw(members(compiled))
    t = [0] * TIERS_SIZE

    tiers(m, compiled.numbers, t)

    for index in range(len(compiled.program.ladders)):
        ladder = standing_of(compiled, m, index)
        reached = sum(1 << rank for rank, level in enumerate(ladder.levels) if level.reach.met or rank == 0)
        kept = sum(1 << rank for rank, level in enumerate(ladder.levels) if level.keep.met or rank == 0)
        assert (t[OUT_REACHED + 2 * index], t[OUT_KEPT + 2 * index]) == (reached, kept)
        assert render_ladder(ladder, "zh")
    words = Words(2, member_values(compiled, m))
    for index, milestone in enumerate(compiled.program.milestones):
        value = words.value(milestone.measure)
        steps = (value - milestone.at) // milestone.every if milestone.every else 0
        expected = min(milestone.most, 1 + steps) if value >= milestone.at else 0
        assert t[OUT_MILESTONE + index] == expected
