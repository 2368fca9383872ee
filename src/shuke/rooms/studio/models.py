"""Tables of the studio: histories with their files, and runs. Schema and constraints, no verbs."""

from django.db import models
from django.db.models import Q

from shuke.rooms.studio.contracts import FileKind, RunKind, State

_OF_HISTORIES = [state for state in State if state is not State.GONE]  # that is told of the folders, never kept
_OF_RUNS = [state for state in _OF_HISTORIES if state not in {State.DRAFT, State.REFUSED}]


def _one_of(field: str, name: str, values: object) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(**{f"{field}__in": [*map(str, values)]}), name=name)


class Work(models.Model):
    """What histories and runs share: somebody asked for it, a worker does it, it ends in one of a few ways.

    `started_at` is when its phase began, machine time, `asked_at` business time; `stop` asks the worker to leave off;
    `tries` is how often it was begun since it was asked for.
    """

    id = models.UUIDField(primary_key=True)
    name = models.TextField()
    state = models.TextField()
    phase = models.TextField(default="")
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    seconds = models.FloatField(null=True)
    stop = models.BooleanField(default=False)
    tries = models.IntegerField(default=0)
    failure = models.TextField(default="")
    failure_params = models.JSONField(default=dict)
    asked_at = models.DateTimeField()
    actor_kind = models.TextField()
    actor_id = models.TextField()
    actor_label = models.TextField()

    class Meta:
        abstract = True


class History(Work):
    """A history; `counts`, `faults` and the rest of `report` are what reading it found."""

    is_live = models.BooleanField()
    currency = models.TextField(default="")
    time_zone = models.TextField(default="")
    dates = models.TextField(default="ymd")
    leave_out = models.BooleanField(default=False)
    statuses = models.JSONField(null=True)
    report = models.JSONField(default=dict)

    class Meta:
        db_table = "studio_history"
        constraints = (_one_of("state", "studio_history_state", _OF_HISTORIES),)


class File(models.Model):
    """A file of a history, as it was brought; `columns` are what its columns were taken for.

    `statuses` are those of its orders with their rows.
    """

    id = models.UUIDField(primary_key=True)
    history = models.ForeignKey(History, models.PROTECT, related_name="+")
    kind = models.TextField()
    name = models.TextField()
    size = models.BigIntegerField()
    digest = models.TextField()
    columns = models.JSONField()
    mapping = models.JSONField(default=dict)
    missing = models.JSONField(default=list)
    statuses = models.JSONField(default=list)

    class Meta:
        db_table = "studio_file"
        constraints = (_one_of("kind", "studio_file_kind", FileKind),)


class Run(Work):
    """A program tried on a history. `text` and `other` are whole files: versions may come and go.

    A proposal has no program yet, and needs no history.
    """

    kind = models.TextField()
    history = models.ForeignKey(History, models.PROTECT, related_name="+", null=True)
    text = models.TextField()
    other = models.TextField(default="")
    program = models.TextField(default="")
    other_program = models.TextField(default="")
    settings = models.JSONField(default=dict)
    result = models.JSONField(default=dict)

    class Meta:
        db_table = "studio_run"
        constraints = (
            _one_of("kind", "studio_run_kind", RunKind),
            _one_of("state", "studio_run_state", _OF_RUNS),
        )
        indexes = (models.Index(fields=("kind", "id"), name="studio_run_kind_id"),)
