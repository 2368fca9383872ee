"""Tables of members, their identities, attributes and histories: schema, constraints and indexes, no verbs.

Histories are append-only: triggers refuse to change or delete their rows.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from shuke.rooms.members.contracts import AttributeKind, Purpose, Status


class Member(models.Model):
    """A person. `*_sealed` columns are encrypted, `*_blind` ones are keyed hashes by which the person is found."""

    id = models.UUIDField(primary_key=True)
    status = models.CharField(max_length=16)
    joined_at = models.DateTimeField()
    last_active_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField()
    language = models.CharField(max_length=16)
    name_sealed = models.BinaryField(null=True)
    phone_sealed = models.BinaryField(null=True)
    email_sealed = models.BinaryField(null=True)
    birthday_sealed = models.BinaryField(null=True)
    birth_md = models.SmallIntegerField()
    lunar_md = models.SmallIntegerField(default=0)
    phone_blind = models.BinaryField(null=True, unique=True)
    phone_tail_blind = models.BinaryField(null=True, db_index=True)
    email_blind = models.BinaryField(null=True, unique=True)
    name_blinds = ArrayField(models.BinaryField())
    attributes = models.JSONField(default=dict)
    attributes_sealed = models.BinaryField(null=True)
    tags = ArrayField(models.TextField(), default=list)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True)
    revision = models.IntegerField(default=0)
    channel = models.TextField(default="")
    store = models.TextField(default="")

    class Meta:
        db_table = "members_member"
        constraints = [
            models.CheckConstraint(condition=Q(status__in=[*map(str, Status)]), name="members_member_status"),
            models.CheckConstraint(
                condition=Q(status="merged", merged_into__isnull=False)
                | ~Q(status="merged") & Q(merged_into__isnull=True),
                name="members_member_merged",
            ),
            models.CheckConstraint(
                condition=Q(birth_md=0) | Q(birth_md__range=(101, 1231)), name="members_member_birth_md"
            ),
        ]
        indexes = [
            models.Index("joined_at", "id", name="members_member_joined"),
            GinIndex("name_blinds", name="members_member_name"),
        ]


class Identity(models.Model):
    """What another system calls a member; once given, an external id never names another member."""

    pk = models.CompositePrimaryKey("source", "external_id")
    source = models.TextField()
    external_id = models.TextField()
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "members_identity"
        indexes = [models.Index("external_id", name="members_identity_external_id")]


class AttributeDefinition(models.Model):
    """An attribute that the merchant defined; choices as [{code, zh, en}] in their order."""

    code = models.TextField(primary_key=True)
    name_zh = models.TextField()
    name_en = models.TextField()
    kind = models.TextField()
    personal = models.BooleanField()
    required = models.BooleanField()
    choices = models.JSONField()
    number = models.SmallIntegerField()

    class Meta:
        db_table = "members_attribute"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=[*map(str, AttributeKind)]), name="members_attribute_kind")
        ]


class StatusChange(models.Model):
    """One move of a member's status; append-only."""

    number = models.BigAutoField(primary_key=True)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    before = models.TextField()
    after = models.TextField()
    reason = models.TextField()
    actor_kind = models.TextField()
    actor_id = models.TextField()
    actor_label = models.TextField()

    class Meta:
        db_table = "members_status_change"


class IdentityChange(models.Model):
    """One change of what a member is found by, the old value masked and as a keyed hash; append-only."""

    number = models.BigAutoField(primary_key=True)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    kind = models.TextField()
    event = models.TextField()
    source = models.TextField()
    was = models.TextField()
    was_blind = models.BinaryField(null=True)
    actor_kind = models.TextField()
    actor_id = models.TextField()
    actor_label = models.TextField()

    class Meta:
        db_table = "members_identity_change"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["phone", "email", "external_id"]), name="members_identity_change_kind"
            )
        ]


class Merge(models.Model):
    """A merge of members; `images_sealed` has what was stored of each before and after it, encrypted."""

    id = models.UUIDField(primary_key=True)
    survivor = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    sources = ArrayField(models.UUIDField())
    at = models.DateTimeField()
    reason = models.TextField()
    filled = ArrayField(models.TextField())
    images_sealed = models.BinaryField()
    actor_kind = models.TextField()
    actor_id = models.TextField()
    actor_label = models.TextField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "members_merge"


class Card(models.Model):
    """The number under which a member's codes are found; `used_step` is the last minute whose code a till took."""

    member = models.OneToOneField(Member, on_delete=models.PROTECT, related_name="+", primary_key=True)
    number = models.BigIntegerField(unique=True)
    used_step = models.BigIntegerField()

    class Meta:
        db_table = "members_card"


class Consent(models.Model):
    """A yes or no of a member to one purpose; append-only, the last one holds."""

    number = models.BigAutoField(primary_key=True)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    purpose = models.TextField()
    given = models.BooleanField()
    at = models.DateTimeField()
    through = models.TextField()
    actor_kind = models.TextField()
    actor_id = models.TextField()
    actor_label = models.TextField()

    class Meta:
        db_table = "members_consent"
        constraints = [
            models.CheckConstraint(condition=Q(purpose__in=[*map(str, Purpose)]), name="members_consent_purpose")
        ]


class PhoneCheck(models.Model):
    """The code that was last sent to a phone, hashed, and how often somebody erred since; machine time."""

    phone_blind = models.BinaryField(primary_key=True)
    digest = models.BinaryField(null=True)
    good_until = models.DateTimeField(null=True)
    wrong = models.SmallIntegerField()
    locked_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "members_phone_check"


class CodeSent(models.Model):
    """That a code went to a phone, asked for from an address, both hashed; machine time."""

    phone_blind = models.BinaryField()
    address_blind = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        db_table = "members_code_sent"
        indexes = [
            models.Index("phone_blind", "at", name="members_code_sent_phone"),
            models.Index("address_blind", "at", name="members_code_sent_address"),
        ]


class Device(models.Model):
    """Where a member is logged in; `ended_at` is set once they are not any more. Machine time."""

    id = models.UUIDField(primary_key=True)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    digest = models.BinaryField(unique=True)
    label = models.TextField()
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "members_device"
