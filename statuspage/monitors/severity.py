"""How bad an alert says it is, from its labels: a rank, by which lists are sorted."""

from collections.abc import Mapping
from typing import Final

LABELS: Final = ("severity", "level", "priority")
# An alert that does not say how bad it is ranks with warnings.
UNKNOWN: Final = 2
WORDS: Final = {
    4: "critical crit fatal emergency emerg page disaster p0 p1 sev0 sev1 严重 紧急 致命",
    3: "error err major high p2 sev2 重要",
    2: "warning warn minor medium average p3 sev3 警告 一般",
    1: "info information informational notice low none debug ok p4 p5 sev4 sev5 提示",
}
RANKS: Final = {word: rank for rank, words in WORDS.items() for word in words.split()}


def severity_of(labels: Mapping[str, str]) -> int:
    """Return the rank, from 1 (for information) to 4 (critical)."""
    said = (labels[name].strip().casefold() for name in LABELS if name in labels)
    return next((RANKS[word] for word in said if word in RANKS), UNKNOWN)
