"""Tables of orders: facts as they arrived, with their lines. Schema, constraints and indexes, no verbs.

Migration 0002 numbers orders as they are recorded.
"""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q


class Order(models.Model):
    """An order, of a member or of nobody known. `recorded_seq` is the order in which facts were recorded."""

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

    class Meta:
        db_table = "orders_order"
        constraints = [
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
    """A line of an order, numbered from 1."""

    pk = models.CompositePrimaryKey("order_id", "line_number")
    order_id = models.UUIDField()
    line_number = models.SmallIntegerField()
    quantity = models.IntegerField()
    net_minor = models.BigIntegerField()
    sku = models.TextField()
    category = models.TextField()

    class Meta:
        db_table = "orders_line"
