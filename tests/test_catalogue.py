"""The interface in both languages: no gap, no broken placeholder, Chinese punctuation."""

import re
from string import Formatter

import polib
import pytest

from tests.tools.messages import CATALOGUE, verify

ENTRIES = polib.pofile(str(CATALOGUE))
PLACEHOLDER = re.compile(r"%\([a-z_]+\)[sd]")
BETWEEN_CHINESE = re.compile(r"[\u4e00-\u9fff][,;?!](?=[\u4e00-\u9fff])")


TEMPLATES = CATALOGUE.parents[3] / "templates"
# What is said in a template, each as one sign; then what is left are tags and signs between them.
SAID = re.compile(
    r"{%\s*blocktranslate.*?endblocktranslate\s*%}|{%\s*translate.*?%}|{{.*?}}", re.DOTALL
)
UNSAID = re.compile(r"<(style|script)\b.*?</\1>|{#.*?#}|{%.*?%}|<[^>]*>", re.DOTALL)
SIGN_BETWEEN = re.compile(r"§\s*[.,;:!?](?=[\s§]|$)")


def translations(entry):
    return [entry.msgstr, *entry.msgstr_plural.values()]


def test_every_string_is_translated_and_compiled():
    verify()


def test_a_gap_is_refused(tmp_path, monkeypatch):
    from tests.tools import messages

    broken = tmp_path / "django.po"
    broken.write_text(CATALOGUE.read_text() + '\nmsgid "Never translated"\nmsgstr ""\n')
    monkeypatch.setattr(messages, "CATALOGUE", broken)
    with pytest.raises(SystemExit, match="Never translated"):
        messages.verify()


def test_a_stale_compilation_is_refused_and_compiling_mends_it(tmp_path, monkeypatch):
    from tests.tools import messages

    copy = tmp_path / "django.po"
    copy.write_text(CATALOGUE.read_text() + '\nmsgid "New word"\nmsgstr "新词"\n')
    copy.with_suffix(".mo").write_bytes(CATALOGUE.with_suffix(".mo").read_bytes())
    monkeypatch.setattr(messages, "CATALOGUE", copy)
    with pytest.raises(SystemExit, match="out of date"):
        messages.verify()
    messages.compile_catalogue()
    messages.verify()


def test_every_placeholder_survives_translation():
    for entry in ENTRIES:
        wanted = set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
        for text in filter(None, translations(entry)):
            assert set(PLACEHOLDER.findall(text)) <= wanted | set(PLACEHOLDER.findall(entry.msgid))
            if not entry.msgid_plural:
                assert set(PLACEHOLDER.findall(text)) == wanted, entry.msgid


def test_braces_are_balanced():
    for entry in ENTRIES:
        for text in filter(None, translations(entry)):
            if "{" in entry.msgid and "zh-hans" not in entry.msgid and '{"' not in entry.msgid:
                list(Formatter().parse(text))


def test_no_half_width_punctuation_between_chinese_characters():
    broken = [
        text for entry in ENTRIES for text in translations(entry) if BETWEEN_CHINESE.search(text)
    ]
    assert broken == []


def test_signs_between_what_is_said_are_translated():
    """A full stop or colon that a template writes itself is an English one in Chinese too."""
    found = {
        str(one.relative_to(TEMPLATES)): SIGN_BETWEEN.findall(
            UNSAID.sub("", SAID.sub("§", one.read_text()))
        )
        for one in TEMPLATES.rglob("*.html")
    }
    assert "console/partials/recipes.html" in found
    assert {name: signs for name, signs in found.items() if signs} == {}
