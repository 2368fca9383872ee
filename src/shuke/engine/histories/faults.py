"""What is wrong with the files of a history, by cause: what was found, what was expected, and in which rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from shuke.core.state.slots import AMOUNT_MAX, LINES_MAX, ORDERS_MAX
from shuke.engine.facts import EARLIEST, LATEST, QUANTITY_LIMIT
from shuke.engine.row_files import CELL_LIMIT, QUOTED_LINES_LIMIT

ROWS_TOLD = 100
TAGS_MAX = 62  # bits of one integer

_SPAN = f"{EARLIEST:%Y-%m-%d}", f"{LATEST:%Y-%m-%d}"
EXPECTED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "unclosed_quote": (
            f"a closing quote within {QUOTED_LINES_LIMIT} lines",
            f"{QUOTED_LINES_LIMIT} 行之内有收尾的引号",
        ),
        "cell_too_long": (f"cells of at most {CELL_LIMIT:,} characters", f"每格最多 {CELL_LIMIT:,} 个字符"),
        "unreadable_characters": (
            "UTF-8, UTF-16 or GB18030 throughout, without control characters",
            "全文为 UTF-8、UTF-16 或 GB18030，且没有控制字符",
        ),
        "wrong_cell_count": ("as many cells as the header has", "每行的格数与表头相同"),
        "value_missing": ("a value", "不能为空"),
        "not_an_id": ("a whole number or a text", "整数或文字"),
        "not_an_instant": (
            "a date, or date and time, such as 2024-05-01 18:30:00 or 2024-05-01T18:30:00+08:00",
            "日期或日期时间，如 2024-05-01 18:30:00 或 2024-05-01T18:30:00+08:00",
        ),
        "zone_missing": (
            "an offset in every instant, or the time zone of the file",
            "每个时间带有时差，或说明文件的时区",
        ),
        "instant_out_of_range": ("an instant from {} to {}".format(*_SPAN), "{} 至 {} 之间的时间".format(*_SPAN)),
        "not_an_amount": (
            "an amount such as 1234.50, with no sign but that of the currency",
            "金额，如 1234.50，除本币符号外不带其他符号",
        ),
        "amount_too_fine": ("no more decimals than the currency has", "小数位数不超过该货币的小数位"),
        "amount_out_of_range": (f"from 0 to {AMOUNT_MAX:,} minor units; what is returned stands in a file of refunds",
                                f"0 至 {AMOUNT_MAX:,} 最小货币单位；退款请放在退款文件里"),
        "other_currency": ("the currency of the history", "与历史相同的币种"),
        "not_a_quantity": (
            "a number of pieces, or a measure such as 0.532 with at most six decimals",
            "件数，或如 0.532 的计量数，最多六位小数",
        ),
        "quantity_out_of_range": (f"from 0 to {QUANTITY_LIMIT:,} pieces", f"0 至 {QUANTITY_LIMIT:,} 件"),
        "not_points": ("a number of points with at most six decimals", "积分数，最多六位小数"),
        "points_out_of_range": ("points above 0", "大于 0 的积分"),
        "not_a_flag": ("yes or no", "是或否"),
        "not_a_birthday": ("a date such as 1990-05-17, or 05-17", "日期，如 1990-05-17 或 05-17"),
        "values_differ": ("the same value in every row of the order", "同一订单的各行取值相同"),
        "order_torn": ("one member and one instant for all rows of an order", "同一订单的各行属于同一会员、同一时间"),
        "order_partly_sold": (
            "all rows of an order with a total of statuses that count, or none",
            "写有整单金额的订单，各行的状态都计入或都不计入",
        ),
        "order_repeated": ("an order in one file, or one row of it, only once", "一个订单只出现一次"),
        "row_repeated": ("no row that says the same as another", "没有与别的行完全相同的行"),
        "order_too_large": (f"at most {AMOUNT_MAX:,} minor units an order", f"每单最多 {AMOUNT_MAX:,} 最小货币单位"),
        "gross_below_net": ("a gross of at least the net", "原价不低于实付"),
        "part_above_net": ("tax, shipping and what points paid each within the net", "税、运费、积分抵扣各不超过实付"),
        "too_many_lines": (f"at most {LINES_MAX:,} lines an order", f"每单最多 {LINES_MAX:,} 行"),
        "too_many_orders": (f"at most {ORDERS_MAX:,} orders a member", f"每位会员最多 {ORDERS_MAX:,} 单"),
        "order_unknown": ("an order of the history", "历史中的订单"),
        "order_of_other_member": ("an order of the same member", "同一会员的订单"),
        "before_its_order": ("an instant not before that of the order", "不早于订单的时间"),
        "refund_torn": ("one order and one instant for all rows of a refund", "同一退款的各行属于同一订单、同一时间"),
        "refund_above_order": ("refunds of at most what was paid", "退款合计不超过实付"),
        "refunded_in_order": (
            "refunds of an order in its own row or in a file of refunds, not in both",
            "一笔订单的退款只写在订单行里或退款文件里，不重复",
        ),
        "already_refunded": ("no refund after the order is refunded whole", "整单退款之后不再有退款"),
        "line_unknown": ("a line of the order with this sku", "订单中有此商品编码的行"),
        "line_ambiguous": (
            "one line of the order with this sku, or a refund by amount",
            "订单中此商品编码只有一行，或按金额退款",
        ),
        "refund_above_line": ("no more of a line than was bought", "不超过该行所购"),
        "amount_needed": ("an amount, or all pieces of the line", "退款金额，或该行的全部件数"),
        "member_repeated": ("a member in one row only", "每位会员只占一行"),
        "too_many_tags": (f"at most {TAGS_MAX} different tags", f"最多 {TAGS_MAX} 种标签"),
        "order_left_out": ("an order that is not left out itself", "没有被略去的订单"),
    }
)  # fmt: skip


@dataclass(frozen=True)
class HistoryFault:
    """One cause in one column of one file, with its `count`; `rows` are the first of them, as the file counts.

    `column` is the header, or the field where no column is to blame; `found` is what stood in the first row.
    """

    cause: str
    file: str
    kind: str
    column: str
    found: str
    count: int
    rows: tuple[int, ...]

    @property
    def expected(self) -> str:
        """What was expected, in English."""
        return EXPECTED[self.cause][0]

    @property
    def expected_zh(self) -> str:
        """What was expected, in Chinese."""
        return EXPECTED[self.cause][1]
