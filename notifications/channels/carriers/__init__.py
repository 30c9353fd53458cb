"""Carriers' own protocols, spoken over long connections: frames, links and pools."""
