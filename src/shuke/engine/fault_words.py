"""Words what is wrong with a program file, in Chinese and English, for every surface that shows it."""

from collections.abc import Mapping
from types import MappingProxyType

from shuke.core.values.errors import Refusal

CHINESE: Mapping[str, str] = MappingProxyType(
    {
        "alias_not_allowed": "不允许使用锚点与别名",
        "bad_code": "代码格式不正确",
        "bad_duration": "时长格式不正确",
        "bad_name": "名称格式不正确",
        "bad_validity": "有效期格式不正确",
        "case_needs_else": "CASE 缺少 ELSE",
        "currency_fixed": "会员计划的币种不可更改",
        "division_by_variable": "只能除以常数",
        "division_by_zero": "不能除以 0",
        "duplicate_code": "代码重复",
        "duplicate_key": "键重复",
        "effective_in_the_past": "生效时间早于当前或已有版本",
        "empty_file": "文件为空",
        "empty_value": "缺少取值",
        "expression_empty": "缺少表达式",
        "expression_syntax": "表达式无法解析",
        "expression_too_deep": "表达式嵌套过深",
        "expression_too_long": "表达式过长",
        "file_too_large": "会员计划文件过大",
        "key_not_text": "键必须是普通单词",
        "may_overflow": "规则计算可能溢出 64 位",
        "missing_key": "缺少键",
        "nested_too_deep": "文件嵌套过深",
        "no_tiers": "会员计划没有等级",
        "not_a_number": "不是数字",
        "not_allowed": "规则语言不支持此写法",
        "not_utf8": "文件不是 UTF-8 编码",
        "number_too_large": "数值过大",
        "one_program": "已有其他会员计划在运行",
        "points_out_of_range": "积分数超出范围",
        "several_documents": "一个文件只能有一个会员计划",
        "tag_not_allowed": "不允许使用标签",
        "text_needs_quotes": "花括号内的逗号截断了文本，请给整段文本加双引号",
        "text_too_long": "文本过长",
        "tier_in_use": "新版本移除了已有版本的等级",
        "tiers_overlap": "等级门槛未递增",
        "time_zone_fixed": "会员计划的时区不可更改",
        "time_zone_unknown": "时区不存在",
        "too_many_digits": "数字位数过多",
        "too_many_entries": "文件取值过多",
        "too_many_money_digits": "金额小数位超过币种规定",
        "too_many_points": "单笔订单可能获得的积分过多",
        "too_many_windows": "会员计划使用的窗口过多",
        "unit_dropped": "新版本移除了会员可能持有的单位",
        "unit_scale_fixed": "单位的小数位数不可更改",
        "unknown_currency": "币种不是 ISO 4217 代码",
        "unknown_fact": "没有此事实",
        "unknown_function": "没有此函数",
        "unknown_key": "此处没有该键",
        "unknown_level_of_rounding": "没有此取整层级",
        "unknown_period": "没有此周期",
        "unknown_rounding": "没有此取整方式",
        "unknown_tier": "没有此等级",
        "unknown_version": "不支持此文件格式版本",
        "unknown_window": "没有此窗口",
        "windows_changed": "新版本更改了已在统计的窗口",
        "wrong_arguments": "函数参数不符",
        "wrong_count": "数量不符",
        "wrong_measure": "不能用作等级指标",
        "wrong_presence": "不能用 HAS 判断",
        "wrong_scope": "事实不在此作用域",
        "wrong_type": "类型不匹配",
        "yaml_syntax": "不是有效的 YAML",
    }
)


def sentence(fault: Refusal, language: str) -> str:
    """Say what is wrong: in English the loader's own sentence, in Chinese its title and what was found."""
    found, suggestion = fault.params.get("found"), fault.params.get("suggestion")
    chinese = CHINESE.get(fault.code) if language == "zh" else None
    if chinese is None:
        said = fault.detail
    elif found is None:
        said = f"{chinese}。"
    else:
        said = f"{chinese}：“{found}”。"
    if suggestion is None or str(suggestion) in said.replace(str(found), ""):
        return said
    return f"{said}例如：{suggestion}" if language == "zh" else f"{said} For example: {suggestion}"
