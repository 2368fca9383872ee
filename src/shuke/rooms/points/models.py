"""Tables of the ledger: schema, constraints and indexes, no verbs.

Every table begins its key with the holder. An entry moves points of exactly one lot and is double entry by itself:
`account` gets `amount`, `counter_account` gets minus `amount`. Migration 0002 adds what Django can't say: foreign keys
over several columns, checked by each statement and not at the end, and the trigger that keeps entries as they are.
"""

from django.db import models
from django.db.models import F, Q

from shuke.rooms.points.contracts import Kind


class Unit(models.Model):
    """A unit of value (积分 …): integers of `scale` decimal places."""

    id = models.SmallAutoField(primary_key=True)
    code = models.TextField(unique=True)
    scale = models.SmallIntegerField()

    class Meta:
        db_table = "points_unit"
        constraints = [
            models.CheckConstraint(condition=Q(scale__range=(0, 6)), name="points_unit_scale"),
        ]


class Holder(models.Model):
    """Whoever owns value (a person's holder id is the member id). Its row is the lock of all that it holds."""

    id = models.UUIDField(primary_key=True)
    transaction_count = models.IntegerField()

    class Meta:
        db_table = "points_holder"
        constraints = [
            models.CheckConstraint(condition=Q(transaction_count__gte=0), name="points_holder_transaction_count"),
        ]


class Account(models.Model):
    """What a holder has of a unit, and how many entries and lots say so. Equal to both at every commit."""

    pk = models.CompositePrimaryKey("holder_id", "unit_id")
    holder_id = models.UUIDField()
    unit_id = models.SmallIntegerField()
    available = models.BigIntegerField()
    entry_count = models.IntegerField()
    lot_count = models.IntegerField()

    class Meta:
        db_table = "points_account"
        constraints = [
            models.CheckConstraint(condition=Q(available__gte=0), name="points_account_available"),
            models.CheckConstraint(
                condition=Q(lot_count__gte=0, entry_count__gte=F("lot_count")), name="points_account_counts"
            ),
        ]


class Lot(models.Model):
    """Points that came together and end together. `expires_day`: first local day on which they are not usable."""

    pk = models.CompositePrimaryKey("holder_id", "unit_id", "number")
    holder_id = models.UUIDField()
    unit_id = models.SmallIntegerField()
    number = models.IntegerField()
    earned = models.BigIntegerField()
    remaining = models.BigIntegerField()
    earned_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    expires_day = models.IntegerField(null=True)

    class Meta:
        db_table = "points_lot"
        constraints = [
            models.CheckConstraint(condition=Q(number__gte=1, earned__gte=1), name="points_lot_earned"),
            models.CheckConstraint(
                condition=Q(remaining__gte=0, remaining__lte=F("earned")), name="points_lot_remaining"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__isnull=True, expires_day__isnull=True)
                | Q(expires_at__gt=F("earned_at"), expires_day__isnull=False),
                name="points_lot_expires",
            ),
        ]


class Entry(models.Model):
    """One line of the ledger, never changed: points of one lot moved between two accounts.

    `number` is dense per account; `transaction_number`, dense per holder, is shared by the entries of one effect.
    """

    pk = models.CompositePrimaryKey("holder_id", "unit_id", "number")
    holder_id = models.UUIDField()
    unit_id = models.SmallIntegerField()
    number = models.IntegerField()
    transaction_number = models.IntegerField()
    lot_number = models.IntegerField()
    day = models.IntegerField()
    amount = models.BigIntegerField()
    balance_after = models.BigIntegerField()
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    reference = models.UUIDField(null=True)
    kind = models.TextField()
    account = models.TextField()
    counter_account = models.TextField()

    class Meta:
        db_table = "points_entry"
        constraints = [
            models.CheckConstraint(
                condition=Q(number__gte=1, transaction_number__gte=1, balance_after__gte=0),
                name="points_entry_numbers",
            ),
            models.CheckConstraint(
                condition=Q(kind=Kind.ACCRUAL, account="available", counter_account="issued", amount__gt=0)
                | Q(kind=Kind.REDEMPTION, account="available", counter_account="redeemed", amount__lt=0)
                | Q(kind=Kind.EXPIRY, account="available", counter_account="expired", amount__lt=0),
                name="points_entry_kind",
            ),
            models.UniqueConstraint(
                fields=("holder_id", "unit_id", "lot_number"),
                condition=Q(kind=Kind.EXPIRY),
                name="points_entry_one_expiry",
            ),
        ]


class Seal(models.Model):
    """A link of the chain over the ledger, never changed. `columns`: those of an entry that it covers, by commas."""

    number = models.IntegerField(primary_key=True)
    sealed_at = models.DateTimeField()
    columns = models.TextField()
    accounts = models.IntegerField()
    entries = models.BigIntegerField()
    previous = models.BinaryField()
    digest = models.BinaryField()

    class Meta:
        db_table = "points_seal"
        constraints = [models.CheckConstraint(condition=Q(number__gte=1, entries__gte=1), name="points_seal_number")]


class SealRange(models.Model):
    """The entries of an account that a seal covers, never changed."""

    pk = models.CompositePrimaryKey("holder_id", "unit_id", "seal_number")
    holder_id = models.UUIDField()
    unit_id = models.SmallIntegerField()
    seal_number = models.IntegerField()
    first_number = models.IntegerField()
    last_number = models.IntegerField()
    digest = models.BinaryField()

    class Meta:
        db_table = "points_seal_range"
        constraints = [
            models.CheckConstraint(
                condition=Q(first_number__gte=1, last_number__gte=F("first_number")), name="points_seal_range_numbers"
            ),
        ]
