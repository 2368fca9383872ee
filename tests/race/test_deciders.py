"""Several decide at once: one wins, what was asked is done once, the others learn that it is decided."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from shuke.core.values.errors import Refusal
from shuke.rooms.org import facade
from shuke.rooms.org.contracts import Actor, ActorKind, ApprovalRequest, ApprovalState, NewStore

pytestmark = pytest.mark.django_db(transaction=True)

ASKER = Actor(ActorKind.STAFF, "stf_asker", "Kim")
ROUNDS = 6
DECIDERS = 6


@pytest.fixture
def ask(transactional_db):
    """Ask for a store to be opened, under a code of its own."""
    brand = facade.create_brand("main", "Main", ASKER)

    def open_store(approval, payload, actor):
        facade.create_stores(brand.id, [NewStore(payload["code"], "New")], actor)

    facade.carry_out("test.store", open_store)
    return lambda code: facade.request_approval(ApprovalRequest("test.store", "sto", {}, {"code": code}), ASKER)


def at_once(works):
    """Run the works in threads that start together; return what each said: a state, or the code of a refusal."""
    barrier = threading.Barrier(len(works))

    def one(work):
        barrier.wait()
        try:
            return work().state
        except Refusal as refused:
            return refused.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(one, works))


def decision(asked, number, *, approve):
    decider = Actor(ActorKind.STAFF, f"stf_{number}", f"Decider {number}")
    return lambda: facade.decide_approval(asked.id, approve=approve, comment="so", actor=decider, principal=None)


def test_of_many_who_approve_one_wins(ask):
    for number in range(ROUNDS):
        asked = ask(str(number))
        said = at_once([decision(asked, decider, approve=True) for decider in range(DECIDERS)])
        assert sorted(said) == ["already_decided"] * (DECIDERS - 1) + [ApprovalState.APPROVED]
    assert [store.code for store in facade.list_stores()] == [str(number) for number in range(ROUNDS)]
    told = [line.action for line in facade.audit_lines(99).lines]
    assert (told.count("approval.approved"), told.count("stores.created")) == (ROUNDS, ROUNDS)


def test_of_approval_rejection_and_withdrawal_one_happens(ask):
    for number in range(ROUNDS):
        asked = ask(str(number))
        said = at_once(
            [
                decision(asked, 1, approve=True),
                decision(asked, 2, approve=False),
                lambda asked=asked: facade.withdraw_approval(asked.id, ASKER),
            ]
        )
        state = facade.approval(asked.id).state
        assert sorted(said) == sorted(["already_decided", "already_decided", state])
        assert (str(number) in {store.code for store in facade.list_stores()}) is (state is ApprovalState.APPROVED)
