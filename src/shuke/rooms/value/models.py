"""Tables of stored value: top-ups, uses, refunds with their parts, gift cards. Schema and constraints, no verbs."""

from django.db import models
from django.db.models import F, Q

from shuke.rooms.value.contracts import CardState, TopUpState


def _one_of(field: str, name: str, values: object) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(**{f"{field}__in": [*map(str, values)]}), name=name)


class TopUp(models.Model):
    """Money paid ahead. `refunded_minor` says what went back of it, `deposit_id` by which fact it was booked."""

    id = models.UUIDField(primary_key=True)
    source = models.TextField()
    external_id = models.TextField()
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField()
    bonus_minor = models.BigIntegerField()
    principal = models.TextField()
    bonus = models.TextField()
    currency = models.TextField()
    method = models.TextField()
    store = models.TextField()
    state = models.TextField()
    refunded_minor = models.BigIntegerField(default=0)
    order_source = models.TextField()
    order_external_id = models.TextField()
    asked_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    deposit_id = models.UUIDField(null=True)

    class Meta:
        db_table = "value_top_up"
        constraints = [
            _one_of(
                "state",
                "value_top_up_state",
                (TopUpState.ASKED, TopUpState.PAID, TopUpState.FAILED, TopUpState.RETURNED),
            ),
            models.UniqueConstraint(fields=("source", "external_id"), name="value_top_up_key"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0, bonus_minor__gte=0), name="value_top_up_amount"),
            models.CheckConstraint(
                condition=Q(refunded_minor__gte=0, refunded_minor__lte=F("amount_minor")), name="value_top_up_refunded"
            ),
            models.CheckConstraint(
                condition=Q(state="paid", paid_at__isnull=False, deposit_id__isnull=False)
                | ~Q(state="paid") & Q(deposit_id__isnull=True, refunded_minor=0),
                name="value_top_up_paid",
            ),
        ]
        indexes = [
            models.Index(
                fields=("order_source", "order_external_id"), condition=~Q(order_source=""), name="value_top_up_order"
            )
        ]


class Use(models.Model):
    """Stored value that paid, by one redemption of each unit."""

    id = models.UUIDField(primary_key=True)
    source = models.TextField()
    external_id = models.TextField()
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+")
    principal_minor = models.BigIntegerField()
    bonus_minor = models.BigIntegerField()
    order_source = models.TextField()
    order_external_id = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "value_use"
        constraints = [
            models.CheckConstraint(
                condition=Q(principal_minor__gte=0, bonus_minor__gte=0)
                & (Q(principal_minor__gt=0) | Q(bonus_minor__gt=0)),
                name="value_use_amount",
            ),
        ]


class Refund(models.Model):
    """Principal that was refunded, with the bonus that went with it and the fee that was kept."""

    id = models.UUIDField(primary_key=True)
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+")
    principal_minor = models.BigIntegerField()
    bonus_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField()
    reason = models.TextField()
    at = models.DateTimeField()
    withdrawal_id = models.UUIDField()

    class Meta:
        db_table = "value_refund"
        constraints = [
            models.CheckConstraint(
                condition=Q(principal_minor__gt=0, bonus_minor__gte=0, fee_minor__gte=0)
                & Q(fee_minor__lte=F("principal_minor")),
                name="value_refund_amount",
            ),
        ]


class RefundPart(models.Model):
    """Money of a refund to one payment, or by hand; `covered_minor` of its top-up is refunded with it, fee included."""

    pk = models.CompositePrimaryKey("refund_id", "number")
    refund = models.ForeignKey(Refund, models.PROTECT, related_name="+")
    number = models.SmallIntegerField()
    top_up = models.ForeignKey(TopUp, models.PROTECT, related_name="+", null=True)
    payment_id = models.UUIDField(null=True)
    covered_minor = models.BigIntegerField()
    amount_minor = models.BigIntegerField()

    class Meta:
        db_table = "value_refund_part"
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_minor__gte=0, covered_minor__gte=F("amount_minor")), name="value_refund_part_amount"
            ),
        ]


class Batch(models.Model):
    """Gift cards made together."""

    id = models.UUIDField(primary_key=True)
    name = models.TextField()
    cards = models.IntegerField()
    amount_minor = models.BigIntegerField()
    currency = models.TextField()
    ends_on = models.DateField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "value_batch"
        constraints = [models.CheckConstraint(condition=Q(cards__gt=0, amount_minor__gt=0), name="value_batch_amount")]


class Card(models.Model):
    """A gift card by its code; what it holds stands in its batch."""

    id = models.UUIDField(primary_key=True)
    code = models.TextField(unique=True)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="+")
    state = models.TextField()
    order_source = models.TextField(default="")
    order_external_id = models.TextField(default="")
    active_at = models.DateTimeField(null=True)
    loaded_at = models.DateTimeField(null=True)
    top_up = models.OneToOneField(TopUp, models.PROTECT, related_name="+", null=True)

    class Meta:
        db_table = "value_card"
        constraints = [
            _one_of("state", "value_card_state", CardState),
            models.CheckConstraint(
                condition=Q(state="loaded", top_up__isnull=False, loaded_at__isnull=False)
                | ~Q(state="loaded") & Q(top_up__isnull=True, loaded_at__isnull=True),
                name="value_card_loaded",
            ),
        ]
