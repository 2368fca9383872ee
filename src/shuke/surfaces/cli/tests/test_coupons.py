"""`shuke coupons`: a template from the command line to a recall, and what is wrong in a sentence."""


def test_from_a_template_to_a_recall(shop, tmp_path):
    made = ("coupons", "create", "ten", "--name", "Ten off", "--kind", "cash", "--offer", "amount: 10", "--days", "14")
    assert shop.json(*made, "--budget", "2000", "--dry-run")["left"] == 2
    assert shop.json("coupons", "list") == []
    assert shop.json(*made)["state"] == "active"
    given = shop.json("coupons", "give", "ten", "till/anna", "--reason", "a long wait")
    held = shop.json("coupons", "of", "till/anna")
    assert [(each["code"], each["state"]) for each in held] == [(given["code"], "issued")]
    assert shop.json("coupons", "push", "ten", "--dry-run")["members"] == 1
    assert shop.json("coupons", "state", "ten", "paused")["state"] == "paused"
    assert "暂停发放" in shop.both("--lang", "zh", "coupons", "push", "ten", code=1)[1]
    assert shop.json("coupons", "recall", "ten", "--reason", "wrong") == {
        "recalled": 1, "used": 0, "locked": 0, "expired": 0,
    }  # fmt: skip


def test_codes_from_a_file_and_out_again(shop, tmp_path):
    shop(
        "coupons", "create", "old", "--name", "Old", "--kind", "shipping", "--offer", "shipping: 100", "--codes", "pool"
    )
    file = tmp_path / "codes.csv"
    file.write_text("AAAA-1\nBBBB-2,paid\nx\n")
    batch = shop.json("coupons", "import", "old", str(file))
    assert (batch["made"], batch["skipped"]) == (2, {"bad_code": 1})
    assert shop.json("coupons", "import", "old", str(file)) == batch
    assert shop("coupons", "export", batch["id"]).splitlines() == ["code,state", "AAAA1,issued", "BBBB2,issued"]
    assert (
        "amuont"
        in shop.both("coupons", "create", "x", "--name", "X", "--kind", "cash", "--offer", "amuont: 1", code=1)[1]
    )
