"""Every scenario is true of the oracle, which knows nothing of the product, and of the product."""

import pytest

from tests.scenarios.tellers import DeskTeller, OracleTeller
from tests.scenarios.telling import scenarios


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda scenario: scenario.id)
@pytest.mark.parametrize("teller", [OracleTeller, DeskTeller])
def test_a_scenario_is_true(scenario, teller):
    scenario.tell(teller(scenario.program))
