"""The ledger under everything that can happen to it, in any order; `make prop` lets far more happen."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.properties.ledger_machine import LedgerMachine

FIGURES = Path(__file__).parents[2] / "benchmarks/prop.json"


def _run(examples: int, steps: int) -> None:
    profile = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(LedgerMachine, settings=profile)


def test_whatever_happens_the_product_does_what_the_oracle_does(db):
    _run(20, 30)


@pytest.mark.long
def test_and_far_more_often(db):
    """Run as many lives as LIVES says, of 50 steps, and keep the count of steps."""
    lives = int(os.environ.get("LIVES", "400"))
    before = LedgerMachine.steps
    _run(lives, 50)
    FIGURES.write_text(json.dumps({"lives": lives, "steps": LedgerMachine.steps - before, "violations": 0}) + "\n")
