"""Tables of the mall: items, pictures, stock and its movements, orders and their steps, suppliers and deliveries."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from shuke.rooms.mall.contracts import Cause, Delivered, Kind, State, SupplierKind, Way


class Picture(models.Model):
    """A picture of an item, by what is in it: the same one twice is stored once."""

    id = models.UUIDField(primary_key=True)
    digest = models.BinaryField(unique=True, max_length=32)
    kind = models.TextField()
    content = models.BinaryField()

    class Meta:
        db_table = "mall_picture"


class Supplier(models.Model):
    id = models.UUIDField(primary_key=True)
    code = models.TextField(unique=True)
    name = models.TextField()
    kind = models.TextField(choices=[(kind.value, kind.value) for kind in SupplierKind])
    url = models.TextField()
    secret_sealed = models.BinaryField(null=True)
    active = models.BooleanField()

    class Meta:
        db_table = "mall_supplier"


class Item(models.Model):
    """What points are exchanged for. `prices` are rows in their order; the first that fits a member is theirs."""

    id = models.UUIDField(primary_key=True)
    code = models.TextField(unique=True)
    kind = models.TextField(choices=[(kind.value, kind.value) for kind in Kind])
    name = models.TextField()
    description = models.TextField()
    category = models.TextField()
    unit = models.TextField()
    ways = ArrayField(models.TextField())
    prices = models.JSONField()
    counted = models.BooleanField()
    on_sale = models.BooleanField()
    tiers = ArrayField(models.TextField())
    tags = ArrayField(models.TextField())
    stores = ArrayField(models.TextField())
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    per_member = models.IntegerField(null=True)
    per_period = models.IntegerField(null=True)
    period = models.TextField()
    per_day = models.IntegerField(null=True)
    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="+", null=True, db_index=False)
    supplier_sku = models.TextField()
    cost_minor = models.BigIntegerField()
    coupon = models.TextField()
    hold_minutes = models.IntegerField()
    picture = models.ForeignKey(Picture, models.PROTECT, related_name="+", null=True, db_index=False)
    revision = models.IntegerField()

    class Meta:
        db_table = "mall_item"
        constraints = [models.CheckConstraint(condition=Q(cost_minor__gte=0), name="mall_item_cost")]


class Stock(models.Model):
    """A slice of what is left of an item: of its stock (day 0), or of what may go on a local day. Never below 0."""

    pk = models.CompositePrimaryKey("item_id", "day", "slice")
    item_id = models.UUIDField()
    day = models.IntegerField()
    slice = models.SmallIntegerField()
    remaining = models.BigIntegerField()

    class Meta:
        db_table = "mall_stock"
        constraints = [models.CheckConstraint(condition=Q(remaining__gte=0), name="mall_stock_remaining")]


class Order(models.Model):
    id = models.UUIDField(primary_key=True)
    number = models.TextField(unique=True)
    source = models.TextField()
    external_id = models.TextField()
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+", db_index=False)
    item_id = models.UUIDField()  # no foreign key: its check would write to the row of a hot item with every order
    item_code = models.TextField()
    item_name = models.TextField()
    kind = models.TextField()
    quantity = models.IntegerField()
    unit = models.TextField()
    points = models.BigIntegerField()
    cash_minor = models.BigIntegerField()
    currency = models.TextField()
    counted = models.BooleanField()
    way = models.TextField(choices=[(way.value, way.value) for way in Way])
    state = models.TextField(choices=[(state.value, state.value) for state in State])
    store = models.TextField()
    day = models.IntegerField()
    placed_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)
    step_count = models.SmallIntegerField()
    pickup_code = models.TextField()
    carrier = models.TextField()
    tracking = models.TextField()
    address_sealed = models.BinaryField(null=True)
    address_masked = models.TextField()
    restocked = models.BooleanField()

    class Meta:
        db_table = "mall_order"
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gte=1, points__gte=0, cash_minor__gte=0), name="mall_order_amounts"
            ),
            models.CheckConstraint(
                condition=Q(restocked=False) | Q(state__in=("cancelled", "refunded")), name="mall_order_restocked"
            ),
            models.UniqueConstraint(
                fields=("pickup_code",), condition=Q(state="ready_for_pickup"), name="mall_order_pickup_code"
            ),
        ]
        indexes = [
            models.Index(fields=("member", "item_id", "day"), name="mall_order_of_member"),
            models.Index(fields=("item_id", "day"), name="mall_order_of_item"),
            models.Index(
                fields=("until_at",), condition=Q(state__in=("placed", "paying")), name="mall_order_unfinished"
            ),
            models.Index(fields=("state", "id"), name="mall_order_by_state"),
            models.Index(fields=("pickup_code",), condition=Q(state="picked_up"), name="mall_order_picked_up"),
        ]


class OrderStep(models.Model):
    """A state that an order came to; steps are numbered without a gap and never change."""

    pk = models.CompositePrimaryKey("order_id", "number")
    order_id = models.UUIDField()
    number = models.SmallIntegerField()
    state = models.TextField()
    at = models.DateTimeField()
    actor = models.TextField()
    note = models.TextField()

    class Meta:
        db_table = "mall_order_step"


class Movement(models.Model):
    """A line of the stock's ledger: it never changes, and what is left of an item is their sum."""

    pk = models.CompositePrimaryKey("item_id", "id")
    item_id = models.UUIDField()
    id = models.UUIDField()
    cause = models.TextField(choices=[(cause.value, cause.value) for cause in Cause])
    change = models.BigIntegerField()
    order_id = models.UUIDField(null=True)
    reason = models.TextField()
    actor = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "mall_movement"
        constraints = [models.CheckConstraint(condition=~Q(change=0), name="mall_movement_change")]


class Card(models.Model):
    """A code of an item's pool; it belongs to one order or to none. `blind` tells a code that was imported before."""

    id = models.UUIDField(primary_key=True)
    item_id = models.UUIDField()
    blind = models.BinaryField(max_length=16)
    code_sealed = models.BinaryField()
    order_id = models.UUIDField(null=True)

    class Meta:
        db_table = "mall_card"
        constraints = [models.UniqueConstraint(fields=("item_id", "blind"), name="mall_card_once")]
        indexes = [
            models.Index(fields=("item_id", "id"), condition=Q(order_id=None), name="mall_card_free"),
            models.Index(fields=("order_id",), condition=~Q(order_id=None), name="mall_card_of_order"),
        ]


class Delivery(models.Model):
    """What came of asking a supplier for a virtual order; `asked` is said before it is, so that nothing is lost."""

    order = models.OneToOneField(Order, models.PROTECT, related_name="+", primary_key=True)
    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="+", db_index=False)
    sku = models.TextField()
    state = models.TextField(choices=[(state.value, state.value) for state in Delivered])
    attempts = models.SmallIntegerField()
    next_at = models.DateTimeField(null=True)
    cost_minor = models.BigIntegerField()
    reference = models.TextField()
    detail = models.TextField()
    codes_sealed = models.BinaryField(null=True)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "mall_delivery"
        constraints = [
            models.CheckConstraint(
                condition=Q(state="delivered", delivered_at__isnull=False)
                | (~Q(state="delivered") & Q(delivered_at=None)),
                name="mall_delivery_delivered_at",
            )
        ]
        indexes = [
            models.Index(fields=("next_at",), condition=~Q(next_at=None), name="mall_delivery_due"),
            models.Index(fields=("supplier", "delivered_at"), name="mall_delivery_of_supplier"),
        ]
