"""Templates that a provider calls approved, and whose messages it refuses all the same.

Such a template rests for ten minutes, under an alarm: the next provider takes its messages over, or
they wait. In the meantime the provider is asked; then a batch finds out whether the fault is
repaired.
"""

from collections.abc import Iterable
from typing import Final

from django.db.models import Q
from django.db.models.functions import Now

from notifications.channels.base import Message, Provider
from notifications.channels.outcomes import Accepted, NotSent, Outcome, Reason
from notifications.channels.templated import UNWRITTEN, TemplatedProvider
from notifications.delivery.alarms import alarm_over, alarm_raise
from notifications.delivery.models import Alarm
from notifications.hints import hint
from notifications.templates.models import Template

TASK: Final = "delivery.work_on_templates"


def templates_note(provider: Provider, settled: Iterable[tuple[Message, Outcome]]) -> None:
    """Record what became of a batch by template: one that carries some is not at fault."""
    if not isinstance(provider, TemplatedProvider) or not provider.id_key:
        return
    carried, refused = set(), {}
    for message, outcome in settled:
        template_id = str(message.content.data.get(provider.id_key, ""))
        if isinstance(outcome, Accepted):
            carried.add(template_id)
        elif _is_refusal(outcome):
            refused[template_id] = outcome.code[:40]
    for template_id in carried - {""}:
        _works(provider, template_id)
    for template_id, code in refused.items():
        if template_id and template_id not in carried:
            _rests(provider, template_id, code)


def subject_of(template: Template) -> str:
    """Return what an alarm about a template names."""
    return f"{template.provider}:{template.provider_id}"[:64]


def _is_refusal(outcome: Outcome) -> bool:
    return (
        isinstance(outcome, NotSent)
        and outcome.reason == Reason.NO_TEMPLATE
        and outcome.code not in UNWRITTEN
    )


def _rests(provider: Provider, template_id: str, code: str) -> None:
    for one in Template.objects.filter(provider=provider.name, provider_id=template_id):
        Template.objects.filter(pk=one.pk).update(
            refused_at=Now(), refused_code=code, checked_at=None, updated_at=Now()
        )
        alarm_raise(Alarm.Kind.TEMPLATE_LOST, subject_of(one), code)
        hint(TASK)


def _works(provider: Provider, template_id: str) -> None:
    rows = Template.objects.filter(provider=provider.name, provider_id=template_id)
    # Staff may have it tried before its rest is over: then the code alone is left.
    for one in rows.filter(Q(refused_at__isnull=False) | ~Q(refused_code="")):
        Template.objects.filter(pk=one.pk).update(refused_at=None, refused_code="")
        alarm_over(Alarm.Kind.TEMPLATE_LOST, subject_of(one))
