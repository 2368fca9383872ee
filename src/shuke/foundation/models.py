"""Tables of the shared ground: schema and constraints, no verbs."""

from django.db import models


class BusinessClock(models.Model):
    """The one row that says what time it is in a sandbox."""

    id = models.SmallIntegerField(primary_key=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "foundation_business_clock"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="foundation_business_clock_one")]


class BusinessKey(models.Model):
    """The outside id of a fact, kept for ever, so that a repeat is answered and never done again."""

    pk = models.CompositePrimaryKey("source", "kind", "external_id")
    source = models.TextField()
    kind = models.TextField()
    external_id = models.TextField()
    payload_hash = models.BinaryField()
    member_id = models.UUIDField(null=True)
    reference = models.UUIDField()

    class Meta:
        db_table = "business_key"
        indexes = (  # orders and behaviours are stored with their outside ids; they are many, and need no index here
            models.Index(
                "reference", name="business_key_reference", condition=~models.Q(kind__in=("order", "behaviour"))
            ),
        )


class StoredResponse(models.Model):
    """The answer that a request with an Idempotency-Key got, stored with what the request did."""

    pk = models.CompositePrimaryKey("principal", "route", "key")
    principal = models.TextField()
    route = models.TextField()
    key = models.TextField()
    payload_hash = models.BinaryField()
    status = models.SmallIntegerField()
    body = models.BinaryField()
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "foundation_stored_response"


class WrongCode(models.Model):
    """A code that somebody tried and nobody knows; `guesser` is a keyed hash of who it was."""

    id = models.BigAutoField(primary_key=True)
    guesser = models.BinaryField()
    at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "foundation_wrong_code"
        indexes = (models.Index("guesser", "at", name="foundation_wrong_code_lately"),)


class Deployment(models.Model):
    """The one row that binds a database to its home: kind of deployment and fingerprints of the keys."""

    id = models.SmallIntegerField(primary_key=True)
    kind = models.TextField()
    field_key_fingerprint = models.TextField()
    blind_key_fingerprint = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "foundation_deployment"
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="foundation_deployment_one"),
            models.CheckConstraint(condition=models.Q(kind__in=("live", "sandbox")), name="foundation_deployment_kind"),
        ]
