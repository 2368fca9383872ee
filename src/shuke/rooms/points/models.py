"""Tables of the ledger: schema, constraints and indexes, no verbs.

Every table begins its key with the holder, but units and their supply. An entry moves points of one lot and is double
entry by itself: `account` gets `amount`, `counter_account` gets minus `amount`. Migrations add what Django can't say:
foreign keys over several columns, checked by each statement and not at the end, room for rows that change, and the
triggers that keep entries as they are.
"""

from functools import reduce
from operator import or_

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q

from shuke.rooms.points.contracts import WAYS, Kind


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


class Supply(models.Model):
    """A slice of the most that a unit may have, and of what was issued of it; writers seldom meet on a slice."""

    pk = models.CompositePrimaryKey("unit_id", "slice")
    unit_id = models.SmallIntegerField()
    slice = models.SmallIntegerField()
    most = models.BigIntegerField()
    issued = models.BigIntegerField()

    class Meta:
        db_table = "points_supply"
        constraints = [
            models.CheckConstraint(condition=Q(issued__gte=0, issued__lte=F("most")), name="points_supply_issued"),
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
    pending = models.BigIntegerField()
    held = models.BigIntegerField()
    debt = models.BigIntegerField()

    class Meta:
        db_table = "points_account"
        constraints = [
            models.CheckConstraint(condition=Q(available__gte=0), name="points_account_available"),
            models.CheckConstraint(
                condition=Q(pending__gte=0, held__gte=0, debt__gte=0), name="points_account_not_negative"
            ),
            models.CheckConstraint(condition=Q(debt=0) | Q(available=0), name="points_account_debt_first"),
            models.CheckConstraint(
                condition=Q(lot_count__gte=0, entry_count__gte=F("lot_count")), name="points_account_counts"
            ),
        ]


class Lot(models.Model):
    """Points that came together and end together. `expires_day`: first local day on which they are not usable.

    `clawed` counts what was taken back on the lot's account, from it or elsewhere; `origin` is the kind of the entry
    that opened it, `reference` the fact behind that. A lot that still waits has no `active_day` and no end.
    """

    pk = models.CompositePrimaryKey("holder_id", "unit_id", "number")
    holder_id = models.UUIDField()
    unit_id = models.SmallIntegerField()
    number = models.IntegerField()
    earned = models.BigIntegerField()
    remaining = models.BigIntegerField()
    earned_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    expires_day = models.IntegerField(null=True)
    waiting = models.BigIntegerField()
    held = models.BigIntegerField()
    clawed = models.BigIntegerField()
    active_day = models.IntegerField(null=True)
    ready_day = models.IntegerField(null=True)
    cancel_day = models.IntegerField(null=True)
    expiry_rule = models.SmallIntegerField(null=True)
    gift = models.BooleanField()
    origin = models.TextField()
    wait_event = models.TextField(null=True)  # noqa: DJ001  # null: waits for no event
    reference = models.UUIDField(null=True)

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
            models.CheckConstraint(
                condition=Q(waiting__gte=0, held__gte=0, earned__gte=F("remaining") + F("waiting") + F("held")),
                name="points_lot_parts",
            ),
            models.CheckConstraint(
                condition=Q(active_day__isnull=False, waiting=0)
                | Q(active_day__isnull=True, remaining=0, held=0, expires_day__isnull=True),
                name="points_lot_waits",
            ),
            models.CheckConstraint(condition=Q(clawed__gte=0, clawed__lte=F("earned")), name="points_lot_clawed"),
        ]


class Hold(models.Model):
    """Points set aside until `until_at`: captured, released or lapsed, never more than there are."""

    pk = models.CompositePrimaryKey("holder_id", "id")
    holder_id = models.UUIDField()
    id = models.UUIDField()
    unit_id = models.SmallIntegerField()
    points = models.BigIntegerField()
    captured = models.BigIntegerField()
    released = models.BigIntegerField()
    lapsed = models.BigIntegerField()
    made_at = models.DateTimeField()
    until_at = models.DateTimeField()

    class Meta:
        db_table = "points_hold"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    captured__gte=0,
                    released__gte=0,
                    lapsed__gte=0,
                    points__gte=F("captured") + F("released") + F("lapsed"),
                ),
                name="points_hold_parts",
            ),
            models.CheckConstraint(condition=Q(points__gte=1, until_at__gt=F("made_at")), name="points_hold_made"),
        ]


class Take(models.Model):
    """What a redemption or hold took of a lot: still set aside, used, and of that what came back or was forfeited."""

    pk = models.CompositePrimaryKey("holder_id", "reference", "unit_id", "lot_number")
    holder_id = models.UUIDField()
    reference = models.UUIDField()
    unit_id = models.SmallIntegerField()
    lot_number = models.IntegerField()
    ordinal = models.SmallIntegerField()
    held = models.BigIntegerField()
    used = models.BigIntegerField()
    returned = models.BigIntegerField()
    forfeited = models.BigIntegerField()

    class Meta:
        db_table = "points_take"
        constraints = [
            models.CheckConstraint(
                condition=Q(held__gte=0, returned__gte=0, forfeited__gte=0, used__gte=F("returned") + F("forfeited")),
                name="points_take_parts",
            ),
        ]


class Clawback(models.Model):
    """What a refund took back on account of a lot that its order had opened: taken from lots, owed, or forgiven.

    Lot 0 stands for the milestones that the refund took the member below; of those nothing is said to be forgiven.
    """

    pk = models.CompositePrimaryKey("holder_id", "reference", "unit_id", "lot_number")
    holder_id = models.UUIDField()
    reference = models.UUIDField()
    unit_id = models.SmallIntegerField()
    lot_number = models.IntegerField()
    taken = models.BigIntegerField()
    owed = models.BigIntegerField()
    forgiven = models.BigIntegerField()

    class Meta:
        db_table = "points_clawback"
        constraints = [
            models.CheckConstraint(
                condition=Q(taken__gte=0, owed__gte=0, forgiven__gte=0), name="points_clawback_parts"
            ),
        ]


class Uncounted(models.Model):
    """Points that a refund took out of what was counted as earned on a day."""

    pk = models.CompositePrimaryKey("holder_id", "unit_id", "reference", "day")
    holder_id = models.UUIDField()
    unit_id = models.SmallIntegerField()
    reference = models.UUIDField()
    day = models.IntegerField()
    points = models.BigIntegerField()

    class Meta:
        db_table = "points_uncounted"
        constraints = [
            models.CheckConstraint(condition=Q(points__gte=1), name="points_uncounted_points"),
        ]


def _ways() -> Q:
    """Say for each kind which accounts it moves points between, and in which direction."""
    rows = (
        Q(kind=kind, account=account, counter_account=counter, **{"amount__gt" if sign > 0 else "amount__lt": 0})
        for kind, (account, counter, sign) in WAYS.items()
    )
    return reduce(or_, rows)


class Entry(models.Model):
    """One line of the ledger, never changed: points of one lot moved between two accounts.

    `number` is dense per account; `transaction_number`, dense per holder, is shared by the entries of one effect.
    Only what is owed is of no lot. `balance_after` is what is usable afterwards.
    """

    pk = models.CompositePrimaryKey("holder_id", "unit_id", "number")
    holder_id = models.UUIDField()
    unit_id = models.SmallIntegerField()
    number = models.IntegerField()
    transaction_number = models.IntegerField()
    lot_number = models.IntegerField(null=True)
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
            models.CheckConstraint(condition=_ways(), name="points_entry_kind"),
            models.CheckConstraint(
                condition=Q(kind=Kind.OWED, lot_number__isnull=True) | ~Q(kind=Kind.OWED) & Q(lot_number__isnull=False),
                name="points_entry_of_a_lot",
            ),
            models.UniqueConstraint(
                fields=("holder_id", "unit_id", "lot_number"),
                condition=Q(kind=Kind.EXPIRY),
                name="points_entry_one_expiry",
            ),
            models.UniqueConstraint(
                fields=("holder_id", "unit_id", "lot_number"),
                condition=Q(kind__in=[Kind.ACTIVATION, Kind.CANCELLATION]),
                name="points_entry_one_end_of_wait",
            ),
        ]
        indexes = [BrinIndex("day", name="points_entry_day")]  # a few bytes a page: entries come nearly by day


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
