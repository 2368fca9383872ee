"""The editor: form and file are the same program; drafts don't overwrite one another; what is tried can be kept."""

import html
import json
import re

from shuke.foundation import ids
from shuke.rooms.org.contracts import Role
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import DRAFT_PREFIX
from shuke.surfaces.console.tests.conftest import GROCER, TESTER

TEXT = GROCER.read_text()
LEVELS = ["tiers", "levels"]


def begin(client, version=1):
    page = client.post("/programs/drafts/begin", {"version": version})["Location"]
    return page, programs.draft(ids.decode(DRAFT_PREFIX, page.rpartition("/")[2]))


def edit(client, op, path, value="", text=TEXT):
    return client.post("/programs/drafts/edit", {"text": text, "op": op, "path": json.dumps(path), "value": value})


def text_of(answer):
    return html.unescape(re.search(r"<textarea[^>]*>(.*?)</textarea>", answer.content.decode(), re.DOTALL)[1])


def test_a_draft_begins_from_a_version_and_is_saved(log_in, program):
    client = log_in(Role.OPERATOR, "en")
    page, draft = begin(client)
    assert (draft.text, draft.based_on, draft.name) == (TEXT, 1, "grocer")
    shown = client.get(page)
    assert shown["ETag"] == '"1"'
    assert "The file is good." in shown.content.decode()
    saved = client.post(page, {"name": "Autumn", "text": TEXT + "# more\n", "revision": "1"})
    assert saved.status_code == 302
    assert "Autumn" in client.get("/programs/drafts").content.decode()
    assert programs.draft(draft.id).text == TEXT + "# more\n"


def test_who_saves_over_a_colleagues_work_is_told_first(log_in, program):
    kim, lee = log_in(Role.OPERATOR, "en"), log_in(Role.OWNER, "en")
    page, draft = begin(kim)
    lee.post(page, {"name": "Theirs", "text": TEXT, "revision": "1"})

    stale = kim.post(page, {"name": "Mine", "text": TEXT + "# mine\n"}, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale["ETag"]) == (412, '"2"')
    assert "Test owner saved this draft meanwhile." in stale.content.decode()
    assert "# mine" in stale.content.decode()
    assert programs.draft(draft.id).name == "Theirs"
    assert kim.post(page, {"name": "Mine", "text": TEXT, "revision": "2"}).status_code == 302


def test_an_edit_of_a_field_changes_that_text_alone(log_in, program):
    client = log_in(Role.OPERATOR, "en")
    answer = edit(client, "set", [*LEVELS, 2, "multiplier"], "1.6")
    edited = text_of(answer)
    assert edited == TEXT.replace("multiplier: 1.5}", "multiplier: 1.6}")
    added = text_of(edit(client, "level", LEVELS, text=edited))
    assert "- {code: new, from: 100000}" in added
    assert text_of(edit(client, "remove", [*LEVELS, 4], text=added)) == edited
    named = text_of(edit(client, "key", [*LEVELS, 0], "name", text=edited))
    assert "name: 1" in named


def test_what_is_wrong_stands_beside_its_field_and_at_its_line(log_in, program):
    client = log_in(Role.OPERATOR, "en")
    page = edit(client, "set", ["earn", 0, "points"], "order.nett").content.decode()
    assert "Line 18, column 41" in page
    field = re.search(r'<input[^>]*value="order.nett"[^>]*>', page)[0]
    assert 'aria-invalid="true"' in field
    broken = edit(client, "", [], text="a: [").content.decode()
    assert 'data-testid="faults"' in broken
    assert "data-section" not in broken


def test_any_two_versions_are_compared(log_in, program):
    programs.publish(TEXT.replace("multiplier: 1.5}", "multiplier: 1.6}"), TESTER)
    page = log_in(Role.ANALYST, "en").get("/programs/grocer/compare?a=1&b=2").content.decode()
    assert "multiplier of tier gold: 1.5 → 1.6" in page


def test_what_is_tried_is_told_with_its_trace_and_kept_as_a_case(log_in, program):
    client = log_in(Role.OPERATOR, "en")
    page, draft = begin(client)
    asked = {"text": TEXT, "draft": page.rpartition("/")[2], "revision": "1", "tier": "silver"}
    asked |= {"at": "2026-06-18T12:00", "net": "86"}
    tried = client.post("/programs/simulate", asked).content.decode()
    assert "<strong>107</strong>" in tried
    assert "Rule spend (line 18)" in tried
    assert programs.draft(draft.id).revision == 1

    kept = client.post("/programs/simulate", asked | {"save": ""})
    assert kept["Location"] == page
    saved = programs.draft(draft.id)
    assert saved.text == TEXT + (
        "\ncases:\n  - {code: case-1, at: 2026-06-18 12:00, member: {tier: silver}, order: {net: 86}, "
        "earns: {points: 107}, tier: silver}\n"
    )
    assert programs.validate(saved.text).program == "grocer"
    failing = saved.text.replace("order.net * tier", "2 * order.net * tier")
    wrong = client.post("/programs/publish", {"text": failing, "publish": ""})
    assert wrong.status_code == 422
    assert "case-1" in wrong.content.decode()
    assert [version.number for version in programs.versions("grocer")] == [1]


def test_a_real_member_is_tried_and_the_ledger_stays(log_in, member):
    client = log_in(Role.OPERATOR, "en")
    before = programs.standing(member.id)
    asked = {"member": "+8613800000001", "at": "2026-07-18T12:00", "net": "100", "tier": "base"}
    page = client.post("/programs/simulate", asked).content.decode()
    assert "<strong>125</strong>" in page  # silver
    assert 'name="save"' not in page  # there is no draft
    assert "Tried from a draft, it can be saved as a test case" in page
    assert programs.standing(member.id) == before


def test_the_page_of_a_member_leads_to_trying_an_order_of_them(log_in, member):
    client = log_in(Role.OPERATOR, "en")
    id = ids.encode("mbr", member.id)
    address = f"/programs/simulate?member={id}"
    assert f'href="{address}">Try an order</a>' in client.get(f"/members/{id}").content.decode()
    assert re.search(
        rf'<input[^>]*name="member"[^>]*value="{id}"|value="{id}"[^>]*name="member"',
        client.get(address).content.decode(),
    )


def test_what_a_real_member_earns_is_kept_as_a_case_of_somebody_made_up(log_in, member):
    client = log_in(Role.OPERATOR, "en")
    page, draft = begin(client)
    asked = {"text": TEXT, "draft": page.rpartition("/")[2], "revision": "1", "tier": "base"}
    asked |= {"member": "+8613800000001", "at": "2026-07-18T12:00", "net": "100"}
    told = client.post("/programs/simulate", asked)
    assert 'data-testid="stand-in"' in told.content.decode()
    assert client.post("/programs/simulate", asked | {"save": ""})["Location"] == page
    assert programs.draft(draft.id).text == TEXT + (
        "\ncases:\n  - {code: case-1, at: 2026-07-18 12:00, member: {tier: silver}, order: {net: 100}, "
        "earns: {points: 125}, tier: silver}\n"
    )
    assert "comes to something else" not in client.get(page).content.decode()


def test_a_case_that_comes_to_something_else_than_of_the_member_says_so(log_in, member):
    client = log_in(Role.OPERATOR, "en")
    page, draft = begin(client)
    asked = {"text": TEXT, "draft": page.rpartition("/")[2], "revision": "1", "tier": "base", "save": ""}
    client.post("/programs/simulate", asked | {"member": "+8613800000001", "at": "2026-07-18T12:00", "net": "600"})
    # 1,029.99 and 600 of the year make the member gold; somebody who bought nothing before stays silver
    assert programs.draft(draft.id).text.endswith("order: {net: 600}, earns: {points: 750}, tier: silver}\n")
    assert "The case comes to something else than of the member" in client.get(page).content.decode()


def test_the_way_back_to_a_draft_keeps_what_was_not_saved(log_in, program):
    client = log_in(Role.OPERATOR, "en")
    page, draft = begin(client)
    asked = {"text": TEXT + "# unsaved\n", "draft": page.rpartition("/")[2], "revision": "1"}
    for place in ("/programs/publish", "/programs/simulate"):
        shown = client.post(place, asked | {"check": "", "open": ""}).content.decode()
        assert f'formaction="{page}" name="open">Back to the draft</button>' in shown
        assert '<input type="hidden" name="revision" value="1">' in shown
    back = client.post(page, asked | {"open": ""})
    assert (back.status_code, text_of(back)) == (200, TEXT + "# unsaved\n")
    assert programs.draft(draft.id).text == TEXT
    lost = client.post("/programs/publish", {"text": TEXT, "check": "", "draft": "a/b"})
    assert (lost.status_code, "Back to the draft" in lost.content.decode()) == (200, False)


def test_a_case_that_fails_is_told_once(log_in, program):
    failing = TEXT + "cases:\n  - {code: one, at: 2026-03-01, order: {net: 1}, earns: {points: 7}}\n"
    page = log_in(Role.OPERATOR).post("/programs/publish", {"text": failing, "check": ""}).content.decode()
    assert "用例 one：points 应为 7，实为 1。</p>" in page


def test_the_form_names_the_fields_of_units_and_cases(log_in, program):
    text = TEXT + "cases:\n  - {code: one, at: 2026-03-01, member: {tier: gold}, order: {net: 1}, tier: gold}\n"
    page = edit(log_in(Role.OPERATOR), "", [], text=text).content.decode()
    labels = re.findall(r"<label for=[^>]*>([^<]*)</label>", page)
    assert labels[-4:] == ["时间", "此前等级", "实付金额", "之后的等级"]
    assert "取整范围" in labels


def test_an_older_version_is_gone_back_to(log_in, program):
    client = log_in(Role.OPERATOR, "en")
    programs.publish(TEXT.replace("multiplier: 1.5}", "multiplier: 1.6}"), TESTER)
    assert "Go back to this version" in client.get("/programs/grocer/1").content.decode()
    newest = client.get("/programs/grocer/2").content.decode()
    assert ("Go back to this version" in newest, "Draft from this version" in newest) == (False, True)
    page, draft = begin(client, 1)
    assert draft.based_on == 1
    client.post("/programs/publish", {"text": draft.text, "draft": page.rpartition("/")[2], "publish": ""})
    assert [(each.number, each.text == TEXT) for each in programs.versions("grocer")] == [
        (3, True),
        (2, False),
        (1, True),
    ]
