"""What a postmortem says in public: its texts with their headings, and the public actions."""

from collections.abc import Iterable, Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from statuspage.incidents.models import Incident
from statuspage.postmortems.models import FollowUp, Postmortem
from statuspage.statements.canonical import Json
from statuspage.statements.texts import CHINESE, LANGUAGES, Text
from statuspage.statements.times import iso, iso_or_none

POSTMORTEM: Final = "incident.postmortem"
FOLLOWED_UP: Final = "incident.followed_up"
# The status that readers of the log, and of the Statuspage v2 API, know it by.
STATUS: Final = "postmortem"
SECTIONS: Final[Mapping[str, str | Promise]] = {
    "what": _("What happened"),
    "why": _("Why it happened"),
    "measures": _("What we do so that it does not happen again"),
}


def postmortem_content(postmortem: Postmortem, actions: Iterable[FollowUp]) -> dict[str, Json]:
    """The content of its statement, or of the draft of one."""
    return {
        **_head(postmortem.incident),
        "body": dict(postmortem.summary or {CHINESE: "…"}),
        "sections": [
            {"title": _in_each_language(title), "body": dict(getattr(postmortem, name))}
            for name, title in SECTIONS.items()
            if getattr(postmortem, name)
        ],
        "actions": [action_content(one) for one in actions if one.public],
    }


def followed_up_content(postmortem: Postmortem, body: Text) -> dict[str, Json]:
    """That an action is done, with all of them as they now are."""
    actions: list[Json] = [action_content(one) for one in postmortem.actions.filter(public=True)]
    return {**_head(postmortem.incident), "body": dict(body), "actions": actions}


def action_content(action: FollowUp) -> dict[str, Json]:
    """One action; who does it is nobody's business."""
    return {
        "text": dict(action.text),
        "due": action.due.isoformat() if action.due else None,
        "done_at": iso_or_none(action.done_at),
    }


def _head(incident: Incident) -> dict[str, Json]:
    return {
        "name": dict(incident.name),
        "status": STATUS,
        "impact": str(incident.impact),
        "worsened": False,
        "started_at": iso(incident.started_at),
        "components": [],
        "next_update_by": None,
    }


def _in_each_language(title: str | Promise) -> dict[str, Json]:
    said: dict[str, Json] = {}
    for language in LANGUAGES:
        with override(language):
            said[language] = str(title)
    return said
