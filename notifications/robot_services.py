"""The services of group robots by name; pure, for settings are read before any app is loaded."""

from typing import Final

# As Apprise calls them in its URLs; channels/group_robots/services.py has a row for each.
ROBOT_SERVICES: Final = (
    *("dingtalk", "feishu", "lark", "slack", "workflow", "tgram", "discord", "barks", "schan"),
    "ntfys",
)
