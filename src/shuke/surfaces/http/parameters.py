"""The parameters that operations share, declared once."""

from typing import Annotated

from ninja import Path, Query

from shuke.surfaces.http.fields import Code, Cursor, ExternalIdText, Flag, PageLimit, Source, Time
from shuke.surfaces.http.schemas.holds import HoldId
from shuke.surfaces.http.schemas.imports import ImportId
from shuke.surfaces.http.schemas.mall import ItemCode, MallOrderId, StoreCode
from shuke.surfaces.http.schemas.mall_supplies import Month
from shuke.surfaces.http.schemas.member_care import MergeId
from shuke.surfaces.http.schemas.members import MemberId
from shuke.surfaces.http.schemas.orders import OrderId
from shuke.surfaces.http.schemas.paid import (
    ActivationId,
    PaymentId,
    PaymentRefundId,
    PlanCode,
    StateText,
    SubscriptionId,
)
from shuke.surfaces.http.schemas.points import EntryId
from shuke.surfaces.http.schemas.redemptions import RedemptionId
from shuke.surfaces.http.schemas.refunds import RefundId
from shuke.surfaces.http.schemas.studio import HistoryFileId, HistoryId, RunId
from shuke.surfaces.http.schemas.value import CardBatchId, TopUpId, ValueRefundId, ValueUseId

PAGE = 50
ZH = "x-description-zh-Hans"
ABOUT_ZH = {
    "dry_run": "完成全部校验与计算，但不写入。",
    "now": "展望到该时刻：假设此前没有其他事项，并说明时间推移带来的变化；写操作只能与 dry_run 同用。",
    "refund_id": "退款的 id。",
    "redemption_id": "兑换的 id。",
    "hold_id": "预占的 id。",
    "code": "拒绝的代码。",
    "limit": "每页至多多少条。",
    "cursor": "上一页的 next_cursor。",
    "member_id": "会员的 id。",
    "order_id": "订单的 id。",
    "entry_id": "分录的 id。",
    "program": "会员计划的代码，与其文件中一致。",
    "number": "版本号。",
    "source": "给出外部编号的系统。",
    "external_id": "该系统中的标识。",
    "attribute": "自定义属性的代码。",
    "approval_id": "审批的 id。",
    "state": "只列出处于该状态的。",
    "import_id": "导入的 id。",
    "merge_id": "合并的 id。",
    "benefit": "权益的代码。",
    "use_id": "该次使用的 id。",
    "request_id": "服务申请的 id。",
    "ended": "同时列出已结束的。",
    "opens_at": "对所有人开放的时间：查询该会员能否提前。",
    "first": "首日；默认为 90 天前。",
    "last": "末日；默认为今天。",
    "stage": "只列出处于该阶段的；默认为待处理的。",
    "template": "券模板的代码。",
    "coupon_id": "券的 id。",
    "batch_id": "批次的 id。",
    "item": "礼品的代码。",
    "mall_order_id": "商城订单的 id。",
    "plan": "付费方案的代码。",
    "subscription_id": "订阅的 id。",
    "activation_id": "激活码批次的 id。",
    "payment_id": "付款的 id。",
    "payment_refund_id": "付款的退款的 id。",
    "top_up_id": "充值的 id。",
    "value_use_id": "储值支付的 id。",
    "value_refund_id": "储值退款的 id。",
    "card_batch_id": "礼品卡批次的 id。",
    "supplier": "供应商的代码。",
    "month": "结算月份，如 2017-03。",
    "store": "会员所在门店的代码，不给出则不限门店。",
    "history_id": "历史数据的 id。",
    "file_id": "历史数据中文件的 id。",
    "run_id": "试算的 id。",
    "sort": "排序所用的列。",
    "offset": "本页首位会员之前有多少位。",
}

DryRun = Annotated[Flag, Query(False, description="Check and compute everything, write nothing.")]
Now = Annotated[
    Time, Query(None, description="In a dry run: look ahead to this instant, and say what time does until then.")
]
At = Annotated[Time, Query(None, description="Say it as of this instant ahead, where nothing else happens until then.")]
Limit = Annotated[PageLimit, Query(PAGE, description="How many items a page holds at most.")]
After = Annotated[Cursor, Query(None, description="The next_cursor of the page before.")]
MemberIdPath = Annotated[MemberId, Path(description="The member's id.")]
OrderIdPath = Annotated[OrderId, Path(description="The order's id.")]
EntryIdPath = Annotated[EntryId, Path(description="The entry's id.")]
ProgramCodePath = Annotated[Code, Path(description="The program's code, as its file says it.")]
VersionNumberPath = Annotated[int, Path(ge=1, le=2**31 - 1, description="The version's number.")]
SourcePath = Annotated[Source, Path(description="The system that gave the external id.")]
ExternalIdPath = Annotated[ExternalIdText, Path(description="What that system calls it.")]
RefundIdPath = Annotated[RefundId, Path(description="The refund's id.")]
RedemptionIdPath = Annotated[RedemptionId, Path(description="The redemption's id.")]
HoldIdPath = Annotated[HoldId, Path(description="The hold's id.")]
RefusalCodePath = Annotated[Code, Path(description="The code of a refusal.")]
AttributeCodePath = Annotated[Code, Path(description="The attribute's code.")]
ImportIdPath = Annotated[ImportId, Path(description="The import's id.")]
MergeIdPath = Annotated[MergeId, Path(description="The merge's id.")]
ItemCodePath = Annotated[ItemCode, Path(description="The item's code.")]
SupplierPath = Annotated[ItemCode, Path(description="The supplier's code.")]
MonthPath = Annotated[Month, Path(description="The month, such as 2017-03.")]
MallOrderIdPath = Annotated[MallOrderId, Path(description="The id of the order of the mall.")]
StoreQuery = Annotated[StoreCode, Query("", description="The code of the store where the member stands.")]
PlanCodePath = Annotated[PlanCode, Path(description="The plan's code.")]
SubscriptionIdPath = Annotated[SubscriptionId, Path(description="The subscription's id.")]
SubscriptionStateQuery = Annotated[StateText, Query(None, description="Only those in this state.")]

PaymentIdPath = Annotated[PaymentId, Path(description="The payment's id.")]
PaymentRefundIdPath = Annotated[PaymentRefundId, Path(description="The id of a refund of a payment.")]
TopUpIdPath = Annotated[TopUpId, Path(description="The top-up's id.")]
ValueUseIdPath = Annotated[ValueUseId, Path(description="The id of a payment with stored value.")]
ValueRefundIdPath = Annotated[ValueRefundId, Path(description="The id of a refund of stored value.")]
CardBatchIdPath = Annotated[CardBatchId, Path(description="The id of a batch of gift cards.")]
ActivationIdPath = Annotated[ActivationId, Path(description="The id of a batch of activation codes.")]
HistoryIdPath = Annotated[HistoryId, Path(description="The history's id.")]
HistoryFileIdPath = Annotated[HistoryFileId, Path(description="The id of a file of the history.")]
RunIdPath = Annotated[RunId, Path(description="The run's id.")]
