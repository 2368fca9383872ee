"""The Chinese of what a check of stored data says: each law by its id, each violation by its English sentence.

Shared by everything that shows a check to people; the check itself speaks English. tests/tidy/test_laws.py finds a law
or a violation without words here.
"""

import re
from collections.abc import Iterator

LAWS = {
    "I1": "每笔交易只有一个效果，在两个账户间平衡，编号没有缺口。",
    "I2": "某种积分的账户余额之和等于流入减流出，其发行总量与已发放一致。",
    "I3": "每个账户等于其分录之和、末笔分录后的余额，以及各批次所有之和。",
    "I4": "每个批次由其首笔分录产生，所有等于未被支取的部分，且没有负数。",
    "I5": "分录不能修改或删除；已封存的分录与封存时一致。",
    "I6": "每笔订单与兑换都有其业务键，每个业务键都有所指。",
    "I8": "每个批次至多过期一次，不早于过期时间，整批过期，此后不再支取。",
    "I9": "积分总是先从最早过期的批次支取。",
    "I10": "待生效积分只生效一次、到期生效，否则取消；生效之前不被使用。",
    "I11": "预占的扣收、释放、失效与余下之和，等于其预占的积分，逐批次一致。",
    "I12": "为一个批次追回的积分不超过其获得，退款所记与其分录一致。",
    "I13": "一笔兑换退回的积分不超过其使用，取用所记与批次支出一致。",
    "I16": "有欠分时没有可用积分，偿还不超过所欠。",
    "I21": "一笔兑换或预占只取用一种积分。",
    "I22": "转赠或合并的积分，从一位持有人转出多少，另一位就转入多少。",
    "I17": "每件礼品的剩余库存等于入库减去订单所取且未退回的数量，且从不低于零。",
    "I18": "优惠的计数与各订单购物车所记一致，全额退款的订单不再计入。",
    "I19": "每张券的状态与其使用记录一致，发放数不超过限量、预算与红包总额，每人不超过限领；"
    "按规则所发的券有其订单或行为，订单退完即作废。",
    "I20": "每位会员的等级与最后一次变动一致，且各次变动首尾相接。",
    "I50": "每项权益资格与其记录相符，使用次数不超过限额。",
    "I51": "权益资格与服务申请的记录不可修改。",
    "I33": "每笔计入的订单与判定时所见一致，判定所发与台账一致。",
    "I34": "每份会籍的订单数与已判定订单一致，各统计窗口等于订单之和。",
    "I35": "没有批次在会员所处日期之后仍有剩余，到期事项无一遗漏。",
    "I36": "按判定时所见重新判定，积分相同（均匀抽取一千笔）。",
    "I37": "判定、已发布版本、业务键与审计记录不能修改或清空。",
    "I38": "订单与订单行所记的退款，等于其退款之和，每笔只计一次。",
    "I28": "同一会员同一方案的周期互不重叠，订阅与其变更、周期一致。",
    "I41": "每笔已支付的充值恰好入账一次且金额一致，退回不超过已付，礼品卡至多充入一次。",
    "I42": "每笔储值退款恰好扣减一次，退回金额与手续费之和等于所扣减的本金。",
    "I40": "每笔付款的退款之和与付款所记一致，不超过已付金额。",
}
_VIOLATIONS = {  # {} stands for a value, in the order of the English sentence
    "The entitlement {} by {} counts {} lines, its record has {}.": "权益 {}（{}）记有 {} 条记录，实有 {} 条。",
    "The entitlement {} by {} was used {} times, its record says {}.": "权益 {}（{}）记为已用 {} 次，其记录为 {} 次。",
    "The entitlement {} by {} is {}, its record says {}.": "权益 {}（{}）的状态为 {}，其记录为 {}。",
    "The record of benefits can be changed: a trigger that refuses it is missing, off or another.": (
        "权益记录可以被修改：拒绝修改的触发器缺失、已停用或被替换。"
    ),
    "A subscription is {}, its last change says {}.": "订阅状态为 {}，末次变更记为 {}。",
    "A subscription ends at {}, its last period at {}.": "订阅止于 {}，末个周期止于 {}。",
    "Periods {} and {} of a plan overlap.": "同一方案的第 {} 与第 {} 个周期重叠。",
    "Changes of subscriptions or versions of plans can be changed: a trigger that refuses it is missing.": (
        "订阅变更或方案版本可被修改：缺少拒绝修改的触发器。"
    ),
    "A payment counts {} refunded, its refunds come to {}.": "一笔付款记有退款 {}，其退款合计 {}。",
    "The offer {} took {} off an order, its cart says {}.": "优惠 {} 在一笔订单中抵扣 {}，其购物车记为 {}。",
    "The offer {} was given back, of its order something is left.": "优惠 {} 已退还次数，其订单却未全额退款。",
    "The offer {} counts, of its order nothing is left.": "优惠 {} 仍在计数，其订单已全额退款。",
    "The offer {} counts {} times and {} off, its orders have {} times and {} off.": (
        "优惠 {} 计有 {} 次、抵扣 {}，其订单合计 {} 次、抵扣 {}。"
    ),
    "Coupon {} is {}, its uses say {}.": "券 {} 的状态为 {}，其使用记录为 {}。",
    "Template {} counts {} issued, there are {}.": "券模板 {} 记有已发放 {}，实有 {}。",
    "Packet {} had {}, of which {} are drawn and {} are left.": "红包 {} 共 {}，已发 {}，剩余 {}，不相符。",
    "A member had {} of template {} and may have {}.": "会员已领 {} 张，券模板 {} 每人限领 {}。",
    "The business key of coupon {} stands for nothing.": "券 {} 的业务键无所指。",
    "Coupon {} was given by a rule for what is not there.": "按规则发放的券 {} 没有所属的订单或行为。",
    "Coupon {} was taken back, of the order that gave it nothing was refunded.": "券 {} 已收回，而其订单没有退款。",
    "Coupon {} stands, of the order that gave it nothing is left.": "券 {} 未作废，而其订单已退完。",
    "{}: {}": "{}：{}",
    "Item {} has {} pieces left, its movements come to {}.": "礼品 {} 记有剩余 {} 件，库存流水合计 {} 件。",
    "Order {} took {} pieces, its movements come to {}.": "订单 {} 取走 {} 件，库存流水合计 {} 件。",
    "Movements of stock can be changed: a trigger that refuses it is missing, off or another.": (
        "库存流水可被修改：拒绝修改的触发器缺失、停用或被替换。"
    ),
    "the account has {} {}, its entries come to {}.": "账户有 {} {}，其分录合计 {}。",
    "the account has {} {}, its lots have {}.": "账户有 {} {}，其批次合计 {}。",
    "the account counts {} entries and {} lots, there are {} and {}.": (
        "账户记有 {} 笔分录和 {} 个批次，实有 {} 笔和 {} 个。"
    ),
    "the account has {} {}, less than nothing.": "账户有 {} {}，低于零。",
    "the account has {} usable and owes {}.": "账户有 {} 可用，同时欠 {}。",
    "Transaction {} leaves {} usable and {} owed.": "第 {} 号交易之后，可用 {}，欠 {}。",
    "Transaction {} names a lot where there is none, or none where there is one.": (
        "第 {} 号交易在不该有批次处记有批次，或缺少应有的批次。"
    ),
    "entry {} stands where entry {} belongs.": "第 {} 号分录位于第 {} 号的位置。",
    "entry {} leaves {}, its amounts come to {}.": "第 {} 号分录后余额为 {}，各笔合计 {}。",
    "Transaction {} comes after a later one.": "第 {} 号交易排在更晚的交易之后。",
    "Transaction {} is not one effect.": "第 {} 号交易不是单一效果。",
    "Transaction {} moves points between accounts that are not its own.": (
        "第 {} 号交易在不属于它的账户之间转移了积分。"
    ),
    "The holder counts {} transactions, there are {} and the last is {}.": (
        "持有人记有 {} 笔交易，实有 {} 笔，最后一笔编号为 {}。"
    ),
    "lot {} {}.": "第 {} 号批次{}。",
    "was opened by {} entries": "由 {} 笔分录产生",
    "comes of {}, its first entry is {} or of another fact": "记为由 {} 产生，其首笔分录为 {} 或属于另一事实",
    "earned {}, its first entry is of {}": "获得 {}，其首笔分录为 {}",
    "of {} has {} left, its entries leave {}": "共 {}，记有剩余 {}，按分录应剩余 {}",
    "of {} has {} waiting, its entries leave {}": "共 {}，记有待生效 {}，按分录应为 {}",
    "of {} has {} held, its entries leave {}": "共 {}，记有预占 {}，按分录应为 {}",
    "stopped waiting {} times": "结束等待 {} 次",
    "stopped waiting and has {} pending": "已结束等待，仍有 {} 待生效",
    "was activated before its day": "在生效日之前就生效了",
    "is usable since day {}, its entries say day {}": "记为自第 {} 日起可用，按分录为第 {} 日",
    "lapsed before its end": "在过期之前就失效了",
    "expired {} times": "过期了 {} 次",
    "gave points after it had expired": "过期之后仍支出了积分",
    "expired, though it has no end": "没有过期时间，却过期了",
    "expired before its end": "在过期时间之前就过期了",
    "expired and kept some points": "过期之后仍留有积分",
    "gave points past its end": "在过期时间之后仍支出了积分",
    "did not begin with its first entry": "不是从其首笔分录开始的",
    "the hold {} of {} has {} captured and {} left, its lots say {} and {}.": (
        "预占 {}（共 {}）记有扣收 {}、余下 {}，按批次为 {} 与 {}。"
    ),
    "holds set {} aside, captured {}, released {} and let {} lapse, the entries say {}, {}, {} and {}.": (
        "各预占记为预占 {}、扣收 {}、释放 {}、失效 {}，分录为 {}、{}、{}、{}。"
    ),
    "lot {} has {} held, its takes say {}.": "第 {} 号批次记有预占 {}，取用记录为 {}。",
    "lot {} gave {}, its takes say {}.": "第 {} 号批次支出 {}，取用记录为 {}。",
    "takes say that {} came back, the entries {}.": "取用记录为退回 {}，分录为 {}。",
    "of {} taken of lot {}, {} came back and {} were given up.": "取用的 {}（第 {} 号批次）中，退回 {}，放弃 {}。",
    "{} takes points of more than one unit.": "{} 取用了不止一种积分。",
    "lot {} of {} says {} were taken back for it, refunds say {}.": "第 {} 号批次（共 {}）记为追回 {}，退款记录为 {}。",
    "the refund {} took {} back and left {} owed, its entries say {} and {}.": (
        "退款 {} 追回 {}、记欠 {}，其分录为 {} 与 {}。"
    ),
    "entry {} takes from lot {} while lot {}, which ends sooner, has points left.": (
        "第 {} 号分录支取了第 {} 号批次，而更早过期的第 {} 号批次仍有剩余。"
    ),
    "{}: entries {} to {} are not as they were sealed (seal {}).": (
        "{}：第 {} 至 {} 号分录与封存时不符（第 {} 号封存）。"
    ),
    "{}: seal {} begins with entry {} where entry {} belongs.": "{}：第 {} 号封存从第 {} 号分录开始，应为第 {} 号。",
    "Seal {} is missing.": "缺少第 {} 号封存。",
    "Seal {} does not follow the one before it.": "第 {} 号封存与前一号不相接。",
    "Seal {} was changed.": "第 {} 号封存被修改过。",
    "Seal {} covers the column {}, which the ledger has no more.": "第 {} 号封存涵盖的列 {} 已不在台账中。",
    "Entries can be changed: a trigger that refuses it is missing, off or another.": (
        "分录可以被修改：拒绝修改的触发器缺失、已停用或被替换。"
    ),
    "accounts hold {}, what came less what went is {}.": "账户合计持有 {}，流入减流出为 {}。",
    "the supply counts {} issued, the entries come to {}.": "发行总量记为已发放 {}，分录合计 {}。",
    "transfers brought {} more than they took.": "转赠转入比转出多 {}。",
    "merges brought {} more than they took.": "合并转入比转出多 {}。",
    "Change {} in program {} does not follow the one before it.": "第 {} 次变动（计划 {}）与前一次不相接。",
    "The tier in program {} is {} until day {}, its last change says {} until day {}.": (
        "计划 {} 中的等级为 {}，至第 {} 日；其最后一次变动为 {}，至第 {} 日。"
    ),
    "The tier in program {} has {} changes, its state counts {}.": "计划 {} 中的等级有 {} 次变动，其状态记有 {} 次。",
    "The tier in program {} is held since day {}, its changes say day {}.": (
        "计划 {} 中的等级记为自第 {} 日起，其变动显示为第 {} 日。"
    ),
    "Changes of tier can be changed: a trigger that refuses it is missing, off or another.": (
        "等级变动可以被修改：拒绝修改的触发器缺失、已停用或被替换。"
    ),
    "The trigger {} is missing, off or another one.": "触发器 {} 缺失、已停用或被替换。",
    "The {} {} has no business key.": "{} {} 没有业务键。",
    "Order {} of {} counts {} as refunded, its refunds took off {}.": "订单 {}（实付 {}）记有退款 {}，其退款合计 {}。",
    "Line {} of order {} counts {} and {} pieces as refunded, its refunds took off {} and {}.": (
        "第 {} 行（订单 {}）记有退款 {}（{} 件），其退款合计 {}（{} 件）。"
    ),
    "Refund {} does not count where its order does.": "退款 {} 没有计在其订单所计之处。",
    "Order {} was emptied {} times.": "订单 {} 被退空了 {} 次。",
    "Order {} has no business key.": "订单 {} 没有业务键。",
    "Redemption {} has no business key.": "兑换 {} 没有业务键。",
    "The business key of {} {} stands for nothing.": "{} {} 的业务键无所指。",
    "Fact {} has no decision.": "事实 {} 没有判定。",
    "Fact {} counts and was not decided.": "事实 {} 计入统计，却未作判定。",
    "Fact {} was decided and does not count.": "事实 {} 已作判定，却未计入统计。",
    "Fact {} has day, net, gross and lines {}, it was decided on {}.": (
        "事实 {} 的日期、实付、应付与行数为 {}，判定时为 {}。"
    ),
    "Fact {} was given {} of unit {}, the ledger has {}.": "事实 {} 判定发放 {}（积分种类 {}），台账为 {}。",
    "Fact {} was given {}, decided again it is {}.": "事实 {} 当时发放 {}，重新判定为 {}。",
    "The membership counts {} orders, there are {}.": "会籍记有 {} 笔订单，实有 {} 笔。",
    "Window {} holds {}, what was counted comes to {}.": "窗口 {} 记有 {}，实际计入 {}。",
    "The tier {} in program {} lies below {}, which a gift keeps.": "等级 {}（计划 {}）低于赠送所保的 {}。",
    "A lot that ended on day {} has points left on day {}.": "第 {} 日过期的批次，在第 {} 日仍有剩余。",
    "A top-up is of {} {}, deposited were {}.": "一笔充值为 {} {}，入账为 {}。",
    "A top-up says that {} went back, its refunds come to {}.": "一笔充值记有退回 {}，其退款合计 {}。",
    "A gift card of {} was loaded with {}.": "面额 {} 的礼品卡充入了 {}。",
    "A refund of stored value is of {}, withdrawn were {}.": "一笔储值退款为 {}，扣减为 {}。",
    "A refund of {} with a fee of {} has parts of {}, and gives {} back.": (
        "一笔储值退款为 {}，手续费 {}，各部分合计 {}，退回 {}。"
    ),
    "The next due day is {}, time owes something on day {}.": "下次到期日为 {}，而第 {} 日已有到期事项。",
}
_VALUES = {
    "usable": "可用",
    "pending": "待生效",
    "held": "预占",
    "owed": "欠分",
    "never": "永久",
    "nothing": "无",
    "order": "订单",
    "redemption": "兑换",
}


def law(id: str, sentence: str, language: str) -> str:
    """Return what a law says in "zh" or "en"; one without Chinese stands in its own words."""
    return LAWS.get(id, sentence) if language == "zh" else sentence


def violation(detail: str, language: str) -> str:
    """Return how a law is broken in "zh" or "en"; a sentence without Chinese stands as it is."""
    return next(_in_chinese(detail), detail) if language == "zh" else detail


def _in_chinese(detail: str) -> Iterator[str]:
    for pattern, chinese in _PATTERNS:
        found = pattern.fullmatch(detail)
        if found:
            yield chinese.format(*(_VALUES.get(value) or next(_in_chinese(value), value) for value in found.groups()))


_PATTERNS = [  # the longest sentence first: «{}: {}» fits many others
    (re.compile("(.+?)".join(map(re.escape, english.split("{}")))), chinese)
    for english, chinese in sorted(_VIOLATIONS.items(), key=lambda pair: -len(pair[0]))
]
