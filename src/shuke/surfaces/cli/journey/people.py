"""Invents the demo's members: names, phones and birthdays, the same ones each time. Nothing personal is real."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from shuke.foundation import randomness
from shuke.rooms.members.contracts import ExternalId, NewMember
from shuke.surfaces.cli.journey.source import SOURCE, Journey

SEED = "members"
FAMILY = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾萧田董袁潘蒋蔡余杜叶程苏魏吕丁任"
    "沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫"
    "孔向汤"
)
GIVEN = (
    "伟芳娜秀敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文辉玲建华红英梅鑫波斌宇浩凯健俊帆帅旭宁龙林欢佳慧"
    "雪琳晨悦欣怡婷思雨梓涵子轩浩然若曦一诺嘉怡可馨语彤睿博宏远志远清扬书瑶安然乐天知行景行望舒云舟星"
    "河"
)
FIRST_BIRTHDAY = date(1948, 1, 1)
BIRTHDAYS = 52 * 365  # days to draw from
WITH_BIRTHDAY = 0.8
PREFIXES = ("33", "35", "38", "39")  # before a middle block of zeros


def invent_members(journey: Journey) -> Iterator[NewMember]:
    """Yield a member for each household, joined at its first basket."""
    chance = randomness.seeded(SEED)
    first_at = journey.first_baskets()
    tails = chance.sample(range(10_000), len(first_at))
    for household, tail in zip(sorted(first_at), tails, strict=True):
        family = chance.choice(FAMILY)
        given = "".join(chance.choices(GIVEN, k=chance.choice((1, 2, 2))))
        born = FIRST_BIRTHDAY + timedelta(days=chance.randrange(BIRTHDAYS))
        known = chance.random() < WITH_BIRTHDAY
        yield NewMember(
            external=(ExternalId(SOURCE, str(household)),),
            phone=f"+861{chance.choice(PREFIXES)}0000{tail:04d}",
            name=family + given,
            birthday=born if known else None,
            joined_at=datetime.fromtimestamp(first_at[household], UTC),
        )
