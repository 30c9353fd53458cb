"""Texts in the operator's languages: Chinese is required, English falls back to it."""

from collections.abc import Mapping
from typing import Final, TypeAlias

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

Text: TypeAlias = dict[str, str]

CHINESE: Final = "zh-hans"
ENGLISH: Final = "en"
LANGUAGES: Final = (CHINESE, ENGLISH)
MAX_LENGTH: Final = 5000


def in_language(text: Mapping[str, str], language: str) -> str:
    """The text in `language`, or in Chinese where that is missing."""
    return text.get(language) or text.get(CHINESE, "")


def clean_text(value: object, *, max_length: int = MAX_LENGTH) -> Text:
    """A Text with stray white space removed and empty translations left out.

    Raises:
        ValidationError: not a mapping of known languages to strings, Chinese missing, too
            long (in characters), or with a NUL character.
    """
    if not isinstance(value, Mapping):
        raise ValidationError(_('Write {"zh-hans": "…", "en": "…"}.'), code="shape")
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
        raise ValidationError(_('Write {"zh-hans": "…", "en": "…"}.'), code="shape")
    if "\x00" in part or not _is_unicode(part):
        raise ValidationError(_("The text has a character that cannot be stored."), code="nul")
    if len(part) > max_length:
        raise ValidationError(
            _("The text is too long: %(length)d characters, at most %(limit)d."),
            code="length",
            params={"length": len(part), "limit": max_length},
        )
    return part.strip()


def _is_unicode(part: str) -> bool:
    """False for a lone surrogate, which no encoding can carry."""
    return not any("\ud800" <= character <= "\udfff" for character in part)
