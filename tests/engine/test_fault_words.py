"""What is wrong with a program file is told as fully in Chinese as in English, and meant names are found."""

from pathlib import Path
from zoneinfo import available_timezones

import pytest

from shuke.core.values.currencies import CURRENCY_DIGITS
from shuke.engine.fault_words import sentence
from shuke.engine.schema import ProgramErrors, load_program
from shuke.engine.suggestions import MEANT, nearest

GROCER = (Path(__file__).parents[2] / "examples" / "grocer.yaml").read_text(encoding="utf-8")


def told(text, language="zh"):
    with pytest.raises(ProgramErrors) as caught:
        load_program(text)
    return sentence(caught.value.refusals[0], language)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: b: c", "不是有效的 YAML：此处不能有“键: 值”；含冒号的文本请加引号。"),
        ("a: [1, 2\nb: 3", "不是有效的 YAML：列表缺少逗号或右方括号“]”。"),
        ("a:\n\tb: 1", "不是有效的 YAML：缩进不能用制表符，请用空格。"),
        ('a: "x\nb: 2', "不是有效的 YAML：引号没有闭合。"),
        ("a: @x", "不是有效的 YAML：文本不能以此字符开头，请加引号。"),
        ("%YAML 9.9\n---\na: 1", "不是有效的 YAML：found incompatible YAML document (version 1.* is required)。"),
    ],
)
def test_what_yaml_does_not_take_is_told_with_its_cause(text, sentence):
    assert told(text) == sentence


@pytest.mark.parametrize(
    ("old", "new", "chinese", "english"),
    [
        (
            "currency: USD",
            "currency: RMB",
            "币种不是 ISO 4217 代码：“RMB”。是否应为：CNY",
            "«RMB» is not known here. Did you mean: CNY",
        ),
        (
            "time_zone: America/New_York",
            "time_zone: Asia/Beijing",
            "时区不是 IANA 名称：“Asia/Beijing”。是否应为：Asia/Shanghai",
            "«Asia/Beijing» is not known here. Did you mean: Asia/Shanghai",
        ),
        (
            "unit: points",
            "unit: point",
            "没有此积分单位：“point”；可选：points。",
            "«point» is not known here; allowed are points.",
        ),
        (
            "units:",
            "unit:",
            "缺少键：“units”。例如：units: {points: {round: floor}}",
            "«units» is missing, such as units: {points: {round: floor}}.",
        ),
        (
            "scale: 0",
            "scale: 9",
            "数值过大：“9”；上限为 6。",
            "9 is too large; at most 6 is allowed.",
        ),
        (
            "points: order.net",
            "points: order.net * order.net",
            "类型不匹配，此处应为数字，而不是金额：“order.net”。例如：order.net * 2",
            "order.net and order.net are both an amount of money; they can't be multiplied. For example: order.net * 2",
        ),
    ],
)
def test_both_languages_name_what_was_found_what_is_allowed_and_what_is_meant(old, new, chinese, english):
    text = GROCER.replace(old, new)

    assert (told(text), told(text, "en")) == (chinese, english)


def test_a_meant_name_is_one_that_there_is():
    known = {*CURRENCY_DIGITS, *available_timezones(), "UTC", "GB"}

    assert {name: meant for name, meant in MEANT.items() if meant not in known or name != name.lower()} == {}


def test_a_meant_name_counts_only_among_those_that_may_stand_there():
    assert nearest("rmb", CURRENCY_DIGITS) == {"suggestion": "CNY"}
    assert nearest("rmb", ["rub", "points"]) == {"suggestion": "rub"}
