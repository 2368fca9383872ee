"""The words: every message of code and pages has its Chinese, compiled as committed, and every refusal its page."""

import ast
import gettext
import re
from pathlib import Path

import pytest
from django.utils.translation.template import templatize

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "src" / "shuke"
CATALOGUES = sorted(SOURCES.rglob("locale/zh_Hans/LC_MESSAGES/django.po"))
MARKERS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}


def entries(catalogue):
    """Return {(context, message): [translations]} of a .po file; fuzzy entries count as untranslated."""
    found = {}
    for block in re.split(r"\n\s*\n", catalogue.read_text()):
        lines = [line for line in block.splitlines() if not line.startswith("#") or line.startswith("#,")]
        texts = dict.fromkeys(("msgctxt", "msgid"), "")
        translations = []
        field = None
        for line in lines:
            if line.startswith("#,"):
                continue
            keyword, _, text = line.partition(" ") if not line.startswith('"') else (field, "", line)
            text = ast.literal_eval(text.strip())
            if keyword.startswith("msgstr"):
                translations = (
                    [*translations[:-1], translations[-1] + text] if keyword == field else [*translations, text]
                )
            else:
                texts[keyword] = (texts.get(keyword) or "") + text
            field = keyword
        fuzzy = any("fuzzy" in line for line in lines if line.startswith("#,"))
        if texts["msgid"]:
            found[texts["msgctxt"], texts["msgid"]] = [""] if fuzzy else translations
    return found


def messages_of(text):
    """Return the messages that Python text marks for translation, literal arguments only."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)
            arguments = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            if name in MARKERS and arguments:
                context, message = (arguments[0], arguments[1]) if name.startswith("pgettext") else ("", arguments[0])
                yield context, message


def texts_of(text):
    """Return every text that stands in Python text: what a lookup translates is one of them, too."""
    return {
        node.value
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def messages_of_template(path):
    """Return the messages of a page, which Django turns into calls of gettext between blanked markup."""
    calls = re.findall(
        r"""(n?p?gettext)\((u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")(?:, u?'[^']*')*)""", templatize(path.read_text())
    )
    for name, arguments in calls:
        yield from messages_of(f"{name}({arguments})")


def compiled_text(translations, context, message):
    """Return what the compiled catalogue says: it keeps plain, plural and contextual messages apart."""
    if context:
        return translations.pgettext(context, message)
    plain = translations.gettext(message)
    return translations.ngettext(message, message, 1) if plain == message else plain


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda path: str(path.relative_to(SOURCES)))
def test_a_catalogue_is_complete_and_compiled(catalogue):
    texts = entries(catalogue)
    assert [message for (_, message), translations in texts.items() if not translations or not all(translations)] == []
    with catalogue.with_suffix(".mo").open("rb") as compiled:
        translations = gettext.GNUTranslations(compiled)
    stale = [key for key, told in texts.items() if told[0] != compiled_text(translations, *key)]
    assert stale == []


def test_no_message_means_two_things():
    """Django reads all catalogues as one: of two translations people would see whichever is read last."""
    told = {}
    for catalogue in CATALOGUES:
        for key, translations in entries(catalogue).items():
            told.setdefault(key, set()).add(tuple(translations))
    assert {key: said for key, said in told.items() if len(said) > 1} == {}


def test_a_message_says_the_same_in_every_catalogue():
    """Django takes one of them for all: what means something else has a context."""
    told = {}
    for catalogue in CATALOGUES:
        for key, translations in entries(catalogue).items():
            told.setdefault(key, set()).add(tuple(translations))
    assert {key: texts for key, texts in told.items() if len(texts) > 1} == {}


def test_every_message_is_in_a_catalogue():
    known = {key for catalogue in CATALOGUES for key in entries(catalogue)}
    used = {}
    for path in sorted(SOURCES.rglob("*.py")):
        if "tests" not in path.parts:
            used.update(dict.fromkeys(messages_of(path.read_text()), path))
    for path in sorted(SOURCES.rglob("templates/**/*.*")):
        used.update(dict.fromkeys(messages_of_template(path), path))
    assert {message: str(path.relative_to(SOURCES)) for message, path in used.items() if message not in known} == {}


def test_every_message_of_a_catalogue_is_said_somewhere():
    said = set()
    for path in SOURCES.rglob("*.py"):
        if "tests" not in path.parts:
            said |= texts_of(path.read_text())
    for path in SOURCES.rglob("templates/**/*.*"):
        said |= {message for _, message in messages_of_template(path)}
    dead = {message for catalogue in CATALOGUES for _, message in entries(catalogue) if message not in said}
    assert sorted(dead) == []
