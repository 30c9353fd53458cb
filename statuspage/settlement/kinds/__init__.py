"""Kinds of notices about money: one file each, found automatically."""

from statuspage.lib.discovery import import_modules

import_modules(__name__, __path__)
