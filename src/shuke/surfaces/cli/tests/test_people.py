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
    assert "owner, operator, service, analyst, clerk" in said
    assert "c@example.com" not in live("staff", "list")
