"""Every code of a refusal with its HTTP status and its titles: the only place where the API words a refusal.

The table is `codes.csv`; docs/reference/errors.md is written from it. A code never changes its meaning.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Code:
    """A refusal: status (None: it never leaves by HTTP), what it is, and what to do about it."""

    status: int | None
    en: str
    zh: str
    fix_en: str
    fix_zh: str


def _read() -> dict[str, Code]:
    text = resources.files(__package__).joinpath("codes.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {row.pop("code"): Code(int(status) if (status := row.pop("status")) else None, **row) for row in rows}


CODES: Mapping[str, Code] = MappingProxyType(_read())
UNKNOWN = Code(422, "The request was refused", "请求被拒绝", "See detail.", "见 detail。")


# Sentences of details that say more than title and fix, of a code or of a code at a field; the values come with the
# refusal.
DETAILS_ZH: Mapping[str, str] = MappingProxyType(
    {
        "header_repeated": "{file} 有 {times} 列的表头都是 {header}。",
        "statuses_missing": "订单状态有：{statuses}；请指定哪些计入。",
        "too_many_statuses": "{column} 列的不同取值超过 {limit} 个，不是订单状态。",
        "unknown_statuses": "没有状态为“{unknown}”的订单；订单状态有：{statuses}。",
        "gross_below_net": "应付金额 {gross} 低于实付金额 {net}；优惠不能为负。",
        "insufficient_points": "请求兑换 {asked}，可用仅 {usable}。",
        "answer_wrong": "{zh}",
        "unknown_segment": "历史数据中没有人群“{found}”；现有：{known}。",
        "bad_coupon_template/name": "名称须为 1 至 80 个可见字符。",
        "bad_coupon_template/offer": "优惠内容须为 1 至 4,000 个字符。",
        "bad_coupon_template/one_code": "通用码须给出 one_code，其他券不得给出。",
        "bad_coupon_template/codes": "通用码不属于任何会员，不能领取、以积分购买、按规则发放、转赠或用于红包。",
        "bad_coupon_template/given_when": "有发放条件时须给出因何发放 given_on。",
        "unknown_behaviour/given_on": "会员计划中没有此行为，可选：{known}。",
        "bad_coupon_template/validity": "有效期的结束须晚于开始。",
        "bad_coupon_template/validity/days": "通用码的有效期须以起止时刻给出。",
        "bad_coupon_template/validity/until": "有效期已经结束。",
        "bad_coupon_template/issue": "发放的结束须晚于开始。",
        "bad_coupon_template/issue_until": "发放期已经结束。",
        "bad_coupon_template/budget_minor": "预算不足一张券的成本。",
        "bad_coupon_template/packet": "仅拼手气红包给出 packet：总额须够每份的最低额，不另设发行量与预算。",
        "balance_limit": "余额以单位的最小部分计，至多 1,000,000,000,000。",
        "json_too_deep": "请求体嵌套超过 {limit} 层。",
        "more_than_held": "请求扣收 {asked}，预占仅余 {held}。",
        "occurs_in_future": "业务发生时间超前 {hours} 小时以上；任何权限均不可上报。",
        "out_of_bounds": "数值须在 {least} 与 {most} 之间。",
        "part_above_net": "其中的 {part} 高于实付金额 {net}；它只能是实付金额的一部分。",
        "pickup_code_used": "已于 {at} 领取。",
        "points_zero": "调整须大于 0（增加）或小于 0（扣减）。",
        "price_changed": "购物车现需实付 {pay}（最小货币单位）。",
        "reason_required": "须说明原因：1 至 200 个可见字符。",
        "redeem_bounds": "请求使用 {asked}；“{unit}”每次至少使用 {lowest}，且须为 {steps} 的整数倍。",
        "unknown_plan": "没有方案 {found}；现有方案：{known}。",
        "unknown_store": "没有门店 {store}。",
        "unknown_tier": "没有等级 {found}；现有等级：{known}。",
        "supply_exhausted": "该单位仅可再发行 {left}。",
        "text_length": "文本长度须为 {least} 至 {most} 个字符。",
        "too_far_ahead": "业务发生时间超前 {minutes} 分钟以上；须有 history:write 权限。",
        "too_old": "业务发生时间早于 {days} 天前；须有 history:write 权限。",
        "transfer_bounds": "请求转赠 {asked}；每次可转赠 {least} 至 {most}。",
        "transfer_cool_down": "该会员自 {first} 起（入会满 {days} 天）方可转赠。",
    }
)


@dataclass(frozen=True, slots=True)
class FieldCode:
    """What can be wrong with one field; the texts may hold values such as {limit}."""

    en: str
    zh: str


FIELD_CODES: Mapping[str, FieldCode] = MappingProxyType(
    {
        "required": FieldCode("is required", "为必填"),
        "unknown_field": FieldCode("is not a field of this object", "不是此对象的字段"),
        "unknown_parameter": FieldCode("is not a parameter of this operation", "不是此操作的参数"),
        "given_twice": FieldCode("is given more than once", "出现了不止一次"),
        "not_an_integer": FieldCode("must be a whole number", "必须是整数"),
        "not_a_text": FieldCode("must be a text", "必须是文本"),
        "not_an_object": FieldCode("must be an object", "必须是对象"),
        "not_a_list": FieldCode("must be a list", "必须是列表"),
        "not_a_flag": FieldCode("must be true or false", "必须是 true 或 false"),
        "too_small": FieldCode("must be at least {limit}", "不得小于 {limit}"),
        "too_large": FieldCode("must be at most {limit}", "不得大于 {limit}"),
        "too_short": FieldCode("must have at least {limit} characters or items", "长度不得少于 {limit}"),
        "too_long": FieldCode("must have at most {limit} characters or items", "长度不得超过 {limit}"),
        "bad_format": FieldCode("does not have the required form", "格式不正确"),
        "bad_time": FieldCode(
            "must be an RFC 3339 time with an offset, from 1970-01-02 to 2099-12-30",
            "必须是带时区偏移的 RFC 3339 时间（1970-01-02 至 2099-12-30）",
        ),
        "bad_date": FieldCode(
            "must be a date like 1990-05-17, from 1900 to 2099-12-30",
            "必须是形如 1990-05-17 的日期（1900 年至 2099-12-30）",
        ),
        "exactly_one": FieldCode("must have exactly one field", "必须且只能给出一个字段"),
        "not_one_of": FieldCode("must be one of {expected}", "必须是 {expected} 之一"),
        "invalid": FieldCode("is not valid", "无效"),
    }
)
