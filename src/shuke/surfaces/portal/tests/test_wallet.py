"""The card as a pass: offered where there are keys for this phone's wallet, and what it shows."""

from pathlib import Path

import pytest
from django.test import Client

from shuke.foundation import ids
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import ID_PREFIX, MemberRef, WalletKind, WalletPass
from shuke.surfaces.portal import colours
from shuke.surfaces.portal.tests.conftest import PHONE


class Wallet:
    """Keeps what a pass was to show; Apple's is a file, Google's a link."""

    ends_on = None

    def __init__(self, kind):
        self.kind, self.shown = kind, []

    def pass_of(self, face):
        self.shown.append(face)
        apple = WalletPass(content=b"zip", content_type="application/vnd.apple.pkpass", name="card.pkpass")
        return apple if self.kind is WalletKind.APPLE else WalletPass(url="https://wallet.example/save/x")


@pytest.fixture
def made(monkeypatch):
    monkeypatch.setattr(members.wallets, "_wallets", {kind: Wallet(kind) for kind in WalletKind})
    return members.wallets._wallets


def links(client, agent):
    return [name for name in ("Apple", "Google") if f"加到 {name} 钱包" in client.get(
        "/m/card", headers={"user-agent": agent}
    ).content.decode()]  # fmt: skip


def test_without_keys_no_wallet_is_offered(phone):
    client = phone()
    assert links(client, "iPhone") == []
    assert client.get("/m/card/apple").status_code == 404


def test_a_phone_is_offered_its_own_wallet_and_a_desk_both(phone, made):
    client = phone()
    offered = {agent: links(client, agent) for agent in ("iPhone", "Linux; Android 15", "Macintosh")}
    assert offered == {"iPhone": ["Apple"], "Linux; Android 15": ["Google"], "Macintosh": ["Apple", "Google"]}


def test_a_pass_shows_who_it_is_and_what_they_have(phone, made):
    client = phone()
    answer = client.get("/m/card/apple")
    assert (answer.content, answer["Content-Type"]) == (b"zip", "application/vnd.apple.pkpass")
    assert answer["Content-Disposition"] == 'attachment; filename="card.pkpass"'
    (face,) = made[WalletKind.APPLE].shown
    member = members.find(MemberRef(phone=PHONE))
    assert face.number == ids.encode(ID_PREFIX, member.id)
    assert (face.shop, face.about) == ("街角杂货", "街角杂货 会员卡")
    assert (face.holder, face.points) == (("会员", member.phone_masked), ("积分", "50"))
    assert (face.tier, face.colour) == (("等级", "普通会员"), "#a8321f")
    assert face.note[1].startswith("积分与等级截至 2026-06-15。")
    assert face.icon.startswith(b"\x89PNG")

    assert client.get("/m/card/google")["Location"] == "https://wallet.example/save/x"
    assert client.get("/m/card/samsung").status_code == 404
    assert Client().get("/m/card/apple")["Location"] == "/m/login?next=%2Fm%2Fcard%2Fapple"


def test_a_pass_has_the_colour_of_the_cards_face():
    sheet = (Path(colours.__file__).parent / "static/portal/portal.css").read_text(encoding="utf-8")
    for art in range(1, 5):
        line = next(line for line in sheet.splitlines() if line.startswith(f".art-{art} "))
        assert colours.of_face(art, "#ffffff") in line
