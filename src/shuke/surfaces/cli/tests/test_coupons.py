"""`shuke coupons`: a template from the command line to a recall, and what is wrong in a sentence."""

import json


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


def test_a_template_says_by_what_rule_it_is_given(shop, tmp_path):
    made = ("coupons", "create", "twenty", "--name", "Twenty off", "--kind", "cash", "--offer", "amount: 20")
    rule = ("--given-on", "order", "--given-when")
    assert "order.nett" in shop.both(*made, *rule, "order.nett >= 300", code=1)[1]
    assert "没有此行为" in shop.both("--lang", "zh", *made, "--given-on", "visit", code=1)[1]
    assert "twenty" not in [each["code"] for each in shop.json("coupons", "list")]
    assert shop.json(*made, *rule, "order.net >= 300")["state"] == "active"
    cart = tmp_path / "cart.json"
    lines = [{"sku": "a", "quantity": 1, "net_minor": 30_000}]
    cart.write_text(json.dumps({"member": "till/anna", "currency": "USD", "lines": lines}))
    assert shop.json("cart", "evaluate", str(cart))["gives"] == [{"template": "twenty", "name": "Twenty off"}]
    assert "将获赠券 Twenty off" in shop("--lang", "zh", "cart", "evaluate", str(cart))
