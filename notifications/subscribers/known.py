"""What is known of subscribers as a whole, for staff who choose an audience."""

from collections.abc import Collection
from typing import Final

from django.db import connection

from notifications.remembered import Remembered
from notifications.subscribers.models import Subscriber
from statuspage.notices.agents import agent_key
from statuspage.notices.audience import ancestry

# As many as fit beside a form's field.
MOST: Final = 12
MODELS: Final = """
    SELECT model, count(*) FROM subscribers_subscriber, unnest(terminal_models) AS model
    WHERE terminal_models IS NOT NULL
    GROUP BY model ORDER BY 2 DESC, 1 LIMIT %s
"""


_models: Final = Remembered[int, tuple[str, int]](lambda row: row[1])


def known_models() -> list[tuple[str, int]]:
    """Return the terminal models that most subscribers have, with how many.

    Of many subscribers it may be half a minute old: a form is made anew at each pause in typing.
    """
    return _models.get(MOST, _count_models)


def _count_models(most: int) -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(MODELS, [most])
        return [(model, count) for model, count in cursor.fetchall()]


def agents_behind(keys: Collection[str]) -> list[str]:
    """Return the agent codes that these keys stand for, as far as subscribers have them."""
    if not keys:
        return []
    rows = Subscriber.objects.filter(agent_keys__overlap=[*keys])
    codes = rows.order_by().values_list("agent_code", flat=True).distinct()
    named = {above for code in codes for above in ancestry(code)}
    return sorted(one for one in named if agent_key(one) in keys)
