"""Names the room's tables for Django; they stand beside the code that owns them."""

from statuspage.pages.search_texts import SearchText
from statuspage.pages.snapshots.models import Edition, Snapshot

__all__ = ["Edition", "SearchText", "Snapshot"]
