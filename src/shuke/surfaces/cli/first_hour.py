"""`shuke init`: asks what a deployment needs to know and makes it."""

import sys
from dataclasses import astuple, dataclass

import typer

from shuke.core.values.errors import Refusal
from shuke.foundation import home as homes
from shuke.foundation.home import Home
from shuke.surfaces.cli import session
from shuke.surfaces.cli.terminal import Exit, note, result, speak_of, words

_FLAGS = {
    "/name": "--organisation",
    "/currency": "--currency",
    "/time_zone": "--time-zone",
    "/language": "--language",
    "/email": "--email",
}


@dataclass(frozen=True, slots=True)
class Answers:
    """What was said by flags or on the terminal; None: not said."""

    organisation: str | None
    currency: str | None
    time_zone: str | None
    language: str | None
    email: str | None


def init(said: Answers, kind: str, *, as_json: bool) -> int:
    """Make a deployment of a `kind`, live or sandbox, with organisation and owner; print the owner's new password.

    Raises: Refusal of the session, and of `org.facade`: `organisation_exists`, `unknown_currency` and the like.
    """
    homes.current().refuse_other_kind(kind)
    answers = _ask(said)
    if None in astuple(answers):
        flags = ", ".join(f"--{name.replace('_', '-')}" for name in Answers.__slots__ if getattr(answers, name) is None)
        note(
            f"Not a terminal, so nothing can be asked; say also: {flags}",
            f"当前不是终端，无法询问；请补充参数：{flags}",
        )
        return Exit.USAGE
    speak_of(answers.language)
    with session.opened(becomes=kind) as home:
        try:
            password = _create(answers, home, kind)
        except Refusal as refused:
            refused.pointer = _FLAGS.get(refused.pointer or "", refused.pointer)
            raise
        origin = home.value("origin")
        data = {"home": str(home.folder), "kind": kind, "email": answers.email, "password": password, "origin": origin}
        lines = [
            words(
                f"{answers.organisation} is set up in {home.folder}.",
                f"{answers.organisation} 已建立于 {home.folder}。",
            ),
            words(f"  log-in    {answers.email}", f"  登录邮箱  {answers.email}"),
            words(f"  password  {password}  (shown once)", f"  密码      {password}（仅显示一次）"),
            words(f"Start it with: shuke serve   then open {origin}", f"启动：shuke serve，然后打开 {origin}"),
        ]
        if kind == "sandbox":
            lines.append(
                words(
                    "It is a sandbox; its test clock is moved with: shuke clock advance --to 2027-01-01",
                    "这是沙箱；用 shuke clock advance --to 2027-01-01 拨动测试时钟",
                )
            )
        result(data, lines, as_json=as_json)
    return Exit.OK


def _create(answers: Answers, home: Home, kind: str) -> str:
    """Make organisation and owner, and mark the home as the last thing, so that a refused init leaves it empty."""
    from shuke.foundation import deployment
    from shuke.foundation.transactions import unit_of_work
    from shuke.rooms.org import facade as org
    from shuke.rooms.org.contracts import Kind, NewOrganisation, Role
    from shuke.surfaces.cli.people import actor

    name, currency, time_zone, language, email = (str(answer) for answer in astuple(answers))
    with unit_of_work():
        org.create_organisation(NewOrganisation(name, currency, time_zone, language, Kind(kind)), actor())
        _owner, password = org.create_staff(email, email.partition("@")[0], Role.OWNER, actor(), language)
        deployment.establish(home, kind, language)
    return password


def _ask(said: Answers) -> Answers:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return Answers(said.organisation, said.currency, said.time_zone, said.language, said.email)
    return Answers(
        said.organisation or _prompt("Organisation", "组织名称"),
        said.currency or _prompt("Currency (ISO 4217)", "货币（ISO 4217）", "CNY"),
        said.time_zone or _prompt("Time zone", "时区", "Asia/Shanghai"),
        said.language or _prompt("Language (zh-hans or en)", "语言（zh-hans 或 en）", words("en", "zh-hans")),
        said.email or _prompt("Owner's e-mail", "所有者邮箱"),
    )


def _prompt(english: str, chinese: str, default: str | None = None) -> str:
    return str(typer.prompt(words(english, chinese), default=default, err=True))
