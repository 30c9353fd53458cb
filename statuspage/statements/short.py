"""Shorter words for channels with little room, said there in place of a statement's body.

They are part of the statement's content: the log shows what was said, wherever it was said.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from statuspage.statements.documents import SHORT
from statuspage.statements.placeholders import check_filled_in
from statuspage.statements.texts import CHINESE, Text, clean_text

Short = dict[str, Text]

KEY: Final = SHORT
SMS: Final = "sms"
WECHAT: Final = "wechat"
# By medium, the most characters in each language. A template message of WeChat shows 20 of its
# remark and cuts the rest; an SMS of 300 is still sent whole, whatever stands before and after it.
LIMITS: Final[Mapping[str, int]] = {SMS: 300, WECHAT: 20}


def clean_short(value: object) -> Short:
    """Return the words by medium; media without any are left out.

    Raises:
        ValidationError: another shape, an unknown medium, or an unusable or too long text.
    """
    if value is None:
        return {}
    if not isinstance(value, Mapping) or set(value) - set(LIMITS):
        raise ValidationError(
            _('Enter {"sms": {"zh-hans": "…"}, "wechat": {"zh-hans": "…"}}.'), code="shape"
        )
    given = {medium: text for medium, text in value.items() if text}
    return {medium: clean_text(given[medium], max_length=LIMITS[medium]) for medium in given}


def clean_said_short(value: object) -> Short:
    """Return words that can be published; ValidationError where one has a placeholder left."""
    short = clean_short(value)
    for text in short.values():
        check_filled_in(text)
    return short


def with_short(content: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content with the shorter words that `said` gives, if it gives any."""
    short = said.get(KEY)
    return {**content, KEY: short} if short else dict(content)


def in_short(content: Mapping[str, Any], language: str) -> dict[str, str]:
    """Return the shorter words by medium in that language; without any, the body is said there."""
    short: Mapping[str, Text] = content.get(KEY) or {}
    # A reader of English gets the English body rather than shorter words in Chinese.
    spoken = language if language in content["body"] else CHINESE
    return {medium: text[spoken] for medium, text in short.items() if text.get(spoken)}
