"""The registry of templates: their texts and states at each provider, and what to do about them."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notifications.channels.facts import NAMES
from notifications.channels.templated import TemplatedProvider
from notifications.channels.weixin.provider import WeixinProvider
from notifications.delivery.template_work import (
    ask_now,
    repaired,
    templated_providers,
    templates_changed,
)
from notifications.templates.models import Template
from notifications.templates.selectors import templates_by_provider
from notifications.templates.services import drafts_make, register_queue, template_delete
from notifications.templates.states import TemplateState
from statuspage.console.access import permits, staff_of
from statuspage.console.forms.provider_templates import (
    MOMENTS,
    ProviderTemplateForm,
    kind_choices,
)
from statuspage.console.wechat_fields import field_helps
from statuspage.lib.client_ip import client_ip
from statuspage.staff.permissions import Act, may


@permits(Act.READ, post=Act.EDIT_TEMPLATES)
def provider_templates(request: HttpRequest) -> HttpResponse:
    """List every template by provider; a POST asks, drafts or registers at one of them."""
    providers = {one.name: one for one in templated_providers()}
    if request.method == "POST":
        act, provider = ACTS.get(request.POST.get("act", "")), request.POST.get("provider", "")
        if act is None or provider not in providers:
            raise Http404
        messages.success(request, act(request, providers[provider]))
        return redirect("console:provider_templates")
    rows, state = templates_by_provider(), request.GET.get("state", "")
    counts = Counter(row.state for those in rows.values() for row in those)
    context = {
        "providers": [(one, _shown(rows.get(name, ()), state)) for name, one in providers.items()],
        "states": [(value, label, counts[value]) for value, label in TemplateState.choices],
        "state": state if state in TemplateState.values else "",
        "total": counts.total(),
        "edits": may(staff_of(request), Act.EDIT_TEMPLATES),
    }
    return render(request, "console/provider_templates.html", context)


def _shown(rows: Iterable[Template], state: str) -> list[tuple[Template, object, object]]:
    """Return the rows of a state, or all where that is none, with what each is for."""
    kinds, moments = dict(kind_choices()), {str(name): said for name, said in MOMENTS.items()}
    return [
        (row, kinds.get(row.kind, row.kind), moments.get(row.moment))
        for row in rows
        if state not in TemplateState.values or row.state == state
    ]


@permits(Act.EDIT_TEMPLATES)
def provider_template_new(request: HttpRequest) -> HttpResponse:
    """Enter a template, such as one that was approved before."""
    return _form(request, None)


@permits(Act.EDIT_TEMPLATES)
def provider_template_edit(request: HttpRequest, number: int) -> HttpResponse:
    """Change a template, or take it out of the registry."""
    found = get_object_or_404(Template, pk=number)
    if request.POST.get("step") == "delete":
        template_delete(found, by=staff_of(request), ip=client_ip(request))
        messages.success(request, _("Removed from the list. The provider keeps it."))
        return redirect("console:provider_templates")
    return _form(request, found)


def _form(request: HttpRequest, template: Template | None) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = ProviderTemplateForm(data, template=template)
    if data is not None and form.is_valid():
        saved = form.save(by=staff_of(request), ip=client_ip(request))
        if saved is not None:
            if saved.provider_id:
                ask_now(saved.provider)
            templates_changed()
            messages.success(request, _("Saved."))
            return redirect("console:provider_templates")
    context = {
        "form": form,
        "template": template,
        "facts": [(name, label) for name, (_type, label) in NAMES.items()],
        "wechat_fields": field_helps() if _uses_wechat(template) else [],
        "complain": data is not None,
    }
    status = 400 if data is not None else 200
    return render(request, "console/provider_template.html", context, status=status)


def _uses_wechat(template: Template | None) -> bool:
    """Return whether the template is one of WeChat's, or a new one may be."""
    wechat = [one for one in templated_providers() if isinstance(one, WeixinProvider)]
    if template is not None:
        return template.provider in {one.name for one in wechat}
    return any(one.configured() for one in wechat)


def _ask(_request: HttpRequest, provider: TemplatedProvider) -> str:
    repaired(provider.name)
    return _("%(provider)s is being asked.") % {"provider": provider.label}


def _draft(request: HttpRequest, provider: TemplatedProvider) -> str:
    count = len(drafts_make(provider, by=staff_of(request), ip=client_ip(request)))
    said = ngettext("%(count)d draft added.", "%(count)d drafts added.", count)
    return said % {"count": count}


def _register(request: HttpRequest, provider: TemplatedProvider) -> str:
    drafts = Template.objects.filter(
        provider=provider.name, state=TemplateState.DRAFT, provider_id=""
    )
    by, ip = staff_of(request), client_ip(request)
    count = register_queue(provider.name, list(drafts), by=by, ip=ip)
    said = ngettext(
        "%(count)d template is registered, one a minute.",
        "%(count)d templates are registered, one a minute.",
        count,
    )
    return said % {"count": count}


ACTS: Final[dict[str, Callable[[HttpRequest, TemplatedProvider], str]]] = {
    "ask": _ask,
    "draft": _draft,
    "register": _register,
}
