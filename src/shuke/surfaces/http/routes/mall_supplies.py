"""What the mall is supplied with: pictures of items, suppliers, codes that are handed out, statements."""

from django.http import HttpRequest
from ninja import Router

from shuke.rooms.mall import facade as mall
from shuke.rooms.org.contracts import Right
from shuke.surfaces.http import keys
from shuke.surfaces.http.operations import Operation, operation
from shuke.surfaces.http.parameters import DryRun, ItemCodePath, MonthPath, SupplierPath
from shuke.surfaces.http.schemas import mall_examples as shown
from shuke.surfaces.http.schemas.mall_supplies import (
    CardsAnswer,
    CardsBody,
    PictureAnswer,
    PictureBody,
    StatementAnswer,
    SupplierAnswer,
    SupplierBody,
    SuppliersAnswer,
    statement_answer,
    supplier_answer,
)

router = Router(tags=["mall"])
_TEXTS = ("text_characters", "text_length")


@operation(
    router,
    "POST",
    "/mall/pictures",
    PictureAnswer,
    Operation(
        id="keepMallPicture",
        en="Keep a picture for items",
        zh="上传礼品图片",
        about_zh="保存一张 PNG、JPEG 或 WebP 图片（base64，至多 2 MiB），返回礼品所引用的 id；同一图片 id 相同。",
        scope=Right.MALL_WRITE,
        status=201,
        writes=True,
        codes=("not_a_picture", "picture_too_large"),
        request_example=shown.NEW_PICTURE,
        response_example=shown.PICTURE,
    ),
)
def keep_mall_picture(request: HttpRequest, body: PictureBody, *, dry_run: DryRun = False) -> PictureAnswer:
    """Keep a picture and answer with the id that an item names; the same picture has the same one."""
    kept = mall.keep_picture(body.value())
    return PictureAnswer(id=str(kept), livemode=keys.livemode(request), dry_run=dry_run)


@operation(
    router,
    "POST",
    "/mall/items/{item}/cards",
    CardsAnswer,
    Operation(
        id="importMallCards",
        en="Import codes of an item",
        zh="导入卡密",
        about_zh="向卡密池礼品导入卡密并增加相应库存；已有的卡密跳过，可放心重发。",
        scope=Right.MALL_WRITE,
        writes=True,
        codes=("not_a_pool", "out_of_bounds", "text_length", "unknown_item"),
        parameter_examples={"item": "video-month"},
        request_example={"codes": ["VM-7K2Q-91XZ", "VM-33AB-0PQR"]},
        response_example=shown.CARDS,
    ),
)
def import_mall_cards(
    request: HttpRequest, item: ItemCodePath, body: CardsBody, *, dry_run: DryRun = False
) -> CardsAnswer:
    """Add codes to an item's pool, and as many pieces to its stock. Codes that are there already are passed over."""
    found = mall.item_by_code(item)
    added, known = mall.import_cards(found.id, body.codes, keys.actor(request))
    left = mall.item(found.id).left or 0
    livemode = keys.livemode(request)
    return CardsAnswer(item=item, added=added, known=known, left=left, livemode=livemode, dry_run=dry_run)


@operation(
    router,
    "GET",
    "/mall/suppliers",
    SuppliersAnswer,
    Operation(
        id="listMallSuppliers",
        en="List the suppliers of virtual goods",
        zh="虚拟商品供应商列表",
        about_zh="列出全部供应商；密钥从不返回。",
        scope=Right.MALL_READ,
        response_example=shown.SUPPLIERS,
    ),
)
def list_mall_suppliers(request: HttpRequest) -> SuppliersAnswer:
    """List every supplier, without its secret."""
    livemode = keys.livemode(request)
    return SuppliersAnswer(
        suppliers=[supplier_answer(each, livemode=livemode) for each in mall.suppliers()], livemode=livemode
    )


@operation(
    router,
    "PUT",
    "/mall/suppliers/{supplier}",
    SupplierAnswer,
    Operation(
        id="writeMallSupplier",
        en="Create or change a supplier",
        zh="新增或修改供应商",
        about_zh="按代码新增供应商，或修改已有的；不给出密钥则保留原密钥。",
        scope=Right.MALL_WRITE,
        writes=True,
        codes=(*_TEXTS, "bad_code", "item_fixed", "supplier_url"),
        parameter_examples={"supplier": "cards"},
        request_example={"name": "卡密", "kind": "pool"},
        response_example=shown.SUPPLIER,
    ),
)
def write_mall_supplier(
    request: HttpRequest, supplier: SupplierPath, body: SupplierBody, *, dry_run: DryRun = False
) -> SupplierAnswer:
    """Create the supplier with this code, or change it; its kind stays as first written."""
    written = mall.write_supplier(body.value(supplier), keys.actor(request))
    return supplier_answer(written, livemode=keys.livemode(request), dry_run=dry_run)


@operation(
    router,
    "GET",
    "/mall/suppliers/{supplier}/statements/{month}",
    StatementAnswer,
    Operation(
        id="getMallStatement",
        en="Read what a supplier is to be paid",
        zh="供应商月度结算单",
        about_zh="按交付月份列出应付给供应商的款项，以下单时的采购价计；尚未确定的订单只计入 open。",
        scope=Right.MALL_READ,
        codes=("unknown_supplier",),
        parameter_examples={"supplier": "cards", "month": "2017-03"},
        response_example=shown.STATEMENT,
    ),
)
def get_mall_statement(request: HttpRequest, supplier: SupplierPath, month: MonthPath) -> StatementAnswer:
    """Read what a supplier is to be paid for a month of the organisation's time, at the prices when it was ordered."""
    found = mall.statement(supplier, int(month[:4]), int(month[5:]))
    return statement_answer(found, livemode=keys.livemode(request))
