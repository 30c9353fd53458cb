"""Change the registry of templates: drafts, what staff enter, and what providers say of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notifications.channels import providers
from notifications.channels.countries import numbers_abroad
from notifications.channels.templated import TemplateAnswer, TemplatedProvider, Verdict
from notifications.templates.models import Template
from notifications.templates.states import TemplateState
from notifications.templates.suggested import Suggestion, suggestions
from notifications.templates.trail import SETTINGS, shown, trail, trail_many
from statuspage.staff.models import Staff

REASON_LENGTH: Final = 500
STALE: Final = gettext_lazy("This template has changed in the meantime. Please open it again.")
# A change of these is another message: it counts as a new version and must be approved again.
SENT: Final = ("provider_id", "text", "signature", "fields")
# What the provider says, and workers write.
SAID: Final = ("state", "reason", "checked_at", "register_at", "refused_code")


def drafts_make(
    provider: TemplatedProvider,
    languages: Sequence[str] = (),
    *,
    by: Staff | None = None,
    ip: str = "",
) -> list[Template]:
    """Make a draft of each suggested text that the registry of this provider lacks.

    What is there already, in whatever state, stays as it is. Empty languages mean every one. Those
    for numbers abroad are made once SMS may go there: each is one more to have reviewed.
    """
    wanted = [
        (one, abroad)
        for one in suggestions()
        if not languages or one.language in languages
        for abroad in provider.suggested_for(one.language)
        if not abroad or numbers_abroad()
    ]
    there = {_key(one) for one in Template.objects.filter(provider=provider.name)}
    made = [one for suggestion, abroad in wanted if (one := _draft(provider, suggestion, abroad))]
    new = {_key(one): one for one in made if _key(one) not in there}
    with transaction.atomic():
        added = Template.objects.bulk_create([*new.values()])
        trail_many("drafted", provider.name, added, by=by, ip=ip)
    return added


def _draft(provider: TemplatedProvider, said: Suggestion, abroad: bool) -> Template | None:
    text, fields = provider.written(said.text, abroad=abroad)
    if not text:
        return None
    return Template(
        provider=provider.name,
        kind=said.kind,
        moment=said.moment,
        language=said.language,
        abroad=abroad,
        text=text,
        fields=dict(fields),
    )


def _key(one: Template) -> tuple[str, str, str, bool, tuple[str, ...]]:
    """Return what a template is for, and what it says: the texts themselves may be changed."""
    return one.kind, one.moment, one.language, one.abroad, tuple(sorted(one.fields.values()))


def template_save(
    provider: TemplatedProvider,
    template: Template,
    given: Mapping[str, Any],
    seen: str = "",
    *,
    by: Staff | None,
    ip: str = "",
) -> None:
    """Save what staff entered, who saw the template as it was `seen`.

    Whatever changes the message makes it a draft, or, where the provider has it, one in review
    until the provider is asked.

    Raises:
        ValidationError: a variable has no fact, the text is none that the provider takes, or it
            was changed or registered in the meantime (`stale`).
    """
    for name, value in given.items():
        setattr(template, name, value)
    provider.check_template(template.message_template())
    with transaction.atomic():
        old = Template.objects.select_for_update().filter(pk=template.pk).first()
        if old and seen and seen_as(old) != seen:
            raise ValidationError({NON_FIELD_ERRORS: STALE}, code="stale")
        changed = old is None or any(getattr(old, one) != getattr(template, one) for one in SENT)
        if changed:
            template.version = (old.version + 1) if old else 1
            template.state = (
                TemplateState.IN_REVIEW if template.provider_id else TemplateState.DRAFT
            )
            template.reason, template.checked_at, template.register_at = "", None, None
            template.refused_code = ""
        else:
            # The provider may have answered since the row was read.
            for name in SAID:
                setattr(template, name, getattr(old, name))
        template.refused_at = None
        _check_once(template)
        template.updated_at = Now()
        template.save()
        was = shown(old)
        trail("changed" if old else "added", template, was, shown(template), by=by, ip=ip)


def seen_as(template: Template) -> str:
    """Return how a template is now: what was entered for another one of these is not saved."""
    return f"{template.version}:{template.provider_id}"


def _check_once(template: Template) -> None:
    same = Template.objects.filter(
        provider=template.provider, provider_id=template.provider_id
    ).exclude(pk=template.pk)
    if template.provider_id and same.exists():
        problem = _("Another template has this id already.")
        raise ValidationError({"provider_id": problem}, code="unique")


def defaults_note() -> None:
    """Enter the templates of the settings of every provider that is set up."""
    for one in providers():
        if isinstance(one, TemplatedProvider) and one.configured():
            default_note(one)


def default_note(provider: TemplatedProvider) -> None:
    """Enter the templates of the settings, so that the provider is asked about them too.

    Where the settings say what fills the variables, they are right; else what staff entered.
    """
    for one in provider.default_templates():
        with transaction.atomic():
            template, new = Template.objects.get_or_create(
                provider=provider.name,
                provider_id=one.provider_id,
                defaults={"fields": dict(one.fields), "state": TemplateState.IN_REVIEW},
            )
            said = provider.settles_fields() and template.fields != dict(one.fields)
            if new:
                trail("added", template, {}, shown(template), who=SETTINGS)
            elif said:
                _change(
                    template,
                    {"fields": dict(one.fields), "state": TemplateState.IN_REVIEW},
                    who=SETTINGS,
                    version=F("version") + 1,
                    checked_at=None,
                )


def _change(
    template: Template,
    values: Mapping[str, Any],
    *,
    what: str = "changed",
    who: str = "",
    **unseen: Any,
) -> bool:
    """Write values into a template that nobody has changed since it was read, and record them."""
    with transaction.atomic():
        mine = Template.objects.filter(
            pk=template.pk, version=template.version, provider_id=template.provider_id
        )
        if not mine.update(**values, **unseen, updated_at=Now()):
            return False
        was = {name: getattr(template, name) for name in values}
        trail(what, template, was, values, who=who)
    return True


def template_delete(template: Template, *, by: Staff | None, ip: str = "") -> None:
    """Take a template out of the registry; the provider keeps it."""
    with transaction.atomic():
        row = Template.objects.select_for_update().filter(pk=template.pk).first()
        if row:
            trail("deleted", row, shown(row), {}, by=by, ip=ip)
            row.delete()


def register_queue(
    provider: str, templates: Sequence[Template], *, by: Staff | None = None, ip: str = ""
) -> int:
    """Have the provider asked to register these drafts, one after another; return how many."""
    with transaction.atomic():
        rows = Template.objects.select_for_update().filter(
            provider=provider,
            provider_id="",
            pk__in=[one.pk for one in templates],
            register_at=None,
        )
        waiting = list(rows.order_by("pk"))
        Template.objects.filter(pk__in=[one.pk for one in waiting]).update(
            register_at=Now(), reason="", updated_at=Now()
        )
        trail_many("queued", provider, waiting, by=by, ip=ip)
    return len(waiting)


def registered(template: Template, provider_id: str) -> None:
    """Note that the provider has taken a draft, and reviews it now."""
    values = {"provider_id": provider_id, "state": TemplateState.IN_REVIEW, "reason": ""}
    _change(template, values, what="registered", register_at=None)


def register_refused(template: Template, reason: str) -> None:
    """Note why the provider did not take a draft; staff change it and ask again."""
    _change(template, {"reason": reason[:REASON_LENGTH]}, what="not_taken", register_at=None)


def answers_record(
    provider: TemplatedProvider,
    asked: Sequence[Template],
    answers: Mapping[str, TemplateAnswer],
) -> list[Template]:
    """Write what the provider says of the templates that it was asked about.

    Its text is what will be sent, so it replaces ours. Returns those that are lost now and were
    not before: refused, or unknown to the provider.
    """
    lost = []
    for one in asked:
        answer = answers.get(one.provider_id)
        state, reason = _verdict(provider, one, answer)
        values: dict[str, Any] = {"state": state, "reason": reason[:REASON_LENGTH]}
        unseen: dict[str, Any] = {"checked_at": Now()}
        if answer and answer.text and answer.text != one.text:
            values |= {"text": answer.text}
            unseen |= {"version": F("version") + 1}
        # Whoever has changed it in the meantime has it asked about again.
        noted = _change(one, values, what="answered", **unseen)
        if noted and _is_lost(state) and not _is_lost(one.state):
            lost.append(one)
    return lost


def _verdict(
    provider: TemplatedProvider, one: Template, answer: TemplateAnswer | None
) -> tuple[TemplateState, str]:
    """Return a template's state and why; with other variables than ours it cannot be filled."""
    if answer is None:
        return TemplateState.MISSING, ""
    theirs = replace(one.message_template(), text=answer.text or one.text)
    if answer.state == Verdict.APPROVED and (misfits := provider.misfits(theirs)):
        said = _("The provider's text has other variables: %(names)s.")
        return TemplateState.REFUSED, said % {"names": ", ".join(misfits)}
    return TemplateState(answer.state), answer.reason


def _is_lost(state: str) -> bool:
    return state in {TemplateState.REFUSED, TemplateState.MISSING}
