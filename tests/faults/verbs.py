"""A club in which everything can happen, and each verb of the write path as one call that may be made again."""

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, deployment, home, ids
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import SCOPES, Kind, NewOrganisation
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import IMPORT_PREFIX, ImportFile
from shuke.rooms.programs.imports import importing
from tests.api.club import CLUB
from tests.api.conftest import BY, NOW, Caller
from tests.faults import shop_verbs

LATER = datetime(2017, 2, 20, 17, tzinfo=UTC)  # what waits 30 days for its delivery is due by now, for everybody
TEXT = CLUB.replace("cool_down: 7 days", "cool_down: 1 days").replace(
    "    refunds: debt", "    refunds: debt\n    value: 0.01\n    pay: {percent: 50}"
)
TEXT += shop_verbs.OFFERS
FILE = "external_id,name,points,expires_on\n" + "".join(f"I-{n},Bella {n},{10 * n},2018-01-31\n" for n in range(1, 6))
CHUNK = 2  # members or rows in a transaction of what works in chunks

Known = Mapping[str, Any]
Verb = Callable[[Known, int], Any]


def settle() -> dict[str, Any]:
    """Make the club in an empty database, and return the names by which the verbs know what is there."""
    deployment.establish(home.current(), "sandbox", "en")
    clock.set_business_clock(NOW)
    org.create_organisation(NewOrganisation("Corner", "USD", "America/New_York", "en", Kind.SANDBOX), BY)
    programs.publish(TEXT, BY)
    secrets = [org.create_key(name, SCOPES, BY)[1] for name in ("till", "office")]
    known: dict[str, Any] = {"secrets": secrets}
    for name in "ABCDEFGH":
        known[name] = _sent(known, "members", _person(name))["id"]
        known[f"order {name}"] = _sent(known, "orders", _order(f"O-{name}", name, 300_00))["id"]
    spent = {"member": _who("A"), "points": 80, "order": {"source": "till", "external_id": "O-A"}}
    known["redemption"] = _sent(known, "redemptions", spent | _name("R"))["id"]
    held = {"member": _who("B"), "points": 60, "until": "2017-06-01T00:00:00Z"}
    known["hold"] = _sent(known, "holds", held | _name("H"))["id"]
    shop_verbs.settle_before(
        lambda path, body: _sent(known, path, body), lambda path, body: _put(known, path, body), known
    )
    for name in ("import", "imported"):
        file = ImportFile(name, FILE.replace("I-", f"{name}-").encode(), "crm", {})
        known[name] = ids.encode(IMPORT_PREFIX, programs.check_import(file, BY).id)
    programs.commit_import(_import(known["imported"]), BY)
    clock.set_business_clock(LATER)
    merged = {"sources": [known["H"]], "reason": "one person"}
    known["merge"] = _sent(known, f"members/{known['G']}/merge", merged)["id"]
    asked = {"member": _who("C"), "points": 90, "reason": "a prize", "ask": True}
    known["approval"] = _sent(known, "adjustments", asked | _name("A"))["id"]
    shop_verbs.settle_after(lambda path, body: _sent(known, path, body), known)
    return known


def _name(external_id: str) -> dict[str, str]:
    return {"source": "till", "external_id": external_id}


def _who(name: str) -> dict[str, Any]:
    return {"external_id": {"source": "shop", "external_id": name}}


def _person(name: str) -> dict[str, Any]:
    return {"external_ids": [{"source": "shop", "external_id": name}], "name": f"Ann {name}"}


def _order(external_id: str, member: str, net_minor: int) -> dict[str, Any]:
    at = clock.business_now().isoformat()
    lines = [{"sku": "1029743", "quantity": 2, "net_minor": net_minor}]
    order = {"occurred_at": at, "currency": "USD", "net_minor": net_minor, "lines": lines}
    return _name(external_id) | {"member": _who(member)} | order


def _import(id: str) -> Any:
    return ids.decode(IMPORT_PREFIX, id)


def _answered(known: Known, path: str, body: Mapping[str, Any], key: int = 0) -> tuple[int, dict[str, Any]]:
    """Send a request with the one Idempotency-Key that its verb has; return status and body."""
    answer = Caller(known["secrets"][key]).post(f"/v1/{path}", body, HTTP_IDEMPOTENCY_KEY="once")
    return answer.status_code, answer.json()


def _sent(known: Known, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
    answer = Caller(known["secrets"][0]).post(f"/v1/{path}", body)
    assert answer.status_code < 300, answer.json()
    found: dict[str, Any] = answer.json()
    return found


def _put(known: Known, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
    caller = Caller(known["secrets"][0])
    answer = caller.client.put(f"/v1/{path}", body, content_type="application/json", **caller.headers)
    assert answer.status_code < 300, answer.json()
    found: dict[str, Any] = answer.json()
    return found


def _ended(work: Callable[..., Any], id: str) -> str:
    """Commit or undo an import, and return how it stands, or that there is nothing left to do."""
    try:
        return str(work(_import(id), BY).state)
    except Refusal as refusal:
        return refusal.code


# --- the verbs; `size` makes each operation another one ---


def _batch(known: Known, size: int) -> Any:
    orders = [_order(f"N-{n}", "ABCD"[n % 4], (50 + n) * 100) for n in range(3 * size)]
    return _answered(known, "orders/batch", {"orders": orders})


def _recorded_and_refunded(known: Known, size: int) -> Any:
    """Record through the facade, where each fact about one before it begins another transaction."""
    from shuke.rooms.members.contracts import ExternalId, MemberRef
    from shuke.rooms.programs.contracts import OrderFact, RefundFact

    who = MemberRef(external=ExternalId("shop", "D"))
    now = clock.business_now()
    facts: list[Any] = []
    for n in range(size):
        facts.append(OrderFact("till", f"F-{n}", who, now, 40_00, 40_00, "USD"))
        facts.append(RefundFact("till", f"F-{n}-back", ("till", f"F-{n}"), net_minor=15_00))
    return [str(result.refusal) for result in programs.record(facts, BY)]


def _refund(known: Known, size: int) -> Any:
    return _answered(known, f"orders/{known['order A']}/refunds", _name("N") | {"net_minor": size * 50_00})


def _redeem(known: Known, size: int) -> Any:
    return _answered(known, "redemptions", _name("N") | {"member": _who("C"), "points": 40 * size})


def _give_back(known: Known, size: int) -> Any:
    return _answered(known, f"redemptions/{known['redemption']}/return", _name("N") | {"points": 20 * size})


def _hold(known: Known, size: int) -> Any:
    body = {"member": _who("D"), "points": 30 * size, "until": "2017-06-01T00:00:00Z"}
    return _answered(known, "holds", _name("N") | body)


def _capture(known: Known, size: int) -> Any:
    return _answered(known, f"holds/{known['hold']}/capture", _name("N") | {"points": 20 * size})


def _release(known: Known, size: int) -> Any:
    return _answered(known, f"holds/{known['hold']}/release", _name(f"N-{size}"))


def _transfer(known: Known, size: int) -> Any:
    body = {"member": _who("E"), "to": _who("F"), "points": 50 * size}
    return _answered(known, "transfers", _name("N") | body)


def _ask(known: Known, size: int) -> Any:
    body = {"member": _who("D"), "points": 100 * size, "reason": "a prize", "ask": True}
    return _answered(known, "adjustments", _name("N") | body)


def _approve(known: Known, size: int) -> Any:
    body = {"decision": "approve", "comment": "yes" * size}
    return _answered(known, f"approvals/{known['approval']}/decision", body, key=1)


def _enrol(known: Known, size: int) -> Any:
    return _answered(known, "members", _person(f"N-{size}"))


def _merge(known: Known, size: int) -> Any:
    sources = [known[name] for name in "DEF"[:size]]
    return _answered(known, f"members/{known['C']}/merge", {"sources": sources, "reason": "one person"})


def _unmerge(known: Known, size: int) -> Any:
    return _answered(known, f"merges/{known['merge']}/undo", {"reason": "two people" * size})


def _publish(known: Known, size: int) -> Any:
    return _answered(known, "programs/publish", {"text": TEXT.replace("points: 5}", f"points: {5 + size}}}")})


def _withdraw(known: Known, size: int) -> Any:
    """Plan a version and take it back, each with a key of its own."""
    text = TEXT.replace("points: 5}", f"points: {5 + size}}}")
    planned = {"text": text, "effective_from": "2017-04-01T00:00:00Z"}
    _, version = _answered(known, "programs/publish", planned, key=1)
    return _answered(known, f"programs/club/versions/{version['number']}/withdrawal", {})


def _check_import(known: Known, size: int) -> Any:
    body = {"name": "n.csv", "source": "crm", "content": FILE.replace("I-", f"N{size}-")}
    return _answered(known, "imports", body)


def _ask_import(known: Known, size: int) -> Any:
    return _answered(known, f"imports/{known['import']}/commit", {})


def _commit_import(known: Known, size: int) -> Any:
    importing.CHUNK = CHUNK + size - 1
    return _ended(programs.commit_import, known["import"])


def _undo_import(known: Known, size: int) -> Any:
    importing.CHUNK = CHUNK + size - 1
    return _ended(programs.undo_import, known["imported"])


def _advance(known: Known, size: int) -> Any:
    """Do the nightly advance; how many are left to do depends on where it was cut off."""
    programs.advance_due(chunk=CHUNK + size - 1)


def _seal(known: Known, size: int) -> Any:
    """Seal the ledger; a second time there is nothing to seal."""
    programs.seal()


def _back_up(known: Known, size: int) -> Any:
    """Write the backup, which leaves the database alone, and look whether the file is whole."""
    from shuke.foundation import backup_file
    from shuke.surfaces.cli import backup

    path = Path(os.environ["SHUKE_HOME"]) / "shop.backup"
    backup.backup(str(path), with_secrets=False, as_json=True)
    with backup_file.opened(path) as written:
        return written.manifest.organisation


VERBS: dict[str, Verb] = {
    "orders": _batch,
    "record": _recorded_and_refunded,
    "refund": _refund,
    "redemption": _redeem,
    "return": _give_back,
    "hold": _hold,
    "capture": _capture,
    "release": _release,
    "transfer": _transfer,
    "adjustment": _ask,
    "approval": _approve,
    "enrol": _enrol,
    "merge": _merge,
    "unmerge": _unmerge,
    "publish": _publish,
    "withdraw": _withdraw,
    "import-check": _check_import,
    "import-ask": _ask_import,
    "import-commit": _commit_import,
    "import-undo": _undo_import,
    "advance": _advance,
    "seal": _seal,
    "backup": _back_up,
    **shop_verbs.verbs(_answered),
}
