"""What is compared with a value that it never has is refused where it stands, and conditions that contradict each other."""

import pytest

from shuke.core.program.model import Attribute, Behaviour
from shuke.core.values.errors import Refusal
from shuke.engine.calendar import holiday_codes
from shuke.engine.expressions import read_condition, read_number, read_standing
from shuke.engine.facts import Vocabulary
from shuke.engine.fault_words import sentence
from shuke.engine.schema import ProgramErrors, load_program
from tests.engine.program_files import changed, faults

SHOP = Vocabulary(
    2,
    ("points",),
    (("main", ("base", "gold")),),
    (Attribute("guests", "number", 1, 20), Attribute("size", "text", texts=("S", "M", "L"))),
    behaviours=(Behaviour("review", "Review", (Attribute("stars", "number", 1, 5),)),),
    texts=(
        ("item.category", ("wine", "food")),
        ("order.store", ("S01", "S02")),
        ("order.holiday", holiday_codes("US")),
    ),
    country="US",
)


def column(offset):
    return f"1:{offset + 1}"


def refused(text, read=read_condition, vocabulary=SHOP, **more):
    with pytest.raises(Refusal) as caught:
        read(text, vocabulary, column, **more)
    return caught.value.code, caught.value.pointer, caught.value.params.get("suggestion")


@pytest.mark.parametrize(
    ("text", "place", "suggestion"),
    [
        ("order.month = 13", "1:15", "order.month = 12"),
        ("order.month <> 0", "1:16", "order.month <> 1"),
        ("13 = order.month", "1:1", "order.month = 12"),
        ("order.month IN (11, 12, 13)", "1:25", "order.month = 12"),
        ("order.weekday >= 8", "1:18", "order.weekday >= 7"),
        ("order.weekday > 7", "1:17", "order.weekday > 6"),
        ("order.weekday < 1", "1:17", "order.weekday < 2"),
        ("order.hour BETWEEN 18 AND 24", "1:27", "order.hour <= 23"),
        ("order.hour >= 18.5", "1:15", "order.hour >= 18"),
        ("order.day = 32", "1:13", "order.day = 31"),
        ("order.date = 20250230", "1:14", "order.date = 20250228"),
        ("order.date >= 2025", "1:15", "order.date >= 19700101"),
        ("order.lunar_day = 31", "1:19", "order.lunar_day = 30"),
        ("member.birth_month = 13", "1:22", "member.birth_month = 12"),
        ("order.net < 0", "1:13", "order.net < 1"),
        ("order.guests > 20", "1:16", "order.guests > 19"),
        ("MOD(member.orders, 10) = 10", "1:26", "MOD(member.orders, 10) = 9"),
        ("ORDERS('7 days') = 2.5", "1:20", "ORDERS('7 days') = 2"),
        ("SPEND('7 days') < 0", "1:19", "SPEND('7 days') < 1"),
        ("COUNT(*) FILTER (WHERE item.category = 'wien') > 0", "1:40", "wine"),
        ("order.net > 5 OR order.store = 'S03'", "1:32", "S02"),
        ("order.store IN ('S01', 'S03')", "1:24", "S02"),
        ("order.size = 'XL'", "1:14", "L"),
        ("order.holiday = 'chrismas_day'", "1:17", "christmas_day"),
        ("CASE order.month WHEN 13 THEN 2 ELSE 1 END > 1", "1:23", "order.month = 12"),
    ],
)
def test_a_value_that_a_fact_never_has_is_refused_where_it_stands(text, place, suggestion):
    assert refused(text) == ("out_of_domain", place, suggestion)


def test_attributes_of_behaviours_have_their_bounds():
    assert refused("event.stars = 6", on=("review",)) == ("out_of_domain", "1:15", "event.stars = 5")


@pytest.mark.parametrize(
    "text",
    [
        "order.hour < 24",
        "order.weekday > 0",
        "order.hour >= 0 AND order.hour < 12",
        "order.net >= 0",
        "order.discount > -5",
        "order.date BETWEEN 20240229 AND 20991231",
        "order.holiday = '' OR order.store = ''",
        "order.holiday = 'christmas_day' AND order.store <> 'S02'",
        "order.channel = 'anything'",
        "member.days_to_birthday <= 7",
        "tier.multiplier >= 1.5",
        "order.lines >= 1 AND order.lines <= 1",
        "order.net > 5 AND order.net < 5.01",
        "member.tier = 'gold' AND member.tier <> 'base'",
    ],
)
def test_what_may_hold_is_read(text):
    assert read_condition(text, SHOP, column).source == text


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("order.month = 3 AND order.month = 4", "1:21"),
        ("order.hour BETWEEN 20 AND 10", "1:27"),
        ("order.hour >= 18 AND order.net > 10 AND order.hour < 18", "1:41"),
        ("order.hour > 17 AND order.hour < 18", "1:21"),
        ("order.net > 5 AND order.net <= 5", "1:19"),
        ("member.tier = 'gold' AND member.tier IN ('base')", "1:26"),
        ("order.store = 'S01' AND order.store <> 'S01'", "1:25"),
        ("order.workday AND order.net > 5 AND NOT order.workday", "1:41"),
        ("COUNT(*) FILTER (WHERE item.net > 5 AND item.net < 3) > 0", "1:41"),
    ],
)
def test_conditions_that_contradict_each_other_are_refused_at_the_later_one(text, place):
    assert refused(text)[:2] == ("never_true", place)


def test_what_is_suggested_for_a_contradiction_is_either_of_both():
    assert refused("order.hour BETWEEN 22 AND 2")[2] == "order.hour >= 22 OR order.hour <= 2"
    assert refused("order.month = 3 AND order.month = 4")[2] == "order.month = 3 OR order.month = 4"


def test_a_ladder_that_is_never_climbed_is_refused():
    text = "ORDERS('this year') >= 5 AND ORDERS('this year') < 5"
    either = "ORDERS('this year') >= 5 OR ORDERS('this year') < 5"
    assert refused(text, read_standing) == ("never_true", "1:30", either)


@pytest.mark.parametrize("text", ["order.holiday <> ''", "order.workday", "HAS(order.holiday)"])
def test_holidays_need_a_country(text):
    code, _, suggestion = refused(text, vocabulary=Vocabulary(2))
    assert (code, suggestion) == ("no_country", "country: CN")


def test_an_expression_of_points_is_looked_through():
    assert refused("CASE WHEN order.month = 0 THEN 1 ELSE 2 END", read_number)[0] == "out_of_domain"


def test_a_file_may_declare_the_texts_of_the_catalogue_and_of_its_own():
    rule = "order.channel = 'shopp' OR order.colour = 'rad'"
    text = changed("order.net}", f"order.net, when: {rule}}}").replace(
        "units:", "attributes: {order: {channel: [shop, web], colour: [red, blue]}, item: {category: [wine]}}\nunits:"
    )
    with pytest.raises(ProgramErrors) as caught:
        load_program(text)
    [fault] = caught.value.refusals
    assert (fault.code, fault.params) == ("out_of_domain", {"found": "shopp", "suggestion": "shop"})
    assert sentence(fault, "zh") == "事实不会有这个取值：“shopp”。例如：shop"
    assert sentence(fault, "en") == "order.channel is never «shopp»; it is one of shop, web."
    program = load_program(text.replace("shopp", "shop").replace("rad", "red"))
    assert program.order_attributes == (Attribute("colour", "text", texts=("red", "blue")),)
    assert program.texts[:2] == (("order.channel", ("shop", "web")), ("item.category", ("wine",)))


def test_only_texts_that_sources_write_are_given_values():
    text = changed("units:", "attributes: {order: {holiday: [a], hour: [b]}, item: {net: [c], sku: text}}\nunits:")
    assert faults(text) == [
        ("name_taken", "holiday", "holiday_own"),
        ("name_taken", "hour", "hour_own"),
        ("name_taken", "net", "net_own"),
        ("name_taken", "sku", "sku_own"),
    ]
