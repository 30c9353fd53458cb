"""Read components."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from statuspage.components.models import Component, ComponentGroup
from statuspage.lib.render_cache import once


@dataclass(frozen=True)
class GroupRow:
    """A group and its visible components; the group is None for components without one."""

    group: ComponentGroup | None
    components: Sequence[Component]


@once
def _components() -> list[Component]:
    return list(Component.objects.select_related("group"))


def visible_components() -> list[Component]:
    """Return the components that the public may see, in order."""
    return [one for one in _components() if one.visible]


def hidden_ids() -> frozenset[str]:
    """Return the public ids of the components that the public does not see."""
    return frozenset(one.public_id for one in _components() if not one.visible)


def grouped(components: Iterable[Component]) -> list[GroupRow]:
    """Return the components by group, in the groups' order; those without a group come last."""
    rows: dict[int | None, list[Component]] = {}
    for component in components:
        rows.setdefault(component.group_id, []).append(component)
    found = [GroupRow(members[0].group, members) for members in rows.values()]
    return sorted(found, key=lambda row: row.group.position if row.group else math.inf)


def components_by_public_id(public_ids: Iterable[str]) -> dict[str, Component]:
    """Return the named components, or raise ValidationError with the unknown ids."""
    wanted = set(public_ids)
    found = {one.public_id: one for one in Component.objects.filter(public_id__in=wanted)}
    missing = wanted - set(found)
    if missing:
        raise ValidationError(
            _("Unknown services: %(ids)s"),
            code="component",
            params={"ids": ", ".join(sorted(missing))},
        )
    return found
