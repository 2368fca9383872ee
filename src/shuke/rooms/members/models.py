"""Tables of members and their identities: schema, constraints and indexes, no verbs."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from shuke.rooms.members.contracts import Status


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
    phone_blind = models.BinaryField(null=True, unique=True)
    phone_tail_blind = models.BinaryField(null=True, db_index=True)
    email_blind = models.BinaryField(null=True, unique=True)
    name_blinds = ArrayField(models.BinaryField())

    class Meta:
        db_table = "members_member"
        constraints = [
            models.CheckConstraint(condition=Q(status__in=[*map(str, Status)]), name="members_member_status"),
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
