"""Begin a form with prepared words, and never write over what somebody typed without saying so."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict
from django.shortcuts import get_object_or_404
from django.utils import timezone

from statuspage.console.forms.compose import ComposeForm
from statuspage.console.wanted import chosen_row, number_of
from statuspage.incidents.models import Template
from statuspage.incidents.selectors import templates
from statuspage.statements.forms import PARTS, TextPairField

Parts = dict[str, str | list[str]]


def offered(request: HttpRequest, form: ComposeForm, *uses: str) -> list[Template]:
    """Return the templates for these moments; a new form begins with the one of the query string.

    Raises:
        Http404: the query string names a template that is for none of them.
    """
    rows = templates(*uses)
    chosen = chosen_row(request, "template", rows) if request.method != "POST" else None
    if chosen and not form.is_bound:
        form.initial = {**form.initial, **form.prepared(chosen)}
    return list(rows)


def take(
    request: HttpRequest, form: ComposeForm, rows: Iterable[Template], *, over: bool
) -> list[str]:
    """Put the chosen template's values into a form that was sent; return the labels it left alone.

    A field that holds something else than at first is only written over where `over` says so.

    Raises:
        Http404: no such template is offered.
    """
    chosen = get_object_or_404(
        Template.objects.filter(pk__in=[one.pk for one in rows]),
        pk=number_of(request.POST.get("template", "")),
    )
    data, kept = QueryDict(mutable=True), []
    data.update(request.POST)
    for name, value in form.prepared(chosen).items():
        wanted = _parts(form, name, value)
        # A promised time was reckoned when the page was opened, and goes on being a good one.
        if isinstance(value, datetime) and request.POST.get(name) and not over:
            continue
        if _untouched(form, name, wanted) or over:
            for part, text in wanted.items():
                data.setlist(part, text if isinstance(text, list) else [text])
        else:
            kept.append(str(form[name].label))
    form.data = data
    return kept


def as_sent(form: ComposeForm, values: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return a form with these values, and else its first ones, as a browser would send it."""
    sent: dict[str, list[str]] = {}
    for name, field in form.fields.items():
        value = values.get(name, form.get_initial_for_field(field, name))
        if isinstance(field, forms.BooleanField):
            sent |= {name: ["on"]} if value else {}
            continue
        parts = _parts(form, name, value).items()
        sent |= {part: one if isinstance(one, list) else [one] for part, one in parts}
    return sent


def _untouched(form: ComposeForm, name: str, wanted: Mapping[str, Any]) -> bool:
    """Return whether a field is empty, as it was at first, or says the same already."""
    first = _parts(form, name, form.get_initial_for_field(form.fields[name], name))
    typed = {part: _sent(form, part, text) for part, text in wanted.items()}
    return not any(typed.values()) or typed in (first, wanted)


def _sent(form: ComposeForm, part: str, like: str | list[str]) -> str | list[str]:
    data: Any = form.data
    if isinstance(like, list):
        return list(data.getlist(part))
    return str(data.get(part, "")).replace("\r\n", "\n")


def _parts(form: ComposeForm, name: str, value: Any) -> Parts:
    """Return a field's value as a browser sends it."""
    field = form.fields[name]
    if isinstance(field, TextPairField):
        return {
            f"{name}_{ending}": (value or {}).get(language, "") for ending, language, *_x in PARTS
        }
    if value is None and isinstance(field, forms.MultipleChoiceField):
        # Nothing is ticked: the first choice would narrow a notice to one province.
        return {name: []}
    if value is None and isinstance(field, forms.ChoiceField):
        # A browser sends the first choice where none is preselected.
        choices: Any = field.choices
        return {name: next((str(one) for one, _label in choices), "")}
    if isinstance(value, list | tuple):
        return {name: [str(one) for one in value]}
    if isinstance(value, datetime):
        return {name: f"{timezone.localtime(value):%Y-%m-%dT%H:%M}"}
    return {name: "" if value is None else str(value)}
