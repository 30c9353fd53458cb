"""Texts in the operator's languages: Chinese is required, English falls back to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from django.core.exceptions import ValidationError
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

Text: TypeAlias = dict[str, str]

CHINESE: Final = "zh-hans"
ENGLISH: Final = "en"
LANGUAGES: Final = (CHINESE, ENGLISH)
MAX_LENGTH: Final = 5000


@dataclass(frozen=True)
class LocalizedText:
    """What is shown, and its language: an English page says so where it has to fall back."""

    value: str
    language: str

    def __str__(self) -> str:
        return self.value


def words(text: Mapping[str, str], language: str) -> LocalizedText:
    """Return the text in `language`, or in Chinese where that is missing, with its language."""
    spoken = language if text.get(language) else CHINESE
    return LocalizedText(text.get(spoken, ""), spoken)


def in_language(text: Mapping[str, str], language: str) -> str:
    """Return the text in `language`, or in Chinese where that is missing."""
    return text.get(language) or text.get(CHINESE, "")


def for_reader(text: Mapping[str, str]) -> str:
    """Return the text in the active language, or in Chinese where that is missing."""
    return in_language(text, get_language() or CHINESE)


def in_each_language(worded: Callable[[], object]) -> Text:
    """Return the results of `worded` by language, with that language active."""
    said = {}
    for language in LANGUAGES:
        with override(language):
            said[language] = str(worded())
    return said


def clean_text(value: object, *, max_length: int = MAX_LENGTH) -> Text:
    """Return a Text with stray white space removed and empty translations left out.

    Raises:
        ValidationError: not a mapping of known languages to strings, Chinese missing, too
            long (in characters), or with a NUL character.
    """
    if not isinstance(value, Mapping):
        raise ValidationError(_('Enter {"zh-hans": "…", "en": "…"}.'), code="shape")
    unknown = set(value) - set(LANGUAGES)
    if unknown:
        raise ValidationError(
            _("Unknown language: %(languages)s. Use zh-hans and en."),
            code="language",
            params={"languages": ", ".join(sorted(map(str, unknown)))},
        )
    text = {language: _clean_one(part, max_length) for language, part in value.items()}
    if not text.get(CHINESE):
        raise ValidationError(_("The Chinese text (zh-hans) is required."), code="required")
    return {language: part for language, part in text.items() if part}


def _clean_one(part: object, max_length: int) -> str:
    if not isinstance(part, str):
        raise ValidationError(_('Enter {"zh-hans": "…", "en": "…"}.'), code="shape")
    # Neither a NUL character nor a lone surrogate, which no encoding can carry.
    if "\x00" in part or any("\ud800" <= character <= "\udfff" for character in part):
        raise ValidationError(_("The text contains an unsupported character."), code="nul")
    if len(part) > max_length:
        raise ValidationError(
            _("The text is too long: %(length)d characters, at most %(limit)d. Shorten it."),
            code="length",
            params={"length": len(part), "limit": max_length},
        )
    return part.strip()
