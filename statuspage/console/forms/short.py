"""The fields for shorter words by SMS and WeChat, which several forms have."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from statuspage.console.forms.compose import SHORT, ComposeForm
from statuspage.statements.forms import TextPairField
from statuspage.statements.short import KEY, LIMITS, SMS, WECHAT, Short

LABELS: Final[Mapping[str, str | Promise]] = {
    SMS: _("Shorter words for SMS"),
    WECHAT: _("Shorter words for WeChat (at most 20 characters)"),
}
# By name: the reason for short notice begins like them, and is none of them.
NAMES: Final = frozenset(f"{SHORT}{medium}" for medium in LIMITS)


def short_field(medium: str) -> TextPairField:
    """Return the field for the words of one medium."""
    return TextPairField(
        label=LABELS[medium], max_length=LIMITS[medium], long=medium == SMS, required=False
    )


def short_given(values: Mapping[str, Any]) -> Short:
    """Return the words by medium, without those that were left empty."""
    given = {medium: values.get(f"{SHORT}{medium}") for medium in LIMITS}
    return {medium: text for medium, text in given.items() if text}


class ShortWordsForm(ComposeForm):
    """A form whose statement may have shorter words for channels with little room."""

    short_sms = short_field(SMS)
    short_wechat = short_field(WECHAT)

    @property
    def short_fields(self) -> list[forms.BoundField]:
        """The fields for shorter words."""
        return [one for one in self.visible_fields() if one.name in NAMES]

    @property
    def short_used(self) -> bool:
        """True where one of them holds something, or is refused."""
        return any(one.errors or any(_parts(one)) for one in self.short_fields)

    def given(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the service's arguments, with the shorter words as one of them."""
        found = super().given(values)
        found = {name: one for name, one in found.items() if name not in NAMES}
        short = short_given(values)
        return {**found, KEY: short} if short else found


def _parts(bound: forms.BoundField) -> list[str]:
    """Return what a field holds in each language, typed or from a template."""
    value = bound.value()
    return [*value.values()] if isinstance(value, dict) else [*(value or ())]
