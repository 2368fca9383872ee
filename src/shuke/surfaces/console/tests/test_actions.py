"""What staff change: each with its right and reason, each in the audit log, and nothing when refused."""

from datetime import timedelta

import pytest

from shuke.foundation import clock, ids
from shuke.rooms.members import facade as people
from shuke.rooms.members.contracts import Status
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import NewStore, Role
from shuke.rooms.programs import facade as programs
from shuke.surfaces.console.tests.conftest import GROCER, NOON, TESTER


@pytest.fixture
def member_id(member):
    return ids.encode("mbr", member.id)


def last_line(subject=None):
    return org.audit_lines(1, subject=subject).lines[0]


def test_freezing_takes_a_reason_and_is_written_down(log_in, member, member_id):
    client = log_in(Role.SERVICE)

    client.post(f"/members/{member_id}/status", {"status": "frozen", "reason": "盗号"})

    assert people.get(member.id).status is Status.FROZEN
    line = last_line(member_id)
    assert (line.action, line.actor.label) == ("member.status_changed", "Test service")
    assert line.after == {"status": "frozen", "reason": "盗号"}
    client.post(f"/members/{member_id}/status", {"status": "active", "reason": "已核实"})
    assert people.get(member.id).status is Status.ACTIVE


@pytest.mark.parametrize("reason", ["", "   "])
def test_freezing_without_a_reason_changes_nothing(log_in, member, member_id, reason):
    before = last_line()

    answer = log_in(Role.SERVICE).post(
        f"/members/{member_id}/status", {"status": "frozen", "reason": reason}, follow=True
    )

    assert "请填写原因" in answer.content.decode()
    assert people.get(member.id).status is Status.ACTIVE
    assert last_line(member_id) == before or last_line(member_id).action == "members.enrolled"


@pytest.mark.parametrize(
    ("wanted", "status"), [("", 422), ("frozen", 403), ("active", 403), ("exited", 403), ("nonsense", 422)]
)
def test_nobody_leaves_the_blacklist_without_the_right(log_in, member, member_id, wanted, status):
    people.set_status(member.id, Status.BLACKLISTED, "test", TESTER)

    answer = log_in(Role.SERVICE).post(f"/members/{member_id}/status", {"status": wanted, "reason": "x"})

    assert answer.status_code == status
    assert people.get(member.id).status is Status.BLACKLISTED


def test_a_reason_that_is_too_long_is_kept_in_its_dialog(log_in, member, member_id):
    reason = "原因" * 101

    answer = log_in(Role.SERVICE).post(f"/members/{member_id}/status", {"status": "frozen", "reason": reason})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "原因最多 200 个字。" in page
    assert f'value="{reason}"' in page
    assert '<dialog class="box" id="freeze" data-shown>' in page
    assert people.get(member.id).status is Status.ACTIVE  # too_long


def test_freezing_needs_the_right(log_in, member, member_id):
    answer = log_in(Role.ANALYST).post(f"/members/{member_id}/status", {"status": "frozen", "reason": "x"})

    assert answer.status_code == 403
    assert people.get(member.id).status is Status.ACTIVE


def test_a_field_is_revealed_once_with_a_reason_and_written_down(log_in, member_id):
    client = log_in(Role.SERVICE)

    answer = client.post(f"/members/{member_id}/reveal", {"field": "phone", "reason": "回访"})

    assert "13800000001" in answer.content.decode()
    assert last_line(member_id).after == {"field": "phone", "reason": "回访"}
    assert "13800000001" not in client.get(f"/members/{member_id}").content.decode()


def test_nothing_is_revealed_without_a_reason(log_in, member_id):
    answer = log_in(Role.SERVICE).post(f"/members/{member_id}/reveal", {"field": "phone", "reason": ""}, follow=True)

    assert "13800000001" not in answer.content.decode()
    assert last_line(member_id).action != "member.revealed"


def test_a_good_file_is_checked_then_published(log_in, program):
    client, text = log_in(Role.OPERATOR), GROCER.read_text().replace("multiplier: 2}", "multiplier: 3}")

    checked = client.post("/programs/publish", {"text": text, "check": ""})
    assert checked.status_code == 200
    assert "文件没有问题" in checked.content.decode()
    assert len(programs.versions("grocer")) == 1

    published = client.post("/programs/publish", {"text": text.replace("\n", "\r\n"), "publish": ""})
    assert published["Location"] == "/programs/grocer/2"
    assert programs.versions("grocer")[0].text == text
    assert "multiplier: 3" in client.get("/programs/grocer/2?view=diff").content.decode()


def test_a_bad_file_is_refused_at_its_line_and_column(log_in, program):
    text = GROCER.read_text().replace("order.net * tier.multiplier", "order.nett * tier.multiplier")

    answer = log_in(Role.OPERATOR).post("/programs/publish", {"text": text, "publish": ""})

    assert answer.status_code == 422
    assert "第 18 行第 41 列：没有此事实：“order.nett”。是否应为：order.net" in answer.content.decode()
    assert len(programs.versions("grocer")) == 1


@pytest.mark.parametrize("text", ["", "\x00", "a: [", "- " * 5000, "x" * 200_001])
def test_no_text_breaks_the_desk(log_in, program, text):
    answer = log_in(Role.OPERATOR).post("/programs/publish", {"text": text, "publish": ""})

    assert answer.status_code in {200, 422}
    assert len(programs.versions("grocer")) == 1


def test_before_a_planned_version_nothing_is_published_until_it_is_withdrawn(log_in, program):
    text = GROCER.read_text()
    later, now = (text.replace("multiplier: 2}", f"multiplier: {factor}}}") for factor in (3, 4))
    programs.publish(later, TESTER, NOON + timedelta(days=3))
    client = log_in(Role.OPERATOR)

    desk = client.get("/programs/publish").content.decode()
    assert "版本 2 待生效。在它之前不能再发布其他版本" in desk
    assert "2026-06-18 12:00:00" in desk
    for button in ("check", "publish"):
        answer = client.post("/programs/publish", {"text": now, button: ""})
        assert answer.status_code == 422
        assert "版本 2 待生效。请先在该版本页面将其撤回，再行发布。" in answer.content.decode()
    assert len(programs.versions("grocer")) == 2

    assert 'data-testid="withdraw"' in client.get("/programs/grocer/2").content.decode()
    assert 'data-testid="withdraw"' not in client.get("/programs/grocer/1").content.decode()
    answer = client.post("/programs/grocer/2/withdrawal")
    told = client.get(answer["Location"]).content.decode()
    assert "版本 2 已撤回。" in told
    assert 'data-testid="withdraw"' not in told
    assert client.post("/programs/publish", {"text": now, "publish": ""})["Location"] == "/programs/grocer/3"
    third = client.get("/programs/grocer/3?view=diff").content.decode()
    assert "multiplier: 3" not in third  # what changed is told against the version before that counts
    assert [bool(version.withdrawn_at) for version in programs.versions("grocer")] == [False, True, False]


def test_a_version_in_force_is_not_withdrawn(log_in, program):
    client = log_in(Role.OPERATOR)

    answer = client.post("/programs/grocer/1/withdrawal")

    told = client.get(answer["Location"]).content.decode()
    assert "版本 1 已生效或已有会员到达，不能撤回。请发布新版本来替换。" in told
    assert client.post("/programs/grocer/9/withdrawal").status_code == 404
    assert [version.withdrawn_at for version in programs.versions("grocer")] == [None]


def test_checking_tells_whose_tier_publishing_changes_and_what_reviews_come_to(log_in, member):
    client, raised = log_in(Role.OPERATOR), GROCER.read_text().replace("from: 500,", "from: 1200,")

    waits = client.post("/programs/publish", {"text": raised, "check": ""}).content.decode()
    at_once = client.post("/programs/publish", {"text": raised + "changes: {downgrades: at once}\n", "check": ""})
    refused = client.post(
        "/programs/publish", {"text": GROCER.read_text().replace("scale: 0", "scale: 2"), "check": ""}
    )

    assert "发布不会改变任何会员的等级" in waits
    assert 'data-testid="reviews"' in waits
    assert "发布不会改变任何会员的等级" not in at_once.content.decode()
    assert 'data-testid="reviews"' not in at_once.content.decode()
    assert (refused.status_code, "单位的小数位数不可更改" in refused.content.decode()) == (422, True)
    assert 'name="publish"' not in refused.content.decode()
    assert len(programs.versions("grocer")) == 1


def test_a_key_is_shown_once_and_revoked(log_in):
    client = log_in()

    made = client.post("/keys", {"name": "一号收银台", "scopes": ["orders:write", "points:read"]})

    secret = made.context["secret"]
    assert secret.startswith("sk_test_")
    assert secret in made.content.decode()
    assert secret not in client.get("/keys").content.decode()
    (key,) = org.list_keys()
    client.post(f"/keys/{key.id}/revoke")
    assert org.list_keys()[0].revoked_at is not None


@pytest.mark.parametrize(
    "given", [{"name": "", "scopes": ["orders:write"]}, {"name": "x"}, {"name": "x", "scopes": ["y"]}]
)
def test_a_key_without_name_or_scope_is_not_made(log_in, given):
    assert log_in().post("/keys", given).status_code == 422
    assert org.list_keys() == []


def test_somebody_new_gets_a_password_that_is_shown_once(log_in):
    client = log_in()

    made = client.post("/staff", {"name": "阿珍", "email": "zhen@example.com", "role": "service"})

    assert made.context["password"] in made.content.decode()
    assert [person.email for person in org.list_staff()] == ["owner@example.com", "zhen@example.com"]
    again = client.post("/staff", {"name": "阿珍", "email": "zhen@example.com", "role": "service"})
    assert again.status_code == 409
    assert len(org.list_staff()) == 2


def test_a_new_password_ends_the_old_one(log_in):
    owner, _other = log_in(), log_in(Role.SERVICE)

    reset = owner.post("/staff/reset", {"email": "service@example.com"})

    assert owner.post("/logout").status_code == 302
    answer = owner.post("/login", {"email": "service@example.com", "password": reset.context["password"]})
    assert answer.status_code == 302


@pytest.mark.parametrize("to", ["2026-06-01T00:00", "2046-06-01T00:00", "2026-13-45T00:00", "yesterday", ""])
def test_the_clock_refuses_what_it_cannot_do(log_in, program, to):
    answer = log_in().post("/clock", {"to": to})

    assert answer.status_code == 422
    assert clock.business_now() == NOON


def test_the_audit_log_tells_of_many_things_their_number(log_in):
    brand = org.create_brand("grocer", "Grocer", TESTER)
    org.create_stores(brand.id, [NewStore(f"s{number}", f"Store {number}") for number in range(1_200)], TESTER)

    page = log_in().get("/audit").content.decode()

    assert "创建门店" in page
    assert "共 1,200 项" in page
    assert '<details class="more"><summary>共 1,200 项</summary>' in page
    assert "<li>s7 · Store 7</li>" in page
    assert "另有 700 项" in page
    assert "{&#x27;" not in page
