"""Every scenario is true of the oracle, which knows nothing of the product."""

import pytest

from tests.scenarios.oracle_teller import OracleTeller
from tests.scenarios.telling import scenarios


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda scenario: scenario.id)
def test_a_scenario_is_true_of_the_oracle(scenario):
    scenario.tell(OracleTeller(scenario.program))
