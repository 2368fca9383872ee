"""The table of notices: schema and constraints, no verbs."""

from django.db import models


class Notice(models.Model):
    """A notice, its address and text sealed; the text is gone once a live deployment carried it, both after a month.

    `at` is business time, the others machine time; until `next_at` somebody else is carrying it.
    """

    id = models.UUIDField(primary_key=True)
    kind = models.TextField()
    key = models.TextField()
    member_id = models.UUIDField(null=True, db_index=True)
    address_sealed = models.BinaryField(null=True)
    text_sealed = models.BinaryField(null=True)
    at = models.DateTimeField()
    sent_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)
    carried_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "messaging_notice"
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="messaging_notice_once")]
        indexes = [
            models.Index("sent_at", name="messaging_notice_waiting", condition=models.Q(carried_at__isnull=True))
        ]
