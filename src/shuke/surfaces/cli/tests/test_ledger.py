"""`shuke program publish`, `explain` and `verify-ledger` on orders that came through the write path."""

import json

import psycopg
import pytest

from shuke.foundation import embedded


def test_the_program_in_force_is_shown_with_its_source(shop):
    assert shop("program", "show").startswith("# A neighbourhood grocer")
    assert "def rules(" in shop("program", "show", "--source")
    assert shop.json("program", "show")["version"] == 1


def test_an_order_is_explained_by_its_own_name_and_by_its_entry(shop):
    by_name = shop.json("explain", "till/1")
    assert by_name["order"] == "till/1"
    assert by_name["units"] == [{"unit": "points", "exact": "49999/100", "points": "499"}]
    by_entry = shop.json("explain", shop.entries[0])
    assert by_entry["entry"] == shop.entries[0]
    assert by_entry["units"] == by_name["units"]
    assert "499.99" in shop("explain", "till/1")
    assert "下单前等级" in shop("--lang", "zh", "explain", "till/1")


def test_a_redemption_is_explained_by_its_lots(shop):
    told = shop.json("explain", shop.entries[2])
    assert [lot["points"] for lot in told["lots"]] == [100]


@pytest.mark.parametrize("id", ["till/3", "ord_01JDN2RZR0FAY9VVR14D2PF2DB", "nonsense", "ent_1"])
def test_what_nobody_knows_is_one_sentence(shop, id):
    assert shop.both("explain", id, code=1)[1].count("\n") == 1


def test_a_good_ledger_holds(shop):
    told = shop.json("verify-ledger")
    assert told["ok"] is True
    assert {"I3", "I4"} <= {law["id"] for law in told["checked"]}
    assert shop("verify-ledger").endswith("The ledger holds.\n")


def test_a_violated_ledger_is_exit_code_4_and_names_the_law(shop):
    url = embedded.url(shop.home / "postgres", "shuke")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("UPDATE points_account SET available = available + 1")
        told = shop.json("verify-ledger", code=4)
        connection.execute("UPDATE points_account SET available = available - 1")
    assert told["ok"] is False
    of_holders = [violation for violation in told["violations"] if violation["invariant"] == "I3"]
    assert {violation["holder"][:4] for violation in of_holders} == {"mbr_"}


def test_a_seal_is_told_once_and_a_changed_entry_breaks_it(shop):
    told, logged = shop.both("seal", "--json")
    sealed = json.loads(told)["seal"]
    assert (sealed["number"], sealed["accounts"], sealed["entries"], len(sealed["digest"])) == (1, 1, 3, 64)
    line = json.loads(logged)
    assert (line["event"], line["number"], line["digest"]) == ("sealed", 1, sealed["digest"])
    assert shop.json("seal") == {"seal": None}
    quick, whole = shop.json("verify-ledger", "--since-seal"), shop.json("verify-ledger")
    assert quick["ok"] is True
    unchecked = [law["id"] for law in quick["unchecked"]]
    points, stand, facts = ["I2", "I5", "I22"], ["I20", "I19"], ["I6", "I18", "I33", "I34", "I35", "I36", "I37", "I38"]
    assert unchecked == [*points, *stand, *facts, "I40", "I28", "I17", "I50", "I51", "I41", "I42"]
    laws = {law["id"] for law in quick["checked"] + quick["unchecked"]}
    assert (laws, whole["unchecked"]) == ({law["id"] for law in whole["checked"]}, [])
    told = shop("verify-ledger", "--since-seal")
    assert "not looked at: Every membership counts its decided orders" in told
    assert "What was looked at holds." in told

    url = embedded.url(shop.home / "postgres", "shuke")
    change = "UPDATE points_entry SET recorded_at = recorded_at {} interval '1 hour' WHERE number = 2"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(change.format("+"))
        told = shop.json("verify-ledger", code=4)
        connection.execute(change.format("-"))
    (found,) = told["violations"]
    assert (found["invariant"], found["detail"]) == (
        "I5",
        "points: entries 1 to 3 are not as they were sealed (seal 1).",
    )
