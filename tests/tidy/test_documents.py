"""What people are told to type exists, links lead somewhere, and English and Chinese pages come in pairs."""

import re
import shlex
from pathlib import Path

import pytest
import typer

from shuke.rooms.org.contracts import SCOPES
from shuke.surfaces.cli.main import app

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "src").rglob("*.md"))]
PAIRED = [ROOT / "README.md", *(page for page in PAGES if page.is_relative_to(ROOT / "docs"))]


def name(page):
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_make_target_that_a_page_names_exists(page):
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    # A command is told in backticks or on a line of its own in a block, after any settings.
    named = set(re.findall(r"(?:`|^)(?:[A-Z_]+=\S+ )*make ([a-z][a-z-]*)", page.read_text(), re.MULTILINE))
    assert named - targets == set()


def told_commands(page):
    """Return the words of every `shuke …` that a page tells in backticks or in a block."""
    text = page.read_text().replace("\\\n", " ")
    inline = re.findall(r"`(?:[A-Z_]+=\S+ )?(?:\.venv/bin/)?shuke ([a-z][^`\n]*)`", text)
    blocks = "\n".join(re.findall(r"```bash\n(.*?)```", text, re.DOTALL))
    lines = re.findall(r"(?:^|\()(?:\.venv/bin/)?shuke ([a-z](?:\"[^\"\n]*\"|[^\n)>&|])*)", blocks, re.MULTILINE)
    return [shlex.split(command) for command in (*inline, *lines)]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_shuke_command_and_flag_that_a_page_names_exists(page):
    unknown = []
    for words in told_commands(page):
        command, rest = typer.main.get_command(app), list(words)
        while rest and rest[0] in getattr(command, "commands", {}):
            command = command.commands[rest.pop(0)]
        flags = {flag for parameter in command.params for flag in (*parameter.opts, *parameter.secondary_opts)}
        named = {word for word in rest if word.startswith("--")}
        if len(rest) == len(words) or named - flags:
            unknown.append(" ".join(words))
    assert unknown == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_inside_the_project_leads_to_a_file(page):
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text())
    inside = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    assert [link for link in inside if not (page.parent / link).exists()] == []


def test_every_picture_is_shown_somewhere():
    shown = {
        (page.parent / link).resolve() for page in PAGES for link in re.findall(r"\]\(([^)#\s]+)", page.read_text())
    }
    assert [name(picture) for picture in sorted((ROOT / "docs" / "images").iterdir()) if picture not in shown] == []


@pytest.mark.parametrize("page", PAIRED, ids=name)
def test_every_page_has_its_chinese_or_english(page):
    if page.parent.name == "adr":
        return  # decisions are kept in English, for those who change the code
    stem = page.name.removesuffix(".md").removesuffix(".zh-CN")
    other = f"{stem}.md" if page.name.endswith(".zh-CN.md") else f"{stem}.zh-CN.md"
    assert (page.parent / other).exists()


@pytest.mark.parametrize("page", ["api.md", "api.zh-CN.md"])
def test_every_scope_of_a_key_is_named(page):
    told = (ROOT / "docs" / "reference" / page).read_text()
    assert [scope.value for scope in SCOPES if f"`{scope.value}`" not in told] == []
