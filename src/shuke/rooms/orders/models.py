"""Tables of facts as they arrived: orders with their lines, refunds, behaviours. Schema and constraints, no verbs.

Migrations number all of them together, as they are recorded.
"""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q

from shuke.rooms.orders.contracts import RefundState


class Order(models.Model):
    """An order, of a member or of nobody known. `recorded_seq` is the order in which facts were recorded.

    Of what was stored only `refunded_minor` changes: it counts what refunds have taken off.
    """

    id = models.UUIDField(primary_key=True)
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+", null=True, db_index=False)
    recorded_seq = models.BigIntegerField(unique=True)
    net_minor = models.BigIntegerField()
    gross_minor = models.BigIntegerField()
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    day = models.IntegerField()
    counted = models.BooleanField()
    generated = models.BooleanField()
    currency = models.CharField(max_length=3)
    source = models.TextField()
    external_id = models.TextField()
    store = models.TextField()
    channel = models.TextField()
    tax_minor = models.BigIntegerField()
    shipping_minor = models.BigIntegerField()
    points_paid_minor = models.BigIntegerField()
    refunded_minor = models.BigIntegerField()
    gift_minor = models.BigIntegerField()  # of the net amount, gift cards: no sale until they are spent
    brand = models.TextField()
    attributes = models.JSONField(null=True)

    class Meta:
        db_table = "orders_order"
        constraints = [
            models.CheckConstraint(
                condition=Q(refunded_minor__gte=0, refunded_minor__lte=F("net_minor")), name="orders_order_refunded"
            ),
            models.CheckConstraint(condition=Q(day__gte=0), name="orders_order_day"),
            models.CheckConstraint(condition=Q(counted=False) | Q(member__isnull=False), name="orders_order_counted"),
        ]
        indexes = [
            models.Index(
                fields=("member", "day", "recorded_seq"),
                include=("net_minor", "counted"),
                name="orders_order_of_member",
            ),
            BrinIndex("occurred_at", name="orders_order_occurred"),
        ]


class Line(models.Model):
    """A line of an order, numbered from 1. Of what was stored only what refunds have taken off changes."""

    pk = models.CompositePrimaryKey("order_id", "line_number")
    order_id = models.UUIDField()
    line_number = models.SmallIntegerField()
    quantity = models.IntegerField()
    net_minor = models.BigIntegerField()
    sku = models.TextField()
    category = models.TextField()
    gross_minor = models.BigIntegerField(null=True)
    refunded_minor = models.BigIntegerField()
    refunded_quantity = models.IntegerField()
    gift_card = models.BooleanField()
    attributes = models.JSONField(null=True)

    class Meta:
        db_table = "orders_line"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    refunded_minor__gte=0,
                    refunded_minor__lte=F("net_minor"),
                    refunded_quantity__gte=0,
                    refunded_quantity__lte=F("quantity"),
                ),
                name="orders_line_refunded",
            ),
        ]


class Refund(models.Model):
    """What was taken off an order: parked until its order is known, then applied or refused, once.

    `order_day` is the day on which the order counted, null where it did not; `empties`: nothing is left of it;
    `refused_because` is the code of why it did not fit its order.
    `net_minor` is null only where all that is left shall be taken off, until it is known how much that is.
    """

    id = models.UUIDField(primary_key=True)
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+", null=True, db_index=False)
    order_id = models.UUIDField(null=True)
    recorded_seq = models.BigIntegerField()
    net_minor = models.BigIntegerField(null=True)  # null: all that is left of an order that is not known yet
    gift_minor = models.BigIntegerField()
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    day = models.IntegerField(null=True)
    order_day = models.IntegerField(null=True)
    empties = models.BooleanField()
    state = models.TextField()
    refused_because = models.TextField(null=True)  # noqa: DJ001  # null: it was not refused
    source = models.TextField()
    external_id = models.TextField()
    order_source = models.TextField()
    order_external_id = models.TextField()

    class Meta:
        db_table = "orders_refund"
        constraints = [
            models.CheckConstraint(condition=Q(net_minor__gte=0), name="orders_refund_net"),
            models.CheckConstraint(
                condition=Q(
                    state=RefundState.APPLIED, order_id__isnull=False, day__isnull=False, net_minor__isnull=False
                )
                | Q(state=RefundState.PARKED, order_id__isnull=True, order_day__isnull=True, empties=False)
                | Q(state=RefundState.REFUSED, order_day__isnull=True, empties=False),
                name="orders_refund_state",
            ),
        ]
        indexes = [
            models.Index(
                fields=("member", "order_day"), condition=Q(order_day__isnull=False), name="orders_refund_of_member"
            ),
            models.Index(fields=("order_id",), condition=Q(order_id__isnull=False), name="orders_refund_of_order"),
            models.Index(
                fields=("order_source", "order_external_id"),
                condition=Q(state=RefundState.PARKED),
                name="orders_refund_parked",
            ),
        ]


class RefundLine(models.Model):
    """What a refund takes off a line of the order."""

    pk = models.CompositePrimaryKey("refund_id", "line_number")
    refund_id = models.UUIDField()
    line_number = models.SmallIntegerField()
    quantity = models.IntegerField()
    net_minor = models.BigIntegerField()

    class Meta:
        db_table = "orders_refund_line"
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=0, net_minor__gte=0), name="orders_refund_line_amounts"),
        ]


class Behaviour(models.Model):
    """Something that a member did which is not an order; of the order `order_id`, where it is about one."""

    id = models.UUIDField(primary_key=True)
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+", null=True, db_index=False)
    order_id = models.UUIDField(null=True)
    recorded_seq = models.BigIntegerField()
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    day = models.IntegerField()
    counted = models.BooleanField()
    kind = models.TextField()
    source = models.TextField()
    external_id = models.TextField()
    store = models.TextField()
    channel = models.TextField()
    attributes = models.JSONField(null=True)

    class Meta:
        db_table = "orders_behaviour"
        constraints = [
            models.CheckConstraint(condition=Q(day__gte=0), name="orders_behaviour_day"),
            models.CheckConstraint(
                condition=Q(counted=False) | Q(member__isnull=False), name="orders_behaviour_counted"
            ),
        ]
        indexes = [
            models.Index(
                fields=("member", "day", "recorded_seq"), include=("kind", "counted"), name="orders_behaviour_of_member"
            ),
        ]
