"""A mypy plug-in: `settings.NAME` has the type of the field NAME in its typed class.

Without it mypy's Django plug-in does not know the name: settings.py sets it at run time.
"""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from mypy.nodes import MemberExpr, TypeInfo
from mypy.options import Options
from mypy.plugin import AttributeContext, Plugin
from mypy.types import Type

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = "django.conf._DjangoConfLazyObject"


class SettingsPlugin(Plugin):
    """Look up the fields of the typed classes."""

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        sys.path.append(str(ROOT))
        from statuspage.configuration import AREAS

        self._areas = {f"{SETTINGS}.{name}": area for area in AREAS for name in area.exposed()}

    def get_attribute_hook(self, fullname: str) -> Callable[[AttributeContext], Type] | None:
        """Return a function that gives the type of a setting, or None if it is not a field."""
        if fullname == f"{SETTINGS}.__getattr__":
            # mypy asks for this first; the Django plug-in would treat it as a setting.
            return lambda ctx: ctx.default_attr_type
        area = self._areas.get(fullname)
        return partial(_type_of_field, area) if area else None


def _type_of_field(area: type, ctx: AttributeContext) -> Type:
    module = ctx.api.modules[area.__module__]  # type: ignore[attr-defined]
    info = module.names[area.__name__].node
    if isinstance(info, TypeInfo) and isinstance(ctx.context, MemberExpr):
        return info[ctx.context.name].type or ctx.default_attr_type
    return ctx.default_attr_type


def plugin(_version: str) -> type[Plugin]:
    """Return the plug-in class for mypy."""
    return SettingsPlugin
