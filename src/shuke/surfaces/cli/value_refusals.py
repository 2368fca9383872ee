"""The Chinese wording of refusals about stored value and gift cards that the command line meets."""

CHINESE = {
    "no_stored_value": "会员计划没有储值。",
    "top_up_bounds": "单次充值须为 {least} 至 {most}。",
    "value_limit": "将达到 {asked}，会员计划的限额为 {most}。",
    "desk_needs_clerk": "只有收款人员可登记门店收款。",
    "unknown_top_up": "没有这笔充值。",
    "unknown_value_use": "没有这笔储值支付。",
    "unknown_value_refund": "没有这笔储值退款。",
    "insufficient_value": "需要 {asked}，可用 {usable}。",
    "principal_by_hand": "本金是会员付的款项，不可手工增减：收到款项请充值，退回款项请办理储值退款。",
    "value_amount": "金额必须大于 0。",
    "value_refund_changed": "退款结果已变化，请重新申请。",
    "unknown_gift_card": "没有这张礼品卡。",
    "unknown_card_batch": "没有这批礼品卡。",
    "gift_card_not_usable": "该卡未售出、已充入、已作废或已过期。",
    "gift_card_in_other_state": "该卡当前为 {state}，不能如此操作。",
    "card_count": "每批为 1 至 10,000 张。",
    "value_needs_code": "储值须凭会员手机上的会员码使用。",
    "value_left": "仍有储值 {left}，请先退款或说明放弃。",
}
