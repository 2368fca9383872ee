"""What the mall is supplied with, as clients write and read it: suppliers, imported codes, pictures, statements."""

import base64
import binascii
from typing import Annotated

from pydantic import Field, StringConstraints

from shuke.core.values.errors import Refusal
from shuke.rooms.mall import contracts as mall
from shuke.surfaces.http.fields import Answer, Body, Currency, Instant, instant, text
from shuke.surfaces.http.schemas.mall import ItemCode

CARDS_MOST = 10_000
_PICTURE_CHARACTERS = 2_800_000  # 2 MiB in base64
_Text = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$")]
Month = Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]


class SupplierBody(Body):
    """A supplier; without `secret` the stored one stays. `url` and `secret` are of those asked over HTTP."""

    name: text(100)  # type: ignore[valid-type]
    kind: mall.SupplierKind
    url: _Text = ""
    secret: _Text = ""
    active: bool = Field(default=True, strict=True)

    def value(self, code: str) -> mall.SupplierDraft:
        """Return the supplier under its code."""
        return mall.SupplierDraft(code, **self.model_dump())


class SupplierAnswer(Answer):
    """A supplier; its secret is never shown."""

    code: str
    name: str
    kind: mall.SupplierKind
    url: str
    active: bool
    has_secret: bool
    livemode: bool
    dry_run: bool


class SuppliersAnswer(Answer):
    """All suppliers, by code."""

    suppliers: list[SupplierAnswer]
    livemode: bool


class CardsBody(Body):
    """Codes of an item that is handed out of a pool; one that is there already is passed over."""

    codes: Annotated[list[text(200)], Field(min_length=1, max_length=CARDS_MOST)]  # type: ignore[valid-type]


class CardsAnswer(Answer):
    """How many of the codes were new, and what is left of the item."""

    item: ItemCode
    added: int
    known: int
    left: int
    livemode: bool
    dry_run: bool


class PictureBody(Body):
    """A PNG, JPEG or WebP of at most 2 MiB, in base64."""

    content: Annotated[
        str,
        StringConstraints(min_length=4, max_length=_PICTURE_CHARACTERS, pattern=r"^[A-Za-z0-9+/]+={0,2}$"),
        Field(json_schema_extra={"contentEncoding": "base64"}),
    ]

    def value(self) -> bytes:
        """Return the picture. Raises: Refusal `not_a_picture`."""
        try:
            return base64.b64decode(self.content, validate=True)
        except binascii.Error:
            raise Refusal("not_a_picture", "This is no base64.", pointer="/content") from None


class PictureAnswer(Answer):
    """The id that an item names; the same picture has the same one."""

    id: str
    livemode: bool
    dry_run: bool


class StatementLineAnswer(Answer):
    """What was delivered with one order, and what the supplier is to be paid for it."""

    delivered_at: Instant
    order_number: str
    item: str
    sku: str
    reference: str
    quantity: int
    cost_minor: int
    currency: Currency


class StatementAnswer(Answer):
    """What a supplier is to be paid for a local month; `open` orders are not certain yet, and not in it."""

    supplier: str
    month: str
    lines: list[StatementLineAnswer]
    total_minor: int
    open: int
    livemode: bool


def supplier_answer(supplier: mall.SupplierView, *, livemode: bool, dry_run: bool = False) -> SupplierAnswer:
    """Return a supplier as it is stored."""
    return SupplierAnswer(
        code=supplier.code,
        name=supplier.name,
        kind=supplier.kind,
        url=supplier.url,
        active=supplier.active,
        has_secret=supplier.has_secret,
        livemode=livemode,
        dry_run=dry_run,
    )


def statement_answer(found: mall.Statement, *, livemode: bool) -> StatementAnswer:
    """Return a statement as it is reckoned."""
    return StatementAnswer(
        supplier=found.supplier,
        month=f"{found.year:04d}-{found.month:02d}",
        lines=[
            StatementLineAnswer(
                delivered_at=instant(line.delivered_at),
                order_number=line.order_number,
                item=line.item_code,
                sku=line.sku,
                reference=line.reference,
                quantity=line.quantity,
                cost_minor=line.cost_minor,
                currency=line.currency,
            )
            for line in found.lines
        ],
        total_minor=found.total_minor,
        open=found.open,
        livemode=livemode,
    )
