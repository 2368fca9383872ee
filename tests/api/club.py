"""A program with something of everything, and what tests of facts that move value ask of its answers."""

from pathlib import Path

from shuke.rooms.points.models import Entry

CLUB = Path(__file__).with_name("club.yaml").read_text()
NAME = {"source": "till-3", "external_id": "X-1"}
NOBODY = "01KAKV4AB3W9C5D7E1F0G2H4JK"


def balances(api, member, query=""):
    found = api.get(f"/v1/members/{member['id']}/balances{query}").json()["balances"]
    return {one["unit"]: (one["available"], one["pending"], one["held"], one["debt"]) for one in found}


def moved(answer, name="points"):
    return {one["unit"]: one["points"] for one in answer.json()[name]}


def sent_three_times(api, path, body, rows):
    """Send a fact, by its name and again, then by Idempotency-Key twice: it has one effect under each name."""
    first = api.post(path, body)
    assert first.status_code == 201, first.json()
    count = Entry.objects.count()
    assert count == rows
    for _ in range(2):
        again = api.post(path, body)
        assert (again.status_code, again.json()) == (201, first.json() | {"status": "repeated"})
    assert Entry.objects.count() == count
    other = api.post(path, body, HTTP_IDEMPOTENCY_KEY="k-1")
    replayed = api.post(path, body, HTTP_IDEMPOTENCY_KEY="k-1")
    assert (other.content, replayed["Idempotency-Replayed"]) == (replayed.content, "true")
    assert Entry.objects.count() == count
    return first


def refused(api, path, body, status, code, **headers):
    """Send what is refused, and see that nothing changed."""
    before = list(Entry.objects.order_by("pk").values_list())
    answer = api.post(path, body, **headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert list(Entry.objects.order_by("pk").values_list()) == before
    return answer


def entries(api, member):
    return api.get(f"/v1/members/{member['id']}/points-entries?limit=200").json()["items"]
