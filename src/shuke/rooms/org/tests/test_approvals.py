"""Approvals: nothing is done before another agrees, and then once, in the decision's transaction, told line by line."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.utils import IntegrityError

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, ids
from shuke.rooms.org import facade
from shuke.rooms.org.contracts import Actor, ActorKind, ApprovalRequest, ApprovalState, NewStore, Role, StaffTerms
from shuke.rooms.org.models import Approval, AuditLine, Staff

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
ASKER = Actor(ActorKind.STAFF, "stf_1", "Kim")
DECIDER = Actor(ActorKind.STAFF, "stf_2", "Lee")
MEMBER = "mbr_01KAKV3Z5R8QX5J4Y0V9W6T2NM"
STORE = ApprovalRequest("test.store", MEMBER, {"code": "9", "reason": "a new shop"}, {"code": "9", "name": "Nine"})


@pytest.fixture(autouse=True)
def _opens_a_store(db):
    """What is approved here is that a store be opened; a code that is taken refuses it."""
    clock.set_business_clock(NOW)
    brand = facade.create_brand("main", "Main", ASKER)

    def open_store(approval, payload, actor):
        facade.create_stores(brand.id, [NewStore(payload["code"], payload["name"])], actor)
        return f"sto_{payload['code']}"

    facade.carry_out("test.store", open_store)


def decide(approval, actor=DECIDER, *, approve=True, comment="", principal=None):
    return facade.decide_approval(approval.id, approve=approve, comment=comment, actor=actor, principal=principal)


def refused(code, verb, *arguments, **options):
    with pytest.raises(Refusal) as caught:
        verb(*arguments, **options)
    assert caught.value.code == code
    return caught.value


def stores():
    return [store.code for store in facade.list_stores()]


def lines(approval):
    """Return the steps of an approval, the last first, each as (action, who, what else is told)."""
    told = [line for line in facade.audit_lines(99, subject=MEMBER).lines if line.action.startswith("approval.")]
    common = {"kind": "test.store", "approval": ids.encode("apr", approval.id)}
    assert all(line.before is None and common.items() <= line.after.items() for line in told)
    return [
        (line.action, line.actor.label, {name: line.after[name] for name in line.after if name not in common})
        for line in told
    ]


def test_what_is_asked_waits_and_changes_nothing():
    asked = facade.request_approval(STORE, ASKER)
    assert asked == facade.approval(asked.id)
    assert (asked.kind, asked.subject, asked.summary) == ("test.store", MEMBER, {"code": "9", "reason": "a new shop"})
    assert (asked.state, asked.requested_by, asked.requested_at) == (ApprovalState.PENDING, ASKER, NOW)
    assert asked.expires_at == NOW + timedelta(days=14)
    assert (asked.decided_by, asked.decided_at, asked.comment, asked.result) == (None, None, "", None)
    assert stores() == []
    assert facade.approvals_waiting() == 1
    assert lines(asked) == [("approval.requested", "Kim", {"code": "9", "reason": "a new shop"})]


def test_what_would_change_is_told_in_its_order_and_with_before_and_after():
    summary = {"unit": "points", "change": "+5", "balance": {"before": 1, "after": 6}, "a": "b"}
    asked = facade.request_approval(ApprovalRequest("test.store", MEMBER, summary, {}), ASKER)
    assert list(facade.approval(asked.id).summary.items()) == list(summary.items())
    line = facade.audit_lines(1).lines[0]
    assert line.before == {"balance": 1}
    told = {"unit": "points", "change": "+5", "balance": 6, "a": "b"}
    assert line.after == {"kind": "test.store", "approval": ids.encode("apr", asked.id)} | told


def test_once_approved_it_is_done_by_who_decided():
    asked = facade.request_approval(STORE, ASKER)
    approved = decide(asked, comment=" good ")
    assert (approved.state, approved.decided_by, approved.decided_at) == (ApprovalState.APPROVED, DECIDER, NOW)
    assert (approved.comment, approved.result) == ("good", "sto_9")
    assert facade.approval(asked.id) == approved
    assert stores() == ["9"]
    assert facade.approvals_waiting() == 0
    assert lines(asked)[0] == ("approval.approved", "Lee", {"comment": "good", "result": "sto_9"})
    opened = next(line for line in facade.audit_lines(9).lines if line.action == "stores.created")
    assert opened.actor.label == "Lee"


def test_once_rejected_it_is_never_done():
    asked = facade.request_approval(STORE, ASKER)
    rejected = decide(asked, approve=False, comment="too far")
    assert (rejected.state, rejected.comment, rejected.result) == (ApprovalState.REJECTED, "too far", None)
    assert stores() == []
    assert lines(asked)[0] == ("approval.rejected", "Lee", {"comment": "too far"})
    assert refused("already_decided", decide, asked).params == {"state": "rejected"}
    assert stores() == []


def test_nobody_decides_what_they_asked_for():
    asked = facade.request_approval(STORE, ASKER)
    refused("own_request", decide, asked, ASKER)
    refused("own_request", decide, asked, Actor(ActorKind.STAFF, "stf_1", "Kim, renamed"), approve=False, comment="no")
    assert facade.approval(asked.id) == asked
    assert (stores(), len(lines(asked))) == ([], 1)


def test_only_who_asked_withdraws_and_then_nobody_approves():
    asked = facade.request_approval(STORE, ASKER)
    refused("not_own_request", facade.withdraw_approval, asked.id, DECIDER)
    assert facade.approval(asked.id) == asked
    assert facade.withdraw_approval(asked.id, ASKER).state is ApprovalState.WITHDRAWN
    refused("already_decided", decide, asked)
    refused("already_decided", facade.withdraw_approval, asked.id, ASKER)
    assert stores() == []
    assert [line[0] for line in lines(asked)] == ["approval.withdrawn", "approval.requested"]


def test_what_cannot_be_done_by_now_is_refused_and_waits_on():
    asked = facade.request_approval(STORE, ASKER)
    (brand,) = facade.list_brands()
    facade.create_stores(brand.id, [NewStore("9", "Other")], DECIDER)
    before = AuditLine.objects.count()
    assert refused("store_exists", decide, asked).params == {"code": "9"}
    assert facade.approval(asked.id) == asked
    assert AuditLine.objects.count() == before
    assert [store.name for store in facade.list_stores()] == ["Other"]
    assert decide(asked, approve=False, comment="there is one").state is ApprovalState.REJECTED


def test_what_nobody_decided_in_time_expires():
    asked = facade.request_approval(STORE, ASKER)
    clock.set_business_clock(asked.expires_at - timedelta(seconds=1))
    assert facade.approval(asked.id).state is ApprovalState.PENDING
    assert facade.expire_approvals() == 0
    clock.set_business_clock(asked.expires_at)
    assert facade.approval(asked.id).state is ApprovalState.EXPIRED
    assert (facade.approvals_waiting(), facade.approvals_page(ApprovalState.PENDING, 9).approvals) == (0, ())
    assert [each.id for each in facade.approvals_page(ApprovalState.EXPIRED, 9).approvals] == [asked.id]
    refused("approval_expired", decide, asked)
    refused("approval_expired", facade.withdraw_approval, asked.id, ASKER)
    assert (stores(), len(lines(asked))) == ([], 1)

    assert facade.expire_approvals() == 1
    assert facade.expire_approvals() == 0
    assert facade.approval(asked.id).state is ApprovalState.EXPIRED
    assert lines(asked)[0] == ("approval.expired", "Shuke", {})
    refused("approval_expired", decide, asked)


def test_who_rejects_says_why_and_not_too_long():
    asked = facade.request_approval(STORE, ASKER)
    assert refused("reason_required", decide, asked, approve=False, comment="  ").pointer == "/comment"
    refused("reason_too_long", decide, asked, comment="x" * 201)
    assert facade.approval(asked.id) == asked


def principal(role, own_account=None):
    staff, _ = facade.create_staff(f"{role}@example.com", role.value, role, ASKER)
    facade.change_staff(staff.id, StaffTerms(role, (), None, own_account), ASKER)
    return facade.principal_of(Staff.objects.get(pk=staff.id))


@pytest.mark.parametrize("role", list(Role))
def test_only_who_has_the_right_decides(role):
    asked = facade.request_approval(STORE, ASKER)
    if role in {Role.OWNER, Role.APPROVER}:
        assert decide(asked, principal=principal(role)).state is ApprovalState.APPROVED
    else:
        assert refused("forbidden", decide, asked, principal=principal(role)).params == {"right": "approvals:decide"}
        assert (facade.approval(asked.id), stores()) == (asked, [])


def test_an_approver_does_not_decide_about_their_own_account():
    asked = facade.request_approval(STORE, ASKER)
    refused("own_account", decide, asked, principal=principal(Role.APPROVER, MEMBER))
    assert (facade.approval(asked.id), stores()) == (asked, [])


def test_pages_are_newest_first_and_by_state():
    made = [facade.request_approval(replace(STORE, payload={"code": str(each)}), ASKER) for each in range(5)]
    decide(made[1], approve=False, comment="no")
    first = facade.approvals_page(None, 3)
    second = facade.approvals_page(None, 3, first.next_cursor)
    assert [each.id for each in (*first.approvals, *second.approvals)] == [each.id for each in made[::-1]]
    assert second.next_cursor is None
    waiting = facade.approvals_page(ApprovalState.PENDING, 9)
    assert [each.id for each in waiting.approvals] == [made[4].id, made[3].id, made[2].id, made[0].id]
    assert [each.id for each in facade.approvals_page(ApprovalState.REJECTED, 9).approvals] == [made[1].id]
    refused("invalid_cursor", facade.approvals_page, None, 3, "x")


def test_what_is_unknown_is_refused():
    nowhere = Approval(id=ids.new_id())
    refused("unknown_approval", facade.approval, nowhere.id)
    refused("unknown_approval", decide, nowhere)
    refused("unknown_approval", facade.withdraw_approval, nowhere.id, ASKER)
    with pytest.raises(AssertionError):
        facade.request_approval(ApprovalRequest("test.nobody", MEMBER, {}, {}), ASKER)
    assert Approval.objects.count() == 0


def test_the_payload_is_not_readable_and_opens_for_its_own_request_only():
    first, second = facade.request_approval(STORE, ASKER), facade.request_approval(STORE, DECIDER)
    sealed = {row.id: bytes(row.payload) for row in Approval.objects.all()}
    assert b"Nine" not in b"".join(sealed.values())
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE org_approval SET payload = %s WHERE id = %s", [sealed[first.id], second.id])
        cursor.execute("SET LOCAL session_replication_role = origin")
    with pytest.raises(Exception, match="was changed or belongs to another place"):
        decide(second, ASKER)
    assert stores() == []


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM org_approval",
        "TRUNCATE org_approval",
        "UPDATE org_approval SET summary = '{}'",
        "UPDATE org_approval SET payload = ''",
        "UPDATE org_approval SET requested_by_id = 'stf_2'",
        "UPDATE org_approval SET expires_at = expires_at + interval '1 day'",
    ],
)
def test_what_was_asked_never_changes(statement):
    facade.request_approval(STORE, ASKER)
    with pytest.raises(IntegrityError, match="decided once"), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_decision_never_changes():
    decide(facade.request_approval(STORE, ASKER))
    with pytest.raises(IntegrityError, match="decided once"), connection.cursor() as cursor:
        cursor.execute("UPDATE org_approval SET state = 'rejected'")


def test_who_asks_again_for_the_same_act_is_answered_with_what_waits():
    first = facade.request_approval(replace(STORE, beside=("key",), payload={**STORE.payload, "key": "1"}), ASKER)
    again = replace(STORE, beside=("key",), payload={**STORE.payload, "key": "2"})

    assert facade.request_approval(again, ASKER) == first
    assert Approval.objects.count() == 1
    assert len(lines(first)) == 1
    others = [
        facade.request_approval(again, DECIDER),
        facade.request_approval(replace(again, beside=()), ASKER),
        facade.request_approval(replace(again, subject="mbr_2"), ASKER),
        facade.request_approval(replace(again, payload={**again.payload, "name": "Ten"}), ASKER),
    ]
    assert len({first.id, *(each.id for each in others)}) == 5
    decide(first, approve=False, comment="no")
    assert facade.request_approval(again, ASKER).id == others[1].id
    clock.set_business_clock(NOW + timedelta(days=15))
    assert facade.request_approval(again, ASKER).id not in {first.id, *(each.id for each in others)}
