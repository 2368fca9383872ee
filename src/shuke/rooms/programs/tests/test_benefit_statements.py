"""What benefits ask of the database as orders are recorded: nothing without a rise, with one a handful for all."""

from dataclasses import replace

from django.db import connection

from shuke.rooms.benefits import facade as benefits
from shuke.rooms.programs import facade
from shuke.rooms.programs.tests.conftest import ACTOR, PROGRAM, member, order
from shuke.rooms.programs.tests.test_benefits import CATALOGUE


def test_orders_ask_nothing_of_benefits_and_a_rise_a_handful_of_statements_for_everybody(program, enrol):
    people = [enrol(number) for number in range(1, 21)]

    def asked(tag, net):
        told = []

        def note(execute, statement, *rest):
            told.append(statement)
            return execute(statement, *rest)

        with connection.execute_wrapper(note):
            facade.record([order(f"{tag}{number}", net, who=member(number)) for number in range(1, 21)], ACTOR)
        return sum("benefits_" in statement for statement in told)

    assert asked("a", 1_00) == 0
    assert asked("b", 600_00) == 1  # which sets there are: none
    facade.publish(PROGRAM.replace("from: 500", "from: 2000"), ACTOR)
    facade.apply_benefits(replace(CATALOGUE, sets=CATALOGUE.sets[1:5]), ACTOR)
    assert asked("c", 1_00) == 0
    facade.publish(
        PROGRAM.replace("from: 500", "from: 2000").replace("}\nearn", "}\n    - {code: gold, from: 3000}\nearn"), ACTOR
    )
    assert [len(benefits.of_member(one)) for one in people] == [4] * 20
    assert asked("d", 3_000_00) == 5  # sets, catalogue, claims, and one statement for each of the two tables
    assert [len(benefits.of_member(one)) for one in people] == [0] * 20
