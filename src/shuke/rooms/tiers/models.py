"""Tables of tiers: where a member stands in a program, and every change that led there. Schema only, no verbs.

Migration 0002 ties changes to their state and keeps them as they are.
"""

from django.db import models
from django.db.models import Q

from shuke.rooms.tiers.contracts import Reason


class State(models.Model):
    """The tier that a member holds on a ladder, equal to the last of its changes at every commit.

    `floor_code` is the tier below which a gift keeps the member before `floor_until_day` (null: for ever).
    """

    pk = models.CompositePrimaryKey("member_id", "program_id", "ladder")
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+", db_index=False)
    program_id = models.SmallIntegerField()
    ladder = models.TextField()
    tier_code = models.TextField()
    rank = models.SmallIntegerField()
    since_day = models.IntegerField()
    until_day = models.IntegerField(null=True)
    change_count = models.IntegerField()
    grace = models.BooleanField()
    floor_code = models.TextField(null=True)  # noqa: DJ001  # null: no gift
    floor_rank = models.SmallIntegerField(null=True)
    floor_until_day = models.IntegerField(null=True)

    class Meta:
        db_table = "tiers_state"
        constraints = [
            models.CheckConstraint(condition=Q(rank__gte=0, change_count__gte=1), name="tiers_state_numbers"),
        ]


class Change(models.Model):
    """A change of tier or of its end on a ladder, numbered from 1."""

    pk = models.CompositePrimaryKey("member_id", "program_id", "ladder", "number")
    member_id = models.UUIDField()
    program_id = models.SmallIntegerField()
    ladder = models.TextField()
    number = models.IntegerField()
    day = models.IntegerField()
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    before_code = models.TextField(null=True)  # noqa: DJ001  # null: the member had no tier before
    before_rank = models.SmallIntegerField(null=True)
    after_code = models.TextField()
    after_rank = models.SmallIntegerField()
    until_day = models.IntegerField(null=True)
    reason = models.TextField()
    reference = models.UUIDField(null=True)
    note = models.TextField()

    class Meta:
        db_table = "tiers_change"
        constraints = [
            models.CheckConstraint(condition=Q(number__gte=1, after_rank__gte=0), name="tiers_change_numbers"),
            models.CheckConstraint(condition=Q(reason__in=[*map(str, Reason)]), name="tiers_change_reason"),
            models.CheckConstraint(
                condition=Q(number=1, reason=Reason.ENROLLED, before_code__isnull=True, before_rank__isnull=True)
                | Q(number__gt=1, before_code__isnull=False, before_rank__isnull=False) & ~Q(reason=Reason.ENROLLED),
                name="tiers_change_first",
            ),
        ]
