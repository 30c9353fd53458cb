"""Ask providers what became of the templates in the registry, and have new ones registered."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Final

from django.db import DatabaseError, transaction
from django.db.models import Q
from django.db.models.functions import Now

from notifications.channels import providers
from notifications.channels.outcomes import NotAccepted
from notifications.channels.templated import TemplatedProvider, TemplateRefused
from notifications.delivery import loop
from notifications.delivery.alarms import alarm_raise, alarms_over
from notifications.delivery.models import Alarm
from notifications.delivery.shares import alarms_settle, templates_approved
from notifications.delivery.template_faults import TASK, subject_of
from notifications.hints import hint
from notifications.templates.models import Template
from notifications.templates.services import answers_record, register_refused, registered
from notifications.templates.states import LOST, TemplateState

# Asked about at once, at the start, and then so often; what cannot be used yet more often.
EVERY: Final = timedelta(days=1)
UNDECIDED_EVERY: Final = timedelta(minutes=10)
# A provider that did not take one now is asked again after so long.
REGISTER_AGAIN: Final = timedelta(minutes=10)
# More that are lost at once, as by another account, are one alarm: nobody reads two hundred.
MOST_ALARMS: Final = 3

logger = logging.getLogger(__name__)


def templated_providers() -> list[TemplatedProvider]:
    """Return the providers that send approved templates, by name."""
    return [one for one in providers() if isinstance(one, TemplatedProvider)]


def ask_now(provider: str) -> None:
    """Have every template of a provider asked about soon, by a worker."""
    Template.objects.filter(provider=provider).exclude(provider_id="").update(checked_at=None)
    transaction.on_commit(partial(hint, TASK))


def repaired(provider: str) -> None:
    """Have every template of a provider asked about, and those that rest tried again at once."""
    Template.objects.filter(provider=provider).update(refused_at=None)
    ask_now(provider)
    templates_changed()


def templates_recheck(**_given: object) -> None:
    """Have every template asked about: at a start the settings may name another account."""
    try:
        Template.objects.exclude(provider_id="").update(checked_at=None)
    except DatabaseError as error:
        logger.warning("templates are asked about in their turn: %s", type(error).__name__)


def templates_work() -> None:
    """Ask about the templates whose turn it is, and register at most one at each provider.

    Aliyun wants half a minute between two (CreateSmsTemplate); this runs every minute.
    """
    for provider in templated_providers():
        if provider.configured():
            _ask(provider, _due(provider))
            _register_next(provider)
        _end_lost(provider)
    alarms_settle()


def templates_changed() -> None:
    """Have whatever waits for a template tried again, once what staff entered is committed."""
    transaction.on_commit(partial(hint, "delivery.templates_approved"))


def _due(provider: TemplatedProvider) -> list[Template]:
    """Return every template with an id as soon as one of them is due: a call asks for all."""
    rows = Template.objects.filter(provider=provider.name).exclude(provider_id="")
    unasked, old = Q(checked_at=None), Q(checked_at__lt=Now() - EVERY)
    undecided = Q(
        state__in=(TemplateState.IN_REVIEW, *LOST), checked_at__lt=Now() - UNDECIDED_EVERY
    )
    return list(rows) if rows.filter(unasked | old | undecided).exists() else []


def _ask(provider: TemplatedProvider, templates: Sequence[Template]) -> None:
    if not templates:
        return
    try:
        answers = loop.run(provider.ask_templates([one.message_template() for one in templates]))
    except NotAccepted as refusal:
        logger.warning("%s was not asked: %s", provider.name, refusal.outcome.code)
        # Not at every run: it may be down, or refuse the account.
        later = Now() - EVERY + REGISTER_AGAIN
        Template.objects.filter(pk__in=[one.pk for one in templates]).update(checked_at=later)
        return
    lost = answers_record(provider, templates, answers)
    if len(lost) > MOST_ALARMS:
        alarm_raise(Alarm.Kind.TEMPLATE_LOST, provider.name, f"{len(lost)}/{len(templates)}")
    else:
        for one in lost:
            alarm_raise(Alarm.Kind.TEMPLATE_LOST, subject_of(one))
    known = Template.objects.filter(pk__in=[one.pk for one in templates])
    was = {one.pk for one in templates if one.state == TemplateState.APPROVED}
    if known.filter(state=TemplateState.APPROVED).exclude(pk__in=was).exists():
        templates_approved()


def _end_lost(provider: TemplatedProvider) -> None:
    """End the alarms about templates that can be used again, and that the registry has no more.

    A text that is registered again has another id; staff may also take it out, or the provider.
    """
    rows = Template.objects.filter(provider=provider.name).exclude(provider_id="")
    if not provider.configured():
        rows = rows.none()
    lost = list(rows.filter(Q(state__in=LOST) | Q(checked_at=None)))
    # One whose messages were refused has to carry one first.
    bad = [*lost, *rows.exclude(refused_code="")]
    wrong = {subject_of(one) for one in bad} | {one.provider for one in lost}
    raised = Alarm.objects.filter(kind=Alarm.Kind.TEMPLATE_LOST, over_at=None)
    mine = raised.filter(Q(subject=provider.name) | Q(subject__startswith=f"{provider.name}:"))
    named = set(mine.values_list("subject", flat=True))
    alarms_over(Alarm.Kind.TEMPLATE_LOST, named - wrong)


def _register_next(provider: TemplatedProvider) -> None:
    """Register the draft that has waited longest, unless another was just now.

    The row stays locked until then: two workers never register it twice.
    """
    if not provider.can_register():
        return
    with transaction.atomic():
        rows = Template.objects.select_for_update(skip_locked=True)
        waiting = rows.filter(provider=provider.name, register_at__lte=Now(), provider_id="")
        template = waiting.order_by("register_at", "pk").first()
        if template is None:
            return
        try:
            provider_id = loop.run(provider.register_template(template.message_template()))
        except TemplateRefused as refusal:
            register_refused(template, str(refusal))
        except NotAccepted as refusal:
            logger.warning("%s took no template: %s", provider.name, refusal.outcome.code)
            Template.objects.filter(pk=template.pk).update(register_at=Now() + REGISTER_AGAIN)
        else:
            registered(template, provider_id)
