"""`shuke approvals`: lists, shows and decides as whoever runs the machine."""

import subprocess
import sys

import pytest

ASK = """
from shuke.surfaces.cli import session
with session.opened():
    from shuke.foundation import ids
    from shuke.rooms.org import facade as org
    from shuke.rooms.org.contracts import Actor, ActorKind, ApprovalRequest
    org.carry_out("test.nothing", lambda approval, payload, actor: None)
    summary = {"change": "+2,000", "balance": {"before": 1, "after": 2001}}
    asked = org.request_approval(
        ApprovalRequest("test.nothing", "mbr_x", summary, {}), Actor(ActorKind.STAFF, "stf_1", "Kim")
    )
    print(ids.encode("apr", asked.id))
"""


@pytest.fixture
def asked(live):
    """The id of a request that waits."""
    done = subprocess.run(
        [sys.executable, "-c", ASK], env=live.environment(), capture_output=True, text=True, check=True
    )
    return done.stdout.split()[-1]


def test_a_request_is_listed_shown_and_rejected(live, asked):
    (listed,) = [each for each in live.json("approvals", "list") if each["id"] == asked]
    assert (listed["kind"], listed["state"], listed["requested_by"]) == ("test.nothing", "pending", "Kim")
    assert "balance: 1 → 2001" in live("approvals", "show", asked)
    rejected = live.json("approvals", "reject", asked, "--comment", "too much")
    assert (rejected["state"], rejected["comment"], rejected["result"]) == ("rejected", "too much", None)
    assert asked not in live("approvals", "list")
    assert asked in live("approvals", "list", "--state", "rejected")
    assert "too much" in live("--lang", "zh", "approvals", "show", asked)
    assert "rejected already" in live.both("approvals", "approve", asked, code=1)[1]


def test_a_rejection_without_a_reason_is_refused(live, asked):
    live("approvals", "reject", asked, code=2)
    assert "says why" in live.both("approvals", "reject", asked, "--comment", " ", code=1)[1]
    assert live.json("approvals", "show", asked)["state"] == "pending"


def test_what_is_unknown_is_refused(live):
    assert "no such approval" in live.both("approvals", "show", "apr_01KAKV4AB3W9C5D7E1F0G2H4JK", code=1)[1]
    assert "审批" in live.both("--lang", "zh", "approvals", "show", "apr_01KAKV4AB3W9C5D7E1F0G2H4JK", code=1)[1]
    live("approvals", "show", "apr_1", code=1)
    assert "pending, approved" in live.both("approvals", "list", "--state", "maybe", code=1)[1]
