"""What staff know of a subscriber, from the operator's own records."""

from django.db import transaction

from notifications.subscribers.attributes import Attributes
from notifications.subscribers.models import Subscriber


@transaction.atomic
def attributes_set(
    *, subscriber: Subscriber, attributes: Attributes, category: str, agent: bool
) -> list[str]:
    """Set what is known of a subscriber, and return the names of what has changed."""
    row = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
    columns = {**attributes.columns(), "category": category, "agent": agent}
    changed = [name for name, value in columns.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, columns[name])
    if changed:
        row.save(update_fields=changed)
    return changed
