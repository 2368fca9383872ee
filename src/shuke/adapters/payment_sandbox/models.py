"""What the pretended provider knows: its own books, which the payments room never reads."""

from django.db import models


class Pretended(models.Model):
    """A charge (or a refund) as the provider has it; told `times` more, from `tell_at` on.

    `id` is the payment's or the refund's; `outcome` is pending, done or failed. `keeps`: refunds of the charge are
    refused at first.
    """

    id = models.UUIDField(primary_key=True)
    is_refund = models.BooleanField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    outcome = models.TextField()
    agreement = models.TextField()
    made_at = models.DateTimeField()
    tell_at = models.DateTimeField(null=True)
    times = models.SmallIntegerField(default=0)
    keeps = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "payment_sandbox_pretended"
        indexes = [models.Index("tell_at", name="payment_sandbox_tell", condition=models.Q(times__gt=0))]
