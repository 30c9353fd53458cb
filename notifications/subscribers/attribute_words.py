"""What is known of a merchant or agent, in words: for staff, and for themselves."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from notifications.subscribers.attributes import Attributes
from statuspage.lib.provinces import PROVINCES
from statuspage.settlement.rules import products
from statuspage.statements.texts import for_reader


def attributes_said(known: Attributes) -> list[tuple[str, str]]:
    """Return each attribute with its value; an empty value where it is not known."""
    comma = pgettext("between names", ", ")
    names = {one.code: for_reader(one.name) for one in products()}
    used = comma.join(names.get(one, one) for one in known.products or ())
    return [
        (pgettext("of a subscriber", "Products"), used),
        (_("Terminal models"), comma.join(known.terminal_models or ())),
        (_("Settlement cycles"), comma.join(known.cycles or ())),
        (_("Province"), str(PROVINCES.get(known.province or "", ""))),
        (_("Agent code"), known.agent_code or ""),
    ]
