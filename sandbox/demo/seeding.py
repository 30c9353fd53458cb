"""Fill an empty database with the demonstration: people, rules, components and a story."""

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from sandbox.demo.people import seed_staff, seed_subscribers
from sandbox.demo.rules import seed_calendar, seed_rules
from sandbox.demo.story import seed_story
from statuspage.components.models import Component, ComponentGroup
from statuspage.incidents.models import Template
from statuspage.statements.models import Statement

REFERENCE: Final[dict[str, Any]] = json.loads(
    Path(__file__).with_name("reference.json").read_text(encoding="utf-8")
)
TEMPLATES: Final[list[dict[str, Any]]] = json.loads(
    Path(__file__).with_name("templates.json").read_text(encoding="utf-8")
)
IN_SERVICE_DAYS: Final = 200


def seed_demo() -> None:
    """Fill a new database; on a later start only check staff, calendar and rules.

    Raises:
        SystemExit: DEBUG is off: the demonstration's passwords are no secret.
    """
    if not settings.DEVELOPMENT:
        raise SystemExit("the demonstration is only for DEBUG=true")
    author = seed_staff(settings.DATA_DIR / "demo_staff.json")
    seed_calendar()
    seed_rules()
    if Statement.objects.exists():
        return
    with transaction.atomic():
        seed_story(_seed_reference(), author)
        seed_subscribers()


def _seed_reference() -> dict[str, Component]:
    """Create groups, components and templates; return the components by their short names."""
    components: dict[str, Component] = {}
    for position, row in enumerate(REFERENCE["groups"]):
        group = ComponentGroup.objects.create(name=row["name"], position=position)
        for key, texts in row["components"].items():
            components[key] = Component.objects.create(
                group=group,
                **texts,
                position=len(components),
                start_date=timezone.localdate() - timedelta(days=IN_SERVICE_DAYS),
            )
    # Not for the public: shows that hidden components colour and leak nothing.
    Component.objects.create(**REFERENCE["hidden"], position=len(components), visible=False)
    _seed_templates(components)
    return components


def _seed_templates(components: Mapping[str, Component]) -> None:
    """Create words for every moment, in both languages."""
    for position, row in enumerate(TEMPLATES):
        columns = {name: value for name, value in row.items() if name != "components"}
        template = Template.objects.create(**columns, position=position)
        template.components.set([components[key] for key in row.get("components", ())])
