"""What staff know of a subscriber, from the operator's own records."""

from collections.abc import Iterable
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from notifications.subscribers.attributes import Attributes
from notifications.subscribers.models import Consent, Subscriber
from notifications.subscribers.services.subscriptions import IMPORTED_VERSION

# What is not theirs to say, whatever else they decided.
OURS: Final = frozenset({"agent", "agent_code", "agent_keys"})


@transaction.atomic
def attributes_set(
    *,
    subscriber: Subscriber,
    attributes: Attributes,
    category: str | None = None,
    agent: bool | None = None,
    version: int | None = None,
    owner_stands: bool = False,
) -> list[str]:
    """Set what is known of a subscriber, and return the names of what has changed.

    What is None stays as it is. With `owner_stands` so does, as in an import, what they said
    themselves.

    Raises:
        ValidationError: it has changed since that `version` was read (code `superseded`), or is
            theirs to say (code `owner_decided`).
    """
    row = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
    if version not in {None, row.version}:
        raise ValidationError(
            _("Someone else has changed this subscriber. Read it again first."), code="superseded"
        )
    others = {"category": category, "agent": agent}
    columns = attributes.columns() | {name: one for name, one in others.items() if one is not None}
    changed = [name for name, value in columns.items() if getattr(row, name) != value]
    if owner_stands:
        _check_left_to_us(row, changed)
    for name in changed:
        setattr(row, name, columns[name])
    if changed:
        row.save(update_fields=changed)
    return changed


def _check_left_to_us(row: Subscriber, changed: Iterable[str]) -> None:
    # Everybody who signs up is asked for the category: that they left it open is an answer.
    said = [
        name for name in changed if name == "category" or (name not in OURS and getattr(row, name))
    ]
    decided = Consent.objects.filter(address__subscriber=row).exclude(text_version=IMPORTED_VERSION)
    if said and decided.exists():
        raise ValidationError(
            _("The subscriber chose this themselves; only they change it: %(names)s"),
            code="owner_decided",
            params={"names": pgettext("between names", ", ").join(map(_called, said))},
        )


def _called(name: str) -> str:
    field: Any = Subscriber._meta.get_field(name)
    return str(field.verbose_name)
