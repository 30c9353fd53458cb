"""Form fields for texts in both languages, shared by the console and the admin."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import get_default_renderer
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from statuspage.statements.texts import CHINESE, ENGLISH, MAX_LENGTH, Text, clean_text

# (form name's ending, language, HTML lang, label)
PARTS: Final = (("zh", CHINESE, "zh-Hans", _("Chinese")), ("en", ENGLISH, "en", _("English")))
PART: Final = (
    '<div class="pair-part"><label for="{}">{}</label>{}'
    '<span class="pair-missing" hidden>{}</span></div>'
)


class TextPairWidget(forms.MultiWidget):
    """Chinese and English beside each other, each with a label of its own.

    An empty part keeps a placeholder of one space, by which the console's style sheet marks it as
    missing: that works while typing, without any script. Elsewhere the mark stays hidden.
    """

    def __init__(self, *, long: bool = False) -> None:
        kind = forms.Textarea if long else forms.TextInput
        size = {"rows": 5} if long else {}
        super().__init__(
            {
                ending: kind({"lang": html, "placeholder": " ", **size})
                for ending, _language, html, _label in PARTS
            }
        )

    def decompress(self, value: Mapping[str, str] | None) -> list[str]:
        """Return the two parts of a text."""
        return [(value or {}).get(language, "") for _ending, language, _html, _label in PARTS]

    def render(
        self,
        name: str,
        value: Any,
        attrs: dict[str, Any] | None = None,
        renderer: Any = None,
    ) -> SafeString:
        """Return both inputs, labelled."""
        parts = self.get_context(name, value, attrs)["widget"]["subwidgets"]
        labelled = (
            (part["attrs"].get("id", ""), label, self._input(part, renderer), _("missing"))
            for part, (_ending, _language, _html, label) in zip(parts, PARTS, strict=True)
        )
        return format_html('<div class="pair">{}</div>', format_html_join("", PART, labelled))

    @staticmethod
    def _input(part: dict[str, Any], renderer: Any) -> SafeString:
        renderer = renderer or get_default_renderer()
        return SafeString(renderer.render(part["template_name"], {"widget": part}))


class TextPairField(forms.MultiValueField):
    """A Text. Chinese is required where the field is; English may always be left out."""

    widget: TextPairWidget

    def __init__(self, *, max_length: int = MAX_LENGTH, long: bool = False, **options: Any) -> None:
        self.max_length = max_length
        parts = [forms.CharField(required=False) for _part in PARTS]
        widget = TextPairWidget(long=long)
        super().__init__(parts, require_all_fields=False, widget=widget, **options)

    def compress(self, data_list: list[str]) -> Text:
        """Return the text, or raise ValidationError; a CR LF of the browser counts once."""
        if not any(data_list):
            if self.required:  # white space counted as something until it was stripped
                raise ValidationError(self.error_messages["required"], code="required")
            return {}
        value = {
            language: part.replace("\r\n", "\n")
            for (_ending, language, _html, _label), part in zip(PARTS, data_list, strict=True)
        }
        return clean_text(value, max_length=self.max_length)
