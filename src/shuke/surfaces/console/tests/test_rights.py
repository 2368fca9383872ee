"""Every page asks for its right: who has it gets in, who has not learns which one and whom to ask."""

import re

import pytest
from django.test import Client

from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Right, Role
from shuke.surfaces.console import menu, urls
from shuke.surfaces.wording import words

UNKNOWN = {
    "member_id": "mbr_00000000000000000000000000",
    "entry_id": "ent_0000000000000000000000000011",
    "order_id": "ord_00000000000000000000000000",
    "hold_id": "hld_00000000000000000000000000",
    "draft_id": "drf_00000000000000000000000000",
    "slug": "grocer",
    "number": "1",
    "approval_id": "apr_00000000000000000000000000",
    "redemption_id": "rdm_00000000000000000000000000",
    "template": "spring10",
    "batch_id": "cpb_00000000000000000000000000",
    "card_batch_id": "gcb_00000000000000000000000000",
    "refund_id": "prf_00000000000000000000000000",
    "coupon_id": "cpn_00000000000000000000000000",
    "import_id": "imp_00000000000000000000000000",
    "history_id": "his_00000000000000000000000000",
    "file_id": "hif_00000000000000000000000000",
    "run_id": "run_00000000000000000000000000",
    "member": "7",
    "till_id": "til_00000000000000000000000000",
    "merge_id": "mrg_00000000000000000000000000",
    "mall_order_id": "mlo_00000000000000000000000000",
    "item_id": "00000000-0000-0000-0000-000000000000",
    "picture_id": "00000000-0000-0000-0000-000000000000",
    "supplier": "cards",
    "key_id": "00000000-0000-0000-0000-000000000000",
    "staff_id": "00000000-0000-0000-0000-000000000000",
    "ladder": "main",
    "code": "lounge",
    "request_id": "frq_00000000000000000000000000",
    "use_id": "use_00000000000000000000000000",
    "chart": "points",
    "path": "console/frame.css",
    "store": "nowhere",
    "plan": "plus",
    "subscription_id": "sub_00000000000000000000000000",
    "activation_id": "bat_00000000000000000000000000",
}
OPEN = {"home", "setup", "login", "logout", "language", "static", "picture"}
PAGES = [pattern for pattern in urls.urlpatterns if pattern.name not in OPEN]


def address(pattern):
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: UNKNOWN[found[1]], str(pattern.pattern))


def reads(pattern):
    return "GET" in pattern.callback.methods


def ask(client, pattern):
    return client.get(address(pattern)) if reads(pattern) else client.post(address(pattern))


@pytest.mark.parametrize("pattern", PAGES, ids=lambda pattern: pattern.name)
def test_nobody_gets_in_without_log_in(shop, pattern):
    answer = ask(Client(), pattern)

    assert answer.status_code == 302
    assert answer["Location"].startswith("/login?next=")


@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_what_it_may_and_nothing_else(log_in, program, role):
    client, rights = log_in(role), org.rights_of(role)

    for pattern in PAGES:
        right = pattern.callback.right
        answer = ask(client, pattern)
        if right in rights:
            assert answer.status_code in {200, 302, 404, 409, 422}, pattern.name
        else:
            assert answer.status_code == 403, pattern.name
            assert words.right(right) in answer.content.decode()
            assert answer["X-Request-Id"] in answer.content.decode()


@pytest.mark.parametrize("role", list(Role))
def test_the_menu_shows_only_what_opens(log_in, program, role):
    client = log_in(role)

    page = client.get("/", follow=True).content.decode()

    menu = page[page.index('class="menu"') : page.index("</nav>")]
    links = re.findall(r'href="([^"]+)"', menu)
    assert [client.get(link, follow=True).status_code for link in links] == [200] * len(links)
    assert bool(links) is (role is not Role.CLERK)


NOT_IN_THE_MENU = {
    Role.OWNER: set(),
    Role.OPERATOR: {"keys", "clock", "organisation", "tills", "staff"},
    Role.APPROVER: {"keys", "clock", "organisation", "tills", "staff", "duplicates", "imports", "value"},
    Role.SERVICE: {
        "keys",
        "clock",
        "organisation",
        "tills",
        "staff",
        "jobs",
        "audit",
        "ledger-check",
        "imports",
        "inbox",
    },
}


@pytest.mark.parametrize("role", list(Role))
def test_the_menu_has_for_each_role_what_is_its_work(role):
    views = {item.view for group in menu.GROUPS for item in group.items if item.right in org.rights_of(role)}
    if role in NOT_IN_THE_MENU:
        assert views == {item.view for group in menu.GROUPS for item in group.items} - NOT_IN_THE_MENU[role]
    else:
        benefits = {"benefits", "requests", "benefit-sheet"}
        mall = {"mall", "mall-orders", "mall-suppliers"}
        seen = {
            Role.ANALYST: {"overview", "programs", "tiers", "coupons"}
            | {"histories", "backtests", "forecasts", "proposals"}
            | {"plans", "subscriptions", "activation-codes", "failed-refunds"}
            | benefits
            | mall,
            Role.CLERK: set(),
        }
        assert views == seen[role]


def test_a_shut_out_person_is_out_at_once(log_in):
    owner, operator = log_in(Role.OWNER), log_in(Role.OPERATOR)
    person = next(each for each in org.list_staff() if each.role is Role.OPERATOR)
    assert operator.get("/members").status_code == 200

    owner.post(f"/staff/{person.id}/active", {"active": "no"})

    assert operator.get("/members").status_code == 302


def test_every_right_has_words():
    assert set(words.RIGHTS) == set(Right)
    assert set(words.ROLES) == set(Role)


def test_a_clerk_is_told_whom_to_ask_and_can_log_out(log_in, shop):
    answer = log_in(Role.CLERK).get("/")

    page = answer.content.decode()
    assert answer.status_code == 403
    assert "请联系老板" in page
    assert page.count('action="/logout"') == 2  # in the account's menu and on the page itself
