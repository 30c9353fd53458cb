"""The public site: pages, feeds and the Statuspage v2 API."""
