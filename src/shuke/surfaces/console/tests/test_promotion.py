"""Publishing a version in another deployment from its page: compared there first; the key is in no log."""

import pytest

from shuke.adapters.deployment_http import HttpDeployment
from shuke.rooms.org.contracts import Role
from shuke.rooms.programs import facade as programs

NOTHING = {"before_minor": 0, "after_minor": 0, "units": []}
YEARLY = NOTHING | {"first_day": "2025-06-15", "until_day": "2026-06-15", "members": 0, "facts": 0}
EFFECT = {"currency": "USD", "looked_at": 0, "members": 0, "shifts": [], "samples": [], "liability": NOTHING}
MEANING = [{"path": "p", "before": "1", "after": "2", "en": "threshold of tier gold: 5000 → 4500", "zh": "…"}]
COMPARISON = {"against": 1, "meaning": MEANING, "effect": EFFECT | {"yearly": YEARLY}}


class Elsewhere:
    """Another deployment that answers as it is told, and keeps what it is asked."""

    def __init__(self):
        self.asked = []
        self.answers = [(200, COMPARISON)]

    def ask(self, url, key, path, body, once):
        self.asked.append((url, key, path, body))
        return self.answers[min(len(self.asked), len(self.answers)) - 1]


@pytest.fixture
def elsewhere():
    made = Elsewhere()
    programs.reach_deployments_with(made)
    yield made
    programs.reach_deployments_with(HttpDeployment())


def test_what_a_version_changes_there_is_seen_before_it_is_published_there(log_in, program, elsewhere, caplog, capfd):
    owner, page = log_in(Role.OWNER, "en"), "/programs/grocer/1/promotion"
    said = {"url": "https://live.example.com", "key": "their-secret"}
    assert "Compare there" in owner.get(page).content.decode()

    seen = owner.post(page, said | {"compare": ""}).content.decode()
    assert "threshold of tier gold: 5000 → 4500" in seen
    assert 'name="after" value="1"' in seen
    elsewhere.answers += [(200, COMPARISON), (409, {"code": "approval_needed"}), (202, {"id": "apr_there"})]
    done = owner.post(page, said | {"publish": "", "after": "1"}, follow=True)

    assert "It waits there for approval: apr_there" in done.content.decode()
    assert [path for _, _, path, _ in elsewhere.asked[-2:]] == ["/v1/programs/publish"] * 2
    assert elsewhere.asked[-1][3] == {"text": program.text, "after": 1, "ask": True}
    assert "their-secret" not in caplog.text + "".join(capfd.readouterr())


def test_whatever_else_is_there_by_now_is_shown_and_not_published(log_in, program, elsewhere):
    owner, said = log_in(Role.OWNER, "en"), {"url": "https://live.example.com", "key": "their-secret"}
    owner.post("/programs/grocer/1/promotion", said | {"publish": "", "after": "7"})
    assert [path for _, _, path, _ in elsewhere.asked] == ["/v1/programs/compare"]
    plain = owner.post("/programs/grocer/1/promotion", {"url": "http://live.example.com", "key": "k", "compare": ""})
    assert plain.status_code == 422
    assert len(elsewhere.asked) == 1
    assert log_in(Role.OPERATOR).get("/programs/grocer/1/promotion").status_code == 403
