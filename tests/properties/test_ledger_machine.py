"""The ledger under everything that can happen to it, in any order."""

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.properties.ledger_machine import LedgerMachine


def test_whatever_happens_the_product_does_what_the_oracle_does(db):
    run_state_machine_as_test(
        LedgerMachine,
        settings=settings(
            max_examples=int(__import__("os").environ.get("N", "40")),
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
