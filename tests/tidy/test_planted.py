"""Every fault that may be planted still finds its place: what it changes stands in its file once."""

from pathlib import Path

import pytest
from tests.planted import FAULTS

SOURCES = Path(__file__).parents[2] / "src/shuke"


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.file}: {fault.before[:40]}")
def test_what_a_fault_changes_stands_there_once(fault):
    assert (SOURCES / fault.file).read_text("utf-8").count(fault.before) == 1
    assert fault.before != fault.after
