"""The recorded past of live members, replayed in columns, gives the ledger again: entries, lots, tiers."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings

from shuke.engine.backtest import backtest
from shuke.rooms.programs import facade
from tests.parity.engines import VERBS_ALONE, of_columns
from tests.parity.histories import END, stories
from tests.parity.live import Live
from tests.parity.test_oracle import compiled_or_none


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(story=stories(verbs=VERBS_ALONE))
def test_made_stories_told_again(db, story):
    compiled = compiled_or_none(story.text)
    if compiled is None:
        return
    with transaction.atomic():
        live = Live(story.text, story.newcomers, END)
        for act in story.acts:
            live.tell([act])
        facade.advance_due()
        seen = dict(zip(live.members, live.see(), strict=True))

        history = facade.recorded_history(live.members)
        result = backtest(compiled, history, int(END.timestamp()), keep_entries=True, engine="cpython")

        assert history.members == tuple(str(member) for member in sorted(live.members))
        assert not result.refused.any()
        for number, member in enumerate(sorted(live.members)):
            told, state = of_columns(result, number), seen[member]
            units = range(len(compiled.program.units))
            assert [[row for row in told["entries"] if row[2] == unit] for unit in units] == [
                [(kind, day, unit, points, lot) for kind, day, unit, points, lot in rows] for rows in state["entries"]
            ]
            assert [
                [row for row in told["moves"] if row[2] == ladder] for ladder in range(len(compiled.program.ladders))
            ] == state["moves"]
        transaction.set_rollback(True)


pytestmark = pytest.mark.django_db
