"""What a postmortem says in public: its texts with their headings, and the public actions."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from statuspage.incidents.content import incident_head
from statuspage.incidents.models import Incident
from statuspage.postmortems.models import FollowUp, Postmortem
from statuspage.statements.canonical import Json
from statuspage.statements.texts import CHINESE, Text, in_each_language
from statuspage.statements.times import iso_or_none

POSTMORTEM: Final = "incident.postmortem"
FOLLOWED_UP: Final = "incident.followed_up"
# The status that readers of the log, and of the Statuspage v2 API, know it by.
STATUS: Final = "postmortem"
SECTIONS: Final[Mapping[str, str | Promise]] = {
    "what": _("What happened"),
    "why": _("Why it happened"),
    "measures": _("How we will prevent it from happening again"),
}


def postmortem_content(postmortem: Postmortem, actions: Iterable[FollowUp]) -> dict[str, Json]:
    """Return the content of its statement, or of the draft of one."""
    return {
        **_head(postmortem.incident, postmortem.summary or {CHINESE: "…"}),
        "sections": [
            {
                "title": dict(in_each_language(partial(str, title))),
                "body": dict(getattr(postmortem, name)),
            }
            for name, title in SECTIONS.items()
            if getattr(postmortem, name)
        ],
        "actions": [action_content(one) for one in actions if one.public],
    }


def followed_up_content(postmortem: Postmortem, body: Text) -> dict[str, Json]:
    """Return the content that says an action is done, with all actions as they now are."""
    actions: list[Json] = [action_content(one) for one in postmortem.actions.filter(public=True)]
    return {**_head(postmortem.incident, body), "actions": actions}


def action_content(action: FollowUp) -> dict[str, Json]:
    """Return one action's public content, without the name of who does it."""
    return {
        "text": dict(action.text),
        "due": action.due.isoformat() if action.due else None,
        "done_at": iso_or_none(action.done_at),
    }


def _head(incident: Incident, body: Text) -> dict[str, Json]:
    return {**incident_head(incident, body, []), "status": STATUS, "next_update_by": None}
