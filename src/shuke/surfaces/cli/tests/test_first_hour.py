"""`shuke init` makes a deployment, live or sandbox, once, and never in a home of the other kind."""

from shuke.surfaces.cli.tests.conftest import OWNER


def test_init_makes_a_deployment_with_generated_password_and_private_keys(live):
    assert live.made["email"] == "anna@example.com"
    assert live.made["home"] == str(live.home)
    assert len(live.made["password"]) >= 12
    assert (live.home / "secrets.toml").stat().st_mode & 0o777 == 0o600
    assert (live.home / "deployment.toml").read_text() == 'kind = "live"\nlanguage = "en"\n'
    owner = {"email": "anna@example.com", "name": "anna", "role": "owner", "active": True, "stores": []}
    (told,) = [account for account in live.json("staff", "list") if account["email"] == "anna@example.com"]
    assert told | owner == told


def test_a_second_init_is_refused_and_changes_nothing(live):
    before = live.json("staff", "list")
    _, said = live.both("init", *OWNER[:-1], "carl@example.com", code=1)
    assert said == "This deployment has its organisation already.\n"
    assert live.json("staff", "list") == before


def test_a_refused_init_leaves_no_deployment_and_may_be_repeated(empty):
    wrong = [value.replace("America/New_York", "Mars/Olympus") for value in OWNER]
    assert "time zone" in empty.both("init", *wrong, code=1)[1]
    assert not (empty.home / "deployment.toml").exists()
    assert empty.json("init", *OWNER)["email"] == "anna@example.com"


def test_what_cannot_be_asked_is_named(empty):
    _, said = empty.both("init", "--currency", "USD", code=2)
    assert "--organisation, --time-zone, --language, --email" in said
    assert not empty.home.exists()


def test_a_home_of_a_sandbox_is_refused_and_untouched(empty):
    empty.home.mkdir()
    (empty.home / "deployment.toml").write_text('kind = "sandbox"\n')
    _, said = empty.both("init", *OWNER, code=1)
    assert said == f"{empty.home} holds a sandbox deployment; choose another folder with SHUKE_HOME.\n"
    assert [path.name for path in empty.home.iterdir()] == ["deployment.toml"]


def test_without_a_deployment_a_command_says_what_to_do_and_makes_nothing(empty):
    _, said = empty.both("verify-ledger", code=1)
    assert "run shuke init or shuke demo" in said
    assert not empty.home.exists()


def test_messages_follow_flag_then_locale_then_deployment(empty, live):
    assert "还没有部署" in empty.both("--lang", "zh", "staff", "list", code=1, environment={"LANG": "en_US.UTF-8"})[1]
    assert "还没有部署" in empty.both("staff", "list", code=1, environment={"LANG": "zh_CN.UTF-8"})[1]
    assert "There is no deployment" in empty.both("staff", "list", code=1, environment={"LANG": "C.UTF-8"})[1]
    assert live("staff", "list", environment={"LANG": "C.UTF-8"}).startswith("e-mail")


def test_init_makes_a_sandbox_of_ones_own_whose_clock_moves(empty):
    made = empty.json("init", "--sandbox", *OWNER, "--language", "zh")

    assert made["kind"] == "sandbox"
    assert (empty.home / "deployment.toml").read_text() == 'kind = "sandbox"\nlanguage = "zh-hans"\n'
    moved = empty.json("clock", "advance", "--to", "2032-02-01")
    assert moved["business"] == "2032-02-01T00:00:00-05:00"
    _, said = empty.both("init", *OWNER, code=1)
    assert said == f"{empty.home} 中已有 sandbox 环境；请用 SHUKE_HOME 另选目录。\n"


def test_a_refused_sandbox_leaves_no_deployment(empty):
    wrong = [value.replace("America/New_York", "Mars/Olympus") for value in OWNER]

    assert "time zone" in empty.both("init", "--sandbox", *wrong, code=1)[1]
    assert not (empty.home / "deployment.toml").exists()
