"""The inbox of approvals: what waits, deciding it, and that nobody is offered what they may not decide."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from shuke.foundation import ids
from shuke.rooms.members.contracts import ID_PREFIX
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import ApprovalRequest, ApprovalState, NewStore, Role, StaffTerms
from shuke.rooms.programs import facade as programs
from shuke.surfaces.console.tests.conftest import GROCER, TESTER


def user(role, number=1):
    """Return somebody new with the role: their client and how the audit log names them."""
    staff, _ = org.create_staff(f"{role.value}{number}@example.com", f"{role.value} {number}", role, TESTER, "zh-hans")
    person = get_user_model().objects.get(pk=staff.id)
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client, org.actor_of(org.principal_of(person), None)


@pytest.fixture
def opened(shop):
    """Return the codes of the stores that approvals opened; code 0 is taken."""
    brand = org.create_brand("main", "Main", TESTER)

    def open_store(approval, payload, actor):
        org.create_stores(brand.id, [NewStore(payload["code"], "New")], actor)
        return f"sto_{payload['code']}"

    org.carry_out("test.store", open_store)
    org.create_stores(brand.id, [NewStore("0", "Taken")], TESTER)
    return lambda: [store.code for store in org.list_stores()][1:]


def ask(actor, subject="sto_9", code="9", **summary):
    asked = org.request_approval(
        ApprovalRequest("test.store", subject, {"code": code, "reason": "新店"} | summary, {"code": code}), actor
    )
    return asked, f"/approvals/{ids.encode('apr', asked.id)}"


def test_an_approver_looks_and_approves_in_two_clicks(opened):
    _, asker = user(Role.SERVICE)
    approver, _ = user(Role.APPROVER)
    asked, address = ask(asker, balance={"before": 100, "after": 2100})
    inbox = approver.get("/approvals").content.decode()
    assert f'href="{address}"' in inbox
    assert "service 1" in inbox

    page = approver.get(address).content.decode()
    assert "2,100" in page
    assert "新店" in page
    assert opened() == []
    answer = approver.post(f"{address}/decision", {"decision": "approve"}, follow=True)

    assert answer.redirect_chain == [("/approvals", 302)]
    assert "已通过，并已执行" in answer.content.decode()
    assert "没有待处理的审批" in answer.content.decode()
    assert (opened(), org.approval(asked.id).state) == (["9"], ApprovalState.APPROVED)
    assert "sto_9" in approver.get(address).content.decode()
    assert address in approver.get("/approvals?state=approved").content.decode()
    assert address in approver.get("/approvals?state=all").content.decode()
    assert address not in approver.get("/approvals?state=rejected").content.decode()


def test_who_decides_sees_on_every_page_that_something_waits(opened):
    service, asker = user(Role.SERVICE)
    approver, _ = user(Role.APPROVER)
    assert "to-decide" not in approver.get("/programs").content.decode()
    ask(asker)
    assert 'data-testid="to-decide">1<' in approver.get("/programs").content.decode()
    assert "to-decide" not in service.get("/programs").content.decode()


def test_a_rejection_needs_a_word(opened):
    _, asker = user(Role.SERVICE)
    approver, _ = user(Role.APPROVER)
    asked, address = ask(asker)
    silent = approver.post(f"{address}/decision", {"decision": "reject", "comment": " "})
    assert (silent.status_code, org.approval(asked.id)) == (422, asked)
    assert 'class="wrong"' in silent.content.decode()

    approver.post(f"{address}/decision", {"decision": "reject", "comment": "太远"})

    rejected = org.approval(asked.id)
    assert (rejected.state, rejected.comment, opened()) == (ApprovalState.REJECTED, "太远", [])
    assert "太远" in approver.get(address).content.decode()


def test_nobody_is_offered_or_let_decide_their_own_request(opened):
    owner, self = user(Role.OWNER)
    asked, address = ask(self)
    page = owner.get(address).content.decode()
    assert f"{address}/decision" not in page
    assert f"{address}/withdrawal" in page

    answer = owner.post(f"{address}/decision", {"decision": "approve"})

    assert (answer.status_code, org.approval(asked.id), opened()) == (403, asked, [])
    assert "你本人的申请" in answer.content.decode()
    assert owner.post(f"{address}/withdrawal", follow=True).status_code == 200
    assert org.approval(asked.id).state is ApprovalState.WITHDRAWN


def test_who_may_only_see_is_not_offered_a_decision(opened):
    _, asker = user(Role.OPERATOR)
    service, _ = user(Role.SERVICE)
    asked, address = ask(asker)
    page = service.get(address).content.decode()
    assert f"{address}/decision" not in page
    assert f"{address}/withdrawal" not in page
    assert service.post(f"{address}/decision", {"decision": "approve"}).status_code == 403
    assert service.post(f"{address}/withdrawal").status_code == 403
    assert (org.approval(asked.id), opened()) == (asked, [])


def test_what_cannot_be_done_any_more_is_told_and_waits_on(opened):
    _, asker = user(Role.SERVICE)
    approver, _ = user(Role.APPROVER)
    asked, address = ask(asker, code="0")

    answer = approver.post(f"{address}/decision", {"decision": "approve", "comment": "好"})

    assert (answer.status_code, org.approval(asked.id), opened()) == (409, asked, [])
    page = answer.content.decode()
    assert "审批仍待处理" in page
    assert 'value="好"' in page
    assert f"{address}/decision" in page


def test_the_second_decider_learns_that_it_is_decided(opened):
    _, asker = user(Role.SERVICE)
    approver, _ = user(Role.APPROVER)
    owner, _ = user(Role.OWNER)
    _, address = ask(asker)
    approver.post(f"{address}/decision", {"decision": "approve"})

    answer = owner.post(f"{address}/decision", {"decision": "reject", "comment": "no"})

    assert answer.status_code == 409
    assert "已有其他人处理" in answer.content.decode()
    assert opened() == ["9"]


def test_an_approver_is_not_offered_what_is_about_their_own_account(opened, member):
    own = ids.encode(ID_PREFIX, member.id)
    _, asker = user(Role.SERVICE)
    approver, self = user(Role.APPROVER)
    org.change_staff(ids.decode("stf", self.id), StaffTerms(Role.APPROVER, (), None, own), TESTER)
    asked, address = ask(asker, subject=own)
    page = approver.get(address).content.decode()
    assert f"{address}/decision" not in page
    assert member.display_name in page
    assert approver.post(f"{address}/decision", {"decision": "approve"}).status_code == 403
    assert (org.approval(asked.id), opened()) == (asked, [])


def test_a_member_s_timeline_tells_request_and_decision(opened, member):
    own = ids.encode(ID_PREFIX, member.id)
    service, asker = user(Role.SERVICE)
    approver, _ = user(Role.APPROVER)
    _, address = ask(asker, subject=own)
    approver.post(f"{address}/decision", {"decision": "approve", "comment": "同意"})

    page = service.get(f"/members/{own}").content.decode()

    assert page.index("审批通过") < page.index("提交审批")
    assert "approver 1 · 同意" in page
    assert page.count(f'href="{address}"') == 2


def test_an_empty_inbox_says_what_comes_here(opened):
    approver, _ = user(Role.APPROVER)
    assert "没有待处理的审批" in approver.get("/approvals").content.decode()
    assert "没有这类审批" in approver.get("/approvals?state=rejected").content.decode()
    assert approver.get("/approvals?state=nonsense").status_code == 200
    assert approver.get("/approvals/apr_1").status_code == 404
    assert approver.get(f"/approvals/{ids.encode('apr', ids.new_id())}").status_code == 404


def test_a_version_above_the_terms_is_sent_for_approval_with_what_it_does(log_in, member):
    asks, decides = log_in(Role.OPERATOR), log_in(Role.APPROVER, "en")
    text = GROCER.read_text().replace("value: 0.01", "value: 0.02")
    assert programs.current().number == 1

    refused = asks.post("/programs/publish", {"text": text, "publish": ""})
    assert refused.status_code == 409
    assert 'name="ask"' in refused.content.decode()
    assert "负债变化 100%" in refused.content.decode()
    asked = asks.post("/programs/publish", {"text": text, "ask": ""})
    assert asked.status_code == 302

    page = decides.get(asked["Location"]).content.decode()
    assert "value of one of unit points: 0.01 → 0.02" in page
    assert "what is owed changes by 100% (limit 5%)" in page
    assert "Owed to members: $5.87 → $11.74 (+100.0%)" in page
    assert programs.current().number == 1
    decides.post(f"{asked['Location']}/decision", {"decision": "approve", "comment": ""})
    assert (programs.current().number, programs.current().text) == (2, text)


def test_the_owner_says_which_versions_need_approval(log_in, program):
    owner = log_in(Role.OWNER, "en")
    assert "Approval of versions" in owner.get("/programs/grocer/1").content.decode()
    wrong = owner.post("/programs/terms", {"down": "-1", "liability": "5", "yearly": "5"})
    assert wrong.status_code == 422
    assert programs.publish_terms().always is False
    done = owner.post("/programs/terms", {"always": "on", "down": "1", "liability": "5", "yearly": "5"})
    assert (done.status_code, programs.publish_terms().always) == (302, True)
    assert log_in(Role.OPERATOR).get("/programs/terms").status_code == 403
