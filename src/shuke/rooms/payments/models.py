"""Tables of payments and refunds: schema and constraints, no verbs."""

from django.db import models
from django.db.models import F, Q

from shuke.rooms.payments.contracts import Purpose, RefundState, State


class Payment(models.Model):
    """Money asked for. `check_at` is when the provider is asked next, null where nothing is open.

    Nobody pays it from `until_at` on; null: two hours after it was asked for.
    """

    id = models.UUIDField(primary_key=True)
    purpose = models.TextField()
    reference = models.TextField()
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    method = models.TextField()
    asked_agreement = models.TextField()
    state = models.TextField()
    refunded_minor = models.BigIntegerField(default=0)
    asked_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    check_at = models.DateTimeField(null=True)
    checks = models.SmallIntegerField(default=0)
    provider_id = models.TextField(default="")
    pay_url = models.TextField(default="")
    agreement = models.TextField(default="")
    reason = models.TextField(default="")

    class Meta:
        db_table = "payments_payment"
        constraints = [
            models.UniqueConstraint("purpose", "reference", name="payments_payment_once"),
            models.CheckConstraint(condition=Q(purpose__in=[*map(str, Purpose)]), name="payments_payment_purpose"),
            models.CheckConstraint(condition=Q(state__in=[*map(str, State)]), name="payments_payment_state"),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, refunded_minor__gte=0, refunded_minor__lte=F("amount_minor")),
                name="payments_payment_amounts",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "failed"], paid_at__isnull=True, refunded_minor=0)
                | Q(state__in=["paid", "refunded_part", "refunded"], paid_at__isnull=False),
                name="payments_payment_paid",
            ),
        ]
        indexes = [models.Index("check_at", name="payments_payment_check", condition=Q(check_at__isnull=False))]


class Refund(models.Model):
    """Money on its way back; `check_at` as of a payment. `hand_by` paid it by hand, with a proof and a note."""

    id = models.UUIDField(primary_key=True)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="+")
    key = models.TextField()
    amount_minor = models.BigIntegerField()
    state = models.TextField()
    asked_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    check_at = models.DateTimeField(null=True)
    checks = models.SmallIntegerField(default=0)
    reason = models.TextField(default="")
    hand_by = models.TextField(default="", db_default="")
    hand_reference = models.TextField(default="", db_default="")
    hand_note = models.TextField(default="", db_default="")

    class Meta:
        db_table = "payments_refund"
        constraints = [
            models.UniqueConstraint("payment", "key", name="payments_refund_once"),
            models.CheckConstraint(condition=Q(state__in=[*map(str, RefundState)]), name="payments_refund_state"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_refund_amount"),
            models.CheckConstraint(
                condition=Q(hand_by="", hand_reference="", hand_note="") | ~Q(hand_by="") & Q(state="done"),
                name="payments_refund_by_hand",
            ),
        ]
        indexes = [models.Index("check_at", name="payments_refund_check", condition=Q(check_at__isnull=False))]
