"""Files become the same history that `HistoryWriter` makes of what they tell, however they are cut into parts."""

import shutil

from hypothesis import HealthCheck, given, settings

from shuke.engine.histories.building import build
from shuke.engine.histories.fields import Kind
from shuke.engine.histories.sources import File, Sources
from shuke.engine.histories.stored import open_history
from tests.engine.told_histories import plain, tellings, told_in_order, write_files


def built(folder, files, **options):
    sources = Sources(tuple(File(path, Kind(kind)) for kind, path in files.items()))
    return build(folder / "stored", sources, **({"currency": "USD", "digits": 2, "time_zone": ""} | options))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(members=tellings())
def test_a_history_of_files_is_that_of_the_writer(tmp_path, members):
    folder = tmp_path / "one"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    report = built(folder, write_files(folder, members))
    assert report.faults == ()
    assert plain(open_history(folder / "stored").part(0, ids=True)) == plain(told_in_order(members))
