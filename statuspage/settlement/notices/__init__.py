"""The kinds of notice: one file each, found by the registry without being listed anywhere."""

import importlib
import pkgutil

from statuspage.settlement.notices.base import Hands, NoticeKind, every_kind, kinds, notice_kind

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

__all__ = ["Hands", "NoticeKind", "every_kind", "kinds", "notice_kind"]
