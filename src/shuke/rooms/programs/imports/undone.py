"""How often something of a member was imported and undone: what was taken back may come again."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Count

from shuke.rooms.programs.contracts import RowState
from shuke.rooms.programs.models import ImportRow


def undone_rows(member_ids: Collection[UUID]) -> dict[UUID, int]:
    """Count the undone rows of members, those who have any."""
    rows = ImportRow.objects.filter(member_id__in=member_ids, state=RowState.UNDONE)
    return dict(rows.values_list("member_id").annotate(rows=Count("number")))
