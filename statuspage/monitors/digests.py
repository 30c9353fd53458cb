"""A digest of what a template says and claims: a change needs another confirmation."""

import hashlib
import json
from typing import Any, Final

FIELDS: Final = ("name", "body", "short", "status", "impact", "component_status")


def words_digest(template: Any) -> str:
    """Return the digest of a template's words, status, impact and components."""
    said = {name: getattr(template, name) for name in FIELDS}
    components = sorted(one.pk for one in template.components.all())
    written = json.dumps([said, components], sort_keys=True, default=str)
    return hashlib.sha256(written.encode()).hexdigest()
