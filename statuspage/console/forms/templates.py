"""The form of a template; its fields are those that its moment has."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from statuspage.components.models import Component
from statuspage.components.statuses import ComponentStatus, Impact
from statuspage.console.forms.compose import NOT_WRITTEN, SHORT, short_initial
from statuspage.console.forms.fields import (
    ComponentsField,
    body_field,
    name_field,
    named,
    offer,
    put,
)
from statuspage.console.forms.short import short_field, short_given
from statuspage.incidents.models import Template
from statuspage.incidents.moments import has_claims, has_components, has_name, has_short
from statuspage.incidents.services.templates import (
    FIRST_STATUSES,
    TITLE_LENGTH,
    template_digest,
    template_save,
)
from statuspage.staff.models import Staff
from statuspage.statements.short import LIMITS

CLAIMS = ("status", "impact", "component_status")


class TemplateForm(forms.Form):
    """A template for one moment, new or existing."""

    required_css_class = "required"

    # The template as the author read it.
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    title = forms.CharField(
        label=_("Title in the list"),
        max_length=TITLE_LENGTH,
        help_text=_("Only staff see it."),
    )
    name = name_field(_("Headline"))
    body = body_field(_("Text"))
    short_sms = short_field("sms")
    short_wechat = short_field("wechat")
    status = forms.ChoiceField(
        label=_("Status"), choices=[(one.value, one.label) for one in FIRST_STATUSES]
    )
    impact = forms.ChoiceField(label=_("Impact"), choices=Impact.choices)
    components = ComponentsField()
    component_status = forms.ChoiceField(
        label=_("Status of the services"), choices=ComponentStatus.choices
    )

    def __init__(self, data: QueryDict | None, *, use: str, template: Template | None) -> None:
        """Fill in the values of `template`, if there is one."""
        super().__init__(data, initial=_values(template) if template else {})
        self.use = use
        offer(self, "components", named(Component.objects.all()))
        left_out = {
            *(() if has_name(use) else ("name",)),
            *(() if has_short(use) else (f"{SHORT}{medium}" for medium in LIMITS)),
            *(() if has_claims(use) else CLAIMS),
            *(() if has_components(use) else ("components",)),
        }
        for name in left_out:
            del self.fields[name]

    @property
    def short_fields(self) -> list[forms.BoundField]:
        """The fields for shorter words."""
        return [one for one in self.visible_fields() if one.name.startswith(SHORT)]

    @property
    def short_used(self) -> bool:
        """True: whoever prepares words should see that there can be shorter ones."""
        return True

    def written(self) -> Template:
        """Return the template from the values that are valid so far, unsaved."""
        self.is_valid()
        values = self.cleaned_data if self.is_bound else dict(self.initial)
        short = short_given(values)
        kept = {name: values[name] for name in ("name", "body", *CLAIMS) if values.get(name)}
        return Template(use=self.use, short=short, **{"body": NOT_WRITTEN, **kept})

    def save(self, template: Template | None, by: Staff, ip: str) -> Template | None:
        """Save it; where that is refused, show why beside the fields and return None."""
        values: dict[str, Any] = dict(self.cleaned_data)
        try:
            return template_save(
                template=template,
                by=by,
                ip=ip,
                **{
                    **values,
                    "seen": values["seen"] or None,
                    "use": self.use,
                    "short": short_given(values),
                },
            )
        except ValidationError as error:
            problems = error.error_dict if hasattr(error, "error_dict") else {"": error}
            for name, problem in problems.items():
                self.add_error(self._field_for(name), problem)
            if template and getattr(error, "code", "") == "superseded":
                put(self, seen=template_digest(Template.objects.get(pk=template.pk)))
            return None

    def _field_for(self, name: str) -> str | None:
        if name == "short" and self.short_fields:
            return self.short_fields[0].name
        return name if name in self.fields else None


def _values(template: Template) -> dict[str, Any]:
    return {
        "seen": template_digest(template),
        "title": template.title,
        "name": template.name,
        "body": template.body,
        **short_initial(template.short),
        **{name: getattr(template, name) for name in CLAIMS},
        "components": [one.public_id for one in template.components.all()],
    }
