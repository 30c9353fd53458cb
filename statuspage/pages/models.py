"""Names the room's tables for Django; they stand beside the code that owns them."""

from statuspage.pages.snapshots.models import Edition, Snapshot

__all__ = ["Edition", "Snapshot"]
