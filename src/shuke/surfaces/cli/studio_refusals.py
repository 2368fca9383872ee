"""The Chinese wording of refusals of the studio that the command line meets; English is in the refusal itself."""

CHINESE = {
    "too_many_files": "一份历史数据至多 {limit} 个文件。",
    "file_brought_already": "该文件已上传过，只计一次。",
    "unknown_fields": "此类文件没有这个字段。",
    "orders_file_missing": "缺少订单文件。",
    "fields_missing": "{file}：未指定 {missing} 对应的列。",
    "history_in_use": "历史数据正在使用，请先取消或等待完成。",
    "history_not_ready": "历史数据尚未就绪。",
    "history_files_gone": "历史数据的文件不在本机，请重新上传。",
    "unknown_history": "没有这份历史数据。",
    "unknown_history_file": "没有这个文件。",
    "history_in_other_state": "历史数据当前状态不允许此操作。",
    "unknown_run": "没有这次运行。",
    "run_in_other_state": "运行当前状态不允许此操作。",
    "window_empty": "结束日期早于开始日期。",
    "policy_unknown": "没有这种用分策略。",
    "policy_incomplete": "攒够即用须给出积分数，按比例用须给出大于 0、至多 100% 的比例。",
    "number_invalid": "不是数字。",
    "assumption_out_of_range": "毛利率介于 0 与 100%；消费增长不超过十倍，也不会降为零。",
    "name_required": "请填写名称。",
    "history_ambiguous": "有多份历史数据叫 {name}，请给出编号。",
}
