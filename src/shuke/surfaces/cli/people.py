"""`shuke keys` and `shuke staff`: who may come in, with which rights."""

import getpass
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shuke.core.values.errors import Refusal
from shuke.surfaces.cli import session, times
from shuke.surfaces.cli.terminal import note, result, table, words

if TYPE_CHECKING:
    from shuke.rooms.org.contracts import Actor, ApiKey, Role, Staff


def actor() -> "Actor":
    """Return whom the audit log names for what the command line does: the system's user."""
    from shuke.rooms.org.contracts import Actor, ActorKind

    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = "?"
    return Actor(ActorKind.CLI, "cli", user)


def create_key(name: str, scopes: list[str], *, as_json: bool) -> None:
    with session.opened():
        from shuke.rooms.org import facade as org

        key, secret = org.create_key(name, scopes, actor())
        note("The secret is shown this once:", "密钥仅显示这一次：")
        result(_key(key) | {"secret": secret}, [secret], as_json=as_json)


def list_keys(*, as_json: bool) -> None:
    with session.opened():
        from shuke.rooms.org import facade as org

        keys, here = org.list_keys(), times.zone()
        rows = [_key(key) for key in keys]
        heads = (
            words("id", "编号"),
            words("name", "名称"),
            words("prefix", "前缀"),
            words("scopes", "权限"),
            words(f"revoked ({here.key})", f"停用（{here.key}）"),
        )
        cells = [
            (
                row["id"],
                row["name"],
                row["prefix"],
                " ".join(key.scopes),
                times.clock_time(key.revoked_at, here) if key.revoked_at else "–",
            )
            for key, row in zip(keys, rows, strict=True)
        ]
        result(rows, table(heads, cells), as_json=as_json)


def revoke_key(id: str, *, as_json: bool) -> None:
    with session.opened():
        from shuke.foundation import ids
        from shuke.rooms.org import facade as org
        from shuke.rooms.org.contracts import KEY_PREFIX

        key = org.revoke_key(ids.decode(KEY_PREFIX, id), actor())
        result(_key(key), [words(f"{key.name} is revoked.", f"{key.name} 已停用。")], as_json=as_json)


@dataclass(frozen=True, slots=True)
class Terms:
    """What the command line says of somebody; None was not said and stays."""

    role: str | None
    stores: list[str] | None
    adjust_limit: str | None
    own_account: str | None


def create_staff(email: str, name: str, role: str, stores: list[str], *, as_json: bool) -> None:
    with session.opened():
        from shuke.rooms.org import facade as org

        person, password = org.create_staff(email, name, _role(role), actor(), stores=stores)
        _print_password(person.email, password, _staff(person), as_json=as_json)


def change_staff(email: str, told: Terms, *, as_json: bool) -> None:
    with session.opened():
        from shuke.rooms.org import facade as org
        from shuke.rooms.org.contracts import StaffTerms

        person = _known(email)
        limit, own = person.adjust_limit, person.own_account
        if told.adjust_limit is not None:
            limit = None if told.adjust_limit == "role" else _whole(told.adjust_limit)
        if told.own_account is not None:
            own = None if told.own_account == "none" else _member(told.own_account)
        role = person.role if told.role is None else _role(told.role)
        stores = _store_codes(person) if told.stores is None else told.stores
        person = org.change_staff(person.id, StaffTerms(role, stores, limit, own), actor())
        result(_staff(person), [words(f"{person.email} is changed.", f"{person.email} 已更改。")], as_json=as_json)


def list_staff(*, as_json: bool) -> None:
    with session.opened():
        from shuke.rooms.org import facade as org

        rows = [_staff(person) for person in org.list_staff()]
        heads = (
            words("e-mail", "邮箱"),
            words("name", "姓名"),
            words("role", "角色"),
            words("stores", "门店"),
            words("limit", "限额"),
            words("active", "启用"),
        )
        cells = [
            (
                row["email"],
                row["name"],
                row["role"],
                " ".join(row["stores"]) or words("all", "全部"),
                words("by role", "按角色") if row["adjust_limit"] is None else f"{row['adjust_limit']:,}",
                words("yes", "是") if row["active"] else words("no", "否"),
            )
            for row in rows
        ]
        result(rows, table(heads, cells), as_json=as_json)


def reset_password(email: str, *, as_json: bool) -> None:
    with session.opened():
        from shuke.rooms.org import facade as org

        _print_password(email, org.reset_password(email, actor()), {"email": email}, as_json=as_json)


def disable_staff(email: str, *, as_json: bool) -> None:
    with session.opened():
        from shuke.rooms.org import facade as org

        person = org.set_staff_active(_known(email).id, False, actor())
        result(_staff(person), [words(f"{person.email} is shut out.", f"{person.email} 已停用。")], as_json=as_json)


def _print_password(email: str, password: str, data: dict[str, object], *, as_json: bool) -> None:
    note(f"The password of {email} is shown this once:", f"{email} 的密码仅显示这一次：")
    result(data | {"password": password}, [password], as_json=as_json)


def _key(key: "ApiKey") -> dict[str, object]:
    from shuke.foundation import ids
    from shuke.rooms.org.contracts import KEY_PREFIX

    return {
        "id": ids.encode(KEY_PREFIX, key.id),
        "name": key.name,
        "prefix": key.prefix,
        "scopes": [scope.value for scope in key.scopes],
        "created_at": key.created_at.isoformat(),
        "revoked_at": key.revoked_at.isoformat() if key.revoked_at else None,
    }


def _staff(person: "Staff") -> dict[str, Any]:
    return {
        "email": person.email,
        "name": person.name,
        "role": person.role.value,
        "stores": _store_codes(person),
        "adjust_limit": person.adjust_limit,
        "own_account": person.own_account,
        "active": person.is_active,
    }


def _known(email: str) -> "Staff":
    from shuke.rooms.org import facade as org

    person = next((each for each in org.list_staff() if each.email == email.strip().lower()), None)
    if person is None:
        raise Refusal("unknown_staff", "Nobody of the staff is known by this.")
    return person


def _role(role: str) -> "Role":
    from shuke.rooms.org.contracts import Role

    if role not in set(Role):
        roles = ", ".join(Role)
        raise Refusal(
            "unknown_role", f"There is no role {role}; there are {roles}.", params={"role": role, "roles": roles}
        )
    return Role(role)


def _store_codes(person: "Staff") -> list[str]:
    from shuke.rooms.org import facade as org

    return [store.code for store in org.list_stores() if store.id in person.stores]


def _member(id: str) -> str:
    """Return the outside id of a member that there is."""
    from shuke.foundation import ids
    from shuke.rooms.members import facade as members
    from shuke.rooms.members.contracts import ID_PREFIX

    members.get(ids.decode(ID_PREFIX, id))
    return id


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise Refusal("limit_out_of_range", "A limit is a whole number of points, or the word role.")
    return int(text)
