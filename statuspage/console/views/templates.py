"""The words kept at hand: list, write, copy, order and delete them, with a preview."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from statuspage.console.access import permits, staff_of
from statuspage.console.examples import example_of
from statuspage.console.forms.templates import TemplateForm
from statuspage.console.trials import send_trial, trial_choices
from statuspage.console.wanted import chosen_row
from statuspage.incidents.models import Template
from statuspage.incidents.moments import moments, placeholders_of
from statuspage.incidents.services.templates import template_delete, template_move
from statuspage.lib.client_ip import client_ip
from statuspage.staff.permissions import Act, may


@permits(Act.READ)
def template_list(request: HttpRequest) -> HttpResponse:
    """List the templates of every moment; moments without one are shown as such."""
    rows: dict[str, list[Template]] = {}
    for one in Template.objects.all():
        rows.setdefault(one.use, []).append(one)
    context = {
        "moments": [(use, label, rows.get(use, [])) for use, label in moments()],
        "edits": may(staff_of(request), Act.EDIT_TEMPLATES),
    }
    return render(request, "console/templates.html", context)


@permits(Act.EDIT_TEMPLATES)
def template_new(request: HttpRequest) -> HttpResponse:
    """Write a template for the moment in the query string, blank or as a copy of another."""
    original = chosen_row(request, "copy", Template.objects.all())
    use = original.use if original else request.GET.get("use", "")
    if not use:
        return render(request, "console/template_new.html", {"moments": moments()})
    if use not in dict(moments()):
        raise Http404
    query = {"copy": original.pk} if original else {"use": use}
    place = f"{reverse('console:template_new')}?{urlencode(query)}"
    return _form(request, use, None, original, place)


@permits(Act.EDIT_TEMPLATES)
def template_edit(request: HttpRequest, number: int) -> HttpResponse:
    """Change a template."""
    found = get_object_or_404(Template, pk=number)
    return _form(request, found.use, found, found, request.path)


@permits(Act.EDIT_TEMPLATES)
@require_POST
def template_order(request: HttpRequest, number: int) -> HttpResponse:
    """Move a template one place up or down."""
    found = get_object_or_404(Template, pk=number)
    up = request.POST.get("to") == "up"
    template_move(template=found, up=up, by=staff_of(request), ip=client_ip(request))
    return redirect(_in_list(found))


@permits(Act.EDIT_TEMPLATES)
def template_remove(request: HttpRequest, number: int) -> HttpResponse:
    """Ask whether to delete a template, and delete it."""
    found = get_object_or_404(Template, pk=number)
    problems: list[str] = []
    if request.method == "POST":
        try:
            template_delete(template=found, by=staff_of(request), ip=client_ip(request))
        except ValidationError as error:
            problems = error.messages
        else:
            messages.success(request, _("Deleted: %(title)s.") % {"title": found.title})
            return redirect("console:templates")
    context = {"template": found, "problems": problems}
    status = 409 if problems else 200
    return render(request, "console/template_delete.html", context, status=status)


def _form(
    request: HttpRequest,
    use: str,
    template: Template | None,
    first: Template | None,
    place: str,
) -> HttpResponse:
    """Show the form with its preview, or save it; a preview saves nothing."""
    data = request.POST if request.method == "POST" else None
    form = TemplateForm(data, use=use, template=first)
    saves = request.POST.get("step") == "save"
    if saves and form.is_valid():
        saved = form.save(template, staff_of(request), client_ip(request))
        if saved:
            messages.success(request, _("Saved: %(title)s.") % {"title": saved.title})
            return redirect(_in_list(saved))
    context: dict[str, Any] = {"form": form, "preview": example_of(form.written())}
    if request.POST.get("step") == "test":
        send_trial(request, context["preview"].document)
    if not saves:
        request.no_act = True  # type: ignore[attr-defined]
    if request.headers.get("HX-Request"):
        return render(request, "console/partials/preview_messages.html", context)
    context |= {
        "moment": dict(moments())[use],
        "template": template,
        "place": place,
        "placeholders": placeholders_of(use).items(),
        "complain": saves,
        "trials": trial_choices(request),
    }
    status = 400 if saves else 200
    return render(request, "console/template.html", context, status=status)


def _in_list(template: Template) -> str:
    return f"{reverse('console:templates')}#{template.use}"
