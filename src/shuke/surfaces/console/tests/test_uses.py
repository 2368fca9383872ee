"""Points used, set aside, captured and given back by hand: seen first, done once, refused with nothing changed."""

import re

from shuke.foundation import ids
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Role
from shuke.rooms.points import facade as points
from shuke.surfaces.console.tests.test_acts import balance, page_of, people, text  # noqa: F401  # a fixture


def key_of(answer):
    return re.search(r'name="key" value="([^"]+)"', answer.content.decode())[1]


def do(client, address, **given):
    """Fill in a form, read what would happen, and confirm it twice; return what was told each time."""
    sent = {"key": key_of(client.get(address)), "unit": "points"} | given
    seen = client.post(address, sent | {"preview": "yes"})
    assert seen.status_code == 200, text(seen)
    done = [client.post(address, sent | {"confirm": "yes"}, follow=True) for _ in range(2)]
    return text(seen), [text(answer) for answer in done]


def test_points_are_redeemed_once_and_given_back(log_in, people):  # noqa: F811
    lin, _ = people
    client = log_in(Role.SERVICE)

    seen, (first, again) = do(client, f"{page_of(lin)}/redeem", points="300")

    assert "880 → 580" in seen
    assert "已完成。" in first
    assert "没有重复执行" in again
    assert balance(lin) == (580, 0, 0, 0)
    assert "登记业务 Test service" in text(client.get(page_of(lin)))
    line = org.audit_lines(1).lines[0]
    assert (line.action, line.subject, line.after) == ("facts.recorded", page_of(lin)[9:], {"redemption": 1})
    back = re.search(r"/redemptions/rdm_\w+/return", client.get(page_of(lin)).content.decode())[0]
    do(client, back, points="100")
    assert balance(lin) == (680, 0, 0, 0)
    assert "超过了可退的余额" in text(client.post(back, {"key": "k", "points": "201", "preview": "yes"}))
    do(client, back)
    assert balance(lin) == (880, 0, 0, 0)
    assert "/return" not in client.get(page_of(lin)).content.decode()
    gone = client.get(back)
    assert (gone.status_code, "这次兑换的积分已全部退回。" in text(gone)) == (409, True)


def test_points_are_set_aside_and_captured_in_part(log_in, people):  # noqa: F811
    lin, _ = people
    client = log_in(Role.SERVICE)

    do(client, f"{page_of(lin)}/hold", points="200", until="2026-06-20")

    assert balance(lin) == (680, 0, 200, 0)
    (held,) = points.open_holds([lin.id])[lin.id]
    assert f"{held.until_at:%Y-%m-%d %H:%M}" == "2026-06-21 04:00"  # midnight of New York
    capture = f"{page_of(lin)}/holds/{ids.encode('hld', held.id)}/capture"
    do(client, capture, points="50")
    assert balance(lin) == (680, 0, 150, 0)
    refused = client.post(capture, {"key": "k", "points": "151", "preview": "yes"})
    assert (refused.status_code, "要扣收 151，尚在预占的仅 150。" in text(refused)) == (422, True)
    do_last = {"key": key_of(client.get(capture)), "points": ""}
    client.post(capture, do_last | {"confirm": "yes"})
    assert balance(lin) == (680, 0, 0, 0)
    assert client.get(capture).status_code == 409


def test_a_hold_that_ended_yesterday_and_more_than_there_is_are_refused(log_in, people):  # noqa: F811
    lin, _ = people
    client = log_in(Role.SERVICE)

    for given, told in (
        ({"points": "10", "until": "2026-06-14"}, "早于今天"),
        ({"points": "881", "until": "2026-06-20"}, "不足"),
    ):
        answer = client.post(f"{page_of(lin)}/hold", {"key": "k", "unit": "points", "confirm": "yes"} | given)
        assert answer.status_code == 422
        assert told in text(answer)
    assert balance(lin) == (880, 0, 0, 0)


def test_who_may_not_use_points_is_refused(log_in, people):  # noqa: F811
    lin, _ = people
    client = log_in(Role.APPROVER)
    for act in ("redeem", "hold"):
        assert client.post(f"{page_of(lin)}/{act}", {"points": "1", "confirm": "yes"}).status_code == 403
    assert balance(lin) == (880, 0, 0, 0)
