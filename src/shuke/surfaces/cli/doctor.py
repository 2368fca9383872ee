"""`shuke doctor`: every setting with its source, and a check of everything that a deployment stands on."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from shuke.core.values.errors import Refusal
from shuke.foundation import home as homes
from shuke.foundation.home import Home
from shuke.surfaces.cli import server, session
from shuke.surfaces.cli.terminal import Exit, explain, result, table, words

_LEAST_FREE_MB = 1024
_LARGEST_SKEW_SECONDS = 5
_OLDEST_BACKUP_DAYS = 7
_OLDEST_POSTGRES = 15


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: `state` is ok, warning or failed."""

    name: str
    state: str
    detail: str


def doctor(*, as_json: bool) -> int:
    """Print settings and findings; a failed check is exit code 1."""
    home = homes.current()
    findings = list(_findings(home))
    settings = [("home", str(home.folder), home.source)]
    settings += [(name, _shown(name, said.value), said.source) for name, said in home.settings.items()]
    settings.append(("kind", home.kind or "–", home.kind_source if home.kind else "–"))
    data = {
        "settings": {name: {"value": value, "source": source} for name, value, source in settings},
        "checks": [{"name": each.name, "state": each.state, "detail": each.detail} for each in findings],
    }
    lines = table((words("setting", "设置"), words("value", "值"), words("source", "来源")), settings)
    marks = {"ok": "✓", "warning": "!", "failed": "✗"}
    lines += ["", *table(("", words("check", "检查"), ""), [(marks[f.state], f.name, f.detail) for f in findings])]
    result(data, lines, as_json=as_json)
    return Exit.FAILED if any(each.state == "failed" for each in findings) else Exit.OK


def _findings(home: Home) -> Iterator[Finding]:
    secrets = _refusable("secrets", lambda: _secrets(home))
    yield secrets
    yield _disk(home)
    yield _refusable("wallets", lambda: _wallets(home))
    if home.kind == "live":
        yield _backup(home)
    yield _refusable("port", lambda: _port(home), otherwise="warning")
    if home.kind is None:
        yield Finding(
            "deployment", "warning", words("none yet: shuke init or shuke demo", "尚未建立：shuke init 或 shuke demo")
        )
        return
    if secrets.state == "failed":
        return  # nothing opens without them, and it would only say the same again
    try:
        with session.opened(migrations="leave"):
            yield from _database()
            yield _durability(home)
            yield _migrations()
            yield _refusable("programs", _programs)
            yield _clock()
    except Refusal as refused:
        yield Finding("database", "failed", explain(refused))


def _refusable(name: str, check: Callable[[], str], otherwise: str = "failed") -> Finding:
    try:
        return Finding(name, "ok", check())
    except Refusal as refused:
        return Finding(name, otherwise, explain(refused))


def _secrets(home: Home) -> str:
    secrets = home.secrets()
    if secrets is None:
        return words("made on the first run", "首次运行时生成")
    return words(
        f"{len(secrets.field_keys)} field keys, private", f"{len(secrets.field_keys)} 把字段密钥，仅本用户可读"
    )


def _wallets(home: Home) -> str:
    """Tell for which wallets members can have passes, and until when a certificate lasts."""
    from shuke.adapters import wallets

    made = wallets.of_keys(home.keys_of("wallets"), home.value("origin"))
    if not made:
        return words("no keys: cards stay in the members' pages", "未配置密钥：会员卡仅在会员中心显示")
    ends = {kind: wallet.ends_on for kind, wallet in made.items()}
    return ", ".join(f"{kind} {words('until', '至')} {day}" if day else kind.value for kind, day in ends.items())


def _port(home: Home) -> str:
    server.check(home)
    return words(f"{home.value('bind')} is free", f"{home.value('bind')} 可用")


def _disk(home: Home) -> Finding:
    folder = next(path for path in (home.folder, *home.folder.parents) if path.exists())
    free = shutil.disk_usage(folder).free // 2**20
    detail = words(f"{free:,} MB free in {folder}", f"{folder} 剩余 {free:,} MB")
    return Finding("disk", "ok" if free >= _LEAST_FREE_MB else "failed", detail)


def _backup(home: Home) -> Finding:
    from shuke.foundation import clock

    last = home.last_backup()
    if last is None:
        return Finding("backup", "warning", words("none known: shuke backup FILE", "尚无记录：shuke backup FILE"))
    days = (clock.machine_now() - datetime.fromisoformat(last["made_at"])).days
    state = "ok" if days <= _OLDEST_BACKUP_DAYS else "warning"
    return Finding("backup", state, words(f"{days} days ago, {last['path']}", f"{days} 天前，{last['path']}"))


def _database() -> Iterator[Finding]:
    from django.db import connection

    with connection.cursor() as cursor:
        names = "server_version", "server_encoding", "data_checksums"
        cursor.execute("SELECT current_setting(%s), current_setting(%s), current_setting(%s)", names)
        version, encoding, checksums = cursor.fetchone()
    good = int(version.partition(".")[0]) >= _OLDEST_POSTGRES and encoding == "UTF8"
    yield Finding("database", "ok" if good else "failed", f"PostgreSQL {version}, {encoding}")
    yield Finding("checksums", "ok" if checksums == "on" else "warning", f"data_checksums = {checksums}")


def _durability(home: Home) -> Finding:
    """Tell what a crash could lose; a live deployment does not start with it."""
    from shuke.foundation import durability

    settings, unsafe = durability.settings(), durability.unsafe()
    bad = "warning" if home.kind == "sandbox" else "failed"
    detail = ", ".join(unsafe or [f"{name} = {value}" for name, value in settings.items()])
    return Finding("durability", bad if unsafe else "ok", detail)


def _migrations() -> Finding:
    names = session.pending()
    if not names:
        return Finding("migrations", "ok", words("all applied", "均已执行"))
    return Finding("migrations", "failed", words("not applied: ", "未执行：") + ", ".join(names))


def _programs() -> str:
    from shuke.rooms.programs import facade as programs

    if session.pending():
        return words("after the migrations", "待迁移之后检查")
    count = programs.ready_versions()
    return words(f"{count} versions, served as published", f"{count} 个版本，判定与发布时一致")


def _clock() -> Finding:
    from django.db import connection

    from shuke.foundation import clock

    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (there,) = cursor.fetchone()
    skew = abs((there - clock.machine_now()).total_seconds())
    business = clock.business_now().isoformat(timespec="seconds")
    detail = words(
        f"database and machine differ by {skew:.1f} s; business time {business}",
        f"数据库与机器相差 {skew:.1f} 秒；业务时间 {business}",
    )
    return Finding("clock", "ok" if skew < _LARGEST_SKEW_SECONDS else "failed", detail)


def _shown(name: str, value: str) -> str:
    """Hide the password of a connection string."""
    if name != "database_url" or not value:
        return value or words("(embedded)", "（内置）")
    import psycopg.conninfo

    parts = psycopg.conninfo.conninfo_to_dict(value)
    return " ".join(f"{key}={'***' if key == 'password' else part}" for key, part in parts.items())
