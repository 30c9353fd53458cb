"""Make, change and confirm rules; a rule that publishes by itself takes a second person."""

from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms.models import model_to_dict
from django.utils.translation import gettext_lazy as _

from statuspage.lib.database_clock import database_now
from statuspage.monitors.digests import words_digest
from statuspage.monitors.intake import publish_by_rule
from statuspage.monitors.models import SignalRule
from statuspage.monitors.rematching import rules_apply
from statuspage.monitors.selectors import waiting_drafts
from statuspage.notices.services import check_second_person
from statuspage.staff.audit import changes, record
from statuspage.staff.models import Staff

# What a rule says; the others are about who said it.
FIELDS: Final = (
    *("name", "matchers", "template", "component", "component_status", "quiet_minutes"),
    *("auto_publish", "enabled", "position"),
)
# A change of these alone publishes nothing that was not confirmed.
HARMLESS: Final = frozenset({"name"})


def rule_save(
    *, rule: SignalRule, by: Staff, seen: datetime | None = None, ip: str = ""
) -> SignalRule:
    """Save a new or changed rule, and have it match at once what fires now.

    `seen` is when the rule, as the author read it, had last been changed.

    Raises:
        ValidationError: a value is not usable, or somebody else changed it in the meantime.
    """
    with transaction.atomic():
        old = SignalRule.objects.select_for_update().filter(pk=rule.pk).first()
        if old and old.changed_at != seen:
            raise ValidationError(
                _("Somebody else changed this rule in the meantime. Read it again."), "superseded"
            )
        rule.full_clean()
        before, after = changes(_values(old), _values(rule))
        asks_again = rule.auto_publish and not rule.has_its_words
        if not after and not asks_again:
            return rule
        rule.changed_at = database_now()
        if old is None or asks_again or before.keys() - HARMLESS:
            rule.changed_by, rule.words_then = by, words_digest(rule.template)
            rule.confirmed_by = rule.confirmed_at = None
        rule.save()
        _record("changed" if old else "added", rule, by, ip, before=before, after=after)
    rules_apply()
    return rule


def rule_confirm(*, rule: SignalRule, by: Staff, seen: datetime | None, ip: str = "") -> None:
    """Let the rule publish without confirmation, as a second person; it does so at once.

    Raises:
        ValidationError: `by` changed it last or may not approve, it changed since, or it does not
            wait.
    """
    with transaction.atomic():
        kept = SignalRule.objects.select_for_update().get(pk=rule.pk)
        if not kept.waits:
            raise ValidationError(_("This rule is no longer waiting."), "superseded")
        if kept.changed_at != seen:
            raise ValidationError(
                _("Somebody else changed this rule in the meantime. Read it again."), "superseded"
            )
        check_second_person(kept.changed_by, by, kept.changed_at)
        kept.confirmed_by, kept.confirmed_at = by, database_now()
        kept.save(update_fields=["confirmed_by", "confirmed_at"])
        _record("confirmed", kept, by, ip)
    publish_by_rule(waiting_drafts().filter(rule=kept))


def _values(rule: SignalRule | None) -> dict[str, Any]:
    return model_to_dict(rule, fields=FIELDS) if rule else {}


def _record(what: str, rule: SignalRule, by: Staff, ip: str, **values: Any) -> None:
    act = f"{SignalRule._meta.label_lower}.{what}"
    record(act=act, staff=by, target=rule.name, ip=ip, **values)
