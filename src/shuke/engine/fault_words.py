"""Words what is wrong with a program file, in Chinese and English, for every surface that shows it."""

from collections.abc import Mapping
from types import MappingProxyType

from shuke.core.values.errors import Refusal

CHINESE: Mapping[str, str] = MappingProxyType(
    {
        "alias_not_allowed": "不允许使用锚点与别名",
        "bad_code": "代码格式不正确",
        "bad_colour": "颜色格式不正确，应为六位十六进制数，不带 #",
        "bad_date": "日期格式不正确",
        "bad_duration": "时长格式不正确",
        "bad_name": "名称格式不正确",
        "bad_validity": "有效期格式不正确",
        "case_failed": "用例 {case}：{what} 应为 {expected}，实为 {found}",
        "case_needs_else": "CASE 缺少 ELSE",
        "currency_fixed": "会员计划的币种不可更改，此前一直以 {currency} 计",
        "division_by_variable": "只能除以常数",
        "division_by_zero": "不能除以 0",
        "duplicate_code": "代码重复",
        "duplicate_key": "键重复",
        "effective_in_the_past": "生效时间早于当前时间，最早为 {earliest}",
        "empty_file": "文件为空",
        "empty_value": "缺少取值",
        "expiry_kind_fixed": "同一单位的积分过期方式须一致",
        "expiry_of_first_ladder": "只有第一个等级体系可规定积分有效期",
        "expression_empty": "缺少表达式",
        "expression_syntax": "表达式无法解析",
        "expression_too_deep": "表达式嵌套过深",
        "expression_too_long": "表达式过长",
        "file_too_large": "会员计划文件过大",
        "first_level": "最低等级人人可得，不设条件",
        "key_not_text": "键必须是普通单词",
        "may_overflow": "规则计算可能溢出 64 位",
        "missing_key": "缺少键",
        "name_taken": "该名称已被占用",
        "nested_too_deep": "文件嵌套过深",
        "never_true": "这些条件不可能同时成立",
        "no_country": "使用节假日或工作日须先声明 country",
        "no_tiers": "会员计划没有等级",
        "not_a_number": "不是数字",
        "not_allowed": "规则语言不支持此写法",
        "not_beside": "该键与同处的其他键不能并用",
        "not_by_line": "该积分规则无法按行取整",
        "not_transferable": "不可使用的单位不能转赠",
        "not_utf8": "文件不是 UTF-8 编码",
        "number_too_large": "数值过大",
        "number_too_small": "数值过小",
        "one_of_these": "须且只须写其中一个键",
        "one_program": "已有会员计划 {program} 在运行，暂不能发布另一个",
        "out_of_domain": "事实不会有这个取值",
        "points_out_of_range": "积分数超出范围",
        "several_documents": "一个文件只能有一个会员计划",
        "still_there": "会员计划中仍有此项",
        "tag_not_allowed": "不允许使用标签",
        "text_needs_quotes": "花括号内的逗号截断了文本，请给整段文本加双引号",
        "text_too_long": "文本过长",
        "tier_in_use": "新版本移除了已有的等级 {tiers}，会员可能处于其中；请保留，或在 changes 中写明由哪一级接替",
        "tiers_overlap": "等级门槛未递增",
        "time_zone_fixed": "会员计划的时区不可更改，此前一直按 {time_zone} 计日",
        "time_zone_unknown": "时区不存在",
        "too_many_caps": "会员计划的上限过多",
        "too_many_counters": "会员计划的计数项过多",
        "too_many_digits": "数字位数过多",
        "too_many_entries": "文件取值过多",
        "too_many_expiries": "会员计划的过期规定过多",
        "too_many_grants": "会员计划发放积分的方式过多",
        "too_many_money_digits": "金额小数位超过币种规定",
        "too_many_points": "单笔订单可能获得的积分过多",
        "too_many_streaks": "会员计划的连续记录过多",
        "too_many_tags": "会员计划使用的标签过多",
        "too_many_windows": "会员计划使用的窗口过多",
        "unit_dropped": "新版本移除了会员可能持有的单位；请按原顺序把 {units} 放在最前",
        "unit_scale_fixed": "单位的小数位数不可更改",
        "unknown_behaviour": "没有此行为",
        "unknown_benefit": "没有该权益",
        "unknown_choice": "不在可选项之内",
        "unknown_country": "国家或地区不是 ISO 3166 代码",
        "unknown_currency": "币种不是 ISO 4217 代码",
        "unknown_fact": "没有此事实",
        "unknown_function": "没有此函数",
        "unknown_group": "没有此规则组",
        "unknown_key": "此处没有该键",
        "unknown_ladder": "没有此等级体系",
        "unknown_level_of_rounding": "没有此取整层级",
        "unknown_occasion": "没有此纪念日",
        "unknown_period": "没有此周期",
        "unknown_rounding": "没有此取整方式",
        "unknown_rule": "没有可被加倍的此规则",
        "unknown_tier": "没有此等级",
        "unknown_time_zone": "时区不是 IANA 名称",
        "unknown_unit": "没有此积分单位",
        "unknown_version": "不支持此文件格式版本",
        "unknown_window": "没有此窗口",
        "windows_changed": "新版本更改了已在统计的窗口",
        "writers_busy": "{seconds} 秒内一直有写入在进行，请稍后重新发布",
        "wrong_arguments": "函数参数不符",
        "wrong_cap": "此处不能这样设上限",
        "wrong_count": "数量不符",
        "wrong_presence": "不能用 HAS 判断",
        "wrong_range": "上下限不成立",
        "wrong_scope": "事实不在此作用域",
        "wrong_type": "类型不匹配，此处应为{wanted}，而不是{found}",
        "wrong_value_unit": "此单位不能用作储值",
        "yaml_syntax": "不是有效的 YAML",
    }
)


_KINDS = {
    "condition": "条件",
    "list": "列表",
    "mapping": "键值映射",
    "money": "金额",
    "number": "数字",
    "points": "积分",
    "text": "文本",
}
# What the reader of YAML finds wrong: the beginning of its sentence, and ours.
_YAML = (
    ("mapping values are not allowed", "此处不能有“键: 值”；含冒号的文本请加引号"),
    ("could not find expected ':'", "缺少冒号“:”，或缩进不一致"),
    ("expected <block end>", "缩进不一致，或上一项没有写完"),
    ("did not find expected key", "缩进不一致，或缺少键"),
    ("expected ',' or ']'", "列表缺少逗号或右方括号“]”"),
    ("expected ',' or '}'", "花括号内缺少逗号或右花括号“}”"),
    ("did not find expected ',' or ']'", "列表缺少逗号或右方括号“]”"),
    ("did not find expected ',' or '}'", "花括号内缺少逗号或右花括号“}”"),
    ("found character '\\t'", "缩进不能用制表符，请用空格"),
    ("found a tab character", "缩进不能用制表符，请用空格"),
    ("found character", "文本不能以此字符开头，请加引号"),
    ("found unexpected end of stream", "引号没有闭合"),
    ("found unexpected ':'", "此处不能有冒号；含冒号的文本请加引号"),
    ("found unknown escape character", "双引号内的转义写法无效"),
    ("found duplicate", "名称重复"),
    ("found undefined", "引用了不存在的锚点或标签"),
    ("sequence entries are not allowed", "列表项“- ”不能写在此处，须另起一行"),
    ("block sequence entries are not allowed", "列表项“- ”不能写在此处，须另起一行"),
    ("expected the node content", "此处缺少取值"),
    ("a character that YAML does not allow", "含有 YAML 不允许的字符"),
    ("a value that YAML does not allow", "含有 YAML 不允许的取值"),
)


def sentence(fault: Refusal, language: str) -> str:
    """Say what is wrong: in English the loader's own sentence, in Chinese its title and what was found."""
    suggestion = fault.params.get("suggestion")
    said = _chinese(fault) if language == "zh" and fault.code in CHINESE else fault.detail
    found = fault.params.get("found")
    if suggestion is None or str(suggestion) in said.replace(f"«{found}»", "").replace(f"“{found}”", ""):
        return said
    if fault.code.startswith("unknown_"):  # the known name that is most like it
        return f"{said}是否应为：{suggestion}" if language == "zh" else f"{said} Did you mean: {suggestion}"
    return f"{said}例如：{suggestion}" if language == "zh" else f"{said} For example: {suggestion}"


def _chinese(fault: Refusal) -> str:
    given: dict[str, object] = {**fault.params}
    found = given.get("found") or given.get("key")
    if fault.code == "wrong_type":
        given |= {name: _KINDS.get(str(given[name]), given[name]) for name in ("found", "wanted")}
        found = given.get("source")
    elif "{found}" in CHINESE[fault.code]:
        found = None
    said = CHINESE[fault.code].format_map(_Values(given))
    if found:
        said += f"：“{found}”"
    if "problem" in given:
        said += f"：{_problem(str(given['problem']))}"
    details = {
        "digits": "最多 {digits} 位小数",
        "limit": "上限为 {limit}",
        "known": "可选：{known}",
    }
    told = [words.format_map(given) for name, words in details.items() if given.get(name)]
    return "；".join((said, *told)) + "。"


def _problem(problem: str) -> str:
    """Return what the reader of YAML found wrong, its own words where we have none."""
    return next((chinese for begins, chinese in _YAML if problem.startswith(begins)), problem)


class _Values(dict[str, object]):
    """The values of a refusal; an ellipsis stands for one that it lacks."""

    def __missing__(self, name: str) -> str:
        return "…"
