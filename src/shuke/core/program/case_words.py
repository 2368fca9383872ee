"""What a test case is about, in a sentence: who it is of, what happened before, and the fact itself."""

from shuke.core.program.cases import Case, CaseFact, CaseLine, CaseMember
from shuke.core.program.meaning_words import Words


def story(case: Case, words: Words) -> str:
    """Tell of whom a case is and what happens, in order."""
    joined, *instants = case.local
    happened = [f"{at} {_fact(fact, words)}" for at, fact in zip(instants, (*case.before, case.fact), strict=True)]
    return words(": ", "：").join((_member(case.member, joined, words), words(", then ", "，随后 ").join(happened)))


def _member(member: CaseMember, joined: str, words: Words) -> str:
    told = [words(f"joined {joined}", f"{joined} 入会")]
    if member.tier:
        told.append(words(f"tier {member.tier}", f"等级 {member.tier}"))
    if member.birth_md:
        day = f"{member.birth_md // 100:02}-{member.birth_md % 100:02}"
        told.append(words(f"birthday {day}", f"生日 {day}"))
    if member.tags:
        told.append(words(f"tags {', '.join(member.tags)}", f"标签 {'、'.join(member.tags)}"))
    return words(f"a member ({', '.join(told)})", f"会员（{'，'.join(told)}）")


def _fact(fact: CaseFact, words: Words) -> str:
    told = [fact.behaviour or words(f"an order of {words.money(fact.net)}", f"下单 {words.money(fact.net)}")]
    amounts = (
        (fact.gross if fact.gross != fact.net else 0, words("before discounts", "优惠前")),
        (fact.tax, words("tax", "税")),
        (fact.shipping, words("shipping", "运费")),
        (fact.points_paid, words("paid with points", "积分支付")),
    )
    told += [f"{name} {words.money(minor)}" for minor, name in amounts if minor]
    places = ((fact.store, words("store", "门店")), (fact.channel, words("channel", "渠道")))
    told += [f"{name} {code}" for code, name in places if code]
    told += [f"{name} {words.value(value)}" for name, value in fact.attributes]
    if fact.lines:
        lines = words("; ", "；").join(_line(line, words) for line in fact.lines)
        told.append(words(f"items {lines}", f"商品 {lines}"))
    return words(", ", "，").join(told)


def _line(line: CaseLine, words: Words) -> str:
    pieces = f"× {line.quantity}" if line.quantity != 1 else ""
    names = [f"{name} {words.value(value)}" for name, value in line.attributes]
    return " ".join(filter(None, (line.category, line.sku, words.money(line.net), pieces, *names)))
