"""What benefits are called on every surface, in English and Chinese; a merchant's own names stand in the catalogue."""

from collections.abc import Mapping

from shuke.rooms.benefits.contracts import Benefit, Difference, Entitlement, Per

Pair = tuple[str, str]

WORDS: Mapping[str, Pair] = {
    # kinds
    "counted": ("counted", "计次"),
    "service": ("service", "服务"),
    "content": ("content", "内容"),
    "early_access": ("early access", "优先购"),
    "coupon": ("coupon", "券"),
    "points": ("points", "积分"),
    "price": ("price", "会员价"),
    "shipping": ("shipping", "包邮"),
    "promise": ("promise", "承诺"),
    # parts and purposes
    "fixed": ("fixed", "固定"),
    "value_added": ("value-added", "增值"),
    "retention": ("retention", "留存型"),
    "reciprocal": ("reciprocal", "互惠型"),
    "reputation": ("reputation", "口碑型"),
    # states and what happens
    "active": ("holds", "有效"),
    "withdrawn": ("withdrawn", "已收回"),
    "expired": ("over", "已过期"),
    "granted": ("given", "授予"),
    "changed": ("changed", "调整"),
    "cycled": ("new period", "进入新周期"),
    "used": ("used", "使用"),
    "undone": ("use undone", "撤销使用"),
    "carried": ("uses carried over", "随合并转入"),
    # requests
    "requested": ("requested", "已申请"),
    "quoted": ("quoted", "已报价"),
    "accepted": ("accepted", "已接受"),
    "made": ("made", "已备妥"),
    "done": ("done", "已完成"),
    "declined": ("declined", "已谢绝"),
    "cancelled": ("cancelled", "已取消"),
    # periods
    "month": ("a month", "每月"),
    "year": ("a year", "每年"),
    "term": ("a term", "每个等级有效期"),
    "once": ("once", "一次"),
    # why not
    "not_held": ("the member does not have it", "会员没有该权益"),
    "used_up": ("it is used up in this period", "本周期已用完"),
    "too_early": ("it is too early", "未到开放时间"),
    # what a balance sheet asks to look at
    "dead": ("somebody has it and nobody used it", "有人享有而无人使用"),
    "no_core": ("no core benefit", "没有核心权益"),
    "no_fixed": ("no fixed benefit", "没有固定权益"),
    "no_value_added": ("no value-added benefit", "没有增值权益"),
    "gives_less": ("gives less of something than the tier below", "有权益少于低一级"),
    "steep": ("the next tier is worth more than three times as much", "高一级的权益价值超过本级三倍，差距过大"),
    # the keys of the file
    "zh": ("Chinese name", "中文名"),
    "en": ("English name", "英文名"),
    "kind": ("kind", "类型"),
    "part": ("part", "构成"),
    "purpose": ("purpose", "作用"),
    "core": ("core benefit", "核心权益"),
    "cost": ("cost of one use", "单次成本"),
    "quota": ("quota", "限次"),
    "per": ("period", "周期"),
    "days": ("days that it lasts", "有效天数"),
    "gives": ("what it gives", "发放内容"),
    "ahead": ("hours ahead of everybody", "提前小时数"),
    "yes": ("yes", "是"),
    "no": ("no", "否"),
    # subjects
    "tier": ("tier", "等级"),
    "plan": ("plan", "付费会员"),
    "tag": ("tag", "标签"),
    "join": ("joining", "入会"),
    "birthday": ("birthday", "生日"),
    "season": ("season", "季节活动"),
}


def word(code: str, language: str) -> str:
    """Return what a code of the room is called in "zh" or "en"; one that is not known, as it is."""
    pair = WORDS.get(code)
    return code if pair is None else pair[language == "zh"]


def quota(number: int | None, per: Per, language: str) -> str:
    """Return a quota in words, such as «2 a year» or 每年 2 次."""
    if number is None:
        return "" if language == "en" else "不限"
    if language == "zh":
        return f"{'共' if per is Per.ONCE else word(per, 'zh')} {number} 次"
    return f"{number} × {word(per, 'en')}" if per is not Per.ONCE else f"{number} in all"


def of_benefit(benefit: Benefit, number: int | None, language: str) -> str:
    """Return a quota of a benefit in words; nothing where its kind has none."""
    return "" if number is None else quota(number, benefit.per, language)


def subject(code: str, language: str) -> str:
    """Return what gives, in words: `tier:main:gold`, `tenure:3`, `birthday`."""
    head, _, rest = code.partition(":")
    if head == "tenure":
        return f"{rest} 周年" if language == "zh" else f"a member for {rest} y"
    last = rest.rpartition(":")[2]
    named = word(head, language)
    return f"{named} {last}" if last else named


def cause(held: Entitlement, language: str) -> str:
    """Return by what a member has a benefit."""
    return subject(held.subject, language)


def difference(found: Difference, language: str) -> str:
    """Return a difference between two catalogues in a sentence."""
    section, _, rest = found.path.partition(".")
    none = "（无）" if language == "zh" else "nothing"
    colon = "：" if language == "zh" else ": "
    before, after = (word(text, language) or none for text in (found.before, found.after))
    if section == "sets":
        return f"{subject(rest, language)}{colon}{before} → {after}"
    code, _, key = rest.partition(".")
    return f"{code}{' · ' + word(key, language) if key else ''}{colon}{before} → {after}"
