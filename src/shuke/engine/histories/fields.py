"""What files of a history say: four kinds of file and their fields, and the names that exports give to their columns.

Knows no file. A field's own name always means the field; other names are folded before they are compared.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What the rows of a file are; `lines` belong to orders of another file."""

    ORDERS = "orders"
    LINES = "lines"
    REFUNDS = "refunds"
    MEMBERS = "members"
    REDEMPTIONS = "redemptions"


class Type(StrEnum):
    """What the values of a field are."""

    ID = "id"
    INSTANT = "instant"
    DATE = "date"
    TIME = "time"
    BIRTHDAY = "birthday"
    AMOUNT = "amount"
    QUANTITY = "quantity"
    POINTS = "points"
    TEXT = "text"
    FLAG = "flag"
    TAGS = "tags"
    CURRENCY = "currency"


@dataclass(frozen=True)
class Field:
    """A field of a kind of file, with the names that exports give to it."""

    code: str
    type: Type
    names: tuple[str, ...] = ()


_ORDER_ID = Field(
    "order_id",
    Type.ID,
    (
        "订单号", "订单编号", "订单id", "主订单编号", "单号", "交易号", "交易单号", "小票号", "流水号",
        "销售单号", "单据编号", "order", "order number", "order no", "order name", "name", "transaction id",
        "receipt number", "basket_id", "invoice number",
    ),
)  # fmt: skip
_MEMBER_ID = Field(
    "member_id",
    Type.ID,
    (
        "会员号", "会员编号", "会员卡号", "会员id", "会员手机号", "会员", "买家手机号", "买家手机", "手机号",
        "手机号码", "手机", "买家", "买家昵称", "买家会员名", "买家id", "客户编号", "客户id", "客户", "收货人手机号",
        "user_id", "customer_id", "customer", "customer no", "customer number", "household_id", "buyer",
        "email", "customer email", "phone", "customer phone", "loyalty id", "card number",
    ),
)  # fmt: skip
_OCCURRED_AT = Field(
    "occurred_at",
    Type.INSTANT,
    (
        "支付时间", "付款时间", "买家付款时间", "订单付款时间", "成交时间", "交易时间", "销售时间", "下单时间",
        "订单创建时间", "创建时间", "订单时间", "时间", "paid at", "paid_at", "created at", "created_at",
        "order date", "ordered_at", "timestamp", "transaction_timestamp", "datetime", "purchased at",
        "transaction time",
    ),
)  # fmt: skip
_DATE = Field(
    "date", Type.DATE, ("日期", "交易日期", "销售日期", "订单日期", "下单日期", "transaction date", "sale date")
)
_TIME = Field("time", Type.TIME, ("时刻", "time of day", "sale time"))
_QUANTITY = Field(
    "quantity",
    Type.QUANTITY,
    ("数量", "商品数量", "购买数量", "件数", "qty", "lineitem quantity", "items", "pieces", "count"),
)
_SKU = Field(
    "sku",
    Type.TEXT,
    (
        "商品编码", "规格编码", "商家编码", "商品编号", "货号", "sku编码", "商品条码", "条码", "商品id",
        "lineitem sku", "item sku", "product_id", "product code", "item code", "商品名称", "商品", "品名",
        "lineitem name", "item", "product", "item name",
    ),
)  # fmt: skip
_CATEGORY = Field(
    "category",
    Type.TEXT,
    (
        "商品类目", "类目", "商品分类", "分类", "品类", "大类", "商品分组", "department", "product type",
        "item category",
    ),
)  # fmt: skip
_NET = Field(
    "net",
    Type.AMOUNT,
    (
        "商品实付金额", "商品实付", "行实付", "实付金额", "实付", "实收金额", "实收", "销售金额", "成交金额",
        "金额", "小计", "商品金额小计", "net sales", "net amount", "amount", "sales_value", "line total",
        "item total", "paid",
    ),
)  # fmt: skip
_PRICE = Field(
    "price",
    Type.AMOUNT,
    (
        "单价",
        "商品单价",
        "成交单价",
        "实付单价",
        "unit price",
        "lineitem price",
        "item price",
    ),
)

FIELDS: Mapping[Kind, tuple[Field, ...]] = {
    Kind.ORDERS: (
        _ORDER_ID,
        _MEMBER_ID,
        _OCCURRED_AT,
        _DATE,
        _TIME,
        _NET,
        Field(
            "total",
            Type.AMOUNT,
            (
                "订单实付金额", "订单实付", "订单金额", "订单总额", "应付金额", "实付总额", "买家实际支付金额", "total",
                "order total", "grand total", "total collected",
            ),
        ),
        _PRICE,
        Field("gross", Type.AMOUNT, (
            "原价", "应收金额", "商品总价", "原价金额", "gross sales", "gross amount", "吊牌金额",
        )),
        Field("tax", Type.AMOUNT, ("税额", "税费", "taxes", "tax amount")),
        Field("shipping", Type.AMOUNT, ("运费", "邮费", "配送费", "shipping amount", "shipping fee", "freight")),
        Field("points_paid", Type.AMOUNT, ("积分抵扣", "积分抵扣金额", "积分抵现", "points discount")),
        Field("refunded", Type.AMOUNT, (
            "退款金额", "已退款金额", "已退款", "已退金额", "refunded amount", "refunds", "amount refunded",
            "refund amount",
        )),
        Field("status", Type.TEXT, (
            "订单状态", "交易状态", "状态", "支付状态", "付款状态", "order status", "financial status",
            "payment status",
        )),
        _QUANTITY,
        _CATEGORY,
        _SKU,
        Field(
            "store",
            Type.TEXT,
            (
                "门店", "门店名称", "店铺", "店铺名称", "网点", "归属门店", "门店编码", "store_id", "location",
                "shop", "outlet",
            ),
        ),
        Field("brand", Type.TEXT, ("品牌", "vendor")),
        Field(
            "channel",
            Type.TEXT,
            (
                "渠道", "订单来源", "来源", "销售渠道", "下单渠道", "订单渠道", "source", "sales channel",
                "source name",
            ),
        ),
        Field("currency", Type.CURRENCY, ("币种", "币别", "货币", "currency code")),
    ),
    Kind.LINES: (_ORDER_ID, _NET, _PRICE, _QUANTITY, _CATEGORY, _SKU),
    Kind.REFUNDS: (
        Field(
            "refund_id",
            Type.ID,
            (
                "售后单号", "售后编号", "退款编号", "退款单号", "退货单号", "refund number", "return id",
                "return number",
            ),
        ),
        Field("order_id", Type.ID, (*_ORDER_ID.names, "原订单号", "原单号", "关联订单号")),
        Field(
            "occurred_at",
            Type.INSTANT,
            (
                "退款时间", "退款成功时间", "退款完成时间", "售后完成时间", "退货时间", "完成时间",
                "refunded at", "refund date", "returned at", *_OCCURRED_AT.names,
            ),
        ),
        _DATE,
        _TIME,
        Field(
            "net",
            Type.AMOUNT,
            (
                "退款金额", "实退金额", "退款总额", "退货金额", "refund amount", "amount refunded",
                "refunded amount", *_NET.names,
            ),
        ),
        Field("sku", Type.TEXT, _SKU.names),
        Field("quantity", Type.QUANTITY, (
            "退货数量", "退款数量", "售后数量", "returned quantity", *_QUANTITY.names,
        )),
        Field("whole", Type.FLAG, ("整单退款", "全额退款", "是否全退", "full refund")),
        Field("currency", Type.CURRENCY, ("币种", "货币", "currency code")),
    ),
    Kind.MEMBERS: (
        _MEMBER_ID,
        Field(
            "joined_at",
            Type.INSTANT,
            (
                "入会时间", "入会日期", "注册时间", "注册日期", "开卡日期", "开卡时间", "成为会员时间",
                "created at", "joined", "join date", "signup date", "registered at", "enrolled at",
            ),
        ),
        Field("birthday", Type.BIRTHDAY, ("生日", "出生日期", "birth date", "date of birth", "birth_md")),
        Field("tags", Type.TAGS, (
            "标签", "会员标签", "客户标签", "人群", "segment", "segments", "tag", "groups",
        )),
    ),
    Kind.REDEMPTIONS: (
        Field("redemption_id", Type.ID, ("兑换单号", "核销单号", "积分流水号", "redemption number")),
        _MEMBER_ID,
        Field(
            "occurred_at",
            Type.INSTANT,
            ("兑换时间", "核销时间", "使用时间", "抵扣时间", "变动时间", "redeemed at", *_OCCURRED_AT.names),
        ),
        _DATE,
        _TIME,
        Field(
            "points",
            Type.POINTS,
            (
                "积分", "兑换积分", "消耗积分", "使用积分", "抵扣积分", "扣减积分", "points redeemed",
                "redeemed points",
            ),
        ),
        Field("order_id", Type.ID, _ORDER_ID.names),
        Field("unit", Type.TEXT, ("积分类型", "积分单位", "points type")),
    ),
}  # fmt: skip

# what a file needs: of each group one field, or all fields of one of its tuples
NEEDED: Mapping[Kind, tuple[tuple[tuple[str, ...], ...], ...]] = {
    Kind.ORDERS: (
        (("order_id",),),
        (("member_id",),),
        (("occurred_at",), ("date",)),
        (("net",), ("total",), ("price", "quantity")),
    ),
    Kind.LINES: ((("order_id",),), (("net",), ("price", "quantity"))),
    Kind.REFUNDS: (
        (("order_id",),),
        (("occurred_at",), ("date",)),
        (("net",), ("sku",), ("whole",)),
    ),
    Kind.MEMBERS: ((("member_id",),),),
    Kind.REDEMPTIONS: ((("member_id",),), (("occurred_at",), ("date",)), (("points",),)),
}


def field_of(kind: Kind, code: str) -> Field | None:
    """Return a field of a kind of file by its code."""
    return next((field for field in FIELDS[kind] if field.code == code), None)


def missing(kind: Kind, known: set[str]) -> tuple[str, ...]:
    """Return what a file lacks, by the first way of saying it: `net`, or `occurred_at`."""
    return tuple(ways[0][0] for ways in NEEDED[kind] if not any(set(way) <= known for way in ways))


def fold(name: str) -> str:
    """Return a name without case, width, space, separators and what stands in brackets, such as (元)."""
    plain = unicodedata.normalize("NFKC", name).strip().casefold()
    plain = re.sub(r"[(\[【].*?[)\]】]", "", plain) or plain
    return re.sub(r"[\s_\-./:：]+", "", plain)
