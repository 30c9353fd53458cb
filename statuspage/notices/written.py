"""The arguments of the services that publish a notice."""

from collections.abc import Mapping
from datetime import datetime
from typing import NotRequired, TypedDict

from statuspage.statements.short import Short
from statuspage.statements.texts import Text


class Written(TypedDict):
    """A notice as its author wrote it; `incident_id` is the public id of its incident, if any.

    Without a window the kind's payload says from when to when it holds, if it does; `confirmed`
    says that the kind's warnings were read. `told` is who is sent it, by default what its kind
    says; `originally` is when, as what and where it was published before (backdating.py). Title
    and text may be left out where the kind makes them; `confirmed_reason` says why they are right
    although the kind found something in them.
    """

    kind: str
    title: NotRequired[Text | None]
    body: NotRequired[Text | None]
    payload: NotRequired[Mapping[str, object] | None]
    audience: NotRequired[Mapping[str, object] | None]
    incident_id: NotRequired[str]
    effective_from: NotRequired[datetime | None]
    effective_until: NotRequired[datetime | None]
    short: NotRequired[Short | None]
    confirmed: NotRequired[bool]
    confirmed_reason: NotRequired[str]
    told: NotRequired[str | None]
    originally: NotRequired[Mapping[str, object] | None]
