"""The fields for shorter words by SMS and WeChat, which several forms have."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from statuspage.console.forms.compose import SHORT, ComposeForm
from statuspage.incidents.models import Template
from statuspage.statements.canonical import Json, canonical, digest
from statuspage.statements.forms import TextPairField
from statuspage.statements.short import KEY, LIMITS, SMS, WECHAT, Short
from statuspage.statements.texts import Text

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
    # For which text a template gave which words: they would contradict a text that was changed.
    short_for = forms.CharField(required=False, widget=forms.HiddenInput, max_length=200)
    short_left_out = False

    @property
    def short_fields(self) -> list[forms.BoundField]:
        """The fields for shorter words."""
        return [one for one in self.visible_fields() if one.name in NAMES]

    @property
    def short_used(self) -> bool:
        """True where one of them holds something, or is refused."""
        return any(one.errors or any(_parts(one)) for one in self.short_fields)

    def prepared(self, template: Template) -> dict[str, Any]:
        """Return what the template gives, and for which text it gives the shorter words."""
        found = super().prepared(template)
        short = short_given(found)
        return {**found, "short_for": _stamp(found.get("body"), short)} if short else found

    def clean(self) -> dict[str, Any]:
        """Leave out a template's shorter words where only the text was changed."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        text, _dot, words = str(values.get("short_for") or "").partition(".")
        now, _dot, words_now = _stamp(values.get("body"), short_given(values)).partition(".")
        self.short_left_out = bool(text) and words == words_now and text != now
        if self.short_left_out:
            values |= {name: {} for name in NAMES if name in values}
        return values

    def given(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the service's arguments, with the shorter words as one of them."""
        found = super().given(values)
        found = {name: one for name, one in found.items() if name not in {*NAMES, "short_for"}}
        short = short_given(values)
        return {**found, KEY: short} if short else found


def _stamp(body: Text | None, short: Short) -> str:
    """Return digests of a text and of its shorter words."""
    text: dict[str, Json] = {**(body or {})}
    words: dict[str, Json] = {medium: {**one} for medium, one in short.items()}
    return f"{digest(canonical(text))}.{digest(canonical(words))}"


def _parts(bound: forms.BoundField) -> list[str]:
    """Return what a field holds in each language, typed or from a template."""
    value = bound.value()
    return [*value.values()] if isinstance(value, dict) else [*(value or ())]
