"""`shuke keys` and `shuke staff`: secrets are shown once, lists show none."""


def test_a_keys_secret_is_alone_on_stdout_and_in_no_list(live):
    secret = live("keys", "create", "till", "--scope", "orders:write", "--scope", "members:read").strip()
    assert secret.startswith("sk_live_")
    assert " " not in secret
    listed = live("keys", "list")
    assert "till" in listed
    assert secret not in listed


def test_a_revoked_key_stays_in_the_list(live):
    made = live.json("keys", "create", "web", "--scope", "orders:write")
    assert live.json("keys", "revoke", made["id"])["revoked_at"]
    assert live.both("keys", "revoke", made["id"], code=1)[1] == "This key is revoked already.\n"
    (listed,) = [key for key in live.json("keys", "list") if key["name"] == "web"]
    assert listed["revoked_at"]


def test_an_unknown_scope_is_refused(live):
    before = live.json("keys", "list")
    assert "no scope nonsense" in live.both("keys", "create", "x", "--scope", "nonsense", code=1)[1]
    assert live.json("keys", "list") == before


def test_staff_is_created_with_a_password_that_can_be_reset_and_shut_out(live):
    first = live.json("staff", "create", "bela@example.com", "--name", "Bela", "--role", "clerk")["password"]
    second = live("staff", "reset-password", "bela@example.com").strip()
    assert first != second
    assert live.json("staff", "disable", "bela@example.com")["active"] is False
    assert "bela@example.com" in live("staff", "list")


def test_the_last_owner_is_not_shut_out(live):
    assert "last active owner" in live.both("staff", "disable", "anna@example.com", code=1)[1]


def test_an_unknown_role_is_refused(live):
    said = live.both("staff", "create", "c@example.com", "--name", "C", "--role", "king", code=1)[1]
    assert "owner, operator, approver, service, analyst, clerk" in said
    assert "c@example.com" not in live("staff", "list")


def test_what_somebody_is_for_is_changed_and_what_is_not_said_stays(live):
    live("staff", "create", "cara@example.com", "--name", "Cara", "--role", "service")
    changed = live.json("staff", "change", "cara@example.com", "--adjust-limit", "800")
    assert (changed["role"], changed["adjust_limit"], changed["stores"]) == ("service", 800, [])
    changed = live.json("staff", "change", "cara@example.com", "--role", "approver")
    assert (changed["role"], changed["adjust_limit"]) == ("approver", 800)
    assert live.json("staff", "change", "cara@example.com", "--adjust-limit", "role")["adjust_limit"] is None
    assert "There is no store 9" in live.both("staff", "change", "cara@example.com", "--store", "9", code=1)[1]
    assert "whole number" in live.both("staff", "change", "cara@example.com", "--adjust-limit", "-1", code=1)[1]
    assert "last active owner" in live.both("staff", "change", "anna@example.com", "--role", "clerk", code=1)[1]


def test_stores_are_made_under_the_organisations_own_brand_until_there_are_others(live):
    before = live.json("stores", "list")
    made = live.json("stores", "create", "nanjinglu", "--name", "Nanjing Road")
    assert made == {"code": "nanjinglu", "name": "Nanjing Road", "brand": "main"}
    assert live.both("stores", "create", "nanjinglu", "--name", "Again", code=1)[1].startswith("CODE: There is a store")
    assert live.json("stores", "brand", "cafe", "--name", "Corner Café") == {"code": "cafe", "name": "Corner Café"}
    assert "cafe, main" in live.both("stores", "create", "b", "--name", "B", code=1)[1]
    assert live.json("stores", "create", "b", "--name", "B", "--brand", "cafe")["brand"] == "cafe"
    assert [row["code"] for row in live.json("stores", "list")] == [*(row["code"] for row in before), "b", "nanjinglu"]
    assert "1 to 200" in live.both("stores", "create", "x" * 201, "--name", "B", "--brand", "cafe", code=1)[1]
