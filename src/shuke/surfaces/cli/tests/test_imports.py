"""`shuke import`: a file checked, committed, repeated and undone, and `shuke members status` of whom it brought."""

import pytest

FILE = "会员编号,手机号,姓名\nC-1,+12125550133,Bella\nC-2,12,=Carl\n"


@pytest.fixture
def given(live, open_folder):
    path = open_folder / "members.csv"
    path.write_bytes(FILE.encode("gb18030"))
    return str(path)


def test_a_file_is_checked_committed_and_undone(live, given, open_folder):
    bad = open_folder / "bad.csv"
    checked = live.json("import", "members", given, "--source", "crm", "--bad-rows", str(bad), code=3)
    assert (checked["state"], checked["foreseen"]) == ("checked", {"created": 1, "failed": 1})
    assert "'=Carl" in bad.read_text(encoding="utf-8-sig")

    done = live.json("import", "commit", checked["id"], code=3)
    assert done["counts"] == {"created": 1, "failed": 1}
    again = live.json("import", "members", given, "--source", "crm", "--commit", code=3)
    assert again["counts"] == {"skipped": 1, "failed": 1}

    left = live.json("members", "status", "crm/C-1", "exited", "--reason", "moved away")
    assert left["changes"][0]["reason"] == "moved away"
    assert live.json("members", "status", left["id"], "active", "--reason", "is back")["status"] == "active"
    undone = live.json("import", "undo", done["id"], code=3)
    assert undone["counts"] == {"kept": 1, "failed": 1}
    assert [one["id"] for one in live.json("import", "list")] == [again["id"], done["id"]]


def test_what_is_no_mapping_is_refused(live, given):
    assert "nonsense is not COLUMN=FIELD" in live.both("import", "members", given, "--map", "nonsense", code=1)[1]
